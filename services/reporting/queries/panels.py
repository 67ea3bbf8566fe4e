"""A panel: its figures of a period with the same period of the year before beside them, from counters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chassis.eventstore import Connection
from chassis.sight import Sight
from services.reporting.queries.definitions import Panel
from services.reporting.queries.figures import AsOf, as_of, names_of
from services.reporting.queries.periods import EARLIEST, Period, Span, spans_of, spans_up_to
from services.reporting.queries.terms import TOTAL, Combined, Measure

NOW, BEFORE = "now", "before"

# One look into the index for each span of each measure: as many as a panel has measures times six, however many events there are.
SUMS = """
SELECT s.which, s.measure, s.dim, c.value, c.district, sum(c.counts)::bigint AS counts, sum(c.out_of)::bigint AS out_of
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[]) AS s(which, measure, dim, grain, first, last)
CROSS JOIN LATERAL (
    SELECT c.value, CASE WHEN s.dim = '' THEN c.district ELSE '' END AS district, sum(c.counts) AS counts, sum(c.out_of) AS out_of
    FROM figure_cells c
    WHERE c.measure = s.measure AND c.dim = s.dim AND c.grain = s.grain AND c.day BETWEEN s.first AND s.last
      AND ($7::text[] IS NULL OR c.district = ANY($7))
    GROUP BY 1, 2
) AS c
GROUP BY 1, 2, 3, 4, 5 HAVING sum(c.counts) <> 0 OR sum(c.out_of) <> 0
"""
SERIES = """
SELECT s.which, s.measure, date_trunc($8, c.day)::date AS day, sum(c.counts)::bigint AS counts, sum(c.out_of)::bigint AS out_of
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[]) AS s(which, measure, dim, grain, first, last)
CROSS JOIN LATERAL (
    SELECT c.day, sum(c.counts) AS counts, sum(c.out_of) AS out_of FROM figure_cells c
    WHERE c.measure = s.measure AND c.dim = s.dim AND c.grain = s.grain AND c.day BETWEEN s.first AND s.last
      AND ($7::text[] IS NULL OR c.district = ANY($7))
    GROUP BY 1
) AS c
GROUP BY 1, 2, 3
"""
Sum = tuple[int, int]


@dataclass(slots=True)
class Sums:
    """What the measures of a panel come to: `counts` and `out_of`, now and the year before."""

    of: dict[tuple[str, str, str, str, str], Sum] = field(default_factory=dict)
    points: dict[tuple[str, str], dict[date, Sum]] = field(default_factory=lambda: defaultdict(dict))

    def total(self, which: str, measure: Measure, district: str | None = None) -> Sum:
        """Of all districts, or of one."""
        return _added(
            sums for (w, name, dim, _, where), sums in self.of.items()
            if (w, name, dim) == (which, measure.name, TOTAL) and district in (None, where)
        )  # fmt: skip

    def value(self, which: str, measure: Measure, dim: str, value: str) -> Sum:
        """Of one value of a dimension."""
        return self.of.get((which, measure.name, dim, value, ""), (0, 0))

    def values(self, measures: Iterable[Measure], dim: str) -> list[str]:
        """The values of a dimension that any of these measures has."""
        names = {measure.name for measure in measures}
        return sorted({value for _, name, d, value, _ in self.of if name in names and d == dim})

    def districts(self, measures: Iterable[Measure]) -> list[str]:
        """The districts in which any of these measures has something."""
        names = {measure.name for measure in measures}
        return sorted({where for _, name, dim, _, where in self.of if name in names and dim == TOTAL})


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
        sums = Sums()
        await _sum_up(connection, panel.measures, of, dim, districts, sums)
        await _trace(connection, panel.measures, of, districts, sums)
        return Shown(at, of, sums, await names_of(connection))


Looks = list[tuple[str, str, str, str, date, date]]


def _looks(measure: Measure, dim: str, which: str, spans: Iterable[Span]) -> Looks:
    return [(which, measure.name, dim, span.grain, span.first, span.last) for span in spans]


def _periods(period: Period) -> Iterable[tuple[str, Period]]:
    return (NOW, period), (BEFORE, period.year_before)


async def _sum_up(
    connection: Connection, measures: Sequence[Measure], period: Period, dim: str, districts: Sequence[str] | None, sums: Sums
) -> None:
    looks: Looks = []
    for measure in measures:
        dims = (TOTAL, dim) if dim and any(one.name == dim for one in measure.dimensions) else (TOTAL,)
        for which, of in _periods(period):
            spans = [*(spans_of(of) if measure.until is None else spans_up_to(of.last))]
            for one in dims:
                looks += _looks(measure, one, which, spans)
    for row in await connection.fetch(SUMS, *_columns(looks), districts):
        which, name, of_dim, value, district, counts, out_of = row.values()
        sums.of[which, name, of_dim, value, district] = (counts, out_of)


async def _trace(
    connection: Connection, measures: Sequence[Measure], period: Period, districts: Sequence[str] | None, sums: Sums
) -> None:
    """The points of each measure, day by day or month by month; a stock is what it was before, and what came and went since."""
    looks: Looks = []
    bases: Looks = []
    for measure in measures:
        for which, of in _periods(period):
            looks += _looks(measure, TOTAL, which, [Span("d", of.first, of.last)] if period.daily else spans_of(of))
            if measure.until is not None and of.first > EARLIEST:
                bases += _looks(measure, TOTAL, which, spans_up_to(of.first - timedelta(days=1)))
    unit = "day" if period.daily else "month"
    found: dict[tuple[str, str], dict[date, Sum]] = defaultdict(dict)
    for row in await connection.fetch(SERIES, *_columns(looks), districts, unit):
        found[row["which"], row["measure"]][row["day"]] = (row["counts"], row["out_of"])
    begun: dict[tuple[str, str], Sum] = {}
    for row in await connection.fetch(SUMS, *_columns(bases), districts) if bases else ():
        before = begun.get((row["which"], row["measure"]), (0, 0))
        begun[row["which"], row["measure"]] = (before[0] + row["counts"], before[1] + row["out_of"])
    for measure in measures:
        for which, of in _periods(period):
            key = which, measure.name
            base = (0, 0)
            for day in points_of(of, daily=period.daily):
                point = found[key].get(day, (0, 0))
                if measure.until is not None:
                    base = _added((base if sums.points[key] else begun.get(key, (0, 0)), point))
                    point = base
                sums.points[key][day] = point


def points_of(period: Period, *, daily: bool) -> list[date]:
    """The days, or the first days of the months, of a period."""
    if daily:
        return [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
    months = range(period.first.year * 12 + period.first.month - 1, period.last.year * 12 + period.last.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def _columns(looks: Looks) -> list[list[Any]]:
    return [list(column) for column in zip(*looks, strict=True)]


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
