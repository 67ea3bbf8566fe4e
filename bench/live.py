"""Live figures: a thousand listeners of one API process of reporting, while penalty takes two hundred commands a second."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
import uuid
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as File
from typing import Any

import aiohttp
import orjson
import psutil

from bench.measure import Absent, Path, Round, Sample, Target, Variant
from bench.procedure import BEGUN, HANDLERS, _clue, _environment, _published
from bench.stage import Stage
from chassis.database import migrate
from chassis.process.manifests import load_service
from chassis.testing import ServiceUnderTest, drop_database, fresh_database, service_under_test
from deploy.embedded.clock import ClockFile
from deploy.embedded.issuer import Issuer
from deploy.embedded.ports import LOOPBACK, free_port
from deploy.embedded.processes import is_ready

LISTENERS, RATE, SECONDS = 1000, 200, 10  # what is promised; of one round
FEW, SLOWLY, SHORT = 60, 40, 2  # where the bench is only seen to work
CITY = 10  # of so many listeners one sees the whole city; the others see a district each
WHOLE = 2  # listeners whose entries are looked at one by one
IN_FLIGHT = 64
READY_SECONDS, SETTLED = 180.0, 1.0
FIGURE = "cases_registered"
LIVE, ENTRIES = "figures, all listeners", "entries, two listeners"
MEMORY, BYTES = "memory of the API, MiB", "sent by the API, MiB/s"
TAKEN = "commands taken a second"
SHARES = {name: f"processor, %: {name}" for name in (
    "penalty-api", "penalty-worker", "reporting-api", "reporting-worker", "PostgreSQL", "broker", "listeners", "commands",
)}  # fmt: skip
"""What each process, or all of a server's, used of one core while commands came in."""
API = SHARES["reporting-api"]
SERVERS = {"postgres": "PostgreSQL", "tansu": "broker"}  # by the name of their processes


@dataclass
class Process:
    """A process of the platform; a child of this loop."""

    argv: Sequence[str]
    env: Mapping[str, str]
    log: File
    url: str
    child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it is ready; Absent, with the end of its log, if it is not."""
        with self.log.open("ab") as output:
            self.child = await asyncio.create_subprocess_exec(*self.argv, env=self.env, stdout=output, stderr=output)
        until = time.monotonic() + READY_SECONDS
        while not await is_ready(self.url):
            if time.monotonic() > until or self.child.returncode is not None:
                raise Absent(f"{self.log.name}: {self.log.read_text(encoding='utf-8')[-500:]}")
            await asyncio.sleep(0.1)

    async def end(self) -> None:
        """End it, politely."""
        if self.child is not None and self.child.returncode is None:
            self.child.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.child.wait(), 15)
            if self.child.returncode is None:
                self.child.kill()
                await self.child.wait()

    @property
    def busy(self) -> psutil.Process:
        """What the system knows of it."""
        if self.child is None:
            raise RuntimeError(f"{self.log.name} was not started")
        return psutil.Process(self.child.pid)


@cache
def districts() -> list[str]:
    """The districts of the city."""
    return [row["id"] for row in _published("jurisdictions.json")["jurisdictions"] if row["parent"] is not None]


def _registered() -> Sequence[tuple[str, Any, str, str]]:
    """What penalty must have heard of the registry: event, data, subject, district."""
    found: list[tuple[str, Any, str, str]] = [
        ("jurisdiction-established", {**row, "jurisdiction_id": row["id"]}, f"jurisdiction:{row['id']}", row["id"])
        for row in _published("jurisdictions.json")["jurisdictions"]
    ]
    book = _published("rulebook-2026.json")
    head = {key: book[key] for key in ("rulebook", "version", "valid_from", "valid_to", "province")}
    found.append(("rulebook-published", {**head, "content": book}, "rulebook:bench", "nanchang"))
    found.append(("catalogue-published", _published("catalogue-2021.json"), "catalogue:nanchang", "nanchang"))
    for number, district in enumerate(districts()):
        enterprise = {
            "enterprise_id": enterprise_of(district), "name": f"南昌第{number}钢铁有限公司", "address": "一号",
            "uscc": f"91360100MA35XXXX{number:02d}", "district": district, "sector": "steel",
        }  # fmt: skip
        found.append(("enterprise-registered", enterprise, enterprise["enterprise_id"], district))
    return found


def enterprise_of(district: str) -> str:
    """The enterprise of a district."""
    return f"e-{uuid.uuid5(uuid.NAMESPACE_DNS, district).hex[:20]}"


@asynccontextmanager
async def penalty(stage: Stage) -> AsyncIterator[ServiceUnderTest]:
    """The penalty service's database, having heard the registry."""
    async with service_under_test(load_service("penalty"), stage.admin_dsn, BEGUN) as under_test:
        for name, data, subject, district in _registered():
            wire, body = f"casetrail.registry.{name}.v1", orjson.dumps(data)
            await under_test.receive(under_test.received("registry", wire, body, subject=subject, district=district))
        yield under_test


