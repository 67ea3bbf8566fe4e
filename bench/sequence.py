"""Sequencing: how fast pending events get their place, shard and hashes, beside the rate at which appends make them pending."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bench.append import writing
from bench.load import Append, drive
from bench.measure import Path, Sample, Target, Variant, ratio
from bench.stage import Stage
from bench.stored import fill
from chassis.database import connect
from chassis.eventstore import Connection
from chassis.sequencer import read_head, sequence_once


async def sequenced(connection: Connection) -> int:
    """Sequence everything that is pending; answers how many events."""
    head, count = await read_head(connection), 0
    while taken := await sequence_once(connection, head):
        count += taken
    return count


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    async with stage.database() as dsn, writing(dsn) as writer:
        await fill(dsn, stage.stored)
        connection = await connect(dsn, "sequencer")

        async def appended() -> Sample:
            return await drive(32, stage.seconds, Append(writer, 1))

        async def drained() -> Sample:
            await _pend(stage, Append(writer, 1))
            begun = time.perf_counter()
            return Sample(await sequenced(connection) / (time.perf_counter() - begun))

        try:
            yield {"append 32 × 1": appended, "sequencer": drained}
        finally:
            await connection.close()


async def _pend(stage: Stage, once: Append) -> None:
    """Append until at least a bulk of events is pending, those of the append slice before it included."""
    left = stage.bulk

    async def some() -> int:
        nonlocal left
        left -= 1
        return await once()

    while left > 0:
        await drive(64, 0.25, some)


SEQUENCE = Path(
    "sequence", "Sequencer",
    """One connection, pass by pass, with nothing else at work: read what is pending in order, leaf and chain hashes and whatever
else a pass computes, write ledger rows, take the pending rows away, notify; one transaction per pass.""",
    (Target("sequencer / append rate it must follow", 1.5, 3, ratio("sequencer", "append 32 × 1"), "×"),),
    _prepared,
)  # fmt: skip
