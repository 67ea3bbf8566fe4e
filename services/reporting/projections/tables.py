"""Tables as of moments: lines summed by district over spans of days, each span as of its own cut."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chassis.eventstore import Connection, Pool
from services.reporting.projections.asof import JURISDICTIONS, SITES, TABLES_OF_EVENTS, Facts
from services.reporting.projections.used import PEOPLE
from services.reporting.queries.asof import Cut
from services.reporting.queries.bulletins import Line, counted_in, sums_of, tables_of
from services.reporting.queries.periods import Period
from services.reporting.queries.sums import Sum, rows_behind
from services.reporting.queries.terms import ENDLESS, Measure, Row

LAST_DAY = date.max.isoformat()
"""What endless rows are sorted by: a day, as cursors have it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A column: days, as of a cut. `cumulative` ones have only lines that add up over days."""

    name: str
    cut: Cut
    period: Period
    cumulative: bool = False

    def has(self, line: Line) -> bool:
        """Whether a line has a value in it."""
        return not self.cumulative or (line.kind == "flow" and not line.weekly)


@dataclass(frozen=True, slots=True)
class District:
    """A jurisdiction as of a moment; a `leaf` has none below it."""

    district: str
    name: str
    parent: str | None
    leaf: bool


@dataclass(slots=True)
class Table:
    """What lines come to, by span and district; and the districts in the order in which they are listed."""

    sums: dict[tuple[str, str], Mapping[str, Sum]] = field(default_factory=dict)
    districts: Mapping[str, District] = field(default_factory=dict)

    def total(self, span: str, line: str, districts: Iterable[str]) -> Sum:
        """Of some districts together."""
        found = self.sums.get((span, line), {})
        mine = [found[one] for one in districts if one in found]
        return sum(counts for counts, _ in mine), sum(out_of for _, out_of in mine)

    def compared(self, districts: Iterable[str]) -> list[str]:
        """Those of some districts that are held against each other: none that has others below it."""
        return [one for one in districts if one not in self.districts or self.districts[one].leaf]

    def name(self, district: str) -> str:
        """What a district is called; by its id if it is not known."""
        return self.districts[district].name if district in self.districts else district


async def summed(source: Connection | Pool, lines: Sequence[Line], spans: Sequence[Span]) -> Table:
    """Lines over spans, folded once through all their cuts, the earliest first; the districts are those of the last cut."""
    tables = tables_of(lines)
    facts, table = Facts.of(tables), Table()
    for span in sorted(spans, key=lambda one: (one.cut.at, one.name)):
        if facts.cut is None or span.cut.key != facts.cut.key:
            await facts.advance(source, span.cut)
        table.districts = districts_of(facts, spans[0].period)
        read = await _read(source, facts, span, tables & TABLES_OF_EVENTS.keys())

        def rows(name: str, read: Mapping[str, Sequence[Row]] = read) -> Iterable[Row]:
            return read[name] if name in read else facts.rows(name)

        for line in lines:
            if span.has(line):
                table.sums[span.name, line.name] = sums_of(line, rows, span.period)
                await asyncio.sleep(0)  # others are served meanwhile
    return table


async def _read(source: Connection | Pool, facts: Facts, span: Span, tables: Iterable[str]) -> Mapping[str, Sequence[Row]]:
    """The rows of a span that are not folded but counted of all events."""
    wanted = [name for name in tables if not (span.cumulative and name == PEOPLE)]
    return {name: await TABLES_OF_EVENTS[name](source, span.cut, facts.districts(), span.period) for name in wanted}


def districts_of(facts: Facts, period: Period) -> Mapping[str, District]:
    """The jurisdictions that are valid at the end of a period, as told by the cut, in the order of their national codes."""
    last = period.last.isoformat()
    rows = [row for row in facts.rows(JURISDICTIONS) if row["valid_since"] <= last < row["valid_until"]]
    above = {row["parent"] for row in rows}
    rows.sort(key=lambda row: (row["national_code"] or ENDLESS, row["jurisdiction_id"]))
    return {
        row["jurisdiction_id"]: District(row["jurisdiction_id"], row["name"], row["parent"], row["jurisdiction_id"] not in above)
        for row in rows
    }  # fmt: skip


async def rows_of(
    source: Connection | Pool, line: Line, measure: Measure, span: Span, districts: Sequence[str] | None
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows behind a line as of a cut, by the day that sorts them and key, each with what it adds."""
    fact = measure.fact
    facts = Facts.of({fact.table})
    await facts.advance(source, span.cut)
    told = await _read(source, facts, span, {fact.table} & TABLES_OF_EVENTS.keys())
    rows = told[fact.table] if fact.table in told else facts.rows(fact.table)
    order = measure.until or measure.day
    found = []
    for row, (counts, out_of) in rows_behind(line.selected(measure), rows, counted_in(line, span.period)):
        if districts is None or row["district"] in districts:
            site = {} if not fact.about else _site(facts, row[fact.about])
            found.append({
                "key": row[fact.key], "district": row["district"],
                "sorted_by": LAST_DAY if row[order] == ENDLESS else row[order], "counts": counts,
                **({"out_of": out_of} if measure.share else {}), **site,
                "told_in": row[fact.of or fact.key], **{name: _shown(row[name]) for name in fact.shown},
            })  # fmt: skip
    return sorted(found, key=lambda row: (row["sorted_by"], row["key"]))


def _shown(value: Any) -> Any:
    return None if value == ENDLESS else value


def _site(facts: Facts, key: str | None) -> dict[str, Any]:
    return {"enterprise_id": key, "enterprise_name": None if key is None else facts.row(SITES, key).get("name")}
