"""Working days: against a second library, the overlay, and the year whose notice is to come."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.settings import DATA
from api.tickets.calendar import WorkCalendar, load_calendar

# The notice for 2006 made this Saturday a working day; chinesecalendar's 2005 lacks it.
KNOWN_DIFFERENCES = {date(2005, 12, 31)}


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return load_calendar(DATA / "calendar")


@pytest.mark.parametrize("year", range(2004, 2027))
def test_every_day_agrees_with_a_second_library(calendar: WorkCalendar, year: int) -> None:
    day, end = date(year, 1, 1), date(year, 12, 31)
    differing = set()
    while day <= end:
        if calendar.is_working_day(day) != chinese_calendar.is_workday(day):
            differing.add(day)
        day += timedelta(days=1)
    assert differing <= KNOWN_DIFFERENCES


def test_a_shifted_weekend_is_a_working_day(calendar: WorkCalendar) -> None:
    assert calendar.is_working_day(date(2026, 10, 10))  # Saturday, for 7 October
    assert not calendar.is_working_day(date(2026, 10, 7))
    assert not calendar.is_working_day(date(2026, 10, 11))


def test_the_national_day_week_is_walked_over(calendar: WorkCalendar) -> None:
    # 30 Sep is Wednesday; 1-7 Oct off; Thu 8, Fri 9 and the working Saturday 10 count.
    assert calendar.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_the_start_is_never_counted(calendar: WorkCalendar) -> None:
    assert calendar.add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert calendar.add_working_days(date(2026, 11, 21), 1) == date(2026, 11, 23)


@pytest.mark.parametrize("days", [0, -1, 100_000])
def test_a_senseless_count_is_refused(calendar: WorkCalendar, days: int) -> None:
    with pytest.raises(ValueError, match="days must be"):
        calendar.add_working_days(date(2026, 1, 1), days)


@settings(max_examples=60, deadline=None)
@given(start=st.dates(date(2020, 1, 1), date(2029, 12, 31)), days=st.integers(1, 40))
def test_exactly_so_many_working_days_lie_between(start: date, days: int) -> None:
    calendar = WorkCalendar({})
    end = calendar.add_working_days(start, days)
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(calendar.is_working_day, between)) == days
    assert calendar.is_working_day(end)


def test_2027_is_not_announced_and_has_no_working_weekend(calendar: WorkCalendar) -> None:
    assert calendar.announced(2026)
    assert not calendar.announced(2027)
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    off = [day for day in days if day.weekday() < 5 and not calendar.is_working_day(day)]
    assert [f"{day:%m-%d}" for day in off] == [
        "01-01",
        "02-05",
        "02-08",
        "02-09",
        "02-10",
        "04-05",
        "05-03",
        "05-04",
        "06-09",
        "09-15",
        "10-01",
        "10-04",
        "10-05",
    ]
    assert not any(calendar.is_working_day(day) for day in days if day.weekday() >= 5)


def _overlay(folder: Path, text: str) -> Path:
    (folder / "cn.yml").write_text(text, encoding="utf-8")
    return folder


def test_the_overlay_goes_before_the_library(tmp_path: Path) -> None:
    calendar = load_calendar(
        _overlay(
            tmp_path,
            """
days:
  - {date: 2027-02-20, working: yes, name: 演示, source: 演示用的通知, as_of: 2026-11-22}
  - {date: 2027-02-11, working: no, name: 演示, source: 演示用的通知, as_of: 2026-11-22}
""".replace("yes", "true").replace(" no,", " false,"),
        )
    )
    assert calendar.is_working_day(date(2027, 2, 20))
    assert not calendar.is_working_day(date(2027, 2, 11))
    assert calendar.announced(2027)
    assert not calendar.announced(2028)


@pytest.mark.parametrize(
    "row",
    [
        "{date: 2027-02-20, working: true, name: 演示, as_of: 2026-11-22}",
        "{date: 2027-02-30, working: true, name: 演示, source: 演示用的通知, as_of: 2026-11-22}",
        "{date: 2027-02-20, work: true, name: 演示, source: 演示用的通知, as_of: 2026-11-22}",
        "{date: [",
    ],
)
def test_a_row_that_does_not_fit_stops_the_start(tmp_path: Path, row: str) -> None:
    with pytest.raises(ValueError, match=r"cn\.yml"):
        load_calendar(_overlay(tmp_path, f"days:\n  - {row}\n"))


def test_an_empty_folder_is_no_overlay(tmp_path: Path) -> None:
    assert not load_calendar(tmp_path).is_working_day(date(2026, 10, 1))
