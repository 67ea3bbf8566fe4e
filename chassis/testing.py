"""For tests: given/when/then on decisions, and one whole service on a real PostgreSQL, driven step by step without a broker."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import Match

from chassis.auth import Principal, Unauthenticated
from chassis.broker import Received
from chassis.clock import FixedClock
from chassis.codec import encode
from chassis.database import WORKS, connect, migrate, open_pool
from chassis.deadlines import fire_due
from chassis.domain import Actor, Event, Stream
from chassis.envelope import GENESIS, Envelope, Recorded, leaf_hash, shard_of, uuid7
from chassis.eventstore import Connection, Pool
from chassis.policy import PolicyRuns, Run
from chassis.projector import begin, live_of, project_once
from chassis.runner import Runner
from chassis.sequencer import read_head, sequence_once
from chassis.service import Service
from chassis.settings import Settings
from chassis.vault import Vault
from chassis.worker import api_app

S = TypeVar("S")
NOON = datetime(2021, 9, 6, 4, 0, tzinfo=UTC)
EVENTS = """
SELECT e.* FROM events e LEFT JOIN ledger l USING (stream_id, version) LEFT JOIN pending p USING (stream_id, version)
WHERE e.type LIKE $1 || '%' ORDER BY l.idx NULLS LAST, p.append_seq, p.ord
"""


def given(stream: Stream[S], events: Iterable[Event]) -> S:
    """The state that these events tell of."""
    state = stream.initial
    for event in events:
        state = stream.evolve(state, event)
    return state


def settings_for(service: str, dsn: str, **changes: Any) -> Settings:
    """Settings of a process under test; whatever it does not use points nowhere."""
    defaults: dict[str, Any] = {
        "service": service, "dsn": dsn, "owner_dsn": dsn, "urls": {}, "kafka_bootstrap": "127.0.0.1:1", "kafka_partitions": 4,
        "kafka_fetch_wait_ms": 20, "kafka_replication": 1, "kafka_idempotent": False, "kafka_transactions": False, "issuer": "http://127.0.0.1:1",
        "audience": "casetrail", "jwks_url": "http://127.0.0.1:1/jwks", "development_issuer": True, "machine_token_url": "",
        "machine_secret": "", "master_keys": {1: bytes(32)}, "http_host": "127.0.0.1", "http_port": 1, "clock": "system",
        "log_level": "info", "poll_seconds": 0.02, "otlp_endpoint": "",
    }  # fmt: skip
    return Settings(**{**defaults, **changes})


async def fresh_database(admin_dsn: str, like: str | None = None) -> str:
    """A new database on the server of `admin_dsn`, empty or as the database `like` is; answers its address."""
    name = f"test_{uuid.uuid4().hex}"
    connection = await connect(admin_dsn, "tests")
    try:
        await connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {like} STRATEGY file_copy" if like else ""))
    finally:
        await connection.close()
    head, _, query = admin_dsn.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def _name_of(dsn: str) -> str:
    return dsn.partition("?")[0].rpartition("/")[2]


async def drop_database(admin_dsn: str, dsn: str) -> None:
    """Remove a database that `fresh_database` made."""
    name = _name_of(dsn)
    connection = await connect(admin_dsn, "tests")
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await connection.close()


class KnownTokens:
    """Stands in for the token verifier: every principal handed out is its own token."""

    def __init__(self) -> None:
        self._principals: dict[str, Principal] = {}

    def issue(self, principal: Principal) -> str:
        """A token for a principal."""
        token = uuid.uuid4().hex
        self._principals[token] = principal
        return token

    async def verify(self, token: str) -> Principal:
        """The principal of a token handed out; Unauthenticated for any other."""
        if token not in self._principals:
            raise Unauthenticated("unknown token")
        return self._principals[token]


@dataclass
class ServiceUnderTest:
    """A service whose loops the test runs: `receive` feeds an event of another service, `settle` runs the rest to the end."""

    service: Service
    dsn: str
    app: FastAPI
    connection: Connection
    worker_pool: Pool  # as a worker's policies have it
    clock: FixedClock
    tokens: KnownTokens = field(default_factory=KnownTokens)
    shards: dict[tuple[str, int], int] = field(default_factory=dict)  # how far each was heard
    as_described: bool = False
    """Whether what is answered to a GET of a test must be what the service's description says, to the field."""

    @property
    def runner(self) -> Runner:
        """What carries out commands."""
        runner: Runner = self.app.state.runner
        return runner

    @property
    def vault(self) -> Vault:
        """The keys of persons."""
        vault: Vault = self.app.state.vault
        return vault

    def client(
        self, *roles: str, id: str = "", name: str = "", districts: Iterable[str] = ("*",), organ: str = "nanchang-emb",
        certificate_no: str | None = None, enterprise_id: str | None = None,
    ) -> httpx.AsyncClient:  # fmt: skip
        """An HTTP client that acts as a principal with these roles; each POST gets an idempotency key unless it has one."""
        principal = Principal(
            id=id or f"test-{'-'.join(roles)}", name=name or "测试人员", roles=frozenset(roles), districts=frozenset(districts),
            organ=organ, certificate_no=certificate_no, enterprise_id=enterprise_id,
        )  # fmt: skip

        async def add_key(request: httpx.Request) -> None:
            if request.method == "POST":
                request.headers.setdefault("Idempotency-Key", uuid.uuid4().hex)

        async def compare(answer: httpx.Response) -> None:
            if self.as_described and answer.request.method == "GET" and answer.status_code == 200:
                await answer.aread()
                self._compare(answer)

        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False), base_url="http://service.test",
            headers={"Authorization": f"Bearer {self.tokens.issue(principal)}"},
            event_hooks={"request": [add_key], "response": [compare]},
        )  # fmt: skip

    def _compare(self, answer: httpx.Response) -> None:
        """Hold an answer to the model that its route describes it by."""
        scope = {"type": "http", "method": "GET", "path": answer.request.url.path, "root_path": "", "headers": []}
        for route in (one for router in self.service.routers for one in router.routes):
            if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
                model: type[BaseModel] | None = route.responses.get(200, {}).get("model")
                if model is not None:
                    model.model_validate_json(answer.content)
                return

    def received(
        self, source: str, wire: str, data: Event | bytes, *, subject: str, district: str = "donghu", organ: str = "donghu-emb",
        stream_id: str | None = None, version: int = 1, correlation_id: uuid.UUID | None = None, rulebook: str | None = None,
        at: datetime | None = None,
    ) -> Received:  # fmt: skip
        """An event of another service as it would come over the wire, next in its shard."""
        at = at or self.clock.now()
        envelope = Envelope(
            event_id=uuid7(), command_id=uuid7(), stream_id=stream_id or subject, version=version, type=wire, district=district,
            organ=organ, subject=subject, occurred_at=at, recorded_at=at, actor=Actor(id="a", name="甲", role="officer"),
            device=None, correlation_id=correlation_id or uuid7(), causation_id=uuid7(), traceparent=None, rulebook=rulebook,
        )  # fmt: skip
        content = data if isinstance(data, bytes) else encode(data)
        shard = shard_of(subject)
        place = self.shards[source, shard] = self.shards.get((source, shard), 0) + 1
        return Received(source, place, shard, place, leaf_hash(envelope, content), GENESIS, Recorded(envelope, content))

    async def receive(self, received: Received) -> int:
        """Apply one event through the service's policies; answers the shard's new position (unchanged if it must wait)."""
        policies = PolicyRuns(
            self.service.name, self.service.consumer, self.worker_pool, self.clock, self.service.reactions, lambda: None,
            self.runner.vault,
        )  # fmt: skip
        run = Run(received.source, received.shard, received.shard_idx - 1, (received,))
        return (await policies.apply([run]))[received.source, received.shard]

    async def settle(self) -> None:
        """Sequence, project and fire until nothing is left to do at the present time of the clock."""
        projections = self.service.all_projections
        await begin(self.connection, projections, simulated=True)
        busy = True
        while busy:
            busy = bool(await sequence_once(self.connection, await read_head(self.connection)))
            for projection in await live_of(self.connection, projections):
                busy |= bool(await project_once(self.connection, self.service.feed, projection, simulated=True))
            if self.service.fires:
                busy |= bool(await fire_due(self.connection, self.runner, self.service.fires))

    async def events(self, prefix: str = "") -> list[Any]:
        """Stored events (type, stream_id, version, district, subject, organ, correlation_id …), in order of recording."""
        return await self.connection.fetch(EVENTS, prefix)


