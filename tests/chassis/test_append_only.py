"""What was recorded stays as it was: no role may change it, and the owner meets the triggers; every role can do its own work."""

from __future__ import annotations

import asyncpg
import pytest

from chassis.database import READS, WORKS, WRITES, connect, migrate, open_pool, writer_connection
from chassis.eventstore import Connection, Verdict, append
from chassis.sequencer import read_head, sequence_once
from chassis.testing import drop_database, fresh_database
from tests.chassis import notes
from tests.chassis.writing import check_ledger, write_set

RECORDED = ("events", "ledger")
CHANGES = {
    "update": "UPDATE {table} SET stream_id = 'x'",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}
OTHER_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
AND NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE t.tgrelid = c.oid AND p.proname = 'refuse_change')
"""
MAY = "SELECT has_table_privilege($1, $2, $3)"


@pytest.fixture
async def grown(connection: Connection) -> Connection:
    """A database with events and a ledger, as their owner."""
    await append(connection, [write_set(("s:1", 0, 2))])
    await sequence_once(connection, await read_head(connection))
    return connection


@pytest.mark.parametrize("table", RECORDED)
@pytest.mark.parametrize("change", CHANGES)
async def test_the_owner_cannot_change_what_was_recorded(grown: Connection, table: str, change: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await grown.execute(CHANGES[change].format(table=table))
    assert await check_ledger(grown) == 2


@pytest.mark.parametrize("role", [READS, WRITES, WORKS])
@pytest.mark.parametrize("table", RECORDED)
@pytest.mark.parametrize("change", CHANGES)
async def test_no_role_may_change_what_was_recorded(grown: Connection, dsn: str, table: str, change: str, role: str) -> None:
    """Also where somebody dropped the triggers."""
    await grown.execute("DROP FUNCTION refuse_change CASCADE")
    own = await connect(dsn, "test", role=role)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await own.execute(CHANGES[change].format(table=table))
    await own.close()


@pytest.mark.parametrize("role", [READS, WRITES, WORKS])
@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES", "MAINTAIN"])
async def test_no_role_has_the_privilege(grown: Connection, role: str, privilege: str) -> None:
    for table in RECORDED:
        assert not await grown.fetchval(MAY, role, table, privilege)


async def test_the_reading_role_changes_nothing(grown: Connection) -> None:
    tables = [row["relname"] for row in await grown.fetch(OTHER_TABLES)] + list(RECORDED)
    for table in tables:
        assert await grown.fetchval(MAY, READS, table, "SELECT"), table
        for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            assert not await grown.fetchval(MAY, READS, table, privilege), table


async def test_the_writing_role_only_inserts_write_sets(grown: Connection) -> None:
    tables = [row["relname"] for row in await grown.fetch(OTHER_TABLES)] + list(RECORDED)
    inserts = {table for table in tables if await grown.fetchval(MAY, WRITES, table, "INSERT")}
    assert inserts == {"events", "pending", "commands"}
    for table in tables:
        for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
            assert not await grown.fetchval(MAY, WRITES, table, privilege), table


async def test_each_role_can_do_its_work(dsn: str) -> None:
    writer = await writer_connection(dsn)
    assert await append(writer, [write_set(("s:1", 0, 3))]) == [Verdict.ACCEPTED]
    await writer.close()
    worker = await connect(dsn, "test", role=WORKS)
    assert await sequence_once(worker, await read_head(worker)) == 3
    await worker.execute("VACUUM (SKIP_LOCKED) pending")
    assert await check_ledger(worker) == 3
    await worker.close()
    pool = await open_pool(dsn, "test", 1, READS)
    assert await pool.fetchval("SELECT count(*) FROM ledger") == 3
    await pool.close()


async def test_what_the_working_role_makes_can_be_read(dsn: str) -> None:
    """A read model that is built later needs no owner."""
    worker = await connect(dsn, "test", role=WORKS)
    await worker.execute("CREATE TABLE made_later (a int)")
    await worker.close()
    reader = await connect(dsn, "test", role=READS)
    assert await reader.fetchval("SELECT count(*) FROM made_later") == 0
    await reader.close()


async def test_a_table_made_append_only_by_name(connection: Connection) -> None:
    await connection.execute("CREATE TABLE kept (a int); SELECT append_only('kept'); INSERT INTO kept VALUES (1)")
    for change in ("UPDATE kept SET a = 2", "DELETE FROM kept", "TRUNCATE kept"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(change)


async def test_a_login_that_takes_roles_reaches_its_own_database_only(admin_dsn: str) -> None:
    """A service's login owns nothing: without a role it cannot even read, and another service's database lets it not in."""
    own, foreign = await fresh_database(admin_dsn), await fresh_database(admin_dsn)
    for dsn in (own, foreign):
        await migrate(dsn, notes.SERVICE.migration_folders)
    owner = await connect(own, "test")
    login = "casetrail_test_login"
    await owner.execute(f"""
        DROP ROLE IF EXISTS {login}; CREATE ROLE {login} LOGIN NOINHERIT PASSWORD 'p';
        GRANT {READS}, {WRITES}, {WORKS} TO {login};
        GRANT CONNECT ON DATABASE {own.partition("?")[0].rpartition("/")[2]} TO {login}
    """)
    try:
        as_login = f"//{login}:p@" + own.partition("@")[2]
        service = await connect(f"postgresql:{as_login}", "test")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.fetch("SELECT * FROM events")
        await service.execute(f"SET ROLE {READS}")
        assert await service.fetch("SELECT * FROM events") == []
        await service.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connect(f"postgresql://{login}:p@" + foreign.partition("@")[2], "test")
    finally:
        await owner.close()
        await drop_database(admin_dsn, own)
        await drop_database(admin_dsn, foreign)
        admin = await connect(admin_dsn, "test")
        await admin.execute(f"DROP ROLE IF EXISTS {login}")
        await admin.close()


PLANTED = "DROP TRIGGER events_append_only ON public.events"
TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'public.events'::regclass AND NOT tgisinternal"


async def test_no_schema_of_the_working_role_comes_before_ours(dsn: str) -> None:
    """One that is named as a user is first in PostgreSQL's default search path: the owner's, and that of each role."""
    owner = await connect(dsn, "test")
    user = await owner.fetchval("SELECT current_user")
    worker = await connect(dsn, "test", role=WORKS)
    for schema in (user, READS, WRITES):
        await worker.execute(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.migrations (LIKE public.migrations)")
        await worker.execute(f"GRANT ALL ON SCHEMA {schema} TO PUBLIC; GRANT ALL ON {schema}.migrations TO PUBLIC")
    await worker.close()
    assert await migrate(dsn, notes.SERVICE.migration_folders) == []
    reader, pool = await connect(dsn, "test", role=READS), await open_pool(dsn, "test", 1, READS)
    for source in (owner, reader, pool):
        assert await source.fetchval("SELECT count(*) FROM migrations") > 0
    await pool.close()
    await reader.close()
    await owner.close()


async def test_no_role_of_a_service_makes_functions(dsn: str) -> None:
    """A trigger on a table of its own would run as whoever writes to it: the owner, in the next migration."""
    for role in (READS, WRITES, WORKS):
        worker = await connect(dsn, "test", role=role)
        for language in ("sql", "plpgsql"):
            assert not await worker.fetchval("SELECT has_language_privilege($1, 'USAGE')", language), (role, language)
        await worker.close()


async def test_the_script_of_privileges_looks_nowhere_but_in_the_catalog(dsn: str) -> None:
    """Also where the languages could not be taken away: made here by the owner, as if the working role had."""
    owner = await connect(dsn, "test")
    await owner.execute(
        "CREATE FUNCTION public.format(text, regclass) RETURNS text LANGUAGE plpgsql "
        f"AS $$ BEGIN {PLANTED}; RETURN 'SELECT 1'; END $$"
    )
    await migrate(dsn, notes.SERVICE.migration_folders)
    assert await owner.fetchval(TRIGGERS) == 2
    await owner.close()
