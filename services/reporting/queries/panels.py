"""A panel: its figures of a period with the same period of the year before beside them, from counters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chassis.eventstore import Connection
from chassis.sight import Sight
from services.reporting.queries.counters import NOTHING, Counted, Days, Sum, add, by_month, counted, of_days
from services.reporting.queries.definitions import Panel
from services.reporting.queries.figures import AsOf, as_of, names_of
from services.reporting.queries.periods import EARLIEST, Period, Span, months_of, spans_of, spans_up_to
from services.reporting.queries.terms import TOTAL, Combined, Measure

NOW, BEFORE = "now", "before"


@dataclass(slots=True)
class Sums:
    """What the measures of a panel come to, now and the year before: by district, by value of a dimension, point by point."""

    in_districts: dict[tuple[str, str], dict[str, Sum]] = field(default_factory=lambda: defaultdict(dict))
    of_values: dict[tuple[str, str, str], dict[str, Sum]] = field(default_factory=lambda: defaultdict(dict))
    points: dict[tuple[str, str], dict[date, Sum]] = field(default_factory=lambda: defaultdict(dict))

    def add_days(self, which: str, measure: str, dim: str, days: Days, span: Span) -> None:
        """The days of a span."""
        for district, pair in days.totals[measure, span].items():
            add(self.in_districts[which, measure], district, pair)
        for value, pair in days.values[measure, span].items():
            add(self.of_values[which, measure, dim], value, pair)

    def add_counted(self, which: str, one: Counted) -> None:
        """What counters say."""
        if one.dim == TOTAL:
            add(self.in_districts[which, one.measure], one.district, one.sum)
        else:
            add(self.of_values[which, one.measure, one.dim], one.value, one.sum)

    def total(self, which: str, measure: Measure, district: str | None = None) -> Sum:
        """Of all districts, or of one."""
        found = self.in_districts[which, measure.name]
        return _added(found.values()) if district is None else found.get(district, NOTHING)

    def value(self, which: str, measure: Measure, dim: str, value: str) -> Sum:
        """Of one value of a dimension."""
        return self.of_values[which, measure.name, dim].get(value, NOTHING)

    def values(self, measures: Iterable[Measure], dim: str) -> list[str]:
        """The values of a dimension that any of these measures has."""
        return _told(self.of_values[which, measure.name, dim] for measure in measures for which in (NOW, BEFORE))

    def districts(self, measures: Iterable[Measure]) -> list[str]:
        """The districts in which any of these measures has something."""
        return _told(self.in_districts[which, measure.name] for measure in measures for which in (NOW, BEFORE))


def _told(sums: Iterable[Mapping[str, Sum]]) -> list[str]:
    return sorted({key for found in sums for key, pair in found.items() if pair != NOTHING})


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel's sums, up to where they were computed, of which period, and the districts' names."""

    as_of: AsOf
    period: Period
    sums: Sums
    names: Mapping[str, str]


async def shown(sight: Sight, panel: Panel, period: Period | None, dim: str, districts: Sequence[str] | None) -> Shown:
    """A panel of a period (None: this year so far, by the copy), as of one moment; broken down by `dim`, unless it is empty."""
    async with sight.acquire(steady=True) as connection:
        at = await as_of(connection)
        today = at.day or date(1970, 1, 1)
        of = (period or Period(today.replace(month=1, day=1), today)).until(today)
        # Before the first generation no tables are there that counters stand in.
        sums = await sums_of(connection, panel.measures, of, dim, districts) if at.generation else Sums()
        return Shown(at, of, sums, await names_of(connection))


async def sums_of(
    connection: Connection, measures: Sequence[Measure], period: Period, dim: str, districts: Sequence[str] | None
) -> Sums:
    """What measures come to in a period and the year before, by a dimension unless it is empty, and point by point."""
    sums, days = Sums(), await _days(connection, measures, period, dim, districts)
    for which, of in _periods(period):
        spans = {measure.name: _spans(measure, of) for measure in measures}
        await _add_up(connection, which, spans, dim, districts, days, sums)
    await _trace(connection, measures, period, districts, days, sums)
    return sums


def _periods(period: Period) -> Iterable[tuple[str, Period]]:
    return (NOW, period), (BEFORE, period.year_before)


