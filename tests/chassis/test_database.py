"""Loops that outlive their servers, leader locks, wake-ups, migrations; and a PostgreSQL killed while everything writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from structlog.testing import capture_logs

from chassis.clock import FixedClock
from chassis.database import (
    GONE,
    WORKS,
    Stage,
    WakeUp,
    connect,
    forever,
    leadership,
    migrate,
    open_pool,
    unapplied,
    writer_connection,
)
from chassis.eventstore import Connection, Verdict, append
from chassis.process.manifests import load_service
from chassis.projector import OwnLedger, run_projector
from chassis.runner import Runner
from chassis.sequencer import run_sequencer
from chassis.testing import drop_database, fresh_database
from chassis.worker import Nudge, running
from chassis.writer import GroupCommit
from deploy.embedded.child import Child
from deploy.embedded.postgres import Postgres
from tests.chassis import notes
from tests.chassis.test_append import context
from tests.chassis.writing import AT, check_ledger, until, write_set


class Loop:
    """A loop that fails in a given way each time it begins, and at last waits."""

    def __init__(self, *ways: Callable[[], Any]) -> None:
        self.begun = 0
        self.waits = asyncio.Event()
        self._ways = list(ways)

    async def once(self) -> None:
        self.begun += 1
        if self._ways:
            await self._ways.pop(0)()
        self.waits.set()
        await asyncio.Event().wait()


def failing(error: BaseException) -> Callable[[], Any]:
    async def fail() -> NoReturn:
        raise error

    return fail


async def waits_for_what_is_cancelled() -> None:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(failing(ConnectionRefusedError()), id="server gone"),
        pytest.param(failing(asyncpg.InterfaceError("connection is closed")), id="connection closed"),
        pytest.param(failing(asyncpg.InternalClientError("cannot switch to state 12")), id="connection about to be closed"),
        pytest.param(waits_for_what_is_cancelled, id="a client cancels what waits for its connection"),
    ],
)
async def test_a_loop_that_lost_its_server_begins_anew(way: Callable[[], Any]) -> None:
    loop = Loop(way, way)
    with capture_logs() as logs:
        async with running(forever("loop", loop.once)):
            async with asyncio.timeout(5):
                await loop.waits.wait()
    assert loop.begun == 3
    assert [(line["event"], line["loop"]) for line in logs] == [("loop_lost_server", "loop")] * 2


async def test_an_error_of_ours_is_logged_as_such_and_ends_no_loop() -> None:
    loop = Loop(failing(ZeroDivisionError()))
    with capture_logs() as logs:
        async with running(forever("loop", loop.once)):
            async with asyncio.timeout(5):
                await loop.waits.wait()
    assert [(line["event"], line["log_level"]) for line in logs] == [("loop_failed", "error")]


async def test_a_loop_ends_when_it_is_told_to_even_if_its_end_fails() -> None:
    """An error on the way out would hide the cancellation, and the loop would begin anew."""
    begun = asyncio.Event()

    async def once() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionResetError("the server went away just now")

    with capture_logs():
        task = asyncio.create_task(forever("loop", once))
        await begun.wait()
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=5)
    assert done
    assert task.cancelled()


async def test_a_loop_whose_client_swallows_the_cancellation_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.worker.END_SECONDS", 0.01)
    told = 0

    async def deaf() -> None:
        nonlocal told
        while told < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told += 1

    async with asyncio.timeout(5):
        async with running(deaf()):
            await asyncio.sleep(0)
    assert told == 3


async def test_one_leads_and_the_next_follows_when_it_is_gone(dsn: str, connection: Connection) -> None:
    """A lost connection loses the lead, also when nobody asks it anything."""
    leaders: list[str] = []
    leading = asyncio.Event()

    async def lead(name: str) -> None:
        async with leadership(dsn, "thing"):
            leaders.append(name)
            leading.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(lead("first"))
    await leading.wait()
    leading.clear()
    async with running(lead("second")):
        waiting = "SELECT count(*) = 2 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'thing'"
        await until(lambda: connection.fetchval(f"{waiting} AND query LIKE '%pg_try_advisory_lock%'"))
        assert leaders == ["first"]
        holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        await connection.execute(f"SELECT pg_terminate_backend(({holder}))")
        async with asyncio.timeout(5):
            await leading.wait()
    assert leaders == ["first", "second"]
    first.cancel()
    await asyncio.wait([first])


async def test_leads_of_different_names_and_databases_do_not_meet(dsn: str, admin_dsn: str) -> None:
    async with asyncio.timeout(5), leadership(dsn, "one"), leadership(dsn, "other"), leadership(admin_dsn, "one"):
        pass


async def test_no_connection_is_left_behind_by_leads_that_end(dsn: str, connection: Connection) -> None:
    async def lead() -> None:
        async with leadership(dsn, "short"):
            raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await lead()
    mine = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'short'"
    await until(lambda: connection.fetchval(mine))


async def test_a_wake_up_before_the_wait_is_not_lost() -> None:
    wake = WakeUp(3600)
    wake("connection", 1, "channel", "payload")
    async with asyncio.timeout(5):
        assert await wake.wait()
    assert not await wake.wait(0.001)
    assert not await WakeUp(0.001).wait()


async def test_migrations_are_applied_once_in_order_and_whole(admin_dsn: str, new_database: Any, tmp_path: Path) -> None:
    folder = tmp_path / "service" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_table.sql").write_text("CREATE TABLE t (n int); INSERT INTO t VALUES (1);")
    async with new_database() as dsn:
        assert await migrate(dsn, [folder]) == ["service/0001_table.sql"]
        (folder / "0002_more.sql").write_text("INSERT INTO t VALUES (2); INSERT INTO t VALUES (1/0);")
        probe = await connect(dsn, "test")
        assert await unapplied(probe, [folder]) == ["service/0002_more.sql"]
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(dsn, [folder])
        assert await probe.fetchval("SELECT sum(n) FROM t") == 1
        (folder / "0002_more.sql").write_text("INSERT INTO t VALUES (2);")
        applied = await asyncio.gather(*(migrate(dsn, [folder]) for _ in range(3)))
        assert sorted(applied) == [[], [], ["service/0002_more.sql"]]
        assert await probe.fetchval("SELECT sum(n) FROM t") == 3
        assert await unapplied(probe, [folder]) == []
        await probe.close()


async def test_what_takes_away_waits_for_the_end_of_a_roll_out(new_database: Any, tmp_path: Path) -> None:
    folder = tmp_path / "service" / "migrations"
    folder.mkdir(parents=True)
    for name in ("0001_table.sql", "0002_old.post.sql", "0003_more.sql", "0004_gone.post.sql"):
        (folder / name).write_text("SELECT 1")
    async with new_database() as dsn:
        before = await migrate(dsn, [folder], Stage.PRE)
        assert before == ["service/0001_table.sql", "service/0002_old.post.sql", "service/0003_more.sql"]
        probe = await connect(dsn, "test")
        assert await unapplied(probe, [folder]) == []  # processes of the new version are ready beside those of the old one
        await probe.close()
        assert await migrate(dsn, [folder], Stage.POST) == ["service/0004_gone.post.sql"]


@pytest.mark.parametrize("service", ["registry", "reporting"])
async def test_an_owner_who_is_no_superuser_migrates(admin_dsn: str, template: str, service: str) -> None:
    """`template` has made the three roles; this owner may hand tables to them and make none."""
    owner, dsn = f"owner_{service}", await fresh_database(admin_dsn)
    admin = await connect(dsn, "test")
    try:
        await admin.execute(f"CREATE ROLE {owner} LOGIN PASSWORD 'of-this-test'")
        await admin.execute(f"GRANT casetrail_reads, casetrail_writes, casetrail_works TO {owner}")
        await admin.execute(f'ALTER DATABASE "{urlsplit(dsn).path[1:]}" OWNER TO {owner}')
        await admin.execute(f"REVOKE USAGE ON LANGUAGE sql, plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE sql, plpgsql TO {owner}")
        parts = urlsplit(dsn)
        own = urlunsplit(parts._replace(netloc=f"{owner}:of-this-test@{parts.netloc.rpartition('@')[2]}"))
        folders = load_service(service).migration_folders
        assert await migrate(own, folders)
        assert await migrate(own, folders) == []
    finally:
        await admin.close()
        await drop_database(admin_dsn, dsn)
        rest = await connect(admin_dsn, "test")
        await rest.execute(f"DROP ROLE IF EXISTS {owner}")
        await rest.close()


async def test_a_connection_is_given_back_without_a_transaction(dsn: str) -> None:
    """Nothing else is undone for whoever borrows it next."""
    pool = await open_pool(dsn, "pool", 1, WORKS)
    async with pool.acquire() as connection:
        await connection.execute("BEGIN")
        await connection.execute("CREATE TABLE left_behind ()")
    assert await pool.fetchval("SELECT pg_current_xact_id_if_assigned() IS NULL AND to_regclass('left_behind') IS NULL")
    await pool.close()


async def test_a_pool_may_not_hold_a_transaction_for_long(dsn: str) -> None:
    """Old snapshots slow the sequencer down."""
    pool = await open_pool(dsn, "pool", 1, WORKS)
    assert await pool.fetchval("SHOW transaction_timeout") == "1min"
    await pool.close()


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder that PostgreSQL's user may pass through, when we are root."""
    tmp_path.chmod(0o755)
    return tmp_path


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[Child]:
    """A PostgreSQL of the test's own, to be killed; it comes back by itself."""
    child = Child(Postgres(folder, survives_power_loss=False), folder / "postgres.log")
    await child.start()
    try:
        await child.ready()
        yield child
    finally:
        await child.stop()


