"""The limits of the machine, measured in every round beside what rests on them: how often the disk syncs, how fast COPY is."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bench.measure import COPY, FSYNC
from bench.stage import Stage
from bench.stored import RawCopy

BLOCK = bytes(8192)
SYNC_SECONDS = 0.2
COPIED = 8_000  # events


@asynccontextmanager
async def limits(stage: Stage) -> AsyncIterator[Callable[[], Awaitable[Mapping[str, float]]]]:
    """What measures both limits, on the disk and the server of the stage."""
    async with stage.database() as dsn:
        copy = RawCopy(dsn, COPIED, 1)

        async def measured() -> Mapping[str, float]:
            syncs = await asyncio.to_thread(sync_rate, stage.folder, SYNC_SECONDS)
            return {FSYNC: syncs, COPY: await copy.rate()}

        yield measured


def sync_rate(folder: Path, seconds: float) -> float:
    """How often per second 8 KiB can be written and synced (fdatasync, as PostgreSQL's WAL), one after the other."""
    name = folder / "sync-rate"
    handle = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.pwrite(handle, BLOCK, 0)
        os.fsync(handle)
        count, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            os.pwrite(handle, BLOCK, 0)
            os.fdatasync(handle)
            count += 1
        return count / (time.perf_counter() - begun)
    finally:
        os.close(handle)
        name.unlink()
