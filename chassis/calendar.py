"""Working days and due dates: holidays from the chinesecalendar library, overridden by data; unknown years are provisional."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import chinese_calendar

from chassis.domain import CHINA


@dataclass(frozen=True, slots=True)
class DueDate:
    """A last day; provisional if it rests on days whose calendar is not published yet (weekends only)."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days are working days; `overrides` (day -> working?) come from the rulebook and win."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> tuple[bool, bool]:
        """Whether a day is a working day, and whether that is provisional."""
        if day in self.overrides:
            return self.overrides[day], False
        return _published(day)

    def due(self, start: date, length: int, unit: str, *, rolls: bool = False) -> DueDate:
        """The last day of a period that begins the day after `start` (the start day is not counted).

        `unit`: calendar-day, working-day, month or year; `rolls`: a last day that is no working day moves to the next one.
        Raises ValueError for another unit.
        """
        if unit == "working-day":
            return self._after_working_days(start, length)
        if unit == "calendar-day":
            last = start + timedelta(days=length)
        elif unit in ("month", "year"):
            last = _months_later(start, length * (12 if unit == "year" else 1))
        else:
            raise ValueError(f"not a unit of days: {unit!r}")
        return self._rolled(last) if rolls else DueDate(last, False)

    def _after_working_days(self, start: date, length: int) -> DueDate:
        day, provisional = start, False
        while length > 0:
            day += timedelta(days=1)
            working, unsure = self.is_working(day)
            provisional |= unsure
            length -= working
        return DueDate(day, provisional)

    def _rolled(self, day: date) -> DueDate:
        provisional = False
        while True:
            working, unsure = self.is_working(day)
            provisional |= unsure
            if working:
                return DueDate(day, provisional)
            day += timedelta(days=1)


@lru_cache(maxsize=2048)
def _published(day: date) -> tuple[bool, bool]:
    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:  # the library's word for a year whose calendar it does not know
        return day.weekday() < 5, True


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def end_of(day: date) -> datetime:
    """The first instant after a day in China: when a deadline "by that day" has passed."""
    if day == date.max:  # the last day that there is: a clock that was armed for it never fires, and stops no projection
        return datetime.combine(day, time.max, CHINA)
    return datetime.combine(day + timedelta(days=1), time.min, CHINA)
