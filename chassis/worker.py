"""The two processes of a service: the API, and the worker (sequencer, relay, consumer, projector, deadlines, each led once)."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from fastapi import FastAPI

from chassis import broker, operations
from chassis.auth import TokenVerifier, trust_of
from chassis.building import run_builds
from chassis.clock import clock_from
from chassis.consumer import LOST, Applier, Consumer
from chassis.database import GONE, PENDING, READS, WORKS, forever, open_pool, unapplied, writer_connection
from chassis.deadlines import run_deadlines
from chassis.description import description_of
from chassis.eventstore import Pool
from chassis.http import Check, create_app, probes
from chassis.keytopic import KeyTopic, KeyTopicChanged
from chassis.operations.unparking import Unparking, run_resuming
from chassis.personal import MasterKeys
from chassis.policy import PolicyRuns
from chassis.projector import Overtaken, run_projector
from chassis.relay import Relay, TopicChanged
from chassis.runner import Runner
from chassis.selfcheck.gauges import Gauges
from chassis.selfcheck.keeping import Keeper
from chassis.sequencer import run_sequencer
from chassis.service import Loop, Service
from chassis.settings import Settings
from chassis.snapshots import run_snapshots
from chassis.telemetry import log
from chassis.treeheads import run_announcing, run_signing
from chassis.vault import Vault
from chassis.writer import GroupCommit

END_SECONDS = 3.0  # in which a loop may end, before it is told again
API_POOL = 4  # connections
WORKER_POOL = 5


class Nudge:
    """Wakes the sequencer after commits: one NOTIFY for as many commits as happened while the last one was under way."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._event = asyncio.Event()

    def __call__(self) -> None:
        """Something was appended."""
        self._event.set()

    async def run(self) -> None:
        """Notify until cancelled; a lost notification costs the sequencer's longest pause, so errors only end the wait."""
        while True:
            await self._event.wait()
            self._event.clear()
            await self._pool.execute(f"NOTIFY {PENDING}")


@asynccontextmanager
async def running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run loops as tasks for as long as the block lasts; a client that swallows the cancellation is told again."""
    tasks = {asyncio.create_task(loop) for loop in loops}
    left = tasks
    try:
        yield
    finally:
        while left:
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=END_SECONDS)
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def command_side(settings: Settings, process: str, size: int, role: str) -> AsyncIterator[tuple[Pool, Runner, Nudge]]:
    """What carries out commands: a pool, the group-commit writer, the runner."""
    pool = await _patiently(lambda: open_pool(settings.dsn, f"{settings.service}-{process}", size, role))
    nudge = Nudge(pool)
    writer = GroupCommit(lambda: writer_connection(settings.dsn), nudge)
    vault = Vault(pool, MasterKeys(settings.master_keys))
    runner = Runner(pool, writer, clock_from(settings.clock), vault)
    follow = forever("person-keys", lambda: vault.follow(settings.dsn))
    try:
        async with running(writer.run(), forever("nudge", nudge.run), follow):
            yield pool, runner, nudge
    finally:
        pool.terminate()


async def _patiently(make: Callable[[], Coroutine[Any, Any, Pool]]) -> Pool:
    while True:
        try:
            return await make()
        except (*GONE, asyncpg.InvalidParameterValueError) as error:  # the roles come with the first migration
            log.warning("database_not_there_yet", error=repr(error))
            await asyncio.sleep(0.3)


def api_app(service: Service, settings: Settings) -> FastAPI:
    """The API of a service."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with command_side(settings, "api", API_POOL, READS) as (pool, runner, _):
            app.state.pool, app.state.runner, app.state.vault = pool, runner, runner.vault
            async with running(*(task(app) for task in service.background)):
                _settle_memory()
                yield

    app = create_app(
        f"Casetrail {service.name}（{service.title}）",
        [
            probes({"database": _migrated(service, lambda: app.state.pool)}),
            description_of(service.name),
            operations.router,
            *service.routers,
        ],
        lifespan,
    )
    app.state.service = service
    app.state.settings = settings
    app.state.verifier = TokenVerifier(trust_of(settings))
    return app


