"""The clocks of a complaint: when each is due, and how it stands. Pure: no I/O, no time of its own.

The day of arrival is not counted. A clock of days is due when its last day ends in Beijing, that
is at 00:00 of the day after: what is done before that instant is in time, at it is late.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from api.tickets.calendar import WorkCalendar

BEIJING = ZoneInfo("Asia/Shanghai")

Unit = Literal["hours", "working_days", "calendar_days"]
State = Literal["running", "met", "missed", "extended"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline's rule; `length` counts `unit`s, `rule` is a citation's id."""

    name: str
    title: str
    length: int
    unit: Unit
    rule: str

    @property
    def span(self) -> str:
        """The length in words, as in 3 个工作日."""
        words = {"hours": "小时", "working_days": "个工作日", "calendar_days": "个自然日"}
        return f"{self.length} {words[self.unit]}"


CLOCKS: Mapping[str, Clock] = MappingProxyType(
    {
        clock.name: clock
        for clock in (
            Clock("acknowledge", "受理确认", 24, "hours", "P2"),
            Clock("first_check", "首次核查", 24, "hours", "P2"),
            Clock("first_answer", "首次答复", 3, "working_days", "P5"),
            Clock("result", "处理结果", 15, "working_days", "P4"),
            Clock("result_legal", "法定答复期限", 15, "calendar_days", "public.miit-35"),
        )
    }
)


def due_at(name: str, arrived: datetime, calendar: WorkCalendar) -> datetime:
    """Return the instant (aware, UTC) at which clock `name` is over for what came at `arrived`.

    Raises KeyError for an unknown name and ValueError for an instant without a time zone.
    """
    clock = CLOCKS[name]
    if arrived.tzinfo is None:
        raise ValueError("arrived needs a time zone")
    if clock.unit == "hours":
        return arrived.astimezone(UTC) + timedelta(hours=clock.length)
    day = arrived.astimezone(BEIJING).date()
    if clock.unit == "working_days":
        return end_of(calendar.add_working_days(day, clock.length))
    return end_of(day + timedelta(days=clock.length))


def end_of(day: date) -> datetime:
    """Return the instant (UTC) at which `day` ends in Beijing: its 24:00."""
    return datetime.combine(day + timedelta(days=1), time(), BEIJING).astimezone(UTC)


def last_day(due: datetime) -> date:
    """Return the Beijing day within which to act for a clock due at `due`.

    Use it to show a clock of days: due at 26 November 00:00 means until the 25th, 24:00.
    """
    return (due.astimezone(BEIJING) - timedelta(microseconds=1)).date()


def state(due: datetime, met_at: datetime | None, now: datetime, extended: bool) -> State:
    """Tell how a clock stands at `now`; `due` is the extended date where there is one.

    What came too late stays missed, also after it was done.
    """
    if met_at is not None:
        return "met" if met_at < due else "missed"
    if now >= due:
        return "missed"
    return "extended" if extended else "running"
