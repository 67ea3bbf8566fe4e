"""The whole way at a steady rate: from a command of one service to the committed effect in another's database."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI

from bench.load import FindingNoted, context, note
from bench.measure import Path, Sample, Target, Variant
from bench.stage import MIGRATIONS, Stage
from chassis.broker import Received
from chassis.database import connect
from chassis.envelope import uuid7
from chassis.runner import Runner, Work
from chassis.service import Service
from chassis.testing import settings_for
from chassis.worker import api_app, worker_app

PER_SECOND = 500
SLICES = 5  # times the usual seconds: a p99 needs many calls
SEEN = "INSERT INTO findings_seen (stream_id, version) VALUES ($1, $2)"
TELL = "SELECT pg_notify('effects', $1)"  # delivered by the commit, to whoever listens


async def _see(work: Work, received: Received) -> None:
    """The other service's reaction: a row of a fed table."""
    await work.change(SEEN, received.envelope.stream_id, received.envelope.version)
    await work.change(TELL, received.envelope.subject)


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
        return await effect - begun


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    name = f"bench{uuid.uuid4().hex[:8]}"
    source = Service(name=name, title="来源", routers=(), migrations=MIGRATIONS)
    target = replace(source, name=f"{name}target", sources=(name,), reactions={FindingNoted.__wire__: _see})
    async with AsyncExitStack() as stack:
        source_dsn = await stack.enter_async_context(stage.database())
        target_dsn = await stack.enter_async_context(stage.database())
        settings = {
            service.name: settings_for(service.name, dsn, kafka_bootstrap=stage.bootstrap, poll_seconds=0.1)
            for service, dsn in ((source, source_dsn), (target, target_dsn))
        }
        api = api_app(source, settings[name])
        apps = (api, worker_app(source, settings[name]), worker_app(target, settings[target.name]))
        listener = await connect(target_dsn, "bench")
        stack.push_async_callback(listener.close)
        effects = _Effects()
        await listener.add_listener("effects", effects)
        for app in apps:
            await stack.enter_async_context(app.router.lifespan_context(app))
        await _begun(effects, api)
        yield {f"{PER_SECOND} appends/s": lambda: _steady(effects, api.state.runner, stage.seconds * SLICES)}


async def _begun(effects: _Effects, api: FastAPI) -> None:
    """Return when the whole way is open: the first effect has come."""
    async with asyncio.timeout(30):
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
    """Commands at a steady rate through `Runner.run` (with its reads); sequencer, relay, broker, consumer and policy of the
processes as they are, all in one process; the delay ends when a connection that listens hears of the effect's commit.""",
    (Target("append → consumer's committed effect, p99 at 500 appends/s", 100, 40,
            lambda samples: samples[f"{PER_SECOND} appends/s"].p99 * 1000, "ms", less_is_better=True),),
    _prepared,
)  # fmt: skip
