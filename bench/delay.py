"""The whole way at a steady rate: from a command of one service to the committed effect in another's database."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import uvloop
from fastapi import FastAPI

from bench.load import FindingNoted, context, note
from bench.measure import Path, Sample, Target, Variant
from bench.stage import MIGRATIONS, Stage
from chassis.broker import Received
from chassis.database import connect
from chassis.envelope import uuid7
from chassis.runner import Runner, Work
from chassis.service import Service
from chassis.telemetry import configure_logging
from chassis.testing import settings_for
from chassis.worker import api_app, worker_app

PER_SECOND = 500
SLICES = 5  # times the usual seconds: a p99 needs many calls
# The notification is delivered by the commit, to whoever listens.
SEEN = """
WITH seen AS (INSERT INTO findings_seen (stream_id, version) VALUES ($1, $2))
SELECT pg_notify('effects', $1)
"""


async def _see(work: Work, received: Received) -> None:
    """The other service's reaction: a row of a fed table."""
    await work.change(SEEN, received.envelope.stream_id, received.envelope.version)


@dataclass(eq=False)
class _Effects:
    """Who waits for which effect."""

    waiting: dict[str, asyncio.Future[float]] = field(default_factory=dict)

    def __call__(self, *heard: Any) -> None:
        """What a listener is called with: connection, process, channel, payload."""
        if (waiting := self.waiting.pop(heard[-1], None)) is not None and not waiting.done():
            waiting.set_result(time.perf_counter())

    async def delay(self, runner: Runner) -> float:
        """Send a command; seconds until its effect was committed elsewhere."""
        finding_id = str(uuid7())
        effect = self.waiting[f"finding:{finding_id}"] = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        await runner.run(context(finding_id), lambda work: note(work, finding_id, 1))
        committed: float = await effect
        return committed - begun


def service(name: str, source: str = "") -> Service:
    """The manifest of the service that notes findings, or of one that follows it."""
    made = Service(name=name, title="基准", routers=(), migrations=MIGRATIONS)
    return replace(made, sources=(source,), reactions={FindingNoted.__wire__: _see}) if source else made


@asynccontextmanager
async def _worker(*arguments: str) -> AsyncIterator[None]:
    """A worker in a process of its own, as production has it; it ends when we let go of its standard input."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.delay", *arguments, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


async def work(name: str, dsn: str, bootstrap: str, source: str) -> None:
    """Be the worker of a service until standard input ends."""
    configure_logging(name, "worker", "warning")
    settings = settings_for(name, dsn, kafka_bootstrap=bootstrap, poll_seconds=0.1)
    app = worker_app(service(name, source), settings)
    async with app.router.lifespan_context(app):
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    name = f"bench{uuid.uuid4().hex[:8]}"
    source = service(name)
    async with AsyncExitStack() as stack:
        source_dsn = await stack.enter_async_context(stage.database())
        target_dsn = await stack.enter_async_context(stage.database())
        api = api_app(source, settings_for(name, source_dsn))
        listener = await connect(target_dsn, "bench")
        stack.push_async_callback(listener.close)
        effects = _Effects()
        await listener.add_listener("effects", effects)
        await stack.enter_async_context(api.router.lifespan_context(api))
        await stack.enter_async_context(_worker(name, source_dsn, stage.bootstrap, ""))
        await stack.enter_async_context(_worker(f"{name}target", target_dsn, stage.bootstrap, name))
        await _begun(effects, api)
        yield {f"{PER_SECOND} appends/s": lambda: _steady(effects, api.state.runner, stage.seconds * SLICES)}


async def _begun(effects: _Effects, api: FastAPI) -> None:
    """Return when the whole way is open: the first effect has come."""
    async with asyncio.timeout(120):
        await effects.delay(api.state.runner)


async def _steady(effects: _Effects, runner: Runner, seconds: float) -> Sample:
    """Commands at a fixed rate, whether or not earlier ones are done; a late start counts as waiting."""
    begun, count = time.perf_counter(), int(PER_SECOND * seconds)

    async def one(number: int) -> float:
        due = begun + number / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        late = time.perf_counter() - due
        return late + await effects.delay(runner)

    delays = await asyncio.gather(*(one(number) for number in range(count)))
    return Sample(count / (time.perf_counter() - begun), delays)


DELAY = Path(
    "delay", "From append to effect",
    """Commands at a steady rate through `Runner.run` (with its reads); sequencer and relay in one worker process, consumer and
policy in another, as production has them; the delay ends when a connection that listens hears of the effect's commit.""",
    (
        Target("append → consumer's committed effect, p99 at 500 appends/s", 100, 40,
               lambda samples: samples[f"{PER_SECOND} appends/s"].p99 * 1000, "ms", less_is_better=True),
    ),
    _prepared,
)  # fmt: skip


if __name__ == "__main__":
    uvloop.run(work(*sys.argv[1:]))
