"""The counters that panels are answered from: what each row of a fact adds to each measure, kept as rows change.

What a row adds is a function of the row alone, so a change takes back what the row added before and adds what it adds now, in the
transaction of the fact. Guarded by tests/service/reporting/test_cells.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from chassis.projector import Batch
from services.reporting.queries.measures import MEASURES
from services.reporting.queries.terms import ENDLESS, TOTAL, Measure, Row

CELLS = "figure_cells"
Change = tuple[str, Row | None, Row]
"""A table, a row of it before a batch (None: it was not there), and after."""
Place = tuple[str, str, str, str, str]
"""Where a cell stands: measure, dimension, value, day, district."""
Sums = dict[Place, list[int]]


@dataclass(frozen=True, slots=True)
class Counter:
    """One measure, as it is counted."""

    measure: Measure
    told: Callable[[Row], tuple[Any, ...]]  # all of a row that matters to where and how much it counts

    def counted(self, row: Row | None) -> tuple[Any, ...] | None:
        """What a row is counted by; None if it does not count."""
        if row is None or row[self.measure.day] is None:
            return None
        for condition in self.measure.where:
            if not condition.holds(row):
                return None
        out_of = self.measure.out_of
        return self.told(row), self.measure.counts.of(row), 0 if out_of is None else out_of.of(row)

    def add(self, row: Row, sign: int, sums: Sums) -> None:
        """Add what a row adds to its cells, or take it back (`sign` -1)."""
        name, district = self.measure.name, row["district"]
        for dim, value, day, counts, out_of in _entries(self.measure, row):
            cell = sums[name, dim, value, day, district]
            cell[0] += sign * counts
            cell[1] += sign * out_of


def _counter(measure: Measure) -> Counter:
    columns = dict.fromkeys((
        measure.day, "district", *(d.column for d in measure.by), *(d.column for d in measure.bands),
        *((measure.until,) if measure.until else ()), *(c for c, _, _ in (measure.parts.parts.values() if measure.parts else ())),
    ))  # fmt: skip
    return Counter(measure, itemgetter(*columns))


COUNTERS: Mapping[str, Sequence[Counter]] = {
    table: tuple(_counter(measure) for measure in MEASURES if measure.fact.table == table)
    for table in sorted({measure.fact.table for measure in MEASURES})
}


def _entries(measure: Measure, row: Row) -> Iterator[tuple[str, str, str, int, int]]:
    """Each cell that a row adds to: dimension, value, day, what it adds, to the denominator."""
    steps = _steps(measure, row)
    for dim, value in ((TOTAL, TOTAL), *((one.name, row[one.column] or TOTAL) for one in measure.by)):
        for day, counts, out_of in steps:
            yield dim, value, day, counts, out_of
    if measure.until is None:
        return
    begin, end = row[measure.day], row[measure.until]
    for bands in measure.bands if begin < end else ():
        counts, out_of = _adds(measure, row)
        for value, first, last in bands.spans(row, begin, end):
            for day, counted, of in _span(first, last, counts, out_of):
                yield bands.name, value, day, counted, of
    if measure.parts is not None and begin < end:
        for value, (column, _, _) in measure.parts.parts.items():
            for day, counted, of in (*_span(begin, end, 0, 1), *_part(row[column], begin, end)):
                yield measure.parts.name, value, day, counted, of


def _adds(measure: Measure, row: Row) -> tuple[int, int]:
    return measure.counts.of(row), 0 if measure.out_of is None else measure.out_of.of(row)


def _steps(measure: Measure, row: Row) -> list[tuple[str, int, int]]:
    """On which days how much is added to the totals."""
    begin = row[measure.day]
    if measure.until is None:
        return [(begin, *_adds(measure, row))]
    end = row[measure.until]
    if not begin < end:
        return []
    if measure.parts is None:
        return [*_span(begin, end, *_adds(measure, row))]
    parts = measure.parts.parts.values()
    known = [step for column, _, _ in parts for step in _part(row[column], begin, end)]
    return [*_span(begin, end, 0, len(parts)), *known]


def _part(since: str | None, begin: str, end: str) -> Iterator[tuple[str, int, int]]:
    if since is not None and max(since, begin) < end:
        yield from _span(max(since, begin), end, 1, 0)


def _span(first: str, last: str, counts: int, out_of: int) -> Iterator[tuple[str, int, int]]:
    yield first, counts, out_of
    if last != ENDLESS:
        yield last, -counts, -out_of


async def count(batch: Batch, changes: Iterable[Change]) -> None:
    """Add what rows add now and did not before, in the cells by day and by month."""
    sums: Sums = defaultdict(lambda: [0, 0])
    for table, before, after in changes:
        for counter in COUNTERS.get(table, ()):
            was, now = counter.counted(before), counter.counted(after)
            if was == now:
                continue
            if was is not None and before is not None:
                counter.add(before, -1, sums)
            if now is not None:
                counter.add(after, 1, sums)
    await _write(batch, sums)


async def _write(batch: Batch, sums: Sums) -> None:
    cells: Sums = defaultdict(lambda: [0, 0])
    for place, (counts, out_of) in sums.items():
        if counts or out_of:
            measure, dim, value, day, district = place
            for at in (place, (measure, dim, value, f"{day[:7]}-00", district)):
                cell = cells[at]
                cell[0] += counts
                cell[1] += out_of
    keys = {"|".join(place): place for place in cells}
    rows = await batch.rows(CELLS, keys)
    for key, place in keys.items():
        found = rows.get(key)
        before = _cell(key, place) if found is None else found
        counts, out_of = before["counts"] + cells[place][0], before["out_of"] + cells[place][1]
        if counts or out_of:
            rows.put(key, {**before, "counts": counts, "out_of": out_of})
        else:  # nothing is no cell: otherwise how events came in batches would be told by the table
            rows.remove(key)


def _cell(key: str, place: Place) -> dict[str, Any]:
    measure, dim, value, day, district = place
    monthly = day.endswith("-00")
    return {
        "cell": key, "measure": measure, "dim": dim, "grain": "m" if monthly else "d",
        "day": f"{day[:8]}01" if monthly else day, "district": district, "value": value, "counts": 0, "out_of": 0,
    }  # fmt: skip
