"""Snapshots of long streams: taken by a follower of the ledger, never in the way of an append; a cache that may be lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chassis.aggregates import AsOf, Loaded, Unreadable, fold_version, opened, read, state_bytes
from chassis.database import GONE, LEDGER, WakeUp, leadership
from chassis.domain import Stream
from chassis.eventstore import Connection
from chassis.telemetry import log

BATCH = 1000  # ledger rows
CHECKPOINT = "snapshots"

POSITION = "SELECT position FROM checkpoints WHERE name = $1"
ADVANCE = """
INSERT INTO checkpoints AS c (name, position, simulated) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET position = EXCLUDED.position, simulated = EXCLUDED.simulated WHERE c.position < EXCLUDED.position
"""
PLACES_AFTER = "SELECT idx, stream_id, version FROM ledger WHERE idx > $1 ORDER BY idx LIMIT $2"
OF_ANOTHER_FOLD = """
SELECT DISTINCT stream_id FROM snapshots WHERE stream_id >= $1 || ':' AND stream_id < $1 || ';' AND fold <> $2 ORDER BY stream_id
"""
NEWEST = """
SELECT stream_id, version, district, organ, subject, began_at AS occurred_at, correlation_id, state AS data
FROM snapshots WHERE stream_id = $1 AND fold = $2 AND version < $3 ORDER BY version DESC
"""
# Taken twice, by two workers or after a kill, it is the same row.
KEEP = """
INSERT INTO snapshots (stream_id, fold, version, district, organ, subject, began_at, correlation_id, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (stream_id, fold, version) DO UPDATE SET state = EXCLUDED.state
"""
DROP = "DELETE FROM snapshots WHERE stream_id = $1 AND fold = $2 AND version = $3"
DROP_OTHER_FOLDS = "DELETE FROM snapshots WHERE stream_id = $1 AND fold <> $2"
# Invariant: a snapshot is read, folded and written under this lock, and rows are discarded under it; so none that was folded
# before a person's key was destroyed is written after the rows were discarded. Guarded by tests/chassis/test_snapshots.py.
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('snapshot ' || $1, 0))"
DISCARD = "DELETE FROM snapshots WHERE stream_id = $1"


async def take(connection: Connection, stream: Stream[Any], key: str, version: int | None = None) -> bool:
    """Keep a snapshot of an aggregate at a version, or as it is now; whether one was kept. Safe to repeat.

    What other folds left, and what cannot be read, goes. A state that would not come back as the same is not kept.
    """
    stream_id, fold = stream.id(key), fold_version(stream)
    async with connection.transaction():
        await connection.execute(ALONE, stream_id)
        await connection.execute(DROP_OTHER_FOLDS, stream_id, fold)
        await _drop_unreadable(connection, stream, key, version)
        loaded = await read(connection, stream, key, None if version is None else AsOf.version(version))
        return loaded.exists and await _keep(connection, fold, loaded)


async def _drop_unreadable(connection: Connection, stream: Stream[Any], key: str, version: int | None) -> None:
    """Delete from the newest one on what cannot be read, up to the first that can."""
    fold = fold_version(stream)
    for row in await connection.fetch(NEWEST, stream.id(key), fold, version or 2**31 - 1):
        try:
            opened(stream, key, row)
            return
        except Unreadable:
            await connection.execute(DROP, stream.id(key), fold, row["version"])


async def _keep(connection: Connection, fold: str, loaded: Loaded[Any]) -> bool:
    data = state_bytes(loaded)
    if data is None:
        log.warning("snapshot_unfaithful", stream_id=loaded.stream_id, version=loaded.version)
        return False
    await connection.execute(
        KEEP, loaded.stream_id, fold, loaded.version, loaded.district, loaded.organ, loaded.subject, loaded.began_at,
        loaded.correlation_id, data,
    )  # fmt: skip
    return True


async def discard(connection: Connection, stream_ids: Sequence[str]) -> int:
    """Delete every snapshot of these streams, in a transaction of the caller's; answers how many.

    A follower that is just taking one is waited for, so that nothing comes back of what was discarded.
    """
    gone = 0
    for stream_id in sorted(stream_ids):
        await connection.execute(ALONE, stream_id)
        gone += int((await connection.execute(DISCARD, stream_id)).rpartition(" ")[2])
    return gone


async def follow_once(connection: Connection, streams: Sequence[Stream[Any]], *, simulated: bool) -> int:
    """Take the snapshots that the next ledger rows make due; answers how many rows. What fails is logged and left out."""
    position = await connection.fetchval(POSITION, CHECKPOINT) or 0
    places = await connection.fetch(PLACES_AFTER, position, BATCH)
    if not places:
        return 0
    known = {stream.name: stream for stream in streams}
    for place in places:
        kind, _, key = place["stream_id"].partition(":")
        stream = known.get(kind)
        if stream is not None and stream.snapshot_every and place["version"] % stream.snapshot_every == 0:
            await _attempt(connection, stream, key, place["version"])
    await connection.execute(ADVANCE, CHECKPOINT, places[-1]["idx"], simulated)
    return len(places)


async def renew(connection: Connection, streams: Sequence[Stream[Any]]) -> int:
    """Where other code left snapshots, take one of this code's fold; answers how many."""
    renewed = 0
    for stream in streams:
        for row in await connection.fetch(OF_ANOTHER_FOLD, stream.name, fold_version(stream)):
            renewed += await _attempt(connection, stream, row["stream_id"].partition(":")[2], None)
    return renewed


async def _attempt(connection: Connection, stream: Stream[Any], key: str, version: int | None) -> bool:
    """A snapshot that cannot be taken is missed by nobody: the events are read instead."""
    try:
        return await take(connection, stream, key, version)
    except GONE:
        raise
    except Exception:
        log.exception("snapshot_failed", stream_id=stream.id(key), version=version)
        return False


async def run_snapshots(dsn: str, streams: Sequence[Stream[Any]], pause: float, *, simulated: bool) -> None:
    """Lead, and keep snapshots of these streams for as long as the connection lives."""
    async with leadership(dsn, "snapshots") as connection:
        wake = WakeUp(pause)
        await connection.add_listener(LEDGER, wake)
        await renew(connection, streams)
        while True:
            if not await follow_once(connection, streams, simulated=simulated):
                await wake.wait()
