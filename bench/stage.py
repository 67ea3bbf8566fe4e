"""Where everything is measured: one PostgreSQL with durable settings and one broker, both embedded, and databases on them."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chassis.database import CHASSIS_MIGRATIONS, connect, migrate
from chassis.testing import drop_database, fresh_database
from deploy.embedded.broker import Tansu
from deploy.embedded.child import Child, Program
from deploy.embedded.postgres import CONFIGURATION, Postgres

MIGRATIONS = Path(__file__).parent / "migrations"
STORED = 100_000  # events in the tables before anything is measured

#: Beside the embedded stack's: as a server of this size would be set. Durability stays (fsync, synchronous_commit on), and no
#: checkpoint falls into a slice of one variant and not of the other.
SERVER = {
    "shared_buffers": "2GB", "wal_buffers": "64MB", "max_wal_size": "16GB", "checkpoint_timeout": "60min",
    "maintenance_work_mem": "256MB", "min_wal_size": "4GB",
}  # fmt: skip
SEGMENTS = 256  # of 16 MiB: min_wal_size
SHOWN = ("fsync", "synchronous_commit", "full_page_writes", "wal_level", *SERVER)


@dataclass(frozen=True, slots=True)
class Stage:
    """The servers, a folder on the disk of the database, and how much is measured: seconds per slice, events per bulk."""

    admin_dsn: str
    bootstrap: str
    folder: Path
    seconds: float
    bulk: int
    stored: int
    large: int
    kept: bool = False  # whether the folder, the server's data and so what was prepared stay for another run

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """An empty, migrated database for the length of a block."""
        dsn = await fresh_database(self.admin_dsn)
        try:
            await migrate(dsn, [CHASSIS_MIGRATIONS, MIGRATIONS])
            yield dsn
        finally:
            await drop_database(self.admin_dsn, dsn)

    async def used(self) -> None:
        """Let the server write through all WAL segments that it keeps, as one that has run for a day did long ago.

        A segment that exists is written over; one that must be made is first filled with zeros and synced, during which every
        commit waits: 10 ms, four times a second at 25,000 events/s, and the p99 of any writer.
        """
        connection = await connect(self.admin_dsn, "bench")
        try:
            for _ in range(SEGMENTS):
                await connection.execute("SELECT pg_logical_emit_message(false, 'bench', '')")
                await connection.execute("SELECT pg_switch_wal()")
        finally:
            await connection.close()
        await self.settle()

    async def settle(self) -> None:
        """Write a checkpoint, so that none falls into a slice and the segments written so far are there to be written over."""
        connection = await connect(self.admin_dsn, "bench")
        try:
            await connection.execute("CHECKPOINT")
        finally:
            await connection.close()


@asynccontextmanager
async def open_stage(*, quick: bool, keep: Path | None = None) -> AsyncIterator[Stage]:
    """Start the servers; when the block ends they and all they stored are gone, unless a folder is named to `keep` it."""
    root = await asyncio.to_thread(_scratch_folder if keep is None else lambda: _kept_folder(keep))
    server, broker = Postgres(root, changes=SERVER), Tansu()
    try:
        async with _running(server, root), _running(broker, root):
            measure = (0.3, 8_000, 20_000, 300_000) if quick else (1.0, 40_000, STORED, 10_000_000)
            stage = Stage(server.dsn(), broker.bootstrap, root, *measure, kept=keep is not None)
            await stage.used()
            yield stage
        if keep is None:
            server.erase()
    finally:
        if keep is None:
            await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)


def _scratch_folder() -> Path:
    root = Path(tempfile.mkdtemp(prefix="casetrail-bench-"))
    root.chmod(0o755)  # PostgreSQL's user must get through when we are root; what is secret in it is 0600
    return root


def _kept_folder(root: Path) -> Path:
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    return root.resolve()


def settings() -> dict[str, str]:
    """The server's settings that a reader of the results must know."""
    configured = {**CONFIGURATION, "full_page_writes": "on", **SERVER}
    return {name: configured[name] for name in SHOWN}


@asynccontextmanager
async def _running(program: Program, root: Path) -> AsyncIterator[None]:
    child = Child(program, root / f"{program.name}.log")
    await child.start()
    try:
        await child.ready()
        yield
    finally:
        await child.stop()
