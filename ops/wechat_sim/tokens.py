"""access_tokens: stable ones (renewed, or forced anew) and the older kind beside them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from ops.wechat_sim import rules
from ops.wechat_sim.rules import TOKEN_RENEWED_BEFORE_SECONDS as RENEWED_BEFORE
from ops.wechat_sim.rules import ApiError


@dataclass
class _Token:
    until: float
    dead: int = 0
    """The errcode of its use, where it was ended before its time."""


class Tokens:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._given: dict[str, _Token] = {}
        self._stable = ""
        self._forced_at = float("-inf")
        self.fetched = 0
        """How many calls asked for a token: a test counts its refreshers by it."""

    def stable(self, *, force: bool) -> tuple[str, int]:
        """A token and the seconds it still lives.

        The same as before until five minutes before its end; the old one then lives on to its end.
        A forced one ends the one before at once; forced again within 30 s, nothing changes.
        """
        self.fetched += 1
        now = self._now()
        current = self._given.get(self._stable)
        if force and now - self._forced_at >= rules.FORCED_AT_LEAST_APART_SECONDS:
            if current is not None:
                current.dead = current.dead or 40001
            self._forced_at, current = now, None
        if current is None or current.dead or current.until - now <= RENEWED_BEFORE:
            self._stable = self._make()
        return self._stable, int(self._given[self._stable].until - now)

    def plain(self) -> tuple[str, int]:
        """A token of /cgi-bin/token: a new one each time, apart from the stable one."""
        self.fetched += 1
        return self._make(), rules.TOKEN_SECONDS

    def check(self, token: str | None) -> None:
        """Raises: ApiError 41001, 40001, 42001, or the code that ended it."""
        if not token:
            raise ApiError(41001)
        known = self._given.get(token)
        if known is None:
            raise ApiError(40001)
        if known.dead:
            raise ApiError(known.dead)
        if known.until <= self._now():
            raise ApiError(42001)

    def end_all(self, errcode: int) -> None:
        for token in self._given.values():
            token.dead = token.dead or errcode

    def _make(self) -> str:
        token = secrets.token_urlsafe(96)
        self._given[token] = _Token(self._now() + rules.TOKEN_SECONDS)
        return token
