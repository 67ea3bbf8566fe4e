"""What rows in memory add up to: the same terms that find the rows of a figure in the database and keep its counters.

Guarded by tests/service/reporting/test_asof.py, which holds it against the counters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
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

    def adds(self, period: Period) -> Callable[[Row], Sum | None]:
        """What says what a row adds in a period (of a stock: on its last day) and to the denominator; None if it does not count.

        The days come first: most rows of a year are of other weeks.
        """
        measure, chosen = self.measure, self._chosen()
        first = (period.first if measure.until is None else EARLIEST).isoformat()
        day, last, until, conditions, counted = (
            measure.day,
            period.last.isoformat(),
            measure.until,
            measure.where,
            _counted(measure),
        )

        def added(row: Row) -> Sum | None:
            on = row[day]
            if on is None or not first <= on <= last or (until is not None and row[until] <= last):
                return None
            for condition in conditions:
                if not condition.holds(row):
                    return None
            return counted(row, last) if chosen is None or chosen(row, last) else None

        return added

    def _chosen(self) -> Callable[[Row, str], bool] | None:
        """Whether a row has the value on a day; None if all rows are meant."""
        value, measure = self.value, self.measure
        match next((one for one in measure.dimensions if one.name == self.dim), None):
            case None if not self.dim:
                return None
            case Dimension() as dim:
                return lambda row, _: (row[dim.column] or "") == value
            case Bands() as bands:
                return lambda row, day: any(
                    name == value and first <= day < last
                    for name, first, last in bands.spans(row, row[measure.day], row[measure.until or measure.day])
                )
            case _:
                return lambda *_: False


def _counted(measure: Measure) -> Callable[[Row, str], Sum]:
    """What a row that counts adds on a day."""
    if measure.parts is not None:
        columns = [column for column, _, _ in measure.parts.parts.values()]
        return lambda row, day: (sum(row[column] is not None and row[column] <= day for column in columns), len(columns))
    counts, out_of = measure.counts.of, None if measure.out_of is None else measure.out_of.of
    if out_of is None:
        return lambda row, _: (counts(row), 0)
    return lambda row, _: (counts(row), out_of(row))


def rows_behind(selected: Selected, rows: Iterable[Row], period: Period) -> Iterator[tuple[Row, Sum]]:
    """The rows that count in a period, each with what it adds."""
    added = selected.adds(period)
    for row in rows:
        adds = added(row)
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
