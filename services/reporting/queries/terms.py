"""What measures are made of: each part once as SQL over the rows of a fact and once over a row in memory; both say the same.

The SQL finds the rows behind a figure, the function keeps its counters. Guarded by tests/service/reporting/test_cells.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any

Row = Mapping[str, Any]
"""A row of a fact table as the projection has it: days as ISO text."""

ENDLESS = "infinity"  # of PostgreSQL; sorts after every ISO date too
TOTAL = ""
"""The dimension of a measure's totals, and the value of rows that a dimension says nothing of."""


@lru_cache(maxsize=16_384)
def days_after(day: str, days: int) -> str:
    """The ISO day so many days after another; an endless one stays endless."""
    return day if day == ENDLESS else (date.fromisoformat(day) + timedelta(days=days)).isoformat()


@dataclass(frozen=True, slots=True)
class Condition:
    """What holds of a row or not."""

    sql: str
    holds: Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Term:
    """What a row adds to a sum."""

    sql: str
    of: Callable[[Row], int]


def among(column: str, *values: str) -> Condition:
    """The column has one of these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return Condition(f"f.{column} IN ({listed})", lambda row: row[column] in values)


def none_of(column: str, *values: str) -> Condition:
    """The column has a value, and none of these."""
    listed = ", ".join(f"'{value}'" for value in values)
    return Condition(f"f.{column} NOT IN ({listed})", lambda row: row[column] is not None and row[column] not in values)


def known(column: str) -> Condition:
    """The column has a value."""
    return Condition(f"f.{column} IS NOT NULL", lambda row: row[column] is not None)


def above(column: str, least: int) -> Condition:
    """The column's number is greater."""
    return Condition(f"f.{column} > {least}", lambda row: row[column] is not None and row[column] > least)


ONE = Term("1", lambda _: 1)


def number(column: str) -> Term:
    """The column's number; nothing where there is none."""
    return Term(f"coalesce(f.{column}, 0)", lambda row: row[column] or 0)


def one_if(condition: Condition) -> Term:
    """1 for each row of which it holds."""
    return Term(f"coalesce({condition.sql}, false)::int", lambda row: int(condition.holds(row)))


@dataclass(frozen=True, slots=True)
class Fact:
    """A table of facts: its key, what is shown of a row, and which stream of which service tells of it."""

    table: str
    key: str
    shown: tuple[str, ...]
    source: str
    stream: str  # the prefix of the stream's id
    of: str | None = None  # the column that names the stream, if it is not the key
    about: str = "enterprise_id"  # the column that names the site; empty if there is none

    @property
    def sums(self) -> str:
        """The table of its counters: a column for each measure, and one for what it is out of."""
        return self.table.replace("fact_", "sums_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """By what a measure is broken down: a column of its fact."""

    name: str
    title: str
    title_en: str
    column: str
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # how values are called, where they are codes

    def read(self) -> Callable[[Row], Any]:
        """What reads its value of a row."""
        return itemgetter(self.column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One of the classes of a stock by days since (or, below 0, until) a day: from `least` days on, up to the next band's."""

    value: str
    title: str
    title_en: str
    least: int | None = None  # days; None: from the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """A dimension of a stock that changes as days pass: how old, how near its end, how long over it."""

    name: str
    title: str
    title_en: str
    column: str  # the day that is counted from
    bands: tuple[Band, ...]

    def spans(self, row: Row, begin: str, end: str) -> list[tuple[str, str, str]]:
        """Each band that a row is in between two days: its value, from which day, up to which (not included)."""
        anchor = row[self.column]
        if anchor is None:
            return []
        found = []
        for place, band in enumerate(self.bands):
            first = begin if band.least is None else max(begin, days_after(anchor, band.least))
            later = self.bands[place + 1].least if place + 1 < len(self.bands) else None
            last = end if later is None else min(end, days_after(anchor, later))
            if first < last:
                found.append((band.value, first, last))
        return found

    def sql(self, value: str, day: str) -> str:
        """The condition of being in a band on the day that an SQL expression says; false for a value that is none."""
        for place, band in enumerate(self.bands):
            if band.value == value:
                since = f"({day} - f.{self.column})"
                parts = [] if band.least is None else [f"{since} >= {band.least}"]
                later = self.bands[place + 1].least if place + 1 < len(self.bands) else None
                parts += [] if later is None else [f"{since} < {later}"]
                return " AND ".join((f"f.{self.column} IS NOT NULL", *parts))
        return "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A dimension of a stock whose share grows part by part: each part is the day from which a row has it."""

    name: str
    title: str
    title_en: str
    parts: Mapping[str, tuple[str, str, str]]  # by value: column, title, title in English


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure: what it is called, how it is computed, from which events, what is left out.

    A row counts on the day `day`. Of a stock `until` is the column with the day from which it no longer counts: the stock of a
    day is all that counted by then and still did. A share (with `out_of`) is a sum out of a sum: a percentage, or an average
    where the unit says so.
    """

    name: str
    title: str
    title_en: str
    unit: str
    formula: str
    formula_en: str
    exclusions: str
    exclusions_en: str
    source_events: tuple[str, ...]
    fact: Fact
    day: str
    until: str | None = None
    where: tuple[Condition, ...] = ()
    counts: Term = ONE
    out_of: Term | None = None
    by: tuple[Dimension, ...] = ()
    bands: tuple[Bands, ...] = ()
    parts: Parts | None = None

    @property
    def share(self) -> bool:
        """Whether it is a sum out of a sum."""
        return self.out_of is not None or self.parts is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns among the counters of its fact."""
        return (self.name, f"{self.name}_of") if self.share else (self.name,)

    @property
    def dimensions(self) -> tuple[Dimension | Bands | Parts, ...]:
        """By what it can be broken down."""
        return (*self.by, *self.bands, *((self.parts,) if self.parts is not None else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """A figure made of others: the sum of theirs, out of the sum of theirs; by what all of them can be broken down."""

    name: str
    title: str
    title_en: str
    unit: str
    formula: str
    formula_en: str
    exclusions: str
    exclusions_en: str
    counts: tuple[Measure, ...]
    out_of: tuple[Measure, ...]  # their `out_of`, where they are shares themselves

    @property
    def source_events(self) -> tuple[str, ...]:
        """The events of all that it is made of."""
        return tuple(dict.fromkeys(wire for measure in (*self.counts, *self.out_of) for wire in measure.source_events))

    @property
    def dimensions(self) -> tuple[Dimension | Bands | Parts, ...]:
        """By what all that it is made of can be broken down."""
        first, *others = (*self.counts, *self.out_of)
        return tuple(one for one in first.dimensions if all(one in other.dimensions for other in others))