def worker_app(service: Service, settings: Settings) -> FastAPI:
    """The worker of a service: its loops, and an app that only answers probes."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with command_side(settings, "worker", WORKER_POOL, WORKS) as (pool, runner, nudge):
            app.state.pool = pool
            async with running(*loops(service, settings, pool, runner, nudge)):
                _settle_memory()
                yield

    checks = {"database": _migrated(service, lambda: app.state.pool)}
    app = create_app(f"casetrail {service.name} worker", [probes(checks)], lifespan)
    return app


def _migrated(service: Service, pool: Callable[[], Pool]) -> Check:
    """The check that the database answers and has every migration that this code has."""

    async def check() -> dict[str, Any]:
        missing = await unapplied(pool(), service.migration_folders)
        return {"ok": not missing, "missing_migrations": missing}

    return check


def loops(
    service: Service, settings: Settings, pool: Pool, runner: Runner, nudge: Callable[[], None]
) -> list[Coroutine[Any, Any, None]]:
    """The loops of a worker, each begun anew when it loses a server."""
    dsn, pause, simulated = settings.dsn, settings.poll_seconds, runner.clock.simulated
    servers = (*GONE, *broker.GONE, *LOST, TopicChanged, KeyTopicChanged, Overtaken)
    found = [forever("person-keys-topic", KeyTopic(settings, service.purges).run, gone=servers)]
    if service.has_ledger:
        found += [
            forever("sequencer", lambda: run_sequencer(dsn, pause), gone=servers),
            forever("relay", Relay(settings, simulated=simulated).run, gone=servers),
        ]
    keeper = Keeper(lambda connection: service.look(connection, runner.clock), settings.trusted, Gauges())
    found.append(forever("selfcheck", lambda: keeper.follow(dsn), gone=servers))
    if service.has_ledger:
        found.append(forever("patrol", lambda: keeper.patrol(dsn), gone=servers))
    own = {**_signing(service, settings), **service.loops}
    found += [forever(name, partial(loop, settings, pool, runner.clock), gone=servers) for name, loop in own.items()]
    projections = service.all_projections
    if projections:
        for name, follow in (("projector", run_projector), ("builder", run_builds)):
            follows = partial(follow, dsn, service.feed, projections, pause * 5, simulated=simulated)
            found.append(forever(name, follows, gone=servers))
    if service.snapshots:
        kept = service.snapshots
        found.append(forever("snapshots", lambda: run_snapshots(dsn, kept, pause * 5, simulated=simulated), gone=servers))
    if service.fires:
        found.append(forever("deadlines", lambda: run_deadlines(dsn, runner, service.fires, pause * 5), gone=servers))
    unparking = Unparking(service, pool, runner.clock, nudge, runner.vault)
    if unparking.consumers():
        found.append(forever("parked", lambda: run_resuming(unparking, pause * 10), gone=servers))
    if service.sources:
        consumer = Consumer(
            settings, service.consumer, service.sources, _applier(service, pool, runner, nudge),
            operations.LedgerClient(settings).repair,
        )  # fmt: skip
        found.append(forever("consumer", consumer.run, gone=servers))
    return found


def _signing(service: Service, settings: Settings) -> dict[str, Loop]:
    """The loops that publish the ledger's head, of a service that has a ledger and a key."""
    if not service.has_ledger:
        return {}
    if settings.signer is None:
        log.warning("checkpoints_not_signed", service=service.name)
        return {}
    return {"treeheads": run_signing, "announcing": run_announcing}


def _applier(service: Service, pool: Pool, runner: Runner, nudge: Callable[[], None]) -> Applier:
    if service.applier is not None:
        return service.applier(pool)
    return PolicyRuns(service.name, service.consumer, pool, runner.clock, service.reactions, nudge, runner.vault)


def _settle_memory() -> None:
    """What was imported stays: do not scan it again and again (the tail of write latency is the cyclic collector)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
