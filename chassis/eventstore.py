"""The event store: reading streams, and appending write sets, each whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias, cast
from uuid import UUID

import asyncpg

from chassis.envelope import Envelope, Recorded, Sequenced, actor_from, actor_text

APPEND = (Path(__file__).parent / "sql" / "append.sql").read_text(encoding="utf-8")

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

ENVELOPE_COLUMNS = """e.stream_id, e.version, e.event_id, e.command_id, e.type, e.district, e.organ, e.subject, e.occurred_at,
    e.recorded_at, e.actor, e.device, e.correlation_id, e.causation_id, e.traceparent, e.rulebook, e.data"""

LAST = 2**31 - 1
"""The last version that a stream can have."""

LOAD = f"""
SELECT {ENVELOPE_COLUMNS} FROM events e
WHERE e.stream_id = $1 AND e.version > $2 AND e.version <= $3 ORDER BY e.version LIMIT $4
"""  # noqa: S608 - constant columns
LOAD_LAST = f"""
SELECT {ENVELOPE_COLUMNS} FROM events e
WHERE e.stream_id = $1 AND e.version > $2 AND e.version <= $3 ORDER BY e.version DESC LIMIT $4
"""  # noqa: S608 - constant columns
# What `leaf_of_columns` takes, in its order: a leaf is computed without reading the data, however large.
HASHED_COLUMNS = """e.stream_id, e.version, e.event_id::text, e.command_id::text, e.type, e.district, e.organ, e.subject,
    e.occurred_at, e.recorded_at, e.actor, e.device, e.correlation_id::text, e.causation_id::text, e.traceparent, e.rulebook,
    encode(sha256(e.data), 'hex') AS data_sha256"""


# A place's event is looked up by its key, place by place. A join may be planned as a scan of all events, and a reader whose
# statement was planned while there were none yet would keep to it. Guarded by tests/chassis/test_plans.py.
EVENT_OF_PLACE = "CROSS JOIN LATERAL (SELECT * FROM events WHERE stream_id = l.stream_id AND version = l.version OFFSET 0) AS e"

LEDGER_AFTER = f"""
SELECT l.idx, l.shard, l.shard_idx, l.leaf, l.chain, {ENVELOPE_COLUMNS}
FROM (SELECT * FROM ledger WHERE idx > $1 ORDER BY idx LIMIT $2) AS l {EVENT_OF_PLACE} ORDER BY l.idx
"""  # noqa: S608 - constant columns

LEDGER_BETWEEN = f"""
SELECT l.idx, l.shard, l.shard_idx, l.leaf, l.chain, {ENVELOPE_COLUMNS}
FROM (SELECT * FROM ledger WHERE idx > $1 AND idx <= $2 ORDER BY idx) AS l {EVENT_OF_PLACE}
WHERE $4::text[] IS NULL OR e.type = ANY($4) ORDER BY l.idx LIMIT $3
"""  # noqa: S608 - constant columns
LEDGER_HEAD = "SELECT coalesce(max(idx), 0) FROM ledger"

LEDGER_OF_SHARD = f"""
SELECT l.idx, l.shard, l.shard_idx, l.leaf, l.chain, {ENVELOPE_COLUMNS}
FROM (SELECT * FROM ledger WHERE shard = $1 AND shard_idx > $2 ORDER BY shard_idx LIMIT $3) AS l {EVENT_OF_PLACE}
ORDER BY l.shard_idx
"""  # noqa: S608 - constant columns


class Verdict(StrEnum):
    """What became of one write set of a batch."""

    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """What makes a repeat of a command harmless; the answer holds only facts known before commit."""

    key: str
    fingerprint: bytes
    command_id: UUID
    answer: bytes
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class WriteSet:
    """One command's events in order, the version each touched stream must have, and its idempotency record."""

    expected: tuple[tuple[str, int], ...]
    events: tuple[Recorded, ...]
    record: IdempotencyRecord | None


def recorded_from(row: Any) -> Recorded:
    """The stored event of a row with ENVELOPE_COLUMNS."""
    envelope = Envelope(
        event_id=row["event_id"], command_id=row["command_id"], stream_id=row["stream_id"], version=row["version"],
        type=row["type"], district=row["district"], organ=row["organ"], subject=row["subject"],
        occurred_at=row["occurred_at"], recorded_at=row["recorded_at"], actor=actor_from(row["actor"]),
        device=row["device"], correlation_id=row["correlation_id"], causation_id=row["causation_id"],
        traceparent=row["traceparent"], rulebook=row["rulebook"],
    )  # fmt: skip
    return Recorded(envelope, bytes(row["data"]))


