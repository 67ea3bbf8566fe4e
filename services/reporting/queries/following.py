"""Following the copy under filters: which events are told, said once as SQL for what lies behind and once of an event that comes.

Both say the same. Guarded by tests/service/reporting/test_feed_filters.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.eventstore import ENVELOPE_COLUMNS, Connection, Pool
from chassis.sight import Sight
from services.reporting.queries.copies import Copied, copied_from

PAGE = 500  # events read at once
STRIDE = 5_000  # positions looked through at once: after each so many a listener is told how far it is
LOOKED_BACK = 100_000  # positions among which the last few of a type or a service are looked for

FOUND = f"SELECT e.seq, e.source, {ENVELOPE_COLUMNS} FROM ledger_copy e WHERE {{holds}} ORDER BY e.seq LIMIT {{limit}}"  # noqa: S608
LAST = "SELECT min(seq) FROM (SELECT e.seq FROM ledger_copy e WHERE {holds} ORDER BY e.seq DESC LIMIT {limit}) AS last"
#: Named districts with all below them, as far as the asking connection sees jurisdictions; `known` if there is one so named.
SUBTREE = """
WITH RECURSIVE below AS (
    SELECT id COLLATE "C" FROM unnest($1::text[]) AS named(id)
    UNION SELECT j.jurisdiction_id FROM fact_jurisdictions j JOIN below b ON j.parent = b.id)
SELECT b.id, EXISTS (SELECT FROM fact_jurisdictions j WHERE j.jurisdiction_id = b.id) AS known FROM below b
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are told: all conditions hold; None is no condition. The matter of a case is its correlation and its party."""

    districts: frozenset[str] | None = None
    types: frozenset[str] | None = None
    services: frozenset[str] | None = None
    subject: str | None = None
    correlation: UUID | None = None
    matter: tuple[UUID, str] | None = None

    def holds(self, copied: Copied) -> bool:
        """Whether an event is told."""
        e = copied.envelope
        return (
            (self.districts is None or e.district in self.districts)
            and (self.types is None or e.type in self.types)
            and (self.services is None or copied.source in self.services)
            and (self.subject is None or e.subject == self.subject)
            and (self.correlation is None or e.correlation_id == self.correlation)
            and (self.matter is None or (e.correlation_id == self.matter[0] and e.subject in (self.matter[1], e.stream_id)))
        )

    @property
    def few(self) -> bool:
        """Whether an index finds all that there is, however long the copy."""
        return self.subject is not None or self.correlation is not None or self.matter is not None

    def sql(self) -> Iterator[tuple[str, Any]]:
        """The conditions, each with a place `{}` for its argument."""
        for column, among in (("district", self.districts), ("type", self.types), ("source", self.services)):
            if among is not None:
                yield f"e.{column} = ANY({{}})", sorted(among)
        correlations = (self.correlation, None if self.matter is None else self.matter[0])
        yield from (("e.correlation_id = {}", one) for one in correlations if one is not None)
        if self.subject is not None:
            yield "e.subject = {}", self.subject
        if self.matter is not None:
            yield "(e.subject = {} OR e.subject = e.stream_id)", self.matter[1]


def asked(sql: str, conditions: Iterable[tuple[str, Any]], limit: int) -> tuple[str, list[Any]]:
    """A statement of constant parts with its arguments: only conditions that there are, so that each finds its index."""
    given = list(conditions)
    holds = " AND ".join(text.format(f"${n}") for n, (text, _) in enumerate(given, start=1))
    return sql.format(holds=holds, limit=f"${len(given) + 1}"), [*(argument for _, argument in given), limit]


@dataclass(frozen=True, slots=True)
class Passed:
    """A page of what is told, and the position up to which nothing else is."""

    found: Sequence[Copied]
    position: int


async def passed(connection: Connection | Pool, wanted: Wanted, after: int, upto: int) -> AsyncIterator[Passed]:
    """What the copy holds of the wanted after a position and up to another, page by page; the last page ends at `upto`."""
    while after < upto:
        until = upto if wanted.few else min(after + STRIDE, upto)
        within = (("e.seq > {}", after), ("e.seq <= {}", until))
        sql, arguments = asked(FOUND, (*within, *wanted.sql()), PAGE)
        found = [copied_from(row) for row in await connection.fetch(sql, *arguments)]
        after = until if len(found) < PAGE else found[-1].seq
        yield Passed(found, after)


async def before_recent(connection: Connection | Pool, wanted: Wanted, upto: int, count: int) -> int:
    """The position after which the last `count` of the wanted up to `upto` lie.

    Of types and services, which no index knows, they are looked for among the last LOOKED_BACK positions.
    """
    if not count:
        return upto
    within: list[tuple[str, Any]] = [("e.seq <= {}", upto)]
    if (wanted.types or wanted.services) and not wanted.few:
        within.append(("e.seq > {}", upto - LOOKED_BACK))
    sql, arguments = asked(LAST, (*within, *wanted.sql()), count)
    first: int | None = await connection.fetchval(sql, *arguments)
    return upto if first is None else first - 1


async def subtree(sight: Sight, named: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """These districts and all below them; and which of all of them are known to be jurisdictions."""
    rows = await sight.fetch(SUBTREE, list(named))
    return frozenset(row["id"] for row in rows), frozenset(row["id"] for row in rows if row["known"])
