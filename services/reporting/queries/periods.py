"""Periods, and what a period is the sum of: counters of years and months, and days."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

EARLIEST = date.min
PERIOD = re.compile(r"(?P<year>[1-9][0-9]{3})(-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")
SHORT = 62  # days: a period up to this long is told day by day, a longer one month by month


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    @property
    def year_before(self) -> Period:
        """The same days a year earlier; the last of February is the last of February."""
        return Period(_year_before(self.first), _year_before(self.last))

    @property
    def daily(self) -> bool:
        """Whether it is told day by day."""
        return (self.last - self.first).days < SHORT

    def until(self, day: date) -> Period:
        """As far as it lies before or on a day; a period that lies behind it stays as it is."""
        return Period(self.first, min(self.last, day)) if self.first <= day else self


@lru_cache(maxsize=1024)
def _year_before(day: date) -> date:
    year = day.year - 1
    last = calendar.monthrange(year, day.month)[1]
    ends_month = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, day.month, last if ends_month else min(day.day, last))


def parsed(text: str) -> Period | None:
    """The period that a text names: `2021`, `2021-Q3` or `2021-09`; None if it names none."""
    told = PERIOD.fullmatch(text)
    if told is None:
        return None
    year = int(told["year"])
    if told["month"] is not None:
        return _months(year, int(told["month"]), 1)
    return _months(year, 1, 12) if told["quarter"] is None else _months(year, int(told["quarter"]) * 3 - 2, 3)


def _months(year: int, first: int, count: int) -> Period:
    last = first + count - 1
    return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


@dataclass(frozen=True, slots=True)
class Span:
    """Counters of one grain ('y', 'm') from one day to another, which stand at their first day; or ('d') the days themselves."""

    grain: str
    first: date
    last: date


def spans_of(period: Period) -> Iterator[Span]:
    """What a period is the sum of: its whole years, the whole months before and behind them, and the days around those."""
    for span in months_of(period):
        yield from (span,) if span.grain == "d" else _years(span)


def months_of(period: Period) -> Iterator[Span]:
    """The whole months of a period, and the days before and behind them."""
    month = period.first if period.first.day == 1 else _next_month(period.first)
    behind = period.last + timedelta(days=1) if period.last < date.max else period.last
    end = behind.replace(day=1)
    if end <= month:
        yield Span("d", period.first, period.last)
        return
    if period.first < month:
        yield Span("d", period.first, month - timedelta(days=1))
    yield Span("m", month, end - timedelta(days=1))
    if end <= period.last:
        yield Span("d", end, period.last)


def _years(months: Span) -> Iterator[Span]:
    year = months.first if months.first.month == 1 else date(months.first.year + 1, 1, 1)
    behind = months.last + timedelta(days=1)
    end = behind.replace(month=1)
    if end <= year:
        yield months
        return
    if months.first < year:
        yield Span("m", months.first, year - timedelta(days=1))
    yield Span("y", year, end - timedelta(days=1))
    if end <= months.last:
        yield Span("m", end, months.last)


def spans_up_to(day: date) -> Iterator[Span]:
    """What the stock of a day is the sum of."""
    return spans_of(Period(EARLIEST, day))


def after(day: date) -> date:
    """The day after."""
    return day + timedelta(days=1)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