class FoldRow(asyncpg.Record):
    """A ledger row with its event, as the driver read it, where a `Sequenced` is taken: it is its own `Recorded` and `Envelope`.

    A fold asks for few members of many events, so nothing is made of a row: a member is its column, read when it is asked for.
    """

    __slots__ = ()
    envelope = recorded = property(lambda row: row)
    actor = property(lambda row: actor_from(row["actor"]))


_STORED = tuple(column.strip().removeprefix("e.") for column in ENVELOPE_COLUMNS.split(","))
for _place, _name in enumerate(("idx", "shard", "shard_idx", "leaf", "chain", *_STORED)):
    if not hasattr(FoldRow, _name):
        setattr(FoldRow, _name, property(itemgetter(_place)))  # in C


async def rows_to_fold(connection: Connection, query: str, position: int, limit: int) -> list[Sequenced]:
    """What a query with the columns of LEDGER_AFTER, in their order, tells after a position: made for folds."""
    return cast(list[Sequenced], await connection.fetch(query, position, limit, record_class=FoldRow))


def sequenced_from(row: Any) -> Sequenced:
    """The ledger row with its event."""
    return Sequenced(row["idx"], row["shard"], row["shard_idx"], row["leaf"], row["chain"], recorded_from(row))


async def load(
    source: Connection | Pool, stream_id: str, after: int = 0, upto: int = LAST, *, limit: int | None = None, last: bool = False
) -> list[Recorded]:
    """The events of a stream after a version and up to one, by version; with `last` backwards from the last, `limit` at most."""
    rows = await source.fetch(LOAD_LAST if last else LOAD, stream_id, after, upto, limit)
    return [recorded_from(row) for row in rows]


async def ledger_after(connection: Connection, idx: int, limit: int) -> list[Sequenced]:
    """Ledger rows after `idx`, in order, at most `limit`."""
    return [sequenced_from(row) for row in await connection.fetch(LEDGER_AFTER, idx, limit)]


async def ledger_between(
    source: Connection | Pool, after: int, upto: int, limit: int, types: Sequence[str] = ()
) -> list[Sequenced]:
    """Ledger rows after `after` and up to `upto`, in order, at most `limit`; only of these types, if any are named."""
    return [sequenced_from(row) for row in await source.fetch(LEDGER_BETWEEN, after, upto, limit, list(types) or None)]


async def ledger_head(source: Connection | Pool) -> int:
    """The last `idx` of the ledger, which is how many rows it has; 0 while it is empty."""
    head: int = await source.fetchval(LEDGER_HEAD)
    return head


async def ledger_to_fold(connection: Connection, idx: int, limit: int) -> list[Sequenced]:
    """As `ledger_after`, for projections: what they do not ask for of an envelope is not made."""
    return await rows_to_fold(connection, LEDGER_AFTER, idx, limit)


async def ledger_of_shard(connection: Connection, shard: int, after: int, limit: int) -> list[Sequenced]:
    """One shard's rows after `shard_idx`, in order, at most `limit`: what repair reads."""
    return [sequenced_from(row) for row in await connection.fetch(LEDGER_OF_SHARD, shard, after, limit)]


async def append(connection: Connection, batch: Sequence[WriteSet]) -> list[Verdict]:
    """Append write sets in one statement; no two of them may share a stream or a key.

    Raises asyncpg's UniqueViolationError, DeadlockDetectedError or LockNotAvailableError when another process was in the
    way: then nothing was written, and the batch may be tried again.
    """
    heads, commands, events, places = _records(batch)
    rows = await connection.fetch(APPEND, len(batch), heads, commands, events, places)
    return [Verdict(row["verdict"]) for row in rows]


Records: TypeAlias = list[tuple[Any, ...]]


def _records(batch: Sequence[WriteSet]) -> tuple[Records, Records, Records, Records]:
    """The statement's arguments, each a record of the type of its name (chassis/sql/0009_append_records.sql)."""
    heads: Records = []
    commands: Records = []
    events: Records = []
    places: Records = []
    for ws, write_set in enumerate(batch):
        heads += [(ws, stream_id, version) for stream_id, version in write_set.expected]
        if (record := write_set.record) is not None:
            commands.append((ws, record.key, record.fingerprint, record.command_id, record.answer, record.recorded_at))
        for order, recorded in enumerate(write_set.events):
            e = recorded.envelope
            places.append((ws, order, e.stream_id, e.version))
            events.append((
                ws, e.stream_id, e.version, e.event_id, e.command_id, e.type, e.district, e.organ, e.subject, e.occurred_at,
                e.recorded_at, actor_text(e.actor), e.device, e.correlation_id, e.causation_id, e.traceparent, e.rulebook,
                recorded.data,
            ))  # fmt: skip
    return heads, commands, events, places
