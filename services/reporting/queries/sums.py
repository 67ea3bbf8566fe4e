"""What rows in memory add up to: the same terms that find the rows of a figure in the database and keep its counters.

Guarded by tests/service/reporting/test_asof.py, which holds it against the counters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.reporting.queries.periods import EARLIEST, Period
from services.reporting.queries.terms import Bands, Dimension, Measure, Row

Sum = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Selected:
    """Rows of a measure: all of them, or those of one value of a dimension."""

    measure: Measure
    dim: str = ""
    value: str = ""

    def adds(self, row: Row, period: Period) -> Sum | None:
        """What a row adds in a period (of a stock: on its last day), and to the denominator; None if it does not count."""
        measure = self.measure
        day, last = row[measure.day], period.last.isoformat()
        if day is None or not all(condition.holds(row) for condition in measure.where):
            return None
        ended = measure.until is not None and row[measure.until] <= last
        if not (self._since(period) <= day <= last) or ended or not self._chosen(row, last):
            return None
        if measure.parts is not None:
            columns = [column for column, _, _ in measure.parts.parts.values()]
            return sum(row[column] is not None and row[column] <= last for column in columns), len(columns)
        return measure.counts.of(row), 0 if measure.out_of is None else measure.out_of.of(row)

    def _since(self, period: Period) -> str:
        return (period.first if self.measure.until is None else EARLIEST).isoformat()

    def _chosen(self, row: Row, day: str) -> bool:
        match next((one for one in self.measure.dimensions if one.name == self.dim), None):
            case None:
                return not self.dim
            case Dimension() as dim:
                return (row[dim.column] or "") == self.value
            case Bands() as bands:
                spans = bands.spans(row, row[self.measure.day], row[self.measure.until or self.measure.day])
                return any(value == self.value and first <= day < last for value, first, last in spans)
            case _:
                return False


def rows_behind(selected: Selected, rows: Iterable[Row], period: Period) -> Iterator[tuple[Row, Sum]]:
    """The rows that count in a period, each with what it adds."""
    for row in rows:
        adds = selected.adds(row, period)
        if adds is not None:
            yield row, adds


def by_district(selected: Selected, rows: Iterable[Row], period: Period) -> Mapping[str, Sum]:
    """What the rows of each district add up to in a period; a district without rows is not there."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row, (counts, out_of) in rows_behind(selected, rows, period):
        found = sums[row["district"]]
        found[0] += counts
        found[1] += out_of
    return {district: (counts, out_of) for district, (counts, out_of) in sums.items()}