@dataclass
class Scene:
    """The processes, who may ask what, and how much of it there is."""

    folder: File
    issuer: Issuer
    processes: dict[str, Process]
    listeners: int
    rate: int
    seconds: float
    sent: int = 0

    def token(self, role: str, *seen: str) -> str:
        """A token of somebody with a role in these districts."""
        name = HANDLERS[0] if role == "officer" else f"bench-{role}"
        return self.issuer.token({
            "sub": name, "client_id": "bench", "name": name, "roles": [role], "districts": [*seen], "organ": "nanchang-emb",
        })  # fmt: skip

    def plan(self) -> list[dict[str, str]]:
        """Who listens: one in CITY to all of it, the others to a district each; each wants the figure and what is told."""
        tokens = {one: self.token("manager", one) for one in ("*", *districts())}
        return [{"query": f"?figures={FIGURE}", "token": tokens[one]} for one in self.seen]

    @property
    def seen(self) -> list[str]:
        """The district of each listener, `*` for the city."""
        where = districts()
        seen = ["*" if number % CITY == 0 else where[number % len(where)] for number in range(self.listeners)]
        return ["*"] * WHOLE + seen[WHOLE:]


@asynccontextmanager
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    """API and worker of penalty and of reporting beside the servers of the stage, and an issuer of tokens."""
    quick = stage.large < 10_000_000
    folder = stage.folder / uuid.uuid4().hex
    folder.mkdir()
    async with AsyncExitStack() as stack:
        under_test = await stack.enter_async_context(penalty(stage))
        reporting = await fresh_database(stage.admin_dsn)
        stack.push_async_callback(drop_database, stage.admin_dsn, reporting)
        await migrate(reporting, load_service("reporting").migration_folders)
        clock = ClockFile(folder / "clock.json")
        clock.write(BEGUN)
        port = free_port()
        issuer = Issuer(folder, f"http://{LOOPBACK}:{port}/issuer")
        env = {
            **_environment(stage, under_test, clock), "CASETRAIL_REPORTING_DSN": reporting,
            "CASETRAIL_CLOCK": "system",  # a simulated one is a file that is read at every question
            "CASETRAIL_KAFKA_FETCH_WAIT_MS": "50",  # as the embedded stack treats this broker
            "CASETRAIL_OIDC_ISSUER": issuer.url, "CASETRAIL_OIDC_JWKS_URL": f"{issuer.url}/jwks",
        }  # fmt: skip
        gateway = [sys.executable, "-m", "deploy.embedded.gateway", "--port", str(port), "--data", str(folder)]
        found = {"gateway": Process(gateway, env, folder / "gateway.log", f"http://{LOOPBACK}:{port}")}
        for service in ("penalty", "reporting"):
            for role in ("api", "worker"):
                own = free_port()
                argv = [sys.executable, "-m", "chassis.process", "run", service, role]
                name = f"{service}-{role}"
                theirs = {**env, "CASETRAIL_HTTP_PORT": str(own)}
                found[name] = Process(argv, theirs, folder / f"{name}.log", f"http://{LOOPBACK}:{own}")
        for process in found.values():
            stack.push_async_callback(process.end)
        await asyncio.gather(*(process.start() for process in found.values()))
        yield Scene(folder, issuer, found, *((FEW, SLOWLY, SHORT) if quick else (LISTENERS, RATE, SECONDS)))


