"""The facts as of a moment: the folds of the projection over the copy up to a cut, in memory.

The tables of facts hold the present. What they held at the end of a week is folded anew, by the same folds and nothing else,
and is a function of the cut alone. Guarded by tests/service/reporting/test_asof.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.codec import read_as
from chassis.eventstore import Connection, Pool
from chassis.projector import Rows
from services.reporting.projections import FOLDS
from services.reporting.projections.fold import Told
from services.reporting.projections.used import DEFERRED, PEOPLE, SYSTEM, USE
from services.reporting.queries import asof
from services.reporting.queries.asof import Cut
from services.reporting.queries.periods import Period
from services.reporting.queries.terms import Row
from services.reporting.queries.weeks import begins, ends

JURISDICTIONS, SITES, INSPECTIONS, ORDERS = "fact_jurisdictions", "fact_enterprises", "fact_inspections", "fact_orders"
LOOKED_AT = frozenset({JURISDICTIONS, SITES, INSPECTIONS, ORDERS})
"""Tables that folds of others look at, or that tell how rows are called."""


class Kept(Rows):
    """All rows of a table, in memory."""

    def get(self, key: str) -> dict[str, Any] | None:
        """The row as it is by now; None if there is none."""
        return self.found.get(key)

    def put(self, key: str, row: dict[str, Any]) -> None:
        """Keep a row."""
        self.found[key] = row


def _tables() -> dict[str, Rows]:
    return {fold.table: Kept({}, frozenset()) for folded in FOLDS.values() for fold in folded.folds}


@dataclass(slots=True)
class Facts:
    """The rows of some tables of facts as of a cut; `advance` takes them to a later one."""

    wanted: frozenset[str]
    cut: Cut | None = None
    _tables: dict[str, Rows] = field(default_factory=_tables)

    @classmethod
    def of(cls, tables: Collection[str]) -> Facts:
        """Of these tables, and of those that their folds look at; empty as yet."""
        return cls(frozenset(tables) | LOOKED_AT)

    def rows(self, table: str) -> Iterable[Row]:
        """The rows of a table."""
        return self._tables[table].found.values()

    def row(self, table: str, key: str) -> Row:
        """One row of a table; empty if there is none."""
        return self._tables[table].found.get(key, {})

    async def advance(self, source: Connection | Pool, cut: Cut) -> None:
        """Fold what stands between the cut so far and a later one; gives way to others after each page."""
        types = [wire for wire, folded in FOLDS.items() if any(fold.table in self.wanted for fold in folded.folds)]
        async for page in asof.in_order(source, types, self.cut, cut):
            for event in page:
                self._fold(event)
            await asyncio.sleep(0)
        self.cut = cut

    def _fold(self, event: Any) -> None:
        folded = FOLDS[event.type]
        told = Told(event, read_as(folded.reader, event.data), self._tables)
        for fold in folded.folds:
            if fold.table not in self.wanted or (key := fold.key(told)) is None:
                continue
            rows = self._tables[fold.table]
            if (row := fold.changed(told, rows.get(key))) is not None:
                rows.put(key, row)

    def districts(self) -> list[str]:
        """Every district that anything is told of."""
        return sorted({row["district"] for rows in self._tables.values() for row in rows.found.values()})


def _asked(cut: Cut, districts: Sequence[str], period: Period) -> list[Any]:
    """What both questions about every event begin with."""
    return [districts, begins(period), ends(period), [*cut.sizes], [*cut.sizes.values()]]


async def used(source: Connection | Pool, cut: Cut, districts: Sequence[str], period: Period) -> list[Row]:
    """The rows of use of these districts in a period, as `fact_use` would have them as of a cut."""
    found = await source.fetch(asof.USE, *_asked(cut, districts, period), DEFERRED)
    return [{**row, "use_id": "|".join((row["day"], row["district"], row["service"]))} for row in found]


async def people(source: Connection | Pool, cut: Cut, districts: Sequence[str], period: Period) -> list[Row]:
    """Who was active in these districts in a period as of a cut: one row for each person and district, on the first day."""
    found = await source.fetch(asof.PEOPLE, *_asked(cut, districts, period), SYSTEM)
    return [
        {
            "people_id": f"{period.first}|{row['district']}|{row['person']}", "month": row["day"][:7], "role": row["role"],
            "first_on": row["day"], "district": row["district"],
        }
        for row in found
    ]  # fmt: skip


TABLES_OF_EVENTS: Mapping[str, Any] = {USE: used, PEOPLE: people}
"""The tables that every event counts in, and what reads their rows of a period."""
