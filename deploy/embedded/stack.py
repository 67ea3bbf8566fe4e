"""The whole platform on this machine: starts it, keeps it alive, measures it, ends it. `python -m deploy.embedded.stack`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from chassis.settings import SERVICES
from deploy.embedded.broker import Tansu
from deploy.embedded.child import Child, Program
from deploy.embedded.clock import ClockFile
from deploy.embedded.folder import Folder
from deploy.embedded.kafka import Kafka
from deploy.embedded.memory import Meter
from deploy.embedded.postgres import Postgres, ensure_databases, ensure_login, with_database
from deploy.embedded.private import master_key_in, secret_in, signer_in, write_private
from deploy.embedded.processes import GatewayProcess, ServiceProcess, migrate
from deploy.embedded.topics import delete_topics

EPOCH = datetime(2021, 1, 4, 9, tzinfo=timezone(timedelta(hours=8)))  # where a fresh simulated clock starts
ROLES = ("api", "worker")
READY = 180.0  # seconds; a first start fetches libraries and shares two cores among a dozen interpreters
ORIGIN = "casetrail.example"  # what the logs of this stack are called, each with its service's name behind it
INHERITED = (
    "CASETRAIL_LOG_LEVEL", "CASETRAIL_KAFKA_IDEMPOTENT", "CASETRAIL_KAFKA_TRANSACTIONS", "CASETRAIL_KAFKA_FETCH_WAIT_MS",
    "CASETRAIL_FEED_TOPICS",
)  # fmt: skip


class Stack:
    """PostgreSQL, a broker, five services with an API and a worker each, the gateway: one process each, all supervised."""

    def __init__(
        self, root: Path = Path(".casetrail"), *, kafka: str = "tansu", postgres: str = "embedded", fresh: bool = True,
        clock: datetime = EPOCH, port: int | None = None,
    ) -> None:  # fmt: skip
        """A stack with its data in `root`, reached through the gateway on `port`.

        `kafka`: `tansu`, `apache` or the address of a running broker; `postgres`: `embedded` or the administrator's DSN of a
        running server. `fresh` forgets what an earlier stack left in all of them; `clock` is where time then starts.
        """
        self.folder = Folder(root)
        self._fresh, self._clock = fresh, ClockFile(self.folder.path / "clock.json")
        self._epoch = clock
        self._postgres = Postgres(self.folder.path) if postgres == "embedded" else None
        self._given_dsn, self._given_bootstrap = postgres, kafka
        self._broker = broker_named(kafka, self.folder.path)
        self._env: dict[str, str] = {}  # of every process of ours; complete once the servers run
        self._services = {(name, role): ServiceProcess(name, role, self._env) for name in SERVICES for role in ROLES}
        self.urls = {name: self._services[name, "api"].url for name in SERVICES}  #: each service's own address
        self._gateway = GatewayProcess(self.folder.path, self.urls, self._env, port)
        programs = [self._postgres, self._broker, *self._services.values(), self._gateway]
        self._children = {program.name: self._child(program) for program in programs if program}
        self._meter = Meter(os.getpid())
        self._metering: asyncio.Task[None] | None = None

    def _child(self, program: Program) -> Child:
        return Child(program, self.folder.logs / f"{program.name}.log")

    @property
    def gateway_url(self) -> str:
        """The one address of the platform."""
        return self._gateway.url

    @property
    def bootstrap(self) -> str:
        """The broker's address."""
        return self._broker.bootstrap if self._broker else self._given_bootstrap

    @property
    def development_secret(self) -> str:
        """What a token request for anybody at all must show; exists once the stack has started."""
        return secret_in(self.folder.path / "development-secret")

    def dsn(self, service: str) -> str:
        """The owner's address of a service's database."""
        database = f"casetrail_{service}"
        return self._postgres.dsn(database) if self._postgres else with_database(self._given_dsn, database)

    def names(self) -> list[str]:
        """The processes that can be killed; servers that were given are not among them."""
        return list(self._children)

    def pids(self) -> dict[str, int | None]:
        """Each process's id; None while it is down."""
        return {name: child.pid for name, child in self._children.items()}

    def restarts(self) -> dict[str, int]:
        """How often each process had to be started again."""
        return {name: child.restarts for name, child in self._children.items()}

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a process a signal; it comes back by itself. ProcessLookupError while it is down."""
        self._children[name].kill(number)

    async def ready(self, *names: str, within: float = READY) -> None:
        """Return when these processes (all, if none is named) answer; NotReady names the one that does not."""
        await asyncio.gather(*(self._children[name].ready(within) for name in names or self._children))

    def resident(self) -> int:
        """Bytes of memory in use by the whole stack and this process, shared pages counted once."""
        return self._meter.now()

    @property
    def peak(self) -> int:
        """The most that `resident` was, sampled each second since the start."""
        return self._meter.peak

    async def __aenter__(self) -> Stack:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start everything, return when all of it is ready; InUse, NotStarted or NotReady leave nothing running."""
        self.folder.claim()
        try:
            self._prepare()
            self._metering = asyncio.create_task(self._meter.run(), name="memory")
            await self._start_servers()
            self._env.update(self._environment(await self._databases()))
            self._keep_environment()
            await _all(self._start("gateway"), *(self._start_service(name) for name in SERVICES))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End everything, politely at first: what uses the servers before the servers."""
        servers = [self._children[part.name] for part in (self._postgres, self._broker) if part]
        await asyncio.gather(*(child.stop() for child in self._children.values() if child not in servers))
        await asyncio.gather(*(child.stop() for child in servers))
        if self._metering:
            self._metering.cancel()
            with suppress(asyncio.CancelledError):
                await self._metering
        self.folder.release()

    def _prepare(self) -> None:
        if self._fresh:
            for server in (self._postgres, self._broker):
                if isinstance(server, Postgres | Kafka):
                    server.erase()
            self.folder.empty()
        if not self._clock.path.exists():
            self._clock.write(self._epoch)

    async def _start_servers(self) -> None:
        await _all(*(self._start(part.name) for part in (self._postgres, self._broker) if part))
        names = [f"casetrail_{name}" for name in SERVICES]
        admin = self._postgres.dsn() if self._postgres else self._given_dsn
        await ensure_databases(admin, names, fresh=self._fresh and self._postgres is None)
        if self._fresh and self._broker is None:
            await delete_topics(self.bootstrap)

    async def _start_service(self, name: str) -> None:
        await _all(*(self._start(f"{name}-{role}") for role in ROLES))

    async def _start(self, name: str) -> None:
        await self._children[name].start()
        await self._children[name].ready(READY)

    def _keep_environment(self) -> None:
        """For the `casetrail` command beside this stack: the variables that it needs, secrets among them."""
        ours = {name: value for name, value in self._env.items() if name.startswith("CASETRAIL_")}
        write_private(self.folder.path / "environment", "".join(f"{name}={value}\n" for name, value in sorted(ours.items())))

    async def _databases(self) -> dict[str, str]:
        """Bring the services' databases to this version; answers the address of each as the service itself."""
        await _all(*(migrate(name, self.dsn(name)) for name in SERVICES))
        password = secret_in(self.folder.path / "database-password")
        return {name: await ensure_login(self.dsn(name), f"casetrail_{name}", password) for name in SERVICES}

    def _environment(self, databases: Mapping[str, str]) -> dict[str, str]:
        issuer = f"{self.gateway_url}/issuer"
        others = {name: value for name, value in os.environ.items() if not name.startswith(("CASETRAIL_", "PG"))}
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {
            **others, **broker_settings(self._broker), **inherited,
            **{f"CASETRAIL_{name.upper()}_DSN": dsn for name, dsn in databases.items()},
            **{f"CASETRAIL_{name.upper()}_OWNER_DSN": self.dsn(name) for name in SERVICES},
            **{f"CASETRAIL_{name.upper()}_URL": url for name, url in self.urls.items()},
            "CASETRAIL_KAFKA_BOOTSTRAP": self.bootstrap,
            "CASETRAIL_OIDC_ISSUER": issuer, "CASETRAIL_OIDC_AUDIENCE": "casetrail",
            "CASETRAIL_OIDC_JWKS_URL": f"{issuer}/jwks", "CASETRAIL_OIDC_DEVELOPMENT": "true",
            "CASETRAIL_MACHINE_TOKEN_URL": f"{issuer}/token",
            "CASETRAIL_MACHINE_SECRET": secret_in(self.folder.path / "machine-secret"),
            "CASETRAIL_MASTER_KEY": f"1:{master_key_in(self.folder.path / 'master-key')}",
            "CASETRAIL_CLOCK": f"simulated:{self._clock.path}",
            **self._keys(),
        }  # fmt: skip

    def _keys(self) -> dict[str, str]:
        """Keys of the logs and of their witness, made at the first start; checkpoints come more often than in production."""
        found = {"CASETRAIL_LOG_ORIGIN": ORIGIN, "CASETRAIL_CHECKPOINT_SECONDS": "2"}
        for name in SERVICES:
            signer = signer_in(self.folder.path / f"{name}-signing-key", f"{ORIGIN}/{name}")
            found[f"CASETRAIL_{name.upper()}_SIGNING_KEY"] = signer.secret()
            both = (signer.verifier, signer.witness) if name == "reporting" else (signer.verifier,)
            found[f"CASETRAIL_{name.upper()}_VERIFIER_KEY"] = " ".join(map(str, both))
        return found


