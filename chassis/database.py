"""PostgreSQL: connections, pools, migrations, leader locks and wake-ups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncpg

from chassis.eventstore import Connection, Pool
from chassis.telemetry import log

# asyncpg's InternalClientError: an idle connection was told that the server shuts down, and its socket is not closed yet.
GONE = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError,
        asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.TooManyConnectionsError,
        TimeoutError)  # fmt: skip
"""What is raised when the database went away; the caller opens a new connection and tries again."""

PENDING = "pending"
LEDGER = "ledger"
CHASSIS_MIGRATIONS = Path(__file__).parent / "sql"
PRIVILEGES = CHASSIS_MIGRATIONS / "privileges.sql"

# What a connection may do, whoever it logged in as. Guarded by tests/chassis/test_append_only.py.
READS, WRITES, WORKS = "casetrail_reads", "casetrail_writes", "casetrail_works"
AS_WORKER = f"SET LOCAL ROLE {WORKS}"
"""Run in a transaction of an API's connection that changes a table which can be rebuilt."""

# Not the default, whose first schema is one named as the user: who may make schemas could put tables before ours there.
# Guarded by tests/chassis/test_append_only.py.
PATH = "public"

MIGRATIONS_TABLE = "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
APPLIED = "SELECT name FROM migrations"
NOTE_APPLIED = "INSERT INTO migrations (name) VALUES ($1)"
LOCK_MIGRATIONS = "SELECT pg_advisory_lock(hashtext('casetrail migrations'))"
TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext($1))"
UNLOCK = "SELECT pg_advisory_unlock(hashtext($1))"


async def connect(dsn: str, name: str, **settings: str) -> asyncpg.Connection[asyncpg.Record]:
    """A connection of its own, named after its work; `settings` are PostgreSQL run-time settings, such as `role`."""
    return await asyncpg.connect(
        dsn, timeout=5, server_settings={"application_name": name, "jit": "off", "search_path": PATH, **settings}
    )


