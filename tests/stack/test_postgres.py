"""The embedded PostgreSQL keeps what was committed, whatever kills it, and lets nobody in without the password."""

from __future__ import annotations

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded.child import NotStarted
from deploy.embedded.postgres import Postgres, ensure_databases, with_database
from tests.stack.conftest import Run

BUSY = "SELECT sum(sqrt(g)) FROM generate_series(1, 2000000000) g"


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[Postgres]:
    """A server that does not run yet; its data are deleted after the test, wherever they lie."""
    server = Postgres(tmp_path)
    yield server
    server.erase()


async def test_committed_rows_survive_sigkill_while_backends_are_busy(postgres: Postgres, run: Run) -> None:
    child = await run(postgres)
    await ensure_databases(postgres.dsn(), ["casetrail_tasks"])
    client = await asyncpg.connect(postgres.dsn("casetrail_tasks"))
    await client.execute("CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 1000)")
    # A backend in a long query does not notice that its postmaster died, and keeps the shared memory.
    busy = asyncio.create_task(client.execute(BUSY))
    await asyncio.sleep(0.1)
    child.kill()
    await asyncio.sleep(0)
    await child.ready(30)
    assert await kept_rows(postgres) == 1000
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await busy
    client.terminate()
    assert child.restarts == 1


async def test_data_survive_a_stop_and_another_start(postgres: Postgres, run: Run, tmp_path: Path) -> None:
    child = await run(postgres)
    await ensure_databases(postgres.dsn(), ["casetrail_tasks"])
    client = await asyncpg.connect(postgres.dsn("casetrail_tasks"))
    await client.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    await child.stop()  # does not wait for the client
    client.terminate()
    again = Postgres(tmp_path)
    await run(again)
    assert await kept_rows(again) == 1


async def test_settings_are_durable_and_small(postgres: Postgres, run: Run) -> None:
    await run(postgres)
    client = await asyncpg.connect(postgres.dsn())
    wanted = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on",
              "listen_addresses": "127.0.0.1", "shared_buffers": "96MB", "server_encoding": "UTF8"}  # fmt: skip
    found = {name: await client.fetchval("SELECT current_setting($1)", name) for name in wanted}
    await client.close()
    assert found == wanted


async def test_password_is_needed_and_private(postgres: Postgres, run: Run, tmp_path: Path) -> None:
    await run(postgres)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://postgres:guess@127.0.0.1:{postgres.port}/postgres")
    assert stat.S_IMODE((tmp_path / "postgres-password").stat().st_mode) == 0o600


async def test_databases_are_created_once_and_emptied_on_demand(postgres: Postgres, run: Run) -> None:
    await run(postgres)
    await ensure_databases(postgres.dsn(), ["casetrail_tasks"])
    client = await asyncpg.connect(with_database(postgres.dsn(), "casetrail_tasks"))
    await client.execute("CREATE TABLE kept (n int)")
    await ensure_databases(postgres.dsn(), ["casetrail_tasks"])
    assert await kept_rows(postgres) == 0
    await ensure_databases(postgres.dsn(), ["casetrail_tasks"], fresh=True)
    with pytest.raises(asyncpg.UndefinedTableError):
        await kept_rows(postgres)
    client.terminate()


async def test_deleted_folder_means_a_new_cluster(postgres: Postgres, run: Run, tmp_path: Path) -> None:
    child = await run(postgres)
    await ensure_databases(postgres.dsn(), ["casetrail_tasks"])
    await child.stop()
    folder = tmp_path / "postgres"
    folder.unlink() if folder.is_symlink() else shutil.rmtree(folder)
    (tmp_path / "postgres-password").unlink()
    again = Postgres(tmp_path)
    await run(again)
    client = await asyncpg.connect(again.dsn())
    assert await client.fetchval("SELECT count(*) FROM pg_database WHERE datname = 'casetrail_tasks'") == 0
    await client.close()


async def test_cluster_without_its_password_is_not_started(postgres: Postgres, run: Run, tmp_path: Path) -> None:
    child = await run(postgres)
    await child.stop()
    (tmp_path / "postgres-password").unlink()
    with pytest.raises(NotStarted, match="start afresh"):
        await Postgres(tmp_path).launch()


async def kept_rows(postgres: Postgres) -> int:
    """How many rows the table `kept` has."""
    client = await asyncpg.connect(postgres.dsn("casetrail_tasks"))
    try:
        return int(await client.fetchval("SELECT count(*) FROM kept"))
    finally:
        await client.close()
