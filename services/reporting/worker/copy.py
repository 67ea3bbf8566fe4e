"""What reporting consumes: every service's topic, copied verbatim, its leaves and its hash chain recomputed on arrival."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import asyncpg

from chassis.broker import Received
from chassis.database import LEDGER
from chassis.envelope import GENESIS, Sequenced, actor_bytes, chain_hash, leaf_hash, shard_of
from chassis.eventstore import Connection, Pool
from chassis.policy import Run, advance
from chassis.telemetry import log
from services.reporting.queries.copies import events_after, head_of

CONSUMER = "reporting-copy"
STEP = 1000  # links of the chain read at once
ALARM_PAUSE = 0.2  # seconds, between two looks at a source that stands still

COLUMNS = (
    "seq", "source", "idx", "shard", "shard_idx", "stream_id", "version", "event_id", "command_id", "type", "district",
    "organ", "subject", "occurred_at", "recorded_at", "actor", "device", "correlation_id", "causation_id", "traceparent",
    "rulebook", "data", "leaf", "chain",
)  # fmt: skip
# Invariant: `seq` has no hole and is handed out in commit order, because this row stays locked until the commit: a reader that
# has seen `seq` will never see a smaller one appear. Guarded by tests/service/reporting/test_copy.py.
TAKE_SEQ = "UPDATE copy_head SET seq = seq + $1 RETURNING seq"
CHAIN_HEAD = "SELECT idx, chain FROM copy_chain WHERE source = $1"
LINKS = "SELECT idx, leaf, chain FROM ledger_copy WHERE source = $1 AND idx > $2 ORDER BY idx LIMIT $3"
SAVE_CHAIN = """
INSERT INTO copy_chain (source, idx, chain) VALUES ($1, $2, $3)
ON CONFLICT (source) DO UPDATE SET idx = EXCLUDED.idx, chain = EXCLUDED.chain
"""


class LedgerAltered(Exception):
    """What arrived is not what was recorded: a leaf or a link of the chain does not come out."""

    def __init__(self, source: str, idx: int, what: str) -> None:
        super().__init__(f"{source}/{idx}: {what}")
        self.source = source
        self.idx = idx
        self.what = what


class CopyFeed:
    """What reporting's projections follow: the copy, by its own sequence."""

    channel = LEDGER

    async def after(self, connection: Connection, position: int, limit: int) -> Sequence[Sequenced]:
        """The copy after a position."""
        return await events_after(connection, position, limit)

    async def head(self, connection: Connection) -> int:
        """The copy's last position."""
        return (await head_of(connection)).seq


class LedgerCopy:
    """Applies runs by copying them, bytes undecoded, so it never parks; a source that was altered stands still."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def apply(self, runs: Sequence[Run]) -> dict[tuple[str, int], int]:
        """Copy runs, one transaction per source; answers the new position of each shard.

        A source whose leaf or chain does not come out is not copied any further, and the alarm is raised again and again until
        somebody has looked; the other sources go on.
        """
        of_source: dict[str, list[Run]] = defaultdict(list)
        for run in runs:
            of_source[run.source].append(run)
        positions: dict[tuple[str, int], int] = {}
        for source, its_runs in of_source.items():
            positions |= await self._copied(source, its_runs)
        return positions

    async def _copied(self, source: str, runs: Sequence[Run]) -> dict[tuple[str, int], int]:
        try:
            await self._copy(source, runs)
        except LedgerAltered as altered:
            log.error("ledger_altered", source=source, idx=altered.idx, what=altered.what)
            await asyncio.sleep(ALARM_PAUSE)
            return {(source, run.shard): run.after for run in runs}
        return {(source, run.shard): run.events[-1].shard_idx for run in runs}

    async def _copy(self, source: str, runs: Sequence[Run]) -> None:
        events = sorted((received for run in runs for received in run.events), key=lambda received: received.idx)
        for received in events:
            check_leaf(source, received)
        async with self._pool.acquire() as connection, connection.transaction():
            await advance(connection, CONSUMER, [(run, run.events[-1].shard_idx) for run in runs])
            last: int = await connection.fetchval(TAKE_SEQ, len(events))
            rows = [row_of(last - len(events) + n, received) for n, received in enumerate(events, start=1)]
            await self._insert(connection, source, events[0].idx, rows)
            await check_chain(connection, source)
            await connection.execute(f"NOTIFY {LEDGER}")

    async def _insert(self, connection: Connection, source: str, first: int, rows: Sequence[tuple[Any, ...]]) -> None:
        try:
            await connection.copy_records_to_table("ledger_copy", records=rows, columns=COLUMNS)
        except asyncpg.UniqueViolationError as error:
            # A repeat was refused by its position before; this is another event in a place that is taken.
            raise LedgerAltered(source, first, f"place taken: {error}") from error


def check_leaf(source: str, received: Received) -> None:
    """Raises LedgerAltered unless the event hashes to the leaf it came with, in the shard of its subject."""
    if leaf_hash(received.envelope, received.recorded.data) != received.leaf:
        raise LedgerAltered(source, received.idx, "leaf")
    if shard_of(received.envelope.subject) != received.shard:
        raise LedgerAltered(source, received.idx, "shard")


async def check_chain(connection: Connection, source: str) -> None:
    """Recompute a source's hash chain as far as the copy has no hole; raises LedgerAltered at the first link that differs."""
    head = await connection.fetchrow(CHAIN_HEAD, source)
    idx, chain = (head["idx"], bytes(head["chain"])) if head is not None else (0, GENESIS)
    began = idx
    while links := await connection.fetch(LINKS, source, idx, STEP):
        for link in links:
            if link["idx"] != idx + 1:
                break
            idx, chain = link["idx"], chain_hash(chain, bytes(link["leaf"]))
            if chain != bytes(link["chain"]):
                raise LedgerAltered(source, idx, "chain")
        if idx != links[-1]["idx"]:
            break
    if idx > began:
        await connection.execute(SAVE_CHAIN, source, idx, chain)


def row_of(seq: int, received: Received) -> tuple[Any, ...]:
    """The copy's row of an event."""
    e = received.envelope
    return (
        seq, received.source, received.idx, received.shard, received.shard_idx, e.stream_id, e.version, e.event_id, e.command_id,
        e.type, e.district, e.organ, e.subject, e.occurred_at, e.recorded_at, actor_bytes(e.actor).decode(), e.device,
        e.correlation_id, e.causation_id, e.traceparent, e.rulebook, received.recorded.data, received.leaf, received.chain,
    )  # fmt: skip
