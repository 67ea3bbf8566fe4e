"""Projections: events folded into read tables, batch by batch, each batch exactly once with its checkpoint."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg
import orjson

from chassis.codec import decode_recorded
from chassis.database import GONE, LEDGER, WakeUp, leadership
from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.eventstore import Connection, ledger_after
from chassis.telemetry import log

BATCH = 1000  # events
RETRY_SECONDS = 1.0  # between two tries of an event that a projection cannot apply

BEGIN = "INSERT INTO checkpoints (name, position, simulated) VALUES ($1, 0, $2) ON CONFLICT (name) DO NOTHING"
HEAD = "SELECT coalesce(max(idx), 0) FROM ledger"
POSITION = "SELECT position FROM checkpoints WHERE name = $1"
# Invariant: a batch's effects and its checkpoint commit together, and only from the position that the batch began at; a second
# projector, or one that was paused, changes nothing. Guarded by tests/chassis/test_projector.py.
ADVANCE = "UPDATE checkpoints SET position = $3, simulated = $4 WHERE name = $1 AND position = $2"
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
    """Apply the next batch, if any; answers how many events. Raises Overtaken if another projector was there."""
    position = await connection.fetchval(POSITION, projection.checkpoint) or 0
    events = await feed.after(connection, position, limit or BATCH)
    if not events:
        return 0
    async with connection.transaction():
        batch = Batch(connection, events)
        await projection.project(batch)
        await batch.write_back()
        done = await connection.execute(ADVANCE, projection.checkpoint, position, events[-1].idx, simulated)
        if done != "UPDATE 1":
            raise Overtaken(projection.name)
    return len(events)


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
    """One projection on its way. An event that it cannot apply stops it, visibly, and no other projection."""

    connection: asyncpg.Connection[asyncpg.Record]
    feed: Feed
    projection: Projection
    simulated: bool
    rests_until: float = 0.0

    async def advance(self) -> int:
        """Apply the next batch; where that fails, event by event up to the one at fault, which is tried again each second."""
        if time.monotonic() < self.rests_until:
            return 0
        try:
            return await self._project(None)
        except (*GONE, Overtaken):
            raise
        except Exception as error:  # noqa: BLE001 - it is met again, with its event, and logged there
            log.info("projection_goes_singly", projection=self.projection.name, error=repr(error))
        try:
            for _ in range(BATCH):
                if not await self._project(1):
                    break
        except (*GONE, Overtaken):
            raise
        except Exception:
            log.exception("projection_stopped", projection=self.projection.name, **await self._next_event())
            self.rests_until = time.monotonic() + RETRY_SECONDS
        return 0

    async def _next_event(self) -> dict[str, Any]:
        position = await self.connection.fetchval(POSITION, self.projection.checkpoint)
        [event] = await self.feed.after(self.connection, position, 1)
        return {"idx": event.idx, "type": event.envelope.type, "event_id": str(event.envelope.event_id)}

    async def _project(self, limit: int | None) -> int:
        return await project_once(self.connection, self.feed, self.projection, simulated=self.simulated, limit=limit)