def _spans(measure: Measure, period: Period) -> list[Span]:
    """What a measure of a period is the sum of: a stock of all that came and went up to its end.

    A period that is told day by day and has no whole months only is the sum of its days, which are read in any case.
    """
    if measure.until is not None:
        return [*spans_up_to(period.last)]
    spans = [*spans_of(period)]
    return [Span("d", period.first, period.last)] if period.daily and any(span.grain == "d" for span in spans) else spans


def _before(measure: Measure, period: Period) -> list[Span]:
    """What a stock was when a period began is the sum of."""
    return [*spans_up_to(period.first - timedelta(days=1))] if measure.until is not None and period.first > EARLIEST else []


async def _days(
    connection: Connection, measures: Sequence[Measure], period: Period, dim: str, districts: Sequence[str] | None
) -> Days:
    """All days that a panel needs, read at once: those around whole months, and each of a period that is told day by day."""
    wanted = {
        measure.name: {
            span
            for _, of in _periods(period)
            for span in (*_spans(measure, of), *_before(measure, of), *(() if period.daily else months_of(of)))
            if span.grain == "d"
        }
        for measure in measures
    }
    points = [Span("d", of.first, of.last) for _, of in _periods(period)] if period.daily else []
    return await of_days(connection, wanted, dim, districts, points)


async def _add_up(
    connection: Connection, which: str, spans: Mapping[str, Sequence[Span]], dim: str, districts: Sequence[str] | None,
    days: Days, sums: Sums,
) -> None:  # fmt: skip
    """Add what the spans of each measure come to: days from the rows of facts, months and years from counters."""
    for name, of in spans.items():
        for span in of:
            if span.grain == "d":
                sums.add_days(which, name, dim, days, span)
    looks = {name: [span for span in of if span.grain != "d"] for name, of in spans.items()}
    for one in await counted(connection, looks, (TOTAL, dim) if dim else (TOTAL,), districts):
        sums.add_counted(which, one)


async def _trace(
    connection: Connection, measures: Sequence[Measure], period: Period, districts: Sequence[str] | None, days: Days, sums: Sums
) -> None:
    """The points of each measure, day by day or month by month; a stock is what it was before, and what came and went since."""
    begun = Sums()
    for which, of in _periods(period):
        before = {measure.name: _before(measure, of) for measure in measures}
        await _add_up(connection, which, before, TOTAL, districts, days, begun)
        found = days.points if period.daily else await _monthly(connection, measures, of, districts, days)
        for measure in measures:
            base = begun.total(which, measure)
            for day in points_of(of, daily=period.daily):
                point = found.get((measure.name, day), NOTHING)
                if measure.until is not None:
                    point = base = _added((base, point))
                sums.points[which, measure.name][day] = point


async def _monthly(
    connection: Connection, measures: Sequence[Measure], period: Period, districts: Sequence[str] | None, days: Days
) -> Mapping[tuple[str, date], Sum]:
    """What each month adds: from its counters, or from its days where the period has not all of it."""
    spans = [*months_of(period)]
    found = {**await by_month(connection, measures, [span for span in spans if span.grain == "m"], districts)}
    for measure in measures:
        for span in spans:
            if span.grain == "d":
                key = measure.name, span.first.replace(day=1)
                found[key] = _added((found.get(key, NOTHING), *days.totals[measure.name, span].values()))
    return found


def points_of(period: Period, *, daily: bool) -> list[date]:
    """The days, or the first days of the months, of a period."""
    if daily:
        return [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
    months = range(period.first.year * 12 + period.first.month - 1, period.last.year * 12 + period.last.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def _added(sums: Iterable[Sum]) -> Sum:
    counts = out_of = 0
    for one, of in sums:
        counts, out_of = counts + one, out_of + of
    return counts, out_of


def combined(figure: Measure | Combined, sum_of: Any) -> Sum:
    """A figure's sums: a measure's own, or those of what it is made of; `sum_of` tells a measure's."""
    if isinstance(figure, Measure):
        own: Sum = sum_of(figure)
        return own
    counts = sum(sum_of(measure)[0] for measure in figure.counts)
    return counts, sum(sum_of(measure)[1 if measure.share else 0] for measure in figure.out_of)
