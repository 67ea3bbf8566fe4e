"""The switch: a build is compared with what is live, at the same position, and takes its place at once; or is refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from chassis.comparison import TableCompared, compare_tables
from chassis.database import session
from chassis.eventstore import Connection
from chassis.parking import parked_count
from chassis.projector import BATCH, Batch, Feed, Projection, advance, apply
from chassis.readtables import LIVE_SCHEMA
from chassis.versions import (
    BUILDING,
    CHANGED,
    LIVE,
    LOCK_NAME,
    MOVE,
    RENAME_CHECKPOINT,
    RETIRED,
    Generation,
    aside,
    drop_unused,
    in_state,
    remove,
)

CATCH_UP = 10_000  # events that a switch applies itself, while the live version stands still
PATIENCE = 30.0  # seconds in which a switch tries to get its locks
AGAIN = 0.1  # seconds between two tries
READERS = 2.0  # seconds that a try waits for readers with an older view of the database
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'"  # for checkpoints: a batch under way is waited for
# Shorter than deadlock_timeout, for as many tables as a projection has: it is never a reader that is chosen to die.
TABLE_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '100ms'"
# Whoever holds the checkpoint's row keeps every writer of the tables away: writers advance it first.
LOCK_CHECKPOINT = "SELECT position FROM checkpoints WHERE name = $1 FOR UPDATE"
# Every transaction under way here, whoever may see what it does; but not one that waits for the switch itself, and no autovacuum.
OLDER = """
SELECT l.pid, l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'virtualxid' AND l.granted AND a.datname = current_database() AND a.usesysid IS NOT NULL
  AND l.pid <> ALL($1::int[]) AND NOT $2 = ANY(pg_blocking_pids(l.pid))
"""
STANDING = f"""
SELECT coalesce(array_agg(name), '{{}}') FROM unnest($1::text[]) AS name WHERE to_regclass('{LIVE_SCHEMA}.' || name) IS NOT NULL
"""  # noqa: S608 - a constant name
BUSY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


class NotSwitched(Exception):
    """The build stays where it is; the message says why."""


class NotNow(NotSwitched):
    """Somebody holds what is needed for the moment: worth another try."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The live version and the build, at the same position."""

    live: Generation
    build: Generation
    position: int
    tables: tuple[TableCompared, ...]

    @property
    def equal(self) -> bool:
        """Whether no table differs."""
        return all(table.equal for table in self.tables)


class Differs(NotSwitched):
    """The build is not the same as what is live: `compared` says where."""

    def __init__(self, compared: Compared) -> None:
        tables = ", ".join(table.table for table in compared.tables if not table.equal)
        super().__init__(f"{compared.build.label} differs from {compared.live.label} at {compared.position} in {tables}")
        self.compared = compared


@dataclass(frozen=True, slots=True)
class Switcher:
    """Compares and switches the projections of one service's database; the code of a build is needed to catch it up."""

    dsn: str
    feed: Feed
    projections: Sequence[Projection]
    simulated: bool

    async def compare(self, name: str) -> Compared:
        """Both versions at the same position; the live one stands still meanwhile. Raises NotSwitched if there is no build."""

        async def once(connection: Connection, helper: Connection) -> Compared:
            async with connection.transaction():
                return await self._aligned(connection, helper, name)

        return await self._patiently(once)

    async def switch(self, name: str, *, accepting: str | None = None) -> Compared:
        """Make the build live and what was live retired, in one transaction, if they are equal.

        `accepting` is the reason for which differences are accepted; it is kept. Raises Differs, or another NotSwitched.
        """

        async def once(connection: Connection, helper: Connection) -> Compared:
            async with connection.transaction():
                compared = await self._aligned(connection, helper, name)
                if not compared.equal and accepting is None:
                    raise Differs(compared)
                await _wait_for_older_readers(connection, helper)
                await _flip(connection, compared, None if compared.equal else accepting)
            return compared

        return await self._patiently(once)

    async def _patiently(self, once: Any) -> Compared:
        give_up = time.monotonic() + PATIENCE
        async with session(self.dsn, "switch") as connection, session(self.dsn, "switch-helper") as helper:
            while True:
                try:
                    compared: Compared = await once(connection, helper)
                    return compared
                except (NotNow, *BUSY) as error:
                    if time.monotonic() > give_up:
                        raise NotSwitched(f"gave up after {PATIENCE:g} seconds: {error}") from error
                await asyncio.sleep(AGAIN)

    async def _aligned(self, connection: Connection, helper: Connection, name: str) -> Compared:
        """Stop the live version, catch the build up with it, stop that too, compare.

        The catching up is committed by itself, by the helper: what a switch makes visible was there before it began.
        """
        await connection.execute(LOCK_TIMEOUT)
        await connection.execute(LOCK_NAME, name)
        live, build = await in_state(connection, LIVE, name), await in_state(connection, BUILDING, name)
        if live is None or build is None:
            raise NotSwitched(f"nothing is being built beside {name}" if live else f"no version of {name} is live")
        position = await connection.fetchval(LOCK_CHECKPOINT, live.checkpoint)
        await self._check(connection, live, build, position)
        await self._catch_up(helper, build, position)
        if await connection.fetchval(LOCK_CHECKPOINT, build.checkpoint) != position:
            raise NotNow(f"{build.label} was moved by somebody else")
        return Compared(live, build, position, tuple(await compare_tables(connection, live, build)))

    async def _check(self, connection: Connection, live: Generation, build: Generation, position: int) -> None:
        """Whether the build may take the live version's place at all."""
        if build.stopped is not None:
            raise NotSwitched(f"{build.label} cannot apply event {build.stopped['idx']}: {build.stopped['error']}")
        if parked := await parked_count(connection, live.checkpoint):
            raise NotSwitched(f"{parked} events of {live.name} are parked: retry or skip them first")
        if build.position > position:
            raise NotNow(f"{live.label} is behind: at {position}, {build.label} at {build.position}")
        if build.bare:
            raise NotNow(f"{build.label} is still being built: what it derives is to be computed")
        if position - build.position > CATCH_UP:
            raise NotSwitched(f"{build.label} is still being built: at {build.position} of {position}")

    async def _catch_up(self, helper: Connection, build: Generation, upto: int) -> None:
        """Apply what the build lacks; a builder that is writing is waited for, and afterwards finds that it was overtaken."""
        at = build.position
        if at == upto:
            return
        version = next((p for p in self.projections if (p.name, p.version) == (build.name, build.version)), None)
        if version is None:
            raise NotNow(f"this release does not know {build.label}, and cannot catch it up")
        async with helper.transaction():
            await helper.execute(LOCK_TIMEOUT)
            at = await helper.fetchval(LOCK_CHECKPOINT, build.checkpoint)
            while events := await self.feed.after(helper, at, min(BATCH, upto - at)) if at < upto else ():
                await advance(helper, build.checkpoint, at, events[-1].idx, simulated=self.simulated)
                await apply(version, Batch(helper, events, build.schema))
                at = events[-1].idx


