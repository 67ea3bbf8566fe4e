"""Periods, and what a period is the sum of: counters of years and months, and days."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

EARLIEST = date.min
DAY = timedelta(days=1)
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
    return date(year, day.month, last if day == _ends_month(day) else min(day.day, last))


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
    """Counters of one grain ('y', 'm') from one day to another, which stand at their first day; or ('d') the days themselves.

    `less`: days that are taken away, of a month that is counted whole.
    """

    grain: str
    first: date
    last: date
    less: bool = False


def spans_of(period: Period) -> Iterator[Span]:
    """What a period is the sum of: its whole years, the whole months before and behind them, and the days around those."""
    for span in months_of(period):
        yield from (span,) if span.grain == "d" else _years(span)


def months_of(period: Period) -> Iterator[Span]:
    """The months of a period, and the days before and behind them.

    Of a month at its edge that it has the most of, the whole month, less the days that it has not: so no more than half a month
    is read day by day at either end.
    """
    first, last = period.first.replace(day=1), _ends_month(period.last)
    before = [Span("d", first, period.first - DAY, less=True)] if period.first > first else []
    behind = [Span("d", period.last + DAY, last, less=True)] if period.last < last else []
    if last == (ends := _ends_month(period.first)):
        if _days(*before, *behind) < _days(inside := Span("d", period.first, period.last)):
            yield from (*before, Span("m", first, last), *behind)
        else:
            yield inside
        return
    if _days(*before) >= _days(inside := Span("d", period.first, ends)):
        before, first = [inside], ends + DAY
    if _days(*behind) >= _days(inside := Span("d", begins := period.last.replace(day=1), period.last)):
        behind, last = [inside], begins - DAY
    yield from (*before, *([Span("m", first, last)] if first < last else []), *behind)


def _years(months: Span) -> Iterator[Span]:
    first, last = months.first.year + (months.first.month > 1), months.last.year - (months.last.month < 12)
    if last < first:
        yield months
        return
    if months.first.year < first:
        yield Span("m", months.first, date(months.first.year, 12, 31))
    yield Span("y", date(first, 1, 1), date(last, 12, 31))
    if last < months.last.year:
        yield Span("m", date(months.last.year, 1, 1), months.last)


def spans_up_to(day: date) -> Iterator[Span]:
    """What the stock of a day is the sum of."""
    return spans_of(Period(EARLIEST, day))


def after(day: date) -> date:
    """The day after."""
    return day + DAY


def _ends_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _days(*spans: Span) -> int:
    return sum((span.last - span.first).days + 1 for span in spans)
