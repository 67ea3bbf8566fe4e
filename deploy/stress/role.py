"""One process of a stress run: `python -m deploy.stress.role <role> <name> <plan>`, with the code that production runs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from chassis.database import GONE, forever
from chassis.telemetry import configure_logging
from deploy.stress.plan import SINK, SOURCE, Plan

PAUSE = 0.05  # longest seconds between two looks of a loop that was not woken


async def sequencer(plan: Plan, _: str) -> None:
    """A sequencer of the source."""
    from chassis.sequencer import run_sequencer  # noqa: PLC0415 - each process loads only what it runs

    await forever("sequencer", lambda: run_sequencer(plan.dsns[SOURCE], PAUSE))


async def relay(plan: Plan, _: str) -> None:
    """A relay of the source."""
    from chassis import broker  # noqa: PLC0415
    from chassis.relay import Relay, TopicChanged  # noqa: PLC0415

    run = Relay(plan.settings(SOURCE), simulated=False).run
    await forever("relay", run, gone=(*GONE, *broker.GONE, TopicChanged))


async def projector(plan: Plan, _: str) -> None:
    """A projector of the source."""
    from chassis.projector import Overtaken, OwnLedger, run_projector  # noqa: PLC0415
    from deploy.stress.readers import TALLIES  # noqa: PLC0415

    run = lambda: run_projector(plan.dsns[SOURCE], OwnLedger(), [TALLIES], PAUSE, simulated=False)  # noqa: E731
    await forever("projector", run, gone=(*GONE, Overtaken))


async def consumer(plan: Plan, _: str) -> None:
    """The sink's two consumers and its sequencer, together, as a worker has them."""
    from chassis import broker  # noqa: PLC0415
    from chassis.consumer import LOST  # noqa: PLC0415
    from chassis.database import WORKS, open_pool  # noqa: PLC0415
    from chassis.sequencer import run_sequencer  # noqa: PLC0415
    from deploy.stress.readers import consumers  # noqa: PLC0415

    dsn = plan.dsns[SINK]
    pool = await open_pool(dsn, "stress-worker", 5, WORKS)
    gone = (*GONE, *broker.GONE, *LOST)
    loops = [forever("consumer", one.run, gone=gone) for one in consumers(plan, pool)]
    await asyncio.gather(*loops, forever("sequencer", lambda: run_sequencer(dsn, PAUSE)))


async def writer(plan: Plan, name: str) -> None:
    """A writer."""
    from deploy.stress.writer import Writer  # noqa: PLC0415

    await Writer(plan, name).run()


ROLES: dict[str, Callable[[Plan, str], Awaitable[None]]] = {
    role.__name__: role for role in (sequencer, relay, projector, consumer, writer)
}


async def run(role: str, name: str, plan: Plan) -> None:
    """Run a role; a database that is away at the start is waited for."""
    while True:
        try:
            return await ROLES[role](plan, name)
        except GONE:
            await asyncio.sleep(0.1)


def main() -> None:
    """The process."""
    role, name, path = sys.argv[1:]
    configure_logging("stress", name, "warning")
    asyncio.run(run(role, name, Plan.read(Path(path))))


if __name__ == "__main__":
    main()
