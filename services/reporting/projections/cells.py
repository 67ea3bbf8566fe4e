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

from chassis.projector import Batch, Sums
from chassis.sight import EVERYWHERE
from services.reporting.queries.measures import MEASURES
from services.reporting.queries.terms import ENDLESS, TOTAL, Fact, Measure, Row

Change = tuple[str, Row | None, Row]
"""A table, a row of it before a batch (None: it was not there), and after."""
Place = tuple[str, str, str, str]
"""Where a cell stands among those of its fact: dimension, district, month, value."""
Cells = dict[Place, list[int]]


@dataclass(frozen=True, slots=True)
class Counter:
    """One measure, as it is counted: in the columns from `place` on, of so many that its fact's counters have."""

    measure: Measure
    told: Callable[[Row], tuple[Any, ...]]  # all of a row that matters to where and how much it counts
    place: int
    width: int

    def counted(self, row: Row | None) -> tuple[Any, ...] | None:
        """What a row is counted by; None if it does not count."""
        if row is None or row[self.measure.day] is None:
            return None
        for condition in self.measure.where:
            if not condition.holds(row):
                return None
        out_of = self.measure.out_of
        return self.told(row), self.measure.counts.of(row), 0 if out_of is None else out_of.of(row)

    def add(self, row: Row, sign: int, cells: Cells) -> None:
        """Add what a row adds to its cells, or take it back (`sign` -1)."""
        district, place, share = row["district"], self.place, self.measure.share
        for dim, value, day, counts, out_of in _entries(self.measure, row):
            key = (dim, district, day[:7], value)
            cell = cells.get(key)
            if cell is None:
                cell = cells[key] = [0] * self.width
            cell[place] += sign * counts
            if share:
                cell[place + 1] += sign * out_of


def _counters(fact: Fact) -> Iterator[Counter]:
    measures = [measure for measure in MEASURES if measure.fact is fact]
    width, place = sum(len(measure.columns) for measure in measures), 0
    for measure in measures:
        columns = dict.fromkeys((
            measure.day, "district", *(d.column for d in measure.by), *(d.column for d in measure.bands),
            *((measure.until,) if measure.until else ()),
            *(c for c, _, _ in (measure.parts.parts.values() if measure.parts else ())),
        ))  # fmt: skip
        yield Counter(measure, itemgetter(*columns), place, width)
        place += len(measure.columns)


FACTS: Mapping[str, Fact] = {measure.fact.table: measure.fact for measure in MEASURES}
COUNTERS: Mapping[str, Sequence[Counter]] = {table: tuple(_counters(fact)) for table, fact in sorted(FACTS.items())}
CELLS: tuple[str, ...] = tuple(FACTS[table].sums for table in COUNTERS)
"""The tables that cells stand in, one for each fact."""


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
    """Add what rows add now and did not before."""
    cells: dict[str, Cells] = defaultdict(dict)
    for table, before, after in changes:
        for counter in COUNTERS.get(table, ()):
            was, now = counter.counted(before), counter.counted(after)
            if was == now:
                continue
            if was is not None and before is not None:
                counter.add(before, -1, cells[table])
            if now is not None:
                counter.add(after, 1, cells[table])
    for table, its in cells.items():
        _write(await batch.sums(FACTS[table].sums), its)


def _write(sums: Sums, cells: Cells) -> None:
    """Each month stands in its year too, and each district in all of them together."""
    for (dim, district, month, value), numbers in cells.items():
        if any(numbers):
            for grain, day in (("m", f"{month}-01"), ("y", f"{month[:4]}-01-01")):
                for where in (district, EVERYWHERE):
                    sums.add((dim, grain, where, day, value), numbers)
