"""A circuit breaker: after failures in a row, leave the other side alone for a while."""

import time
from collections.abc import Callable
from typing import Literal

FAILURES_TO_OPEN = 3
PAUSE_SECONDS = 30.0


class Breaker:
    """closed: ask. open: do not ask until the pause is over. half_open: one trial is under way.

    `monotonic` gives seconds and is a seam for tests. Not for several threads.
    """

    def __init__(
        self,
        *,
        failures_to_open: int = FAILURES_TO_OPEN,
        pause_seconds: float = PAUSE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures_to_open = failures_to_open
        self._pause_seconds = pause_seconds
        self._monotonic = monotonic
        self._failures = 0
        self._opened_at: float | None = None
        self._trial = False

    @property
    def state(self) -> Literal["closed", "open", "half_open"]:
        if self._opened_at is None:
            return "closed"
        return "half_open" if self._trial else "open"

    def allows(self) -> bool:
        """Tell whether to ask now. After a pause exactly one caller is told yes, as the trial;
        each who was told yes says how it went: `succeeded`, `failed` or `abandoned`."""
        if self._opened_at is None:
            return True
        if self._trial or self._monotonic() - self._opened_at < self._pause_seconds:
            return False
        self._trial = True
        return True

    def succeeded(self) -> None:
        self._failures = 0
        self._opened_at = None
        self._trial = False

    def failed(self) -> None:
        self._failures += 1
        if self._trial or self._failures >= self._failures_to_open:
            self._opened_at = self._monotonic()
        self._trial = False

    def abandoned(self) -> None:
        """The caller went away before it knew: the next one may try."""
        self._trial = False
