"""The sequencer: the one process that gives each pending event its place in ledger, shard, hash chain and tree."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from chassis.database import LEDGER, PENDING, WakeUp, leadership
from chassis.envelope import GENESIS, chain_hash, leaf_of_columns, shard_of
from chassis.eventstore import HASHED_COLUMNS, Connection
from chassis.merkle import Complete, Frontier
from chassis.tree import LEDGER_TREE, add_nodes, fill_in, frontier_at

PASS = 2000  # events a pass may take
VACUUM_SECONDS = 5.0
SUBJECT = 7  # the place of `subject` among the columns of an event

# Invariant: whatever is visible is taken in (append_seq, ord) order and an append_seq is never split. If X committed before
# Y drew its number, X is visible whenever Y is and X's number is smaller, so ledger order respects stream and causal order;
# what commits late simply comes later. No horizon, no gap, no wait. Guarded by tests/chassis/test_sequencer.py.
PENDING_IN_ORDER = f"""
SELECT p.append_seq, {HASHED_COLUMNS}
FROM pending p JOIN events e USING (stream_id, version)
WHERE p.append_seq < coalesce(
    (SELECT q.append_seq FROM pending q ORDER BY q.append_seq, q.ord OFFSET $1 LIMIT 1), 9223372036854775807)
ORDER BY p.append_seq, p.ord
"""  # noqa: S608 - constant columns

ANY_PENDING = "SELECT EXISTS (SELECT FROM pending)"
FIRST_PENDING = f"""
SELECT p.append_seq, {HASHED_COLUMNS}
FROM pending p JOIN events e USING (stream_id, version)
WHERE p.append_seq = (SELECT min(append_seq) FROM pending) ORDER BY p.ord
"""  # noqa: S608 - constant columns

# The primary key of the ledger is the fence: a second leader that wakes up late fails here and starts anew.
APPEND_LEDGER = """
INSERT INTO ledger (idx, shard, shard_idx, stream_id, version, event_id, leaf, chain)
SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[], $5::int[], $6::uuid[], $7::bytea[], $8::bytea[])
"""
TAKE_PENDING = "DELETE FROM pending WHERE append_seq = ANY($1::bigint[])"
HEAD = "SELECT idx, chain FROM ledger ORDER BY idx DESC LIMIT 1"
SHARD_HEADS = """
SELECT s.shard, h.shard_idx FROM generate_series(0, 63) AS s(shard)
CROSS JOIN LATERAL (SELECT shard_idx FROM ledger l WHERE l.shard = s.shard ORDER BY shard_idx DESC LIMIT 1) AS h
"""


@dataclass(slots=True)
class Head:
    """The ledger's end: last index, last chain hash, last index of each shard, and the tree over all leaves."""

    idx: int = 0
    chain: bytes = GENESIS
    shards: dict[int, int] = field(default_factory=dict)
    tree: Frontier = field(default_factory=Frontier)


async def read_head(connection: Connection) -> Head:
    """The end of the ledger as stored; fills in what its tree lacks. Raises TreeBroken if the ledger was cut."""
    head = Head(shards=await shard_heads(connection))
    if (row := await connection.fetchrow(HEAD)) is not None:
        head.idx, head.chain = row["idx"], row["chain"]
    await fill_in(connection, LEDGER_TREE, head.idx)
    head.tree = await frontier_at(connection, LEDGER_TREE, head.idx)
    return head


async def shard_heads(connection: Connection) -> dict[int, int]:
    """The last `shard_idx` of each shard that has any."""
    return {row["shard"]: row["shard_idx"] for row in await connection.fetch(SHARD_HEADS)}


def place(head: Head, rows: list[Any]) -> tuple[list[tuple[Any, ...]], list[Complete]]:
    """Ledger rows for pending rows in order, and the nodes of the tree that they complete; moves `head`.

    `data` is hashed by the database and never looked at. Three hashes a row: leaf, chain, and one of the tree.
    """
    placed, completed = [], []
    for row in rows:
        columns = row[1:]
        stream_id, version, event_id = columns[:3]
        leaf = leaf_of_columns(*columns)
        shard = shard_of(columns[SUBJECT])
        head.idx += 1
        head.chain = chain_hash(head.chain, leaf)
        head.shards[shard] = shard_idx = head.shards.get(shard, 0) + 1
        placed.append((head.idx, shard, shard_idx, stream_id, version, event_id, leaf, head.chain))
        completed += head.tree.append(leaf)
    return placed, completed


async def sequence_once(connection: Connection, head: Head) -> int:
    """One pass: take what is pending and visible, append it to the ledger, wake the followers. Answers how many events."""
    if not await connection.fetchval(ANY_PENDING):
        return 0
    async with connection.transaction():
        rows = await connection.fetch(PENDING_IN_ORDER, PASS) or await connection.fetch(FIRST_PENDING)
        if not rows:
            return 0  # another leader took them
        placed, completed = place(head, rows)
        await connection.execute(APPEND_LEDGER, *map(list, zip(*placed, strict=True)))
        await add_nodes(connection, LEDGER_TREE, completed)
        await connection.execute(TAKE_PENDING, sorted({row["append_seq"] for row in rows}))
        await connection.execute(f"NOTIFY {LEDGER}")
    return len(rows)


async def run_sequencer(dsn: str, pause: float) -> None:
    """Lead, and sequence for as long as the connection lives. The head is read anew with each lead."""
    async with leadership(dsn, "sequencer") as connection:
        wake = WakeUp(pause)
        await connection.add_listener(PENDING, wake)
        head = await read_head(connection)
        vacuumed = time.monotonic()
        while True:
            if not await sequence_once(connection, head):
                await wake.wait()
            if time.monotonic() - vacuumed > VACUUM_SECONDS:
                await _vacuum(connection)
                vacuumed = time.monotonic()


async def _vacuum(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Keep `pending` small: its dead rows are what makes a pass slow."""
    await connection.execute("VACUUM pending")