@dataclass
class Commands:
    """Clues sent at an even rate, whatever the answers take: which event each became, and when it was accepted."""

    scene: Scene
    accepted: dict[str, tuple[str, float]] = field(default_factory=dict)  # by event: district, when
    refused: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Send as many as the slice has."""
        url = self.scene.processes["penalty-api"].url
        headers = {"Authorization": f"Bearer {self.scene.token('officer', '*')}", "Content-Type": "application/json"}
        chance, where = random.Random(self.scene.sent), districts()
        connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
        async with aiohttp.ClientSession(url, headers=headers, connector=connector) as client, asyncio.TaskGroup() as group:
            begun = time.monotonic()
            for number in range(int(self.scene.rate * self.scene.seconds)):
                await asyncio.sleep(max(0.0, begun + number / self.scene.rate - time.monotonic()))
                group.create_task(self._one(client, chance.choice(where)))

    async def projected(self) -> None:
        """Return when reporting shows all that was accepted."""
        url = f"{self.scene.processes['reporting-api'].url}/v1/figures"
        headers = {"Authorization": f"Bearer {self.scene.token('manager', '*')}"}
        async with aiohttp.ClientSession(headers=headers) as client:
            for event in [*self.accepted][-IN_FLIGHT:]:
                answered = 0
                while answered != 200:  # it waits by itself, and says 503 when it has waited for long
                    async with client.get(url, params={"at_least": event}) as answer:
                        answered = answer.status

    async def _one(self, client: aiohttp.ClientSession, district: str) -> None:
        self.scene.sent += 1
        body = orjson.dumps({**_clue(f"live-{self.scene.sent}"), "enterprise_id": enterprise_of(district)})
        async with client.post("/v1/clues", data=body, headers={"Idempotency-Key": uuid.uuid4().hex}) as answer:
            told = await answer.read()
            if answer.status == 201:
                self.accepted[orjson.loads(told)["event_id"]] = (district, time.monotonic())
            else:
                self.refused.append(told.decode()[:300])


@dataclass(frozen=True)
class Listening:
    """The process of the listeners, from their first byte on."""

    child: asyncio.subprocess.Process
    plan: File

    async def heard(self) -> dict[str, Any]:
        """End it; what it heard."""
        await self.child.communicate(b"enough\n")
        found: dict[str, Any] = orjson.loads(self.plan.with_suffix(".heard").read_bytes())
        return found


async def listening(scene: Scene) -> Listening:
    """Start all listeners; returns when each of them hears."""
    path = scene.folder / f"plan-{scene.sent}.json"
    listeners = scene.plan()
    path.write_bytes(orjson.dumps({"url": scene.processes["reporting-api"].url, "whole": WHOLE, "listeners": listeners}))
    with (scene.folder / "listeners.log").open("ab") as errors:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.listeners", str(path), env=dict(os.environ), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    if child.stdout is None or (await child.stdout.readline()).strip() != b"listening":
        raise Absent((scene.folder / "listeners.log").read_text(encoding="utf-8")[-500:])
    return Listening(child, path)


def delays(scene: Scene, commands: Commands, heard: Mapping[str, Any]) -> list[float]:
    """Seconds from each accepted command to the first figures, at each listener who sees its district, that count it.

    RuntimeError if an entry or a figure never came: nothing may be left out of the measure.
    """
    found: list[float] = []
    for figures, district in zip(heard["figures"], scene.seen, strict=True):
        places = [seq for seq, _ in figures]
        for event, (of, accepted) in commands.accepted.items():
            if district in ("*", of):
                seq, _ = heard["entries"][event]
                at = bisect_left(places, seq)
                if at == len(figures):
                    raise RuntimeError(f"no figure ever counted {event} at a listener of {district}")
                found.append(figures[at][1] - accepted)
    return found


@dataclass
class Slices:
    """Each slice is measured once and told as several samples, whichever of them is asked for first."""

    scene: Scene
    samples: dict[str, Sample] = field(default_factory=dict)

    def of(self, name: str) -> Variant:
        """The variant that tells this sample of a slice."""

        async def told() -> Sample:
            if name not in self.samples:
                self.samples = await self.measured()
            return self.samples.pop(name)

        return told

    async def measured(self) -> dict[str, Sample]:
        """Listen, send, wait until all is projected, and look at what was heard and what it cost."""
        there, commands = await listening(self.scene), Commands(self.scene)
        await asyncio.sleep(SETTLED)  # what connecting cost is not what listening costs
        busy = {name: [process.busy] for name, process in self.scene.processes.items()}
        busy["listeners"] = [psutil.Process(there.child.pid)]
        before, begun = seconds_of(busy), time.monotonic()
        await commands.run()
        lasted = time.monotonic() - begun
        used = {name: (seconds - before[name]) / lasted for name, seconds in seconds_of(busy).items()}
        resident = self.scene.processes["reporting-api"].busy.memory_info().rss / 2**20
        await commands.projected()
        await asyncio.sleep(SETTLED)
        heard = await there.heard()
        if commands.refused or heard["resets"] or heard["ended"]:
            raise RuntimeError(f"refused {commands.refused[:1]}, resets {heard['resets']}, ended {heard['ended']}")
        told = [at - commands.accepted[event][1] for event, (_, at) in heard["entries"].items()]
        return {
            LIVE: Sample(len(heard["counts"]), delays(self.scene, commands, heard)), ENTRIES: Sample(len(told) / lasted, told),
            TAKEN: Sample(len(commands.accepted) / lasted), MEMORY: Sample(resident),
            **{variant: Sample(100 * used[name]) for name, variant in SHARES.items()},
            BYTES: Sample(heard["bytes"] / 2**20 / lasted),
        }  # fmt: skip


def seconds_of(busy: Mapping[str, Sequence[psutil.Process]]) -> dict[str, float]:
    """Seconds of processor that each has used so far, the servers and this process beside those that are named."""
    here = psutil.Process()
    servers: dict[str, list[psutil.Process]] = {"PostgreSQL": [], "broker": []}
    for process in here.children(recursive=True):
        with suppress(psutil.Error):  # a server's process that has just ended
            if (server := SERVERS.get(process.name())) is not None:
                servers[server].append(process)
    return {name: sum(map(_seconds, found)) for name, found in {**busy, **servers, "commands": [here]}.items()}


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return sum(process.cpu_times()[:2])
    return 0.0


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    async with scene(stage) as known:
        slices = Slices(known)
        yield {name: slices.of(name) for name in (LIVE, ENTRIES, TAKEN, *SHARES.values(), MEMORY, BYTES)}


def _rate(variant: str) -> Callable[[Round], float]:
    return lambda round_: round_[variant].rate


def _tail(round_: Round) -> float:
    return round_[LIVE].p99 * 1000


LIVE_PATH = Path(
    "live", "Live figures",
    f"""{LISTENERS:,} listeners of one API process of reporting, in a process of their own, one in {CITY} of the whole city, the
others of a district each; every one hears all entries of its districts and the figure `{FIGURE}`. Meanwhile {RATE} clues a second
are registered over penalty's API for {SECONDS} s. All on this machine: both APIs, both workers (sequencer, relay, copy,
projections), PostgreSQL, broker, the commands and the listeners. Measured is, for each command and each listener who may see it,
the time from the command's answer to the first figures that count it.""",
    (
        Target("command accepted → figure, at each listener, p99", 1000, 500, _tail, "ms", less_is_better=True),
        Target("listeners kept", LISTENERS, LISTENERS, _rate(LIVE)),
        Target("commands taken a second", 0.97 * RATE, RATE, _rate(TAKEN)),
        Target("memory of the API process", 512, 256, _rate(MEMORY), " MiB", less_is_better=True),
        Target("processor of the API process, of one core", 100, 60, _rate(API), " %", less_is_better=True),
    ),
    _prepared, large=True, unit="as named",
)  # fmt: skip