Before = Callable[[ServiceUnderTest], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Beginning:
    """A database that others are copied from, and how far its service has heard the others."""

    dsn: str
    shards: Mapping[tuple[str, int], int]


_beginnings: dict[tuple[str, str, Before | None], Beginning] = {}


@asynccontextmanager
async def service_under_test(
    service: Service, admin_dsn: str, at: datetime = NOON, before: Before | None = None
) -> AsyncIterator[ServiceUnderTest]:  # fmt: skip
    """A service on a database of its own, its clock standing at `at`.

    Migrations, and what is done `before`, take place once in this process, at the `at` of the first time: databases are copied.
    """
    known = _beginnings.get((admin_dsn, service.name, before)) or await _begun(service, admin_dsn, at, before)
    async with _copy_of(known, admin_dsn) as dsn, running_on(service, dsn, at) as under_test:
        under_test.shards.update(known.shards)
        yield under_test


async def _begun(service: Service, admin_dsn: str, at: datetime, before: Before | None) -> Beginning:
    if before is None:
        dsn = await fresh_database(admin_dsn)
        await migrate(dsn, service.migration_folders)
        known = Beginning(dsn, {})
    else:
        bare = _beginnings.get((admin_dsn, service.name, None)) or await _begun(service, admin_dsn, at, None)
        dsn = await _copied(bare, admin_dsn)
        async with running_on(service, dsn, at) as under_test:
            await before(under_test)
        known = Beginning(dsn, dict(under_test.shards))
    _beginnings[admin_dsn, service.name, before] = known
    return known


async def _copied(known: Beginning, admin_dsn: str) -> str:
    dsn = await fresh_database(admin_dsn, like=_name_of(known.dsn))
    await migrate(dsn, [])  # what a role may do in a database is not copied with it
    return dsn


@asynccontextmanager
async def _copy_of(known: Beginning, admin_dsn: str) -> AsyncIterator[str]:
    dsn = await _copied(known, admin_dsn)
    try:
        yield dsn
    finally:
        await drop_database(admin_dsn, dsn)


async def forget_beginnings(admin_dsn: str) -> None:
    """Remove the databases that others were copied from, before one leaves the server."""
    for key in [key for key in _beginnings if key[0] == admin_dsn]:
        await drop_database(admin_dsn, _beginnings.pop(key).dsn)


@asynccontextmanager
async def running_on(service: Service, dsn: str, at: datetime = NOON) -> AsyncIterator[ServiceUnderTest]:
    """A service on a migrated database that is somebody else's, its clock standing at `at`."""
    app = api_app(service, settings_for(service.name, dsn))
    async with app.router.lifespan_context(app):
        connection = await connect(dsn, "tests")
        worker_pool = await open_pool(dsn, "tests", 4, WORKS)
        under_test = ServiceUnderTest(service, dsn, app, connection, worker_pool, FixedClock(at))
        app.state.runner.clock = under_test.clock
        app.state.verifier = under_test.tokens
        try:
            yield under_test
        finally:
            worker_pool.terminate()
            await connection.close()
