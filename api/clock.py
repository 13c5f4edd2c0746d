"""The one source of time. A rehearsal may start it elsewhere (`ROAMDESK_CLOCK`)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

_offset = timedelta()


def now() -> datetime:
    """Return the product's present instant, aware, in UTC."""
    return datetime.now(UTC) + _offset


def real() -> datetime:
    """Return the machine's own instant, which a rehearsal does not move: other machines stamp
    what they send by theirs."""
    return datetime.now(UTC)


def start_at(instant: datetime | None) -> None:
    """Let the product's clock start at `instant` (aware) and run on from there.

    `None` puts the real time back.
    """
    global _offset
    _offset = instant - datetime.now(UTC) if instant is not None else timedelta()


def rehearsing() -> bool:
    """Tell whether the clock was moved: every staff page then says 演练."""
    return _offset != timedelta()