async def writer_connection(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    """The group-commit writer's: a short lock_timeout, so that a foreign uncommitted row never stalls everybody.

    The append statement is planned once: its plan depends on no argument, and planning it costs as much as running it.
    """
    return await connect(dsn, "writer", role=WRITES, lock_timeout="50ms", plan_cache_mode="force_generic_plan")


async def open_pool(dsn: str, name: str, size: int, role: str) -> Pool:
    """A pool for reading and policies; a transaction may not last, because old snapshots slow the sequencer down.

    A connection is given back as it is, but for an open transaction, which the driver ends: asking the server to forget what
    nobody has set was a quarter of a command's work. So what is set or locked here is set or locked for a transaction, or
    undone by whoever did it.
    """
    return await asyncpg.create_pool(
        dsn, min_size=1, max_size=size, timeout=5, command_timeout=60, reset=_as_it_is,
        server_settings={
            "application_name": name, "jit": "off", "search_path": PATH, "role": role, "transaction_timeout": "60s",
            "lock_timeout": "5s",
        },
    )  # fmt: skip


async def _as_it_is(_: asyncpg.Connection[asyncpg.Record]) -> None: ...


class Stage(StrEnum):
    """Which migrations are applied: before processes of a new version start beside old ones, after the old ones are gone."""

    ALL = "all"
    PRE = "pre"
    POST = "post"


AFTERWARDS = ".post.sql"  # how a file's name ends that takes away what the version before still asks for


async def migrate(dsn: str, folders: list[Path], stage: Stage = Stage.ALL) -> list[str]:
    """Apply each folder's `NNNN_*.sql` that was not applied yet, each in a transaction; answers their names.

    Needs the owner of the database; afterwards every role has what `privileges.sql` gives it, and no more. `stage`: the part
    of a rolling upgrade.
    """
    connection = await connect(dsn, "migrate")
    try:
        await connection.execute(LOCK_MIGRATIONS)
        await connection.execute(MIGRATIONS_TABLE)
        applied = {row["name"] for row in await connection.fetch(APPLIED)}
        fresh = [file for file in migration_files(folders, stage) if _name(file) not in applied]
        for file in fresh:
            async with connection.transaction():
                await connection.execute(file.read_text(encoding="utf-8"))
                await connection.execute(NOTE_APPLIED, _name(file))
        async with connection.transaction():
            await connection.execute(PRIVILEGES.read_text(encoding="utf-8"))
        return [_name(file) for file in fresh]
    finally:
        await connection.close()


def migration_files(folders: list[Path], stage: Stage = Stage.ALL) -> list[Path]:
    """The migrations of these folders, in order: folder by folder, number by number.

    Before a roll-out the last files of a folder wait if they take something away; one that has a file behind it was of an earlier
    version, whose roll-out is over, and goes first as everywhere.
    """
    ordered = [sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")) for folder in folders]
    return [file for files in ordered for file in (_before(files) if stage is Stage.PRE else files)]


def _before(files: list[Path]) -> list[Path]:
    kept = list(files)
    while kept and kept[-1].name.endswith(AFTERWARDS):
        kept.pop()
    return kept


def _name(file: Path) -> str:
    return f"{file.parent.parent.name}/{file.name}"


async def unapplied(connection: Connection | Pool, folders: list[Path]) -> list[str]:
    """Migrations that this code has and the database lacks; what only takes away may come when nobody asks for it any more."""
    applied = {row["name"] for row in await connection.fetch(APPLIED)}
    return [_name(file) for file in migration_files(folders, Stage.PRE) if _name(file) not in applied]


@asynccontextmanager
async def session(dsn: str, name: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A worker's connection of its own for the length of a block; what it holds (locks, a lead) it loses with it."""
    connection = await connect(dsn, name, role=WORKS)
    try:
        yield connection
    finally:
        await asyncio.shield(_close(connection))


@asynccontextmanager
async def leadership(dsn: str, name: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Wait until this process is the leader of `name`, on a connection of its own; losing the connection loses the lead.

    Whoever leads still fences its writes (a primary key, a compare-and-set): a lock alone cannot stop a process that was
    paused and wakes up late.
    """
    async with session(dsn, name) as connection:
        while not await connection.fetchval(TRY_LOCK, name):
            await asyncio.sleep(0.5)
        yield connection


async def _close(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    try:
        async with asyncio.timeout(2):
            await connection.close(timeout=1)
    except GONE:
        connection.terminate()


class WakeUp:
    """Wakes a loop on NOTIFY of a channel, and anyway after the longest pause: a lost notification only costs a pause."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._event = asyncio.Event()

    def __call__(self, *_: Any) -> None:
        """Wake; takes whatever a listener is called with."""
        self._event.set()

    async def wait(self, at_most: float | None = None) -> bool:
        """Return when woken (True), or after the longest pause, or `at_most` seconds (False)."""
        try:
            async with asyncio.timeout(self._longest if at_most is None else at_most):
                return await self._event.wait()
        except TimeoutError:
            return False
        finally:
            self._event.clear()


async def forever(name: str, once: Callable[[], Any], *, gone: tuple[type[Exception], ...] = GONE) -> None:
    """Run a worker's loop for ever: when it fails it is logged and begun anew, with fresh connections.

    Anything that is not a lost server is an error of ours: it is logged as such, and tried again more slowly, because the
    next event may not be skipped and the other loops of the process go on. Guarded by tests/chassis/test_database.py.
    """
    while not _told_to_end():
        try:
            await once()
        except asyncio.CancelledError:
            if _told_to_end():
                raise
            # Nobody asked this loop to end: the Kafka client cancels what waits for a connection that it closes.
            log.warning("loop_lost_server", loop=name, error="cancelled by a client that lost its server")
            await asyncio.sleep(0.1)
        except gone as error:
            log.warning("loop_lost_server", loop=name, error=repr(error))
            await asyncio.sleep(0.1)
        except Exception:
            log.exception("loop_failed", loop=name)
            await asyncio.sleep(1.0)
    raise asyncio.CancelledError  # what failed while this loop ended hid that it was told to


def _told_to_end() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
