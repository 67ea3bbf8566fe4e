"""On which days a row of a fact changes a measure, and by how much: as SQL over the rows of the fact.

Counters hold these steps by month; the days of a month that has not gone by whole are added up from the rows themselves. The same
in memory, for rows that change, is `projections/cells`; both say the same. Guarded by tests/service/reporting/test_cells.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.reporting.queries.terms import ENDLESS, TOTAL, Bands, Dimension, Measure

Near = tuple[tuple[str, int], ...]
"""Columns, and how many days later than each a step may be."""


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a row `f`: SQL for the day, for what is added to the sum and to the denominator, and for whether at all.

    `near`: the day is one of these columns, so many days later; by these an index finds it. `of` is None for a step of the totals
    and of every column that a measure is broken down by; else the dimension and the value that it is a step of.
    """

    day: str
    counts: str
    out_of: str
    when: str
    near: Near
    of: tuple[str, str] | None = None


def steps_of(measure: Measure) -> tuple[Step, ...]:
    """All steps of a measure."""
    return tuple(_steps(measure))


def values_of(measure: Measure, dim: str) -> str | None:
    """SQL for a row's value of a dimension that is a column; None if the measure has no such dimension."""
    for one in measure.by:
        if one.name == dim:
            return column_of(one)
    return None


def column_of(dim: Dimension) -> str:
    """SQL for a row's value of a dimension."""
    return f"coalesce(f.{dim.column}, '{TOTAL}')"


def _steps(measure: Measure) -> Iterator[Step]:
    begin = f"f.{measure.day}"
    when = " AND ".join((f"{begin} IS NOT NULL", *(condition.sql for condition in measure.where)))
    adds = measure.counts.sql, "0" if measure.out_of is None else measure.out_of.sql
    if measure.until is None:
        yield Step(begin, *adds, when, ((measure.day, 0),))
        return
    whole = _Span(begin, f"f.{measure.until}", ((measure.day, 0),), ((measure.until, 0),))
    when += f" AND {whole.first} < {whole.last}"
    if measure.parts is None:
        yield from whole.steps(adds, when)
    else:
        yield from whole.steps(("0", str(len(measure.parts.parts))), when)
        for value, (column, _, _) in measure.parts.parts.items():
            yield from whole.steps(("0", "1"), when, (measure.parts.name, value))
            since = replace(whole, first=f"greatest(f.{column}, {begin})", near_first=((measure.day, 0), (column, 0)))
            known = f"{when} AND f.{column} IS NOT NULL AND {since.first} < {since.last}"
            for of in (None, (measure.parts.name, value)):
                yield from since.steps(("1", "0"), known, of)
    for bands in measure.bands:
        for value, inside in _banded(whole, bands):
            known = f"{when} AND f.{bands.column} IS NOT NULL AND {inside.first} < {inside.last}"
            yield from inside.steps(adds, known, (bands.name, value))


@dataclass(frozen=True, slots=True)
class _Span:
    """From one day up to another: what comes on the one goes on the other."""

    first: str
    last: str
    near_first: Near
    near_last: Near

    def steps(self, adds: tuple[str, str], when: str, of: tuple[str, str] | None = None) -> Iterator[Step]:
        counts, out_of = adds
        yield Step(self.first, counts, out_of, when, self.near_first, of)
        yield Step(self.last, f"-({counts})", f"-({out_of})", f"{when} AND {self.last} < '{ENDLESS}'", self.near_last, of)


def _banded(whole: _Span, bands: Bands) -> Iterator[tuple[str, _Span]]:
    """A row enters each band on a day and leaves it on another, unless it begins or ends before."""
    for band, later in zip(bands.bands, (*bands.bands[1:], None), strict=True):
        inside = whole
        if band.least is not None:
            first = f"greatest({whole.first}, f.{bands.column} + ({band.least}))"
            inside = replace(inside, first=first, near_first=(*whole.near_first, (bands.column, band.least)))
        if later is not None and later.least is not None:
            last = f"least({whole.last}, f.{bands.column} + ({later.least}))"
            inside = replace(inside, last=last, near_last=(*whole.near_last, (bands.column, later.least)))
        yield band.value, inside
