"""Projections: events folded into read tables, batch by batch, each batch exactly once with its checkpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg
import orjson

from chassis.codec import decode_recorded
from chassis.database import LEDGER, WakeUp, leadership
from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.eventstore import Connection, ledger_after
from chassis.parking import Failure, Parkable, Tries, has_room, is_trouble, park, park_behind, share
from chassis.telemetry import log

BATCH = 1000  # events

BEGIN = "INSERT INTO checkpoints (name, position, simulated) VALUES ($1, 0, $2) ON CONFLICT (name) DO NOTHING"
HEAD = "SELECT coalesce(max(idx), 0) FROM ledger"
POSITION = "SELECT position FROM checkpoints WHERE name = $1"
# Invariant: a batch's effects and its checkpoint commit together, and only from the position that the batch began at; a second
# projector, or one that was paused, changes nothing. Guarded by tests/chassis/test_projector.py.
ADVANCE = "UPDATE checkpoints SET position = $3, simulated = $4 WHERE name = $1 AND position = $2"
HOLD = "SELECT position FROM checkpoints WHERE name = $1 FOR UPDATE"
COLUMNS = """
SELECT a.attname AS name, coalesce(a.attnum = ANY(i.indkey), false) AS key
FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


class Overtaken(Exception):
    """Another process has advanced the checkpoint: this one no longer leads."""


@dataclass(slots=True)
class Rows:
    """The rows of one read table that a batch touches: loaded by key, changed in Python, written back by one upsert."""

    found: dict[str, dict[str, Any]]
    columns: tuple[str, ...]
    asked: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def get(self, key: str) -> dict[str, Any] | None:
        """The row as it is after the batch so far, values as JSON; None if there is none. KeyError if it was not asked for."""
        if key not in self.asked and key not in self.touched:
            raise KeyError(f"row {key!r} was not asked for by Batch.rows")
        return self.found.get(key)

    def put(self, key: str, row: dict[str, Any]) -> None:
        """Write a whole row; KeyError if a column is unknown."""
        if unknown := row.keys() - set(self.columns):
            raise KeyError(f"no such columns: {sorted(unknown)}")
        self.found[key] = row
        self.touched.add(key)

    def patch(self, key: str, **changes: Any) -> None:
        """Change columns of a row that exists; a row that does not exist is left alone. KeyError as for `get` and `put`."""
        if (row := self.get(key)) is not None:
            self.put(key, {**row, **changes})


@dataclass(slots=True)
class Batch:
    """Consecutive events for one projection, in the transaction of its checkpoint."""

    connection: Connection
    events: Sequence[Sequenced]
    _tables: dict[str, Rows] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    def event(self, sequenced: Sequenced) -> Event:
        """The decoded event of a row."""
        return decode_recorded(sequenced.recorded)

    async def rows(self, table: str, keys: Iterable[str]) -> Rows:
        """The rows of a read table with these values of its one-column primary key; may be asked again for more."""
        if table not in self._tables:
            described = await self.connection.fetch(COLUMNS, table)
            self._keys[table] = next(row["name"] for row in described if row["key"])
            self._tables[table] = Rows({}, tuple(row["name"] for row in described))
        rows = self._tables[table]
        missing = sorted({*keys} - rows.asked - rows.touched)
        rows.asked |= {*missing}
        if missing:
            key = self._keys[table]
            sql = f"SELECT t.{key}::text AS key, to_jsonb(t)::text AS row FROM {table} t WHERE t.{key} = ANY($1)"  # noqa: S608
            rows.found.update({r["key"]: orjson.loads(r["row"]) for r in await self.connection.fetch(sql, missing)})
        return rows

    async def write_back(self) -> None:
        """One upsert per table; called by the projector."""
        for table, rows in self._tables.items():
            if rows.touched:
                changed = [rows.found[key] for key in sorted(rows.touched)]
                await self.connection.execute(self._upsert(table, rows), orjson.dumps(changed).decode())

    def _upsert(self, table: str, rows: Rows) -> str:
        key = self._keys[table]
        others = [column for column in rows.columns if column != key]
        changes = ", ".join(f"{column} = EXCLUDED.{column}" for column in others) or f"{key} = EXCLUDED.{key}"
        return (
            f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb) "  # noqa: S608 - names from the catalog
            f"ON CONFLICT ({key}) DO UPDATE SET {changes}"
        )


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model: its name and version, the function that folds a batch, and the tables it writes."""

    name: str
    version: int
    project: Callable[[Batch], Awaitable[None]]
    tables: tuple[str, ...]

    @property
    def checkpoint(self) -> str:
        """The name of its checkpoint."""
        return f"projection:{self.name}/{self.version}"


class Feed(Protocol):
    """What a projector follows: positions are contiguous, and what it wakes on."""

    channel: str

    async def after(self, connection: Connection, position: int, limit: int) -> Sequence[Sequenced]:
        """Events after a position, in order."""
        ...

    async def head(self, connection: Connection) -> int:
        """The last position there is; 0 at the start."""
        ...


class OwnLedger:
    """The service's own ledger."""

    channel = LEDGER

    async def after(self, connection: Connection, position: int, limit: int) -> Sequence[Sequenced]:
        """Ledger rows after `position`."""
        return await ledger_after(connection, position, limit)

    async def head(self, connection: Connection) -> int:
        """The last `idx`."""
        head: int = await connection.fetchval(HEAD)
        return head


