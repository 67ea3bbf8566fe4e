"""A long case and a crowded day: how fast it is told what may be done, and how fast ten thousand deadlines of one moment fire."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path as File
from typing import Any

import httpx
import orjson

from bench.measure import Path, Round, Sample, Target, Variant, percentile
from bench.register import told
from bench.stage import Stage
from chassis.process.manifests import load_service
from chassis.snapshots import follow_once
from chassis.testing import ServiceUnderTest, service_under_test
from deploy.embedded.clock import ClockFile
from deploy.embedded.ports import free_port
from deploy.embedded.stack import broker_settings

VOCABULARY = File("contracts") / "vocabulary"
ENTERPRISE, DISTRICT, HANDLERS = "e-0123456789abcdef0123", "donghu", ("o-li", "o-wang")
BEGUN = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
DUE = BEGUN + timedelta(days=30)  # the time allowed for a filing afterwards has passed for everybody
CASE, LONG = "bench-long", 200  # events of the long case
ASKED = 200  # questions of a slice
MANY, FEW = 10_000, 400  # deadlines; the few where the bench is only seen to work
AT_ONCE = 32  # commands under way while the cases are made
CASE_NOW, OUTLOOK = "a case of 200 events", "its outlook"
UNDISTURBED, KILLED = "deadlines", "deadlines, worker killed"
COMMAND = (sys.executable, "-m", "chassis.process", "run", "penalty", "worker")
FIRED = "SELECT count(*), count(DISTINCT stream_id) FROM events WHERE type = 'casetrail.penalty.filing-missed.v1'"
DEALT_WITH = "SELECT count(*) FROM deadlines WHERE kind = 'filing-after-the-fact' AND state = 'armed'"


def _published(name: str) -> Any:
    return orjson.loads((VOCABULARY / name).read_bytes())


def _registry() -> Iterable[tuple[str, Any, str, str]]:
    """What the registry has said before the first case: event, its data, its subject, its district."""
    for row in _published("jurisdictions.json")["jurisdictions"]:
        yield "jurisdiction-established", {**row, "jurisdiction_id": row["id"]}, f"jurisdiction:{row['id']}", row["id"]
    book = _published("rulebook-2026.json")
    head = {key: book[key] for key in ("rulebook", "version", "valid_from", "valid_to", "province")}
    yield "rulebook-published", {**head, "content": book}, "rulebook:bench", "nanchang"
    yield "catalogue-published", _published("catalogue-2021.json"), "catalogue:nanchang", "nanchang"
    for officer in HANDLERS:
        person = {
            "officer_id": officer, "name": officer, "organ_id": "donghu-emb", "organ": "试", "district": DISTRICT,
            "certificate_no": officer, "certificate_valid_to": "2027-12-31", "specialities": [],
        }  # fmt: skip
        yield "officer-enrolled", person, f"officer:{officer}", DISTRICT
    enterprise = {
        "enterprise_id": ENTERPRISE, "name": "南昌某钢铁有限公司", "uscc": "91360100MA35XXXX1X", "address": "一号",
        "district": DISTRICT, "sector": "steel",
    }  # fmt: skip
    yield "enterprise-registered", enterprise, ENTERPRISE, DISTRICT


@asynccontextmanager
async def penalty(stage: Stage) -> AsyncIterator[ServiceUnderTest]:
    """The penalty service on a database of its own, having heard the registry."""
    async with service_under_test(load_service("penalty"), stage.admin_dsn, BEGUN) as under_test:
        for name, data, subject, district in _registry():
            event = under_test.received(
                "registry", f"casetrail.registry.{name}.v1", orjson.dumps(data), subject=subject, district=district
            )
            await under_test.receive(event)
        yield under_test


def _clue(case_id: str) -> dict[str, Any]:
    return {
        "case_id": case_id, "origin": "report", "enterprise_id": ENTERPRISE, "source": "举报",
        "act_date": "2026-03-01", "discovered_on": "2026-03-01",
        "acts": [{"item_code": "STL-K1", "fact": "未使用固定式龙门钩"}],
        "catalogue": "nanchang-industry-trade/2021.1",
    }  # fmt: skip


async def _posted(client: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> None:
    answer = await client.post(path, json=body)
    if answer.status_code != 201:
        raise RuntimeError(f"{path}: {answer.text[:500]}")


async def _begun(client: httpx.AsyncClient, case_id: str) -> None:
    await _posted(client, "/v1/clues", _clue(case_id))
    urgent = {"officers": HANDLERS, "reason": "证据可能灭失"}
    await _posted(client, f"/v1/cases/{case_id}/urgent-investigations", urgent)


async def long_case(under_test: ServiceUnderTest) -> None:
    """A case whose evidence makes it as long as a case becomes."""
    async with under_test.client("officer", id="o-li", districts=(DISTRICT,), organ="donghu-emb") as officer:
        await _begun(officer, CASE)
        for number in range(LONG - 2):
            digest = sha256(str(number).encode()).hexdigest()
            evidence = {"kind": "audio-visual", "title": f"照片{number}", "officers": HANDLERS, "sha256": digest}
            await _posted(officer, f"/v1/cases/{CASE}/evidence", evidence)
    await under_test.settle()
    await follow_once(under_test.connection, under_test.service.snapshots, simulated=True)
    stored = len([event for event in await under_test.events() if event["stream_id"].endswith(CASE)])
    if stored != LONG:
        raise RuntimeError(f"the long case has {stored} events")


def _asking(under_test: ServiceUnderTest, path: str) -> Variant:
    async def slice_() -> Sample:
        latencies: list[float] = []
        async with under_test.client("officer", id="o-li", districts=(DISTRICT,), organ="donghu-emb") as client:
            for _ in range(ASKED):
                began = time.perf_counter()
                answer = await client.get(path)
                latencies.append(time.perf_counter() - began)
                answer.raise_for_status()
        return Sample(ASKED / sum(latencies), latencies)

    return slice_


class Worker:
    """A worker of penalty as a process; a child of this loop, which is uvloop's, so not one of the embedded stack's."""

    def __init__(self, env: Mapping[str, str], log: File) -> None:
        self._env, self._log = env, log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; it works as soon as it has connected."""
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(*COMMAND, env=self._env, stdout=output, stderr=output)

    async def end(self, number: signal.Signals) -> None:
        """Send it a signal and return when it is gone."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()


@dataclass(frozen=True, slots=True)
class Crowd:
    """A real worker of penalty beside a database with cases whose deadline is the same moment."""

    worker: Worker
    clock: ClockFile
    under_test: ServiceUnderTest
    cases: int

    async def count(self, question: str) -> int:
        """What a question about the database is answered."""
        return int(await self.under_test.connection.fetchval(question))

    async def until(self, asked: Callable[[], Awaitable[bool]]) -> None:
        """Return when it is so."""
        while not await asked():
            await asyncio.sleep(0.02)

    async def caught_up(self) -> None:
        """Return when the worker has armed the deadline of every case."""

        async def armed() -> bool:
            return await self.count(DEALT_WITH) == self.cases

        await self.until(armed)

    async def fired(self, least: int) -> None:
        """Return when at least so many deadlines have fired."""

        async def so_many() -> bool:
            return await self.count(FIRED) >= least

        await self.until(so_many)

    async def once_each(self) -> None:
        """RuntimeError if a deadline fired twice."""
        [(fired, cases)] = await self.under_test.connection.fetch(FIRED)
        if (fired, cases) != (self.cases, self.cases):
            raise RuntimeError(f"{fired} events for {cases} of {self.cases} cases")


@asynccontextmanager
async def crowd(stage: Stage, cases: int) -> AsyncIterator[Crowd]:
    """So many cases under urgent investigation, the worker running, the clock before their common deadline."""
    folder = stage.folder / uuid.uuid4().hex
    folder.mkdir()
    async with penalty(stage) as under_test:
        async with under_test.client("officer", id="o-li", districts=(DISTRICT,), organ="donghu-emb") as officer:
            free = asyncio.Semaphore(AT_ONCE)

            async def one(number: int) -> None:
                async with free:
                    await _begun(officer, f"bench-{number}")

            await asyncio.gather(*(one(number) for number in range(cases)))
        clock = ClockFile(folder / "clock.json")
        clock.write(BEGUN)
        worker = Worker(_environment(stage, under_test, clock), folder / "worker.log")
        await worker.start()
        try:
            known = Crowd(worker, clock, under_test, cases)
            await known.caught_up()
            yield known
        finally:
            await worker.end(signal.SIGTERM)


def _environment(stage: Stage, under_test: ServiceUnderTest, clock: ClockFile) -> dict[str, str]:
    """What a worker is told; it asks nobody for a token here."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("CASETRAIL_", "PG"))}
    return {
        **others, **broker_settings(None), "CASETRAIL_PENALTY_DSN": under_test.dsn, "CASETRAIL_KAFKA_IDEMPOTENT": "false",
        "CASETRAIL_KAFKA_TRANSACTIONS": "false", "CASETRAIL_KAFKA_BOOTSTRAP": stage.bootstrap,
        "CASETRAIL_OIDC_ISSUER": "http://127.0.0.1:1", "CASETRAIL_OIDC_JWKS_URL": "http://127.0.0.1:1/jwks",
        "CASETRAIL_OIDC_DEVELOPMENT": "true", "CASETRAIL_CLOCK": f"simulated:{clock.path}", "CASETRAIL_LOG_LEVEL": "warning",
        "CASETRAIL_HTTP_PORT": str(free_port()), "CASETRAIL_MASTER_KEY": f"1:{base64.b64encode(bytes(32)).decode()}",
    }  # fmt: skip