def broker_named(kafka: str, root: Path) -> Tansu | Kafka | None:
    """The broker to start; None for the address of one that runs."""
    if kafka == "tansu":
        return Tansu()
    return Kafka(root) if kafka == "apache" else None


def broker_settings(broker: Tansu | Kafka | None) -> dict[str, str]:
    """How clients should treat it; one that was given is treated carefully unless the environment says more."""
    wait = 500 if isinstance(broker, Kafka) else 50  # Tansu looks for new data only so often; shorter costs idle CPU
    return {
        "CASETRAIL_KAFKA_PARTITIONS": "4",  # what Tansu gives a topic that somebody names before the relay has made it
        "CASETRAIL_KAFKA_IDEMPOTENT": "true" if isinstance(broker, Kafka) else "false",
        "CASETRAIL_KAFKA_TRANSACTIONS": "true" if isinstance(broker, Kafka) else "false",
        "CASETRAIL_KAFKA_FETCH_WAIT_MS": str(wait),
    }


async def _all(*parts: Coroutine[Any, Any, None]) -> None:
    """Do these at once; the first that fails ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed


def told_to_end() -> asyncio.Event:
    """Set by SIGINT or SIGTERM from now on, so that whoever serves ends what was started."""
    enough = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, enough.set)
    return enough


async def serve(stack: Stack) -> None:
    """Start, print the address, and stay until SIGINT or SIGTERM."""
    enough = told_to_end()
    async with stack:
        print(f"casetrail: {stack.gateway_url}  (Ctrl-C ends it)", flush=True)
        await enough.wait()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(".casetrail"), help="data folder (default: .casetrail)")
    parser.add_argument("--kafka", default="tansu", help="tansu (default), apache, or a broker's address")
    parser.add_argument("--postgres", default="embedded", help="embedded (default), or an administrator's DSN")
    parser.add_argument("--keep", action="store_true", help="go on with the data of the last run")
    parser.add_argument("--port", type=int, help="the gateway's port (default: a free one)")
    given = parser.parse_args()
    stack = Stack(given.root, kafka=given.kafka, postgres=given.postgres, fresh=not given.keep, port=given.port)
    asyncio.run(serve(stack))


if __name__ == "__main__":
    main()