async def _wait_for_older_readers(connection: Connection, helper: Connection) -> None:
    """Wait for the transactions that may see the database as it was before now.

    Such a reader would find the new table by its name and in it only the rows of then: too few, or none. Whoever has read the old
    table already holds a lock on it, and is waited for anyway. Guarded by tests/chassis/test_switching.py.
    """
    switch = await connection.fetchval("SELECT pg_backend_pid()")
    own = [switch, await helper.fetchval("SELECT pg_backend_pid()")]
    older = {*await helper.fetch(OLDER, own, switch)}
    give_up = time.monotonic() + READERS
    while left := older & {*await helper.fetch(OLDER, own, switch)}:
        if time.monotonic() > give_up:
            pids = ", ".join(str(row["pid"]) for row in left)
            raise NotNow(f"a transaction that began before is still under way (backend {pids})")
        await asyncio.sleep(0.01)


async def _flip(connection: Connection, compared: Compared, accepted: str | None) -> None:
    """Tables, checkpoints and states change places; readers see all of it or nothing.

    All locks are taken before anything is changed. Guarded by tests/chassis/test_switching.py.
    """
    live, build = compared.live, compared.build
    await remove(connection, live.name, RETIRED)
    schema, checkpoint = aside(live.name, live.generation)
    await connection.execute(f"CREATE SCHEMA {schema}")
    tables = [f"{one.schema}.{table}" for one in (live, build) for table in one.tables]
    # What the migrations made for databases that begin with the new version: its rights are taken over, the empty table goes.
    unused: list[str] = await connection.fetchval(STANDING, [table for table in build.tables if table not in live.tables])
    tables += [f"{LIVE_SCHEMA}.{table}" for table in unused]
    await connection.execute(TABLE_LOCK_TIMEOUT)
    await connection.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
    for table in (*(table for table in live.tables if table in build.tables), *unused):
        rights = "SELECT same_rights($1::regclass, $2::regclass)"
        await connection.execute(rights, f"{LIVE_SCHEMA}.{table}", f"{build.schema}.{table}")
    await drop_unused(connection, unused)
    for table in live.tables:
        await connection.execute(f"ALTER TABLE {live.schema}.{table} SET SCHEMA {schema}")
    for table in build.tables:
        await connection.execute(f"ALTER TABLE {build.schema}.{table} SET SCHEMA {LIVE_SCHEMA}")
    await connection.execute(f"DROP SCHEMA {build.schema}")
    await _move(connection, live, RETIRED, schema, checkpoint, None)
    await _move(connection, build, LIVE, LIVE_SCHEMA, f"projection:{build.label}", accepted)
    await connection.execute(f"NOTIFY {CHANGED}")


async def _move(
    connection: Connection, one: Generation, state: str, schema: str, checkpoint: str, accepted: str | None
) -> None:  # fmt: skip
    await connection.execute(RENAME_CHECKPOINT, one.checkpoint, checkpoint)
    await connection.execute(MOVE, one.name, one.generation, state, schema, checkpoint, accepted)
