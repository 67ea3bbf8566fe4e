"""The sequencer: the one process that gives each pending event its place in ledger, shard, hash chain and tree."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from chassis.database import LEDGER, PENDING, WakeUp, leadership
from chassis.envelope import GENESIS, chain_hash, leaf_of_columns, shard_of
from chassis.eventstore import EVENT_OF_PLACE, HASHED_COLUMNS, Connection
from chassis.merkle import Complete, Frontier
from chassis.tree import LEDGER_TREE, fill_in, frontier_at

PASS = 2000  # events a pass may take
VACUUM_SECONDS = 5.0
SUBJECT = 7  # the place of `subject` among the columns of an event

# Invariant: whatever is visible is taken in (append_seq, ord) order and an append_seq is never split. If X committed before
# Y drew its number, X is visible whenever Y is and X's number is smaller, so ledger order respects stream and causal order;
# what commits late simply comes later. No horizon, no gap, no wait. Guarded by tests/chassis/test_sequencer.py.
PENDING_IN_ORDER = f"""
SELECT l.append_seq, {HASHED_COLUMNS}
FROM (SELECT * FROM pending WHERE append_seq < coalesce(
    (SELECT q.append_seq FROM pending q ORDER BY q.append_seq, q.ord OFFSET $1 LIMIT 1), 9223372036854775807)
    ORDER BY append_seq, ord) AS l {EVENT_OF_PLACE}
ORDER BY l.append_seq, l.ord
"""  # noqa: S608 - constant columns

ANY_PENDING = "SELECT EXISTS (SELECT FROM pending)"
FIRST_PENDING = f"""
SELECT l.append_seq, {HASHED_COLUMNS}
FROM (SELECT * FROM pending WHERE append_seq = (SELECT min(append_seq) FROM pending) ORDER BY ord) AS l {EVENT_OF_PLACE}
ORDER BY l.ord
"""  # noqa: S608 - constant columns

# The primary keys of ledger and tree are the fence: a second leader that wakes up late fails here and starts anew.
SEQUENCE = f"""
WITH placed AS (
    INSERT INTO ledger (idx, shard, shard_idx, stream_id, version, event_id, leaf, chain)
    SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[], $5::int[], $6::uuid[], $7::bytea[], $8::bytea[])
), completed AS (
    INSERT INTO tree (level, idx, hash) SELECT * FROM unnest($9::smallint[], $10::bigint[], $11::bytea[])
), taken AS (
    DELETE FROM pending WHERE append_seq = ANY($12::bigint[])
)
SELECT pg_notify('{LEDGER}', '')
"""  # noqa: S608 - a channel of ours
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
    """One pass: take what is pending and visible, append it to the ledger, wake the followers. Answers how many events.

    Two round trips. Nothing is held between them: what another leader took meanwhile is in the ledger, where `head` says that
    there is nothing, and the second one fails.
    """
    if not (rows := await connection.fetch(PENDING_IN_ORDER, PASS) or await _first(connection)):
        return 0
    placed, completed = place(head, rows)
    nodes = map(list, zip(*completed, strict=True)) if completed else ([], [], [])
    taken = sorted({row["append_seq"] for row in rows})
    await connection.execute(SEQUENCE, *map(list, zip(*placed, strict=True)), *nodes, taken)
    return len(rows)


async def _first(connection: Connection) -> list[Any]:
    """A write set that is larger than a pass, if that is what waits."""
    return await connection.fetch(FIRST_PENDING) if await connection.fetchval(ANY_PENDING) else []


async def run_sequencer(dsn: str, pause: float) -> None:
    """Lead, and sequence for as long as the connection lives. The head is read anew with each lead."""
    async with leadership(dsn, "sequencer") as connection:
        wake = WakeUp(pause)
        await connection.add_listener(PENDING, wake)
        head = await read_head(connection)
        vacuumed = time.monotonic()
        while True:
            if await sequence_once(connection, head) * 2 < PASS:  # else there may be more than fitted
                await wake.wait()
            if time.monotonic() - vacuumed > VACUUM_SECONDS:
                await _vacuum(connection)
                vacuumed = time.monotonic()


async def _vacuum(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Keep `pending` small: its dead rows are what makes a pass slow."""
    await connection.execute("VACUUM pending")
