"""The servers and processes of one stress run: started, found, killed, ended."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path

import asyncpg
import psutil

from chassis.database import connect, migrate
from deploy.embedded.child import Child, Launch, Program
from deploy.embedded.postgres import Postgres, ensure_databases, ensure_login
from deploy.embedded.private import secret_in
from deploy.embedded.processes import PROJECT
from deploy.embedded.stack import broker_named, broker_settings
from deploy.stress.plan import MIGRATIONS, SETTINGS_OF, SINK, SOURCE, WRITERS, Plan

TWICE = ("sequencer", "relay", "consumer", "projector")  # one leads, one stands by
LEADING = {"sequencer": "sequencer", "relay": "relay", "projector": "projector", "consumer": "consumer copy"}
LEADER = """
SELECT a.client_port FROM pg_stat_activity a JOIN pg_locks l USING (pid)
WHERE a.application_name = $1 AND a.datname = current_database() AND l.locktype = 'advisory' AND l.granted
"""
BACK = 60.0  # seconds within which a killed process must run again, and writers must be answered


class RoleProcess:
    """One of our processes."""

    polite = signal.SIGTERM

    def __init__(self, role: str, name: str, plan: Path) -> None:
        self.role, self.name, self._plan = role, name, plan

    async def launch(self) -> Launch:
        """How to start it."""
        return Launch(argv=[sys.executable, "-m", "deploy.stress.role", self.role, self.name, str(self._plan)], cwd=PROJECT)

    async def answers(self) -> bool:
        """Whether it exists: what it does is seen in what it leaves behind."""
        return True


class Arena:
    """PostgreSQL, a broker, and our processes, for the length of a block."""

    def __init__(self, folder: Path, seed: int, *, kafka: str, durable: bool) -> None:
        """In `folder`; `kafka` is `tansu` or `apache`; `durable`: PostgreSQL waits for the disk, as in production."""
        self.folder, self._seed = folder, seed
        self.postgres = Postgres(folder, survives_power_loss=durable)
        broker = broker_named(kafka, folder)
        if broker is None:
            raise ValueError(f"the broker must be tansu or apache, not {kafka!r}: it will be killed")
        self.broker = broker
        self.kills: Counter[str] = Counter()  #: by name of the process
        self.children: dict[str, Child] = {}
        self.plan: Plan

    def _child(self, program: Program) -> Child:
        child = self.children[program.name] = Child(program, self.folder / f"{program.name}.log")
        return child

    async def __aenter__(self) -> Arena:
        try:
            servers = [self._child(self.postgres), self._child(self.broker)]
            await asyncio.gather(*(server.start() for server in servers))
            await asyncio.gather(*(server.ready() for server in servers))
            await self._migrate()
            await asyncio.gather(*(self._child(program).start() for program in self._programs()))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        servers = [self.children[name] for name in (self.postgres.name, self.broker.name) if name in self.children]
        await asyncio.gather(*(child.stop(2.0) for child in self.children.values() if child not in servers))
        await asyncio.gather(*(child.stop() for child in servers))
        self.postgres.erase()

    async def _migrate(self) -> None:
        names = {service: f"casetrail_{service}" for service in (SOURCE, SINK)}
        await ensure_databases(self.postgres.dsn(), names.values())
        self._owners = {service: self.postgres.dsn(name) for service, name in names.items()}
        for dsn in self._owners.values():
            await migrate(dsn, MIGRATIONS)
        password = secret_in(self.folder / "database-password")
        dsns = {service: await ensure_login(dsn, names[service], password) for service, dsn in self._owners.items()}
        self.plan = Plan(self.folder, self._seed, dsns, self.broker.bootstrap, broker_settings(self.broker))
        for service in SETTINGS_OF:  # what no process could start with is said here, and is no violation
            self.plan.settings(service)

    def _programs(self) -> list[RoleProcess]:
        path = self.plan.save()
        led = [RoleProcess(role, f"{role}-{n}", path) for role in TWICE for n in (1, 2)]
        return [*led, *(RoleProcess("writer", name, path) for name in WRITERS)]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a process a signal, and remember that it was us."""
        self.children[name].kill(number)
        self.kills[name] += 1

    async def runs(self, name: str) -> None:
        """Return when a process runs again."""
        await self.children[name].ready(BACK)

    async def writers_answer(self) -> None:
        """Return when each writer has been answered something from now on; TimeoutError if one is not.

        What disturbs others is begun only then: before, it would hit processes that start.
        """
        journals = [self.plan.journal(writer) for writer in WRITERS]
        sizes = {path: path.stat().st_size if path.exists() else 0 for path in journals}
        async with asyncio.timeout(BACK):
            for path in journals:
                while not path.exists() or b'"do":"end"' not in path.read_bytes()[sizes[path] :]:
                    await asyncio.sleep(0.05)

    async def leader(self, role: str) -> str:
        """The process that leads a role; the first of the two if nobody does at the moment."""
        service = SINK if role == "consumer" else SOURCE
        connection = await self.connected(service)
        try:
            port = await connection.fetchval(LEADER, LEADING[role])
        finally:
            await connection.close()
        names = [f"{role}-1", f"{role}-2"]
        return next((name for name in names if port is not None and self._has_port(name, port)), names[0])

    def _has_port(self, name: str, port: int) -> bool:
        pid = self.children[name].pid
        try:
            return pid is not None and any(c.laddr.port == port for c in psutil.Process(pid).net_connections("tcp"))
        except psutil.Error:  # it ended between two looks
            return False

    def died_alone(self) -> dict[str, int]:
        """How often each process ended without being killed by us: an error of ours, or of the library below."""
        alone = {name: child.restarts - self.kills[name] for name, child in self.children.items()}
        return {name: times for name, times in alone.items() if times > 0}

    async def connected(self, service: str) -> asyncpg.Connection[asyncpg.Record]:
        """A connection of its owner to a service's database, under a name that the nemesis spares."""
        return await connect(self._owners[service], "stress-nemesis")
