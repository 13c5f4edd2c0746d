"""Working days of mainland China, with its shifted holidays.

The `holidays` library knows the yearly notices; `data/calendar/*.yml` says what it does not know
yet or has wrong, each row with its source. See `data/calendar/README.md` for a year whose notice
is still to come.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

if TYPE_CHECKING:
    from holidays.countries.china import China

LONGEST_WALK_DAYS = 4000
"""A walk longer than this is a mistake in the question, not a long holiday."""


class OverlayDay(BaseModel):
    """One row of `data/calendar/*.yml`: a day on which the library is silent or wrong."""

    model_config = ConfigDict(extra="forbid")

    day: date = Field(alias="date")
    working: bool
    name: str
    source: str = Field(min_length=4)
    as_of: date


class OverlayFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: list[OverlayDay]


class WorkCalendar:
    """Tells working days; `overlay` (day -> working?) goes before the library."""

    def __init__(self, overlay: Mapping[date, bool]) -> None:
        self._overlay = dict(overlay)

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work on `day` (a date in Asia/Shanghai)."""
        known = self._overlay.get(day)
        return bool(self._library.is_working_day(day)) if known is None else known

    def add_working_days(self, start: date, days: int) -> date:
        """Return the `days`-th working day after `start`; `start` itself is never counted.

        Raises ValueError when `days` is below 1 or beyond any deadline there is.
        """
        if not 1 <= days <= LONGEST_WALK_DAYS // 2:
            raise ValueError(f"days must be from 1 to {LONGEST_WALK_DAYS // 2}, not {days}")
        day = start
        for _ in range(LONGEST_WALK_DAYS):
            day += timedelta(days=1)
            days -= self.is_working_day(day)
            if not days:
                return day
        raise ValueError("no working day found: is the overlay right?")

    def announced(self, year: int) -> bool:
        """Tell whether the shifted days of `year` are known.

        Before the State Council's notice (November of the year before) only the statutory days
        are, and a deadline in that year may still move by a few days.
        """
        if any(day.year == year for day in self._overlay):
            return True
        self._library.is_working_day(date(year, 1, 1))  # the library fills a year when asked
        # The first days of a year may be shifted by the notice of the year before.
        return any(day.year >= year and day.month > 1 for day in self._library.weekend_workdays)

    def warm(self) -> None:
        """Import the library now (1.7 s on 2 cores): call it in a thread at start."""
        self._library.is_working_day(date(2026, 1, 1))

    @cached_property
    def _library(self) -> "China":
        # Not at the top: this imports the tables of some 200 countries.
        from holidays.countries.china import China

        return China()  # type: ignore[no-untyped-call]


def load_calendar(folder: Path) -> WorkCalendar:
    """Read the overlay in `folder` (`*.yml`, in the order of their names; a later row wins).

    Raises ValueError, naming the file, when a row does not fit.
    """
    yaml = YAML(typ="safe")
    overlay: dict[date, bool] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            file = OverlayFile.model_validate(yaml.load(path) or {"days": []})
        except (ValueError, YAMLError) as error:
            raise ValueError(f"{path.name}: {error}") from error
        overlay.update({row.day: row.working for row in file.days})
    return WorkCalendar(overlay)
