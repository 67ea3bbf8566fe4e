"""The days of the pilot's year on which something happens: working days, a few apart, and the moment of each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

import chinese_calendar

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
MORNING = time(9, 0, tzinfo=CHINA)
ONE = timedelta(days=1)


def morning(day: date) -> datetime:
    """When the work of a day begins: 09:00 in China."""
    return datetime.combine(day, MORNING)


def working_days(first: date, last: date, stride: int) -> tuple[date, ...]:
    """Working days from `first` to `last`, each the furthest within `stride` days of the one before; the next one if none is."""
    days = [_next_working_day(first)]
    while (found := _furthest_within(days[-1], stride)) <= last:
        days.append(found)
    return tuple(days)


def _furthest_within(day: date, stride: int) -> date:
    reach = (day + n * ONE for n in range(stride, 0, -1))
    return next((one for one in reach if chinese_calendar.is_workday(one)), None) or _next_working_day(day + ONE)


def _next_working_day(day: date) -> date:
    while not chinese_calendar.is_workday(day):
        day += ONE
    return day


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which something happens, ascending."""

    all: tuple[date, ...]

    def after(self, day: date) -> date:
        """The first one after a day; ValueError if the year is over."""
        place = bisect_right(self.all, day)
        if place == len(self.all):
            raise ValueError(f"the year is over after {day}")
        return self.all[place]

    def between(self, after: date, upto: date) -> tuple[date, ...]:
        """Those after one day and up to another, inclusive."""
        return self.all[bisect_right(self.all, after) : bisect_right(self.all, upto)]

    def first_of_month(self, month: int) -> date:
        """The first one of a month; ValueError if it has none."""
        place = bisect_left(self.all, date(self.all[0].year, month, 1))
        if place == len(self.all) or self.all[place].month != month:
            raise ValueError(f"nothing happens in month {month}")
        return self.all[place]
