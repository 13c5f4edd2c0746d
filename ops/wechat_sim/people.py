"""WeChat users as the stand-in knows them: what they may be sent, and what their phone shows."""

from dataclasses import dataclass, field
from typing import Any

from ops.wechat_sim import rules
from ops.wechat_sim.rules import ApiError


@dataclass
class Grant:
    """So many messages may follow what the user did, until then."""

    left: int
    until: float


@dataclass
class Shown:
    """One entry on the phone; `side` is customer, account or note (a grey line)."""

    id: int
    side: str
    kind: str
    at: float
    body: dict[str, Any]
    push: str = ""
    """Of what the customer sent: sending, sent or failed."""

    def as_json(self) -> dict[str, Any]:
        entry = {"id": self.id, "from": self.side, "kind": self.kind, "at": self.at}
        return {**entry, "push": self.push, **self.body}


@dataclass
class User:
    openid: str
    name: str
    following: bool = True
    phone: list[Shown] = field(default_factory=list)
    by_message: Grant | None = None
    by_event: Grant | None = None
    spoke_at: float | None = None
    typing_until: float = 0.0

    def has_spoken(self, now: float) -> None:
        self.by_message = Grant(rules.MESSAGE_ALLOWANCE, now + rules.MESSAGE_WINDOW_SECONDS)
        self.spoke_at = now

    def has_acted(self, now: float) -> None:
        self.by_event = Grant(rules.EVENT_ALLOWANCE, now + rules.EVENT_WINDOW_SECONDS)
        self.spoke_at = now

    def spend(self, now: float) -> None:
        """Take one message of what the user's acts allow, the sooner ending first (inferred).

        Raises: ApiError 45015 where no window is open, 45047 where one is and is used up.
        """
        open_now = [g for g in (self.by_event, self.by_message) if g and g.until > now]
        if not open_now:
            raise ApiError(45015)
        grant = next((grant for grant in open_now if grant.left), None)
        if grant is None:
            raise ApiError(45047)
        grant.left -= 1

    def as_json(self, now: float) -> dict[str, Any]:
        """Name, whether following, messages left (both grants) and seconds of the open window."""
        open_now = [g for g in (self.by_event, self.by_message) if g and g.until > now]
        return {
            "openid": self.openid,
            "name": self.name,
            "following": self.following,
            "left": sum(grant.left for grant in open_now),
            "window_seconds": max((int(grant.until - now) for grant in open_now), default=0),
            "typing": self.typing_until > now,
        }