async def project_once(
    connection: Connection, feed: Feed, projection: Projection, *, simulated: bool, limit: int | None = None
) -> int:
    """Apply the next batch, if any; answers how many events. Raises Overtaken if another projector was there.

    Strict: what an event fails with is raised. Events of subjects that are parked are parked behind, and their rows stay as they
    are.
    """
    position = await connection.fetchval(POSITION, projection.checkpoint) or 0
    events = await feed.after(connection, position, limit or BATCH)
    if not events:
        return 0
    async with connection.transaction():
        parked = await share(connection, projection.checkpoint, lambda: (event.envelope.subject for event in events))
        flowing = [event for event in events if event.envelope.subject not in parked]
        behind = [_parkable(event) for event in events if event.envelope.subject in parked]
        await park_behind(connection, projection.checkpoint, behind)
        if flowing:
            batch = Batch(connection, flowing)
            await projection.project(batch)
            await batch.write_back()
        await _advance(connection, projection, position, events[-1].idx, simulated=simulated)
    return len(events)


async def _advance(connection: Connection, projection: Projection, position: int, to: int, *, simulated: bool) -> None:
    if await connection.execute(ADVANCE, projection.checkpoint, position, to, simulated) != "UPDATE 1":
        raise Overtaken(projection.name)


async def begin(connection: Connection, projections: Sequence[Projection], *, simulated: bool) -> None:
    """Give each projection its checkpoint, at 0 if it is new."""
    for projection in projections:
        await connection.execute(BEGIN, projection.checkpoint, simulated)


async def run_projector(dsn: str, feed: Feed, projections: Sequence[Projection], pause: float, *, simulated: bool) -> None:
    """Lead, and keep every projection up to its feed for as long as the connection lives."""
    async with leadership(dsn, "projector") as connection:
        wake = WakeUp(pause)
        await connection.add_listener(feed.channel, wake)
        await begin(connection, projections, simulated=simulated)
        followers = [_Follower(connection, feed, projection, simulated) for projection in projections]
        while True:
            if not sum([await follower.advance() for follower in followers]):
                await wake.wait()


@dataclass(slots=True)
class _Follower:
    """One projection on its way. An event that it cannot apply is parked with the later ones of its subject; others flow."""

    connection: asyncpg.Connection[asyncpg.Record]
    feed: Feed
    projection: Projection
    simulated: bool
    tries: Tries = field(default_factory=Tries)

    async def advance(self) -> int:
        """Apply the next batch; where that fails, event by event up to the one at fault, which is tried again, then parked."""
        if self.tries.rests(self.projection.checkpoint):
            return 0
        failed = await self._tried(None)
        if not isinstance(failed, Exception):
            return failed
        log.info("projection_goes_singly", projection=self.projection.name, error=repr(failed))
        for _ in range(BATCH):
            if isinstance(failed := await self._tried(1), Exception):
                return await self._stopped(failed)
            if not failed:
                break
        return 0

    async def _tried(self, limit: int | None) -> int | Exception:
        """How many events were applied, or what one of them failed with; raises what is no event's fault."""
        try:
            return await project_once(self.connection, self.feed, self.projection, simulated=self.simulated, limit=limit)
        except Exception as error:
            if isinstance(error, Overtaken) or is_trouble(error):
                raise
            return error

    async def _stopped(self, error: Exception) -> int:
        """Answers 1 if the event in the way was parked: there is more to do."""
        checkpoint = self.projection.checkpoint
        position = await self.connection.fetchval(POSITION, checkpoint)
        [event] = await self.feed.after(self.connection, position, 1)
        said = {"idx": event.idx, "type": event.envelope.type, "event_id": str(event.envelope.event_id)}
        failure = self.tries.failed(checkpoint, event.envelope.event_id, error)
        if failure is None:
            log.info("projection_tried", projection=self.projection.name, error=repr(error), **said)
            return 0
        if await self._parked(position, event, failure):
            log.error(
                "event_parked", consumer=checkpoint, subject=event.envelope.subject, tries=failure.tries, exc_info=error, **said
            )
            return 1
        log.error("projection_stopped", projection=self.projection.name, exc_info=error, **said)
        self.tries.stand(checkpoint)
        return 0

    async def _parked(self, position: int, event: Sequenced, failure: Failure) -> bool:
        checkpoint = self.projection.checkpoint
        async with self.connection.transaction():
            await share(self.connection, checkpoint, tuple)
            if not await has_room(self.connection, checkpoint, event.envelope.subject):
                return False
            await park(self.connection, checkpoint, _parkable(event), failure)
            await _advance(self.connection, self.projection, position, event.idx, simulated=self.simulated)
        return True


async def reapply(connection: Connection, feed: Feed, projection: Projection, parked: asyncpg.Record) -> None:
    """Apply a parked event, in the transaction that takes it from its queue; raises what it fails with.

    Whoever holds the checkpoint's row keeps every other writer of the projection's tables away. Guarded by
    tests/chassis/test_parked_projections.py.
    """
    if await connection.fetchval(HOLD, projection.checkpoint) is None:
        raise LookupError(f"{projection.checkpoint} has no checkpoint")
    [event] = await feed.after(connection, parked["place"] - 1, 1)
    if event.envelope.event_id != parked["event_id"]:
        raise LookupError(f"another event stands at {parked['place']}")
    batch = Batch(connection, [event])
    await projection.project(batch)
    await batch.write_back()


def _parkable(event: Sequenced) -> Parkable:
    """Its place only: the feed has the event."""
    e = event.envelope
    return Parkable(
        subject=e.subject, source="", place=event.idx, shard=event.shard, shard_idx=event.shard_idx, idx=event.idx,
        event_id=e.event_id, type=e.type,
    )  # fmt: skip
