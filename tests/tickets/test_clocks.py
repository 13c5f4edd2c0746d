"""The five clocks: Beijing's days, the day of arrival not counted, shifted holidays."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.settings import DATA
from api.tickets.calendar import load_calendar
from api.tickets.clocks import BEIJING, CLOCKS, due_at, end_of, last_day, state

CALENDAR = load_calendar(DATA / "calendar")
INSTANTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def beijing(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)  # type: ignore[arg-type,misc]


def test_the_names_are_the_contracts() -> None:
    assert list(CLOCKS) == ["acknowledge", "first_check", "first_answer", "result", "result_legal"]
    assert [clock.span for clock in CLOCKS.values()] == [
        "24 小时",
        "24 小时",
        "3 个工作日",
        "15 个工作日",
        "15 个自然日",
    ]


@pytest.mark.parametrize("name", ["acknowledge", "first_check"])
def test_hours_run_through_a_holiday(name: str) -> None:
    arrived = beijing(2026, 10, 1, 9, 30)
    assert due_at(name, arrived, CALENDAR) == beijing(2026, 10, 2, 9, 30)


@pytest.mark.parametrize(
    ("name", "arrived", "last"),
    [
        # Sunday 22 November 2026: Monday is the first day.
        ("first_answer", beijing(2026, 11, 22, 12, 0), date(2026, 11, 25)),
        ("result", beijing(2026, 11, 22, 12, 0), date(2026, 12, 11)),
        ("result_legal", beijing(2026, 11, 22, 12, 0), date(2026, 12, 7)),
        # The eve of National Day: 8, 9 and the working Saturday 10 October.
        ("first_answer", beijing(2026, 9, 30, 23, 59), date(2026, 10, 10)),
        ("result_legal", beijing(2026, 9, 30, 23, 59), date(2026, 10, 15)),
        # One minute later it is 1 October, a holiday: the same working days are left.
        ("first_answer", beijing(2026, 10, 1, 0, 0), date(2026, 10, 10)),
        ("result_legal", beijing(2026, 10, 1, 0, 0), date(2026, 10, 16)),
        # Before the Spring Festival of 2026: 14 Feb works, 15-23 off, 28 Feb works.
        ("result", beijing(2026, 2, 13, 8, 0), date(2026, 3, 12)),
        # Over the year's end: 1 to 3 January off, Sunday the 4th works.
        ("first_answer", beijing(2025, 12, 31, 10, 0), date(2026, 1, 6)),
    ],
)
def test_a_clock_of_days_ends_with_its_last_day(name: str, arrived: datetime, last: date) -> None:
    due = due_at(name, arrived, CALENDAR)
    assert due == end_of(last)
    assert last_day(due) == last
    assert due.tzinfo is UTC


def test_the_day_of_arrival_is_beijings_and_not_the_servers() -> None:
    # 17:00 UTC on Monday is already Tuesday in Beijing.
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    early = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert last_day(due_at("first_answer", late, CALENDAR)) == date(2026, 11, 27)
    assert last_day(due_at("first_answer", early, CALENDAR)) == date(2026, 11, 26)
    elsewhere = late.astimezone(timezone(timedelta(hours=-8)))
    assert due_at("result", elsewhere, CALENDAR) == due_at("result", late, CALENDAR)


def test_an_instant_without_a_zone_and_an_unknown_clock_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due_at("result", datetime(2026, 1, 1), CALENDAR)  # noqa: DTZ001
    with pytest.raises(KeyError):
        due_at("lunch", beijing(2026, 1, 1), CALENDAR)


@given(arrived=INSTANTS, name=st.sampled_from(sorted(CLOCKS)))
def test_every_deadline_lies_ahead_and_days_end_at_beijings_midnight(
    arrived: datetime, name: str
) -> None:
    due = due_at(name, arrived, CALENDAR)
    assert due - arrived >= timedelta(hours=24)
    if CLOCKS[name].unit != "hours":
        assert due.astimezone(BEIJING).time().isoformat() == "00:00:00"


@given(first=INSTANTS, second=INSTANTS, name=st.sampled_from(sorted(CLOCKS)))
def test_who_comes_later_is_never_due_earlier(first: datetime, second: datetime, name: str) -> None:
    early, late = sorted((first, second))
    assert due_at(name, early, CALENDAR) <= due_at(name, late, CALENDAR)


DUE = end_of(date(2026, 11, 25))
A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("met_at", "now", "extended", "expected"),
    [
        (None, DUE - A_SECOND, False, "running"),
        (None, DUE - A_SECOND, True, "extended"),
        (None, DUE, False, "missed"),
        (None, DUE, True, "missed"),
        (DUE - A_SECOND, DUE + A_SECOND, False, "met"),
        (DUE - A_SECOND, DUE - A_SECOND, True, "met"),
        (DUE, DUE + A_SECOND, False, "missed"),
        (DUE + A_SECOND, DUE + A_SECOND, True, "missed"),
    ],
)
def test_the_state_of_a_clock(
    met_at: datetime | None, now: datetime, extended: bool, expected: str
) -> None:
    assert state(DUE, met_at, now, extended) == expected
