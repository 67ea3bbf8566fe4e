"""Projections: events folded into read tables, batch by batch, each batch exactly once with its checkpoint."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from chassis.codec import decode
from chassis.database import LEDGER, TRY_LOCK, UNLOCK, WakeUp, session
from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.eventstore import Connection, ledger_head, ledger_to_fold
from chassis.parking import Failure, Parkable, Tries, has_room, is_trouble, park, park_behind, share
from chassis.readtables import LIVE_SCHEMA, Layout, add_to_rows, delete_rows, fetch_rows, layout_of, upsert_rows
from chassis.telemetry import log
from chassis.versions import CHANGED, LIVE, POSITION, begin_live, generations

BATCH = 1000  # events
NAME = re.compile(r"[a-z][a-z0-9_]*")

STANDBY_SECONDS = 0.5  # between two tries to lead what another process leads

# Invariant: a batch's effects and its checkpoint commit together, and only from the position that the batch began at; a second
# projector, or one that was paused, changes nothing. It comes first in the transaction: whoever holds the checkpoint's row keeps
# every writer away from the tables, which is what a switch relies on. Guarded by tests/chassis/test_projector.py.
ADVANCE = "UPDATE checkpoints SET position = $3, simulated = $4 WHERE name = $1 AND position = $2"
HOLD = "SELECT position FROM checkpoints WHERE name = $1 FOR UPDATE"


class Overtaken(Exception):
    """Another process has advanced the checkpoint: this one no longer leads."""


@dataclass(slots=True)
class Rows:
    """The rows of one read table that a batch touches: loaded by key, changed in Python, written back by one upsert."""

    found: dict[str, dict[str, Any]]
    columns: frozenset[str]
    asked: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def get(self, key: str) -> dict[str, Any] | None:
        """The row as it is after the batch so far, values as JSON; None if there is none. KeyError if it was not asked for."""
        if key not in self.asked and key not in self.touched:
            raise KeyError(f"row {key!r} was not asked for by Batch.rows")
        return self.found.get(key)

    def put(self, key: str, row: dict[str, Any]) -> None:
        """Write a whole row; KeyError if a column is unknown."""
        if not self.columns.issuperset(row):
            raise KeyError(f"no such columns: {sorted(row.keys() - self.columns)}")
        self.found[key] = row
        self.touched.add(key)

    def remove(self, key: str) -> None:
        """Take a row away, if there is one; KeyError if it was not asked for."""
        if self.get(key) is not None:
            del self.found[key]
            self.touched.add(key)

    def patch(self, key: str, **changes: Any) -> None:
        """Change columns of a row that exists; a row that does not exist is left alone. KeyError as for `get` and `put`."""
        if (row := self.get(key)) is not None:
            self.put(key, {**row, **changes})


@dataclass(slots=True)
class Sums:
    """A table whose numbers are only ever added to: what is added is held by key, and written without the rows being read.

    Its columns are those of its key, then the numbers, in that order. A row that comes to nothing goes.
    """

    layout: Layout
    added: dict[tuple[Any, ...], list[int]] = field(default_factory=dict)

    def add(self, key: tuple[Any, ...], numbers: Sequence[int]) -> None:
        """Add to the row of a key, values as JSON has them."""
        row = self.added.get(key)
        self.added[key] = [*numbers] if row is None else [one + more for one, more in zip(row, numbers, strict=True)]

    async def write(self, connection: Connection) -> None:
        """One statement, and one deletion if rows came to nothing."""
        await add_to_rows(connection, self.layout, {key: numbers for key, numbers in self.added.items() if any(numbers)})


@dataclass(slots=True)
class Batch:
    """Consecutive events for one projection, in the transaction of its checkpoint.

    Of a `bare` build the tables that the projection derives are left alone: they are made of the others once it has caught up.
    """

    connection: Connection
    events: Sequence[Sequenced]
    schema: str = LIVE_SCHEMA
    bare: bool = False
    _tables: dict[str, Rows] = field(default_factory=dict)
    _layouts: dict[str, Layout] = field(default_factory=dict)
    _sums: dict[str, Sums] = field(default_factory=dict)

    def event(self, sequenced: Sequenced) -> Event:
        """The decoded event of a row."""
        return decode(sequenced.envelope.type, sequenced.data)

    async def rows(self, table: str, keys: Iterable[str]) -> Rows:
        """The rows of a read table with these values of its one-column primary key; may be asked again for more."""
        if table not in self._tables:
            self._tables[table] = Rows({}, (await self._layout(table)).names)
        rows = self._tables[table]
        missing = sorted({*keys} - rows.asked - rows.touched)
        rows.asked |= {*missing}
        if missing:
            rows.found.update(await fetch_rows(self.connection, self._layouts[table], missing))
        return rows

    async def sums(self, table: str) -> Sums:
        """A table whose numbers are only ever added to."""
        if (sums := self._sums.get(table)) is None:
            sums = self._sums[table] = Sums(await self._layout(table))
        return sums

    async def _layout(self, table: str) -> Layout:
        """The columns of a table, asked for once."""
        if table not in self._layouts:
            self._layouts[table] = await layout_of(self.connection, table, self.schema)
        return self._layouts[table]

    async def write_back(self) -> None:
        """One upsert per table, and one deletion where rows were removed; called by the projector."""
        for sums in self._sums.values():
            await sums.write(self.connection)
        for table, rows in self._tables.items():
            touched = sorted(rows.touched)
            await upsert_rows(self.connection, self._layouts[table], [rows.found[key] for key in touched if key in rows.found])
            await delete_rows(self.connection, self._layouts[table], [key for key in touched if key not in rows.found])


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model: its name and version, the function that folds a batch, and the tables it writes.

    The migrations make the tables of a first version; those of a later one are made by `ddl`, a file of its own whose names carry
    no schema. A manifest may list several versions of a name.

    `derive` computes tables from the other tables of a schema, so that they are as if `project` had kept them. A build from the
    beginning leaves them alone (its batches are `bare`) and has them computed once, when it has caught up.
    """

    name: str
    version: int
    project: Callable[[Batch], Awaitable[None]]
    tables: tuple[str, ...]
    ddl: Path | None = None
    derive: Callable[[Connection, str], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        """ValueError for a name that cannot be part of a schema's: builds have schemas of their own."""
        if not NAME.fullmatch(self.name):
            raise ValueError(f"a projection's name is made of a-z, 0-9 and _, unlike {self.name!r}")

    @property
    def checkpoint(self) -> str:
        """The name of its checkpoint while it is live."""
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
        return await ledger_to_fold(connection, position, limit)

    async def head(self, connection: Connection) -> int:
        """The last `idx`."""
        return await ledger_head(connection)


async def project_once(
    connection: Connection, feed: Feed, projection: Projection, *, simulated: bool, limit: int | None = None
) -> int:
    """Apply the next batch to the live tables, if any; answers how many events. Raises Overtaken if this is not for us to do.

    Strict: what an event fails with is raised. Events of subjects that are parked are parked behind, and their rows stay as they
    are.
    """
    position = await connection.fetchval(POSITION, projection.checkpoint) or 0
    events = await feed.after(connection, position, limit or BATCH)
    if not events:
        return 0
    async with connection.transaction():
        parked = await share(connection, projection.checkpoint, lambda: (event.envelope.subject for event in events))
        await advance(connection, projection.checkpoint, position, events[-1].idx, simulated=simulated)
        flowing = [event for event in events if event.envelope.subject not in parked]
        behind = [_parkable(event) for event in events if event.envelope.subject in parked]
        await park_behind(connection, projection.checkpoint, behind)
        if flowing:
            await apply(projection, Batch(connection, flowing))
    return len(events)


async def apply(projection: Projection, batch: Batch) -> None:
    """Fold a batch into the tables of its schema, in the transaction that it is in."""
    await projection.project(batch)
    await batch.write_back()


async def advance(connection: Connection, checkpoint: str, position: int, to: int, *, simulated: bool) -> None:
    """Move a checkpoint; raises Overtaken if it is gone, or not where it was read."""
    if await connection.execute(ADVANCE, checkpoint, position, to, simulated) != "UPDATE 1":
        raise Overtaken(checkpoint)


def newest(projections: Sequence[Projection]) -> dict[str, Projection]:
    """The newest version of each projection that this code knows, by name."""
    return {projection.name: projection for projection in sorted(projections, key=lambda known: known.version)}


async def begin(connection: Connection, projections: Sequence[Projection], *, simulated: bool) -> None:
    """Make the newest version of each projection live, at 0, where none is."""
    for projection in newest(projections).values():
        await begin_live(connection, projection, simulated=simulated)


async def live_of(connection: Connection, projections: Sequence[Projection]) -> list[Projection]:
    """Those of these versions that are live."""
    names = sorted({projection.name for projection in projections})
    live = {(found.name, found.version) for found in await generations(connection, names) if found.state == LIVE}
    return [projection for projection in projections if (projection.name, projection.version) in live]


async def run_projector(dsn: str, feed: Feed, projections: Sequence[Projection], pause: float, *, simulated: bool) -> None:
    """Keep every live version that this code knows up to its feed, each led by one process, while the connection lives."""
    async with session(dsn, "projector") as connection:
        wake, changed = WakeUp(pause), asyncio.Event()
        await connection.add_listener(feed.channel, wake)
        for notice in (changed.set, wake):
            await connection.add_listener(CHANGED, lambda *_, notice=notice: notice())
        await begin(connection, projections, simulated=simulated)
        led: dict[Projection, _Follower] = {}
        leads_all = False
        while True:
            if changed.is_set() or not leads_all:
                changed.clear()
                live = await live_of(connection, projections)
                await _lead(connection, live, led, lambda one: _Follower(connection, feed, one, simulated))
                leads_all = len(led) == len(live)
            if not sum([await follower.advance() for follower in led.values()]):
                await wake.wait(None if leads_all else min(pause, STANDBY_SECONDS))


async def _lead(
    connection: Connection,
    live: Sequence[Projection],
    led: dict[Projection, _Follower],
    follow: Callable[[Projection], _Follower],
) -> None:
    """Give up what is no longer live, and try to lead what is: a lock per version, so that no release waits for another."""
    for gone in [projection for projection in led if projection not in live]:
        del led[gone]
        await connection.fetchval(UNLOCK, _lock(gone))
    for projection in live:
        if projection not in led and await connection.fetchval(TRY_LOCK, _lock(projection)):
            led[projection] = follow(projection)


def _lock(projection: Projection) -> str:
    return f"projector {projection.name}/{projection.version}"


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
            await advance(self.connection, checkpoint, position, event.idx, simulated=self.simulated)
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
    await apply(projection, Batch(connection, [event]))


def _parkable(event: Sequenced) -> Parkable:
    """Its place only: the feed has the event."""
    e = event.envelope
    return Parkable(
        subject=e.subject, source="", place=event.idx, shard=event.shard, shard_idx=event.shard_idx, idx=event.idx,
        event_id=e.event_id, type=e.type,
    )  # fmt: skip
