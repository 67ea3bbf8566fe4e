"""Working days and due dates: the dates of the law's own examples in 2026, unknown years, overrides, month ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.calendar import DueDate, WorkingDays, end_of
from chassis.domain import CHINA, day_of

DAYS = WorkingDays()
UNKNOWN = date(2190, 1, 5)  # a Tuesday of a year whose holidays nobody knows


@pytest.mark.parametrize(
    ("start", "length", "last"),
    [
        pytest.param(date(2026, 9, 18), 2, date(2026, 9, 21), id="cash to the agency: a working Sunday counts (APL 71, 85)"),
        pytest.param(date(2026, 9, 24), 7, date(2026, 10, 12), id="evidence pre-registered over the holiday (APL 56, 85)"),
        pytest.param(date(2026, 9, 28), 5, date(2026, 10, 10), id="hearing requested by a working Saturday (APL 64, 85)"),
        pytest.param(date(2026, 9, 28), 7, date(2026, 10, 13), id="hearing not before the seventh day (APL 64, 85)"),
        pytest.param(date(2026, 9, 29), 7, date(2026, 10, 14), id="service in the party's absence (APL 61, 85)"),
        pytest.param(date(2026, 9, 30), 3, date(2026, 10, 10), id="publication withdrawn (APL 48, 85)"),
        pytest.param(date(2026, 3, 31), 10, date(2026, 4, 15), id="re-inspection over the Qingming holiday"),
    ],
)
def test_working_days_of_2026(start: date, length: int, last: date) -> None:
    assert DAYS.due(start, length, "working-day") == DueDate(last, provisional=False)


@pytest.mark.parametrize(
    ("start", "length", "unit", "rolls", "last"),
    [
        pytest.param(date(2026, 9, 20), 15, "calendar-day", True, date(2026, 10, 8), id="payment rolls over a holiday (APL 67)"),
        pytest.param(date(2026, 9, 20), 15, "calendar-day", False, date(2026, 10, 5), id="the same, if it did not roll"),
        pytest.param(date(2026, 3, 2), 90, "calendar-day", False, date(2026, 5, 31), id="decision in 90 days, a Sunday (APL 60)"),
        pytest.param(date(2026, 3, 2), 30, "calendar-day", False, date(2026, 4, 1), id="seizure (ACL 25)"),
        pytest.param(date(2026, 1, 31), 1, "month", False, date(2026, 2, 28), id="month end: shorter month"),
        pytest.param(date(2024, 1, 31), 1, "month", False, date(2024, 2, 29), id="month end: leap year"),
        pytest.param(date(2026, 1, 31), 3, "month", False, date(2026, 4, 30), id="month end: three months"),
        pytest.param(date(2026, 11, 30), 3, "month", False, date(2027, 2, 28), id="month end: over the year"),
        pytest.param(date(2026, 12, 15), 12, "month", False, date(2027, 12, 15), id="twelve months"),
        pytest.param(date(2024, 2, 29), 1, "year", False, date(2025, 2, 28), id="leap day, a year later"),
        pytest.param(date(2024, 2, 29), 2, "year", False, date(2026, 2, 28), id="leap day, two years later"),
    ],
)  # fmt: skip
def test_other_units(start: date, length: int, unit: str, rolls: bool, last: date) -> None:
    assert DAYS.due(start, length, unit, rolls=rolls) == DueDate(last, provisional=False)


def test_an_unknown_unit_is_an_error() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        DAYS.due(date(2026, 1, 1), 1, "fortnight")


def test_days_of_a_year_that_nobody_knows_are_provisional() -> None:
    """Weekends are still free."""
    assert DAYS.is_working(UNKNOWN) == (True, True)
    assert DAYS.due(UNKNOWN, 5, "working-day") == DueDate(UNKNOWN + timedelta(days=7), provisional=True)
    assert DAYS.due(UNKNOWN, 4, "calendar-day", rolls=True) == DueDate(UNKNOWN + timedelta(days=6), provisional=True)
    assert DAYS.due(UNKNOWN, 4, "calendar-day") == DueDate(UNKNOWN + timedelta(days=4), provisional=False)


def test_overrides_win_over_the_library_and_over_ignorance() -> None:
    typhoon = WorkingDays({date(2026, 9, 21): False, date(2026, 9, 19): True, UNKNOWN + timedelta(days=1): False})
    assert typhoon.due(date(2026, 9, 18), 2, "working-day") == DueDate(date(2026, 9, 20), provisional=False)
    assert typhoon.due(date(2026, 9, 20), 1, "calendar-day", rolls=True) == DueDate(date(2026, 9, 22), provisional=False)
    assert typhoon.is_working(UNKNOWN + timedelta(days=1)) == (False, False)


@given(start=st.dates(date(2021, 1, 1), date(2026, 6, 30)), length=st.integers(1, 60))
def test_the_last_of_n_working_days_is_a_working_day_with_n_of_them_up_to_it(start: date, length: int) -> None:
    last = DAYS.due(start, length, "working-day").day
    days = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(DAYS.is_working(day)[0] for day in days) == length
    assert DAYS.is_working(last)[0]


@given(start=st.dates(date(2021, 1, 1), date(2026, 6, 30)), months=st.integers(0, 60))
def test_months_keep_the_day_or_end_with_the_month(start: date, months: int) -> None:
    last = DAYS.due(start, months, "month").day
    assert (last.year - start.year) * 12 + last.month - start.month == months
    assert last.day == start.day or (last.day < start.day and (last + timedelta(days=1)).day == 1)


def test_a_day_in_china_ends_at_midnight_there() -> None:
    assert day_of(datetime(2026, 9, 18, 15, 59, 59, tzinfo=UTC)) == date(2026, 9, 18)
    assert day_of(datetime(2026, 9, 18, 16, 0, tzinfo=UTC)) == date(2026, 9, 19)
    assert end_of(date(2026, 9, 18)) == datetime(2026, 9, 18, 16, 0, tzinfo=UTC)
    assert end_of(date(2026, 9, 18)).tzinfo is CHINA


def test_last_day_that_there_is_has_an_end() -> None:
    """A clock that is armed for it stops no projection."""
    assert end_of(date.max) > end_of(date.max - timedelta(days=1))
