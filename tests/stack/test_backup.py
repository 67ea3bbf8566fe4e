"""Base backup, archive and restore of a server: to a place of its log, to the archive's end, and never over a hole."""

from __future__ import annotations

import asyncio
import pwd
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy.backup.__main__ import cli
from deploy.embedded.binaries import unprivileged
from deploy.embedded.postgres import Postgres
from tests.stack.conftest import Run
from tests.system.conftest import _scratch_folder

SCRIPT = Path(__file__).parents[2] / "deploy" / "postgres" / "archive-wal"
GIVEN = unprivileged()
OWNER = [] if GIVEN is None else ["--owner", pwd.getpwuid(GIVEN.uid).pw_name]


@dataclass
class Kept:
    """A server that archives, and its archive."""

    server: Postgres
    archive: Path

    async def backup(self, verb: str, *arguments: str, code: int = 0) -> str:
        """Run `python -m deploy.backup`; what it said."""
        ended = await asyncio.to_thread(CliRunner().invoke, cli, [verb, "--archive", str(self.archive), *arguments])
        assert ended.exit_code == code, ended.output
        return ended.output

    async def ask(self, sql: str) -> str:
        """One value."""
        connection = await asyncpg.connect(self.server.dsn())
        try:
            return str(await connection.fetchval(sql))
        finally:
            await connection.close()

    async def archived(self) -> None:
        """Return when all that was written is in the archive."""
        segment = await self.ask("SELECT pg_walfile_name(pg_switch_wal())")
        await until((self.archive / "wal" / segment).exists)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)


@pytest.fixture
async def kept() -> AsyncIterator[Kept]:
    """Does not run yet."""
    root = _scratch_folder()
    archive = root / "archive"
    settings = {"wal_level": "replica", "max_wal_senders": "4", "archive_mode": "on",
                "archive_command": f"{SCRIPT} %p %f {archive / 'wal'}"}  # fmt: skip
    made = Kept(Postgres(root, survives_power_loss=False, changes=settings), archive)
    assert "archive_command" in await made.backup("init", *OWNER)
    yield made
    made.server.erase()
    shutil.rmtree(root)


async def test_a_server_is_restored_to_a_place_and_to_the_end(kept: Kept, run: Run) -> None:
    child = await run(kept.server)
    await kept.ask("CREATE TABLE kept AS SELECT 1 AS n")
    assert "taken and verified" in await kept.backup("base", "--dsn", kept.server.dsn())
    await kept.ask("WITH i AS (INSERT INTO kept VALUES (2)) SELECT 1")
    lsn = await kept.ask("SELECT pg_current_wal_insert_lsn()::text")
    await kept.ask("WITH i AS (INSERT INTO kept VALUES (3)) SELECT 1")
    await kept.archived()
    await kept.ask("WITH i AS (INSERT INTO kept VALUES (4)) SELECT 1")
    assert "keeps up" in await kept.backup("status", "--dsn", kept.server.dsn())
    assert "without a hole" in await kept.backup("verify")
    child.kill()
    await child.stop()

    home = (kept.archive.parent / "postgres").resolve()
    assert "not empty" in await kept.backup("restore", "--to", str(home), code=1)
    for target, rows in (([], "[1, 2, 3]"), (["--lsn", lsn], "[1, 2]")):
        shutil.rmtree(home)
        said = await kept.backup("restore", "--to", str(home), *OWNER, *target)
        assert "start PostgreSQL" in said
        again = await run(kept.server)
        while await kept.ask("SELECT pg_is_in_recovery()") == "True":
            await asyncio.sleep(0.02)
        assert await kept.ask("SELECT array_agg(n ORDER BY n) FROM kept") == rows
        await again.stop()


async def test_what_is_damaged_is_not_restored(kept: Kept, run: Run) -> None:
    await run(kept.server)
    await kept.backup("base", "--dsn", kept.server.dsn())
    for _ in range(3):
        await kept.ask("SELECT pg_switch_wal()")
        await kept.ask("CREATE TABLE IF NOT EXISTS more AS SELECT 1")
        await kept.ask("WITH i AS (INSERT INTO more VALUES (1)) SELECT 1")
        await kept.archived()
    names = sorted(path.name for path in (kept.archive / "wal").iterdir() if len(path.name) == 24)
    hidden = kept.archive / "wal" / names[-2]
    hidden.rename(hidden.with_suffix(".away"))
    assert "has a hole" in await kept.backup("verify", code=1)
    hidden.with_suffix(".away").rename(hidden)
    await kept.backup("base", "--dsn", kept.server.dsn())
    assert "removed" in await kept.backup("prune", "--keep", "1")
    assert names[0] not in {path.name for path in (kept.archive / "wal").iterdir()}
    [base] = (kept.archive / "base").iterdir()
    (base / "PG_VERSION").write_text("17\n", encoding="ascii")
    assert "pg_verifybackup failed" in await kept.backup("restore", "--to", str(kept.archive / "x"), code=1)