async def test_a_killed_postgresql_loses_no_acknowledged_event_and_doubles_none(open_folder: Path) -> None:
    """Writers, commands, sequencer and projector go on by themselves with the connections they open anew."""
    async with postgres(open_folder) as server:
        assert isinstance(server.program, Postgres)
        dsn = await fresh_database(server.program.dsn())
        await migrate(dsn, notes.SERVICE.migration_folders)
        pool = await open_pool(dsn, "commands", 3, WORKS)
        nudge = Nudge(pool)
        writer = GroupCommit(partial(writer_connection, dsn), nudge)
        runner = Runner(pool, writer, FixedClock(AT))
        loops = [
            writer.run(), forever("nudge", nudge.run), forever("sequencer", lambda: run_sequencer(dsn, 0.01)),
            forever("projector", lambda: run_projector(dsn, OwnLedger(), (notes.COUNTS,), 0.01, simulated=False)),
        ]  # fmt: skip
        acknowledged: list[str] = []

        async def append_all(name: str) -> None:
            for n in range(30):
                verdict = await writer.append(write_set((f"{name}{n}", 0, 2)))
                assert verdict in (Verdict.ACCEPTED, Verdict.REPEATED)
                acknowledged.append(f"{name}{n}")

        async def command_all(name: str) -> None:
            for n in range(15):
                body = notes.Body(note_id=f"{name}{n}", text="字")
                await until(partial(done, runner, f"{name}{n}", body))
                acknowledged.append(f"note:{name}{n}")

        with capture_logs():
            async with running(*loops):
                writing = asyncio.gather(*(append_all(f"w{n}") for n in range(4)), *(command_all(f"c{n}") for n in range(4)))
                for enough in (20, 90):
                    await until(partial(more_than, acknowledged, enough))
                    server.kill()
                await writing
                probe = await connected(dsn)
                await until(partial(probe.fetchval, "SELECT NOT EXISTS (SELECT FROM pending)"))
                head = "SELECT position = (SELECT max(idx) FROM ledger) FROM checkpoints WHERE name = 'projection:note_counts/1'"
                await until(partial(probe.fetchval, head))
        assert await check_ledger(probe) == 4 * 30 * 2 + 4 * 15
        stored = {row["stream_id"] for row in await probe.fetch("SELECT DISTINCT stream_id FROM events")}
        assert stored == set(acknowledged)
        assert await probe.fetchval("SELECT notes FROM note_counts") == 4 * 30 * 2 + 4 * 15
        await probe.close()
        pool.terminate()


async def more_than(listed: list[str], count: int) -> bool:
    return len(listed) > count


async def done(runner: Runner, key: str, body: notes.Body) -> bool:
    """Send a command as a client does: again with the same key, as long as the service answers that it is unavailable."""
    try:
        await runner.run(context(key), lambda work: notes.make(work, body))
    except GONE:
        return False
    return True


async def connected(dsn: str) -> Connection:
    opened: list[Connection] = []

    async def try_it() -> bool:
        try:
            opened.append(await connect(dsn, "test"))
        except GONE:
            return False
        return True

    await until(try_it)
    return opened[0]


async def test_a_connection_of_an_aborted_append_serves_on(connection: Connection) -> None:
    """An error of one statement is not a lost connection."""
    with pytest.raises(asyncpg.CharacterNotInRepertoireError):
        await append(connection, [write_set(("a\0b", 0, 1))])
    assert await append(connection, [write_set(("ab", 0, 1))]) == [Verdict.ACCEPTED]
