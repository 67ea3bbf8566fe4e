"""The copy as of a moment: how much of each ledger had been recorded by then, and the events that it held.

As of a moment each ledger is cut before the first event that it recorded at or after it. A cut is a prefix, so it respects the
order of every stream, it has a size that a checkpoint can prove, and once an event behind it has arrived it never changes: what
arrives later, however early it says that it happened, stands behind the cut. Guarded by tests/service/reporting/test_asof.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from chassis.eventstore import ENVELOPE_COLUMNS, Connection, FoldRow, Pool
from services.reporting.queries.trees import HELD, SOURCES

PAGE = 1000  # events read at once

# The first place of a ledger that was recorded at or after a moment; the index is read from the moment on.
BEHIND = "SELECT min(idx) FROM ledger_copy WHERE source = $1 AND recorded_at >= $2"
# The columns of a FoldRow in their order; leaf and chain stay where they are.
OF_TYPES = f"""
SELECT e.idx, e.shard, e.shard_idx, NULL::bytea AS leaf, NULL::bytea AS chain, {ENVELOPE_COLUMNS} FROM ledger_copy e
WHERE e.source = $1 AND e.idx > $2 AND e.idx <= $3 AND e.type = ANY($4) ORDER BY e.idx LIMIT $5
"""  # noqa: S608 - constant columns

# What the system was used for, by day, district and service; and by whom. Each district's days are looked up in an index.
USE = """
SELECT u.day::text, d.district, u.source AS service, count(*)::int AS events, count(u.device)::int AS from_devices,
    count(*) FILTER (WHERE u.recorded_at - u.occurred_at > $6)::int AS deferred
FROM unnest($1::text[]) AS d(district)
CROSS JOIN LATERAL (
    SELECT e.source, e.device, e.recorded_at, e.occurred_at, (e.occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS day
    FROM ledger_copy e JOIN unnest($4::text[], $5::bigint[]) AS c(source, size) ON c.source = e.source AND e.idx <= c.size
    WHERE e.district = d.district AND e.occurred_at >= $2 AND e.occurred_at < $3
) AS u
GROUP BY 1, 2, 3
"""
PEOPLE = """
SELECT DISTINCT ON (d.district, u.person) d.district, u.person, u.role, u.day::text
FROM unnest($1::text[]) AS d(district)
CROSS JOIN LATERAL (
    SELECT e.actor::jsonb ->> 'id' AS person, e.actor::jsonb ->> 'role' AS role,
        (e.occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS day, e.occurred_at, e.source, e.idx
    FROM ledger_copy e JOIN unnest($4::text[], $5::bigint[]) AS c(source, size) ON c.source = e.source AND e.idx <= c.size
    WHERE e.district = d.district AND e.occurred_at >= $2 AND e.occurred_at < $3
) AS u
WHERE u.person NOT LIKE $6 || '%'
ORDER BY d.district, u.person, u.occurred_at, u.source, u.idx
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of each ledger counts as of a moment.

    `waiting` are the ledgers of which the copy holds nothing yet, without a hole, that was recorded at or after it: something
    recorded by then may still be on its way. When none waits, the sizes stay as they are for ever.
    """

    at: datetime
    sizes: Mapping[str, int]
    waiting: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[int, ...]:
        """The sizes alone: two cuts with equal sizes are the same events."""
        return tuple(self.sizes[source] for source in SOURCES)


async def cut_at(connection: Connection | Pool, at: datetime) -> Cut:
    """The cut of every ledger as of a moment."""
    sizes: dict[str, int] = {}
    waiting: list[str] = []
    for source in SOURCES:
        held: int = await connection.fetchval(HELD, source)
        behind: int | None = await connection.fetchval(BEHIND, source, at)
        sizes[source] = held if behind is None else min(held, behind - 1)
        waiting += [source] if behind is None or behind > held else []
    return Cut(at, sizes, tuple(waiting))


async def in_order(
    connection: Connection | Pool, types: Sequence[str], after: Cut | None, upto: Cut
) -> AsyncIterator[Sequence[Any]]:
    """The events of these types between two cuts, page by page: each ledger in its order, the ledgers by when they recorded.

    The order rests on what was recorded alone, never on when it arrived here: two copies tell the same.
    """
    queues: dict[str, _Queue] = {
        source: _Queue(connection, source, types, 0 if after is None else after.sizes[source], upto.sizes[source])
        for source in SOURCES
    }
    heads: dict[str, datetime] = {}
    for queue in queues.values():
        await queue.advance(heads)
    page: list[Any] = []
    while heads:
        first = min(heads, key=lambda one: (heads[one], one))
        page.append(queues[first].take())
        await queues[first].advance(heads)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


class _Queue:
    """The events of one ledger that wait for their turn."""

    def __init__(self, connection: Connection | Pool, source: str, types: Sequence[str], after: int, upto: int) -> None:
        self._connection, self._source, self._types, self._last, self._upto = connection, source, types, after, upto
        self._waiting: list[Any] = []
        self._ended = False

    async def advance(self, heads: dict[str, datetime]) -> None:
        """Say when the next event was recorded; nothing at the end."""
        if not self._waiting and not self._ended:
            fetch = cast(Any, self._connection.fetch)  # a pool's is typed without the class of its records
            found = await fetch(OF_TYPES, self._source, self._last, self._upto, self._types, PAGE, record_class=FoldRow)
            self._ended = len(found) < PAGE
            self._waiting = found[::-1]
            self._last = found[-1]["idx"] if found else self._last
        if self._waiting:
            heads[self._source] = self._waiting[-1]["recorded_at"]
        else:
            heads.pop(self._source, None)

    def take(self) -> Any:
        """Take it."""
        return self._waiting.pop()
