"""Appending with ten million events stored, beside some hundred thousand: new streams and stored ones, found on cold pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bench.append import emptied, writing
from bench.load import Append, Further, Stored, drive
from bench.measure import Path, Sample, Target, Variant, ratio
from bench.stage import Stage
from bench.stored import PER_STREAM, fill

WRITERS = 32
LARGE, SMALL = "ten million stored", "a hundred thousand stored"


@asynccontextmanager
async def _appending(stage: Stage, events: int) -> AsyncIterator[Variant]:
    async with stage.database() as dsn:
        await fill(dsn, events)
        stored = Stored(events // PER_STREAM, PER_STREAM)
        async with writing(dsn) as writer:

            async def slice_() -> Sample:
                await emptied(dsn)
                return await drive(WRITERS, stage.seconds, Further(Append(writer, 1), stored))

            yield slice_


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    async with _appending(stage, stage.stored) as few, _appending(stage, stage.large) as many:
        yield {SMALL: few, LARGE: many}


TEN_MILLION = Path(
    "large", "Append to a large store",
    """32 writers × 1 event; every second command goes to a stored stream, taken at random, and names its version. Both databases
are filled by COPY (frozen, analysed); a command's record stands beside each event.""",
    (Target("append at 10 million stored events / at 100 thousand", 0.8, 0.95, ratio(LARGE, SMALL)),),
    _prepared, large=True,
)  # fmt: skip