async def seconds_for(stage: Stage, cases: int, *, killed: bool) -> float:
    """Seconds from the moment at which all are due until each has fired, once; half-way the worker may be killed."""
    async with crowd(stage, cases) as known:
        began = time.perf_counter()
        known.clock.write(DUE)
        if killed:
            await known.fired(cases // 2)
            await known.worker.end(signal.SIGKILL)
            await known.worker.start()
        await known.fired(cases)
        taken = time.perf_counter() - began
        await known.once_each()
        return taken


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    cases = MANY if stage.large >= 10_000_000 else FEW
    rates = {name: cases / await seconds_for(stage, cases, killed=name == KILLED) for name in (UNDISTURBED, KILLED)}
    async with penalty(stage) as under_test:
        await long_case(under_test)
        yield {
            CASE_NOW: _asking(under_test, f"/v1/cases/{CASE}"),
            OUTLOOK: _asking(under_test, f"/v1/cases/{CASE}/outlook"),
            **{name: told(rate) for name, rate in rates.items()},
        }


def _p99(variant: str) -> Callable[[Round], float]:
    return lambda round_: percentile(round_[variant].latencies, 0.99) * 1000


def _seconds(variant: str) -> Callable[[Round], float]:
    return lambda round_: MANY / round_[variant].rate


PROCEDURE = Path(
    "procedure", "Penalty cases: what may be done, and what is due",
    f"""What may be done now: a case of {LONG} events (198 pieces of evidence) asked for over its API, one question after another:
token, loading, every decision asked with a probe, JSON. Deadlines: {MANY:,} cases under urgent investigation whose filing is due
at the same moment; a worker process with all of its duties (sequencer, projections, relay, deadlines) beside PostgreSQL and
broker; from the moment until each deadline has fired, once each. In the second row the worker is killed (SIGKILL) when half have
fired, and started again by its supervisor. Both were measured once, before the rounds.""",
    (
        Target("what may be done now, case of 200 events, p99", 20, 5, _p99(CASE_NOW), "ms", less_is_better=True),
        Target("its outlook, p99", 20, 5, _p99(OUTLOOK), "ms", less_is_better=True),
        Target("10,000 deadlines of one moment, at this rate", 30, 15, _seconds(UNDISTURBED), " s", less_is_better=True),
        Target("the same, worker killed half-way", 30, 20, _seconds(KILLED), " s", less_is_better=True),
    ),
    _prepared, large=True, unit="a second",
)  # fmt: skip
