"""Years of a province in reporting's copy: made-up happenings, stored by COPY as if each service had told of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import orjson

from bench.city import PER_VISIT, Happening, happenings
from chassis.database import connect
from chassis.eventstore import Connection

DISTRICTS, DAYS = 100, 5 * 365
SITES_PER_VISIT = 0.25  # a site is visited four times in the years
PAGE = 20_000
COLUMNS = (
    "seq", "source", "idx", "shard", "shard_idx", "stream_id", "version", "event_id", "command_id", "type", "district",
    "organ", "subject", "occurred_at", "recorded_at", "actor", "device", "correlation_id", "causation_id", "traceparent",
    "rulebook", "data", "leaf", "chain",
)  # fmt: skip
# What nothing here asks of the copy is not kept of it: the indexes behind histories, names and proofs.
UNUSED = """
SELECT format('ALTER TABLE ledger_copy DROP CONSTRAINT %I', conname) FROM pg_constraint
WHERE conrelid = 'ledger_copy'::regclass AND contype = 'u'
UNION ALL
SELECT format('DROP INDEX %s', i.indexrelid::regclass) FROM pg_index i
WHERE i.indrelid = 'ledger_copy'::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


@dataclass(slots=True)
class Planting:
    """Rows of the copy, made of happenings; leaf and chain are of no log, which nothing here asks."""

    seq: int = 0
    _versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def rows(self, told: Iterator[Happening]) -> Iterator[tuple[Any, ...]]:
        """A row for each."""
        for one in told:
            self.seq += 1
            version = self._versions[one.stream] = self._versions[one.stream] + 1
            key = UUID(int=self.seq)
            yield (
                self.seq, one.source, self.seq, 0, self.seq, one.stream, version, key, key,
                f"casetrail.{one.source}.{one.name}.v1", one.district, "organ", one.subject, one.at, _recorded(one, self.seq),
                _actor(one.officer), one.device, key, key, None, None, orjson.dumps(one.data), b"", b"",
            )  # fmt: skip


def _recorded(told: Happening, number: int) -> datetime:
    """One event in fifty waited for a signal."""
    return told.at + timedelta(hours=3) if number % 50 == 0 else told.at


def _actor(officer: str) -> str:
    return f'{{"certificate_no":null,"id":"{officer}","name":"某","role":"officer"}}'


async def plant(dsn: str, events: int, more: int = 0, districts: int = DISTRICTS, days: int = DAYS) -> Iterator[tuple[Any, ...]]:
    """Store about so many events, in order of time; answers the rows of at least `more` further ones, which are not stored."""
    visits = int((events + more) / PER_VISIT * 1.02) + 1  # a little more, so that time goes on behind the last that is stored
    planting = Planting()
    rows = planting.rows(happenings(districts, max(int(visits * SITES_PER_VISIT), districts), visits, days))
    connection = await connect(dsn, "bench", session_replication_role="replica")
    try:
        for statement in await connection.fetch(UNUSED):
            await connection.execute(statement[0])
        while planting.seq < events and (page := [*islice(rows, min(PAGE, events - planting.seq))]):
            await store(connection, page)
        await connection.execute("VACUUM ANALYZE ledger_copy")
    finally:
        await connection.close()
    return rows


async def store(connection: Connection, page: list[tuple[Any, ...]]) -> None:
    """Put rows into the copy, and move its head."""
    async with connection.transaction():
        await connection.copy_records_to_table("ledger_copy", records=page, columns=COLUMNS)
        await connection.execute("UPDATE copy_head SET seq = $1", page[-1][0])
