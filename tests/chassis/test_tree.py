"""The stored tree: roots and proofs of any size are the naive ones, whatever passes wrote it, and few rows are read for one."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import asyncpg
import pytest

from chassis.envelope import leaf_hash
from chassis.eventstore import Connection, append, ledger_after
from chassis.merkle import consistent, includes
from chassis.sequencer import read_head, sequence_once
from chassis.tree import LEDGER_TREE, TreeBroken, consistency, fill_in, frontier_at, inclusion, leaves_of, root_at
from tests.chassis.test_merkle import naive
from tests.chassis.writing import write_set

NODES = "SELECT level, idx, hash FROM tree ORDER BY level, idx"
# A ledger as an earlier version of this platform left it: leaves, and no tree.
OLD_LEDGER = """
INSERT INTO ledger SELECT n, n % 64, (n + 63) / 64, 's' || n, 1, gen_random_uuid(), sha256(n::text::bytea), '\\x00'
FROM generate_series($1::int, $2::int) AS n
"""


async def old_ledger(connection: Connection, size: int, after: int = 0) -> list[bytes]:
    await connection.execute(OLD_LEDGER, after + 1, size)
    return [hashlib.sha256(str(n).encode()).digest() for n in range(1, size + 1)]


async def without_triggers(connection: Connection, sql: str) -> None:
    """What the owner of the database can do in spite of everything."""
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(sql)


async def test_passes_of_any_size_write_the_tree_of_the_leaves(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes cross the borders of 256; a head is kept over some passes, read anew before others."""
    chance = random.Random(5)
    head = await read_head(connection)
    for n in range(12):
        monkeypatch.setattr("chassis.sequencer.PASS", chance.randint(20, 200))
        await append(connection, [write_set((f"s{n}", 0, chance.randint(1, 90)))])
        while await sequence_once(connection, head):
            pass
        if chance.random() < 0.4:
            head = await read_head(connection)
    await append(connection, [write_set(("last", 0, 300))])  # and no head is read after these: what is stored, the passes stored
    while await sequence_once(connection, head):
        pass
    rows = await ledger_after(connection, 0, 10_000)
    leaves = [leaf_hash(row.envelope, row.recorded.data) for row in rows]
    assert 256 < len(leaves) == head.idx == head.tree.size
    assert head.tree.root() == naive(leaves)
    assert [tuple(row) for row in await connection.fetch(NODES)] == [
        (1, n, naive(leaves[n * 256 : (n + 1) * 256])) for n in range(len(leaves) // 256)
    ]


async def test_a_ledger_without_a_tree_is_filled_in(connection: Connection) -> None:
    """A migrated ledger with two levels; the sequencer goes on from there."""
    leaves = await old_ledger(connection, 66_000)
    head = await read_head(connection)
    assert head.tree.root() == naive(leaves)
    assert [(row["level"], row["idx"]) for row in await connection.fetch(NODES)] == [*((1, n) for n in range(257)), (2, 0)]
    await append(connection, [write_set(("s", 0, 300))])
    await sequence_once(connection, head)
    again = await read_head(connection)
    assert (again.tree, again.idx) == (head.tree, 66_300)


async def test_filling_in_goes_on_after_a_kill(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page: what was stored before it is not computed again, and the rest is the same."""
    monkeypatch.setattr("chassis.tree.PAGE", 512)
    leaves = await old_ledger(connection, 3_000)
    await fill_in(connection, LEDGER_TREE, 1_100)
    assert [row["idx"] for row in await connection.fetch(NODES)] == [0, 1, 2, 3]
    await fill_in(connection, LEDGER_TREE, 3_000)
    await fill_in(connection, LEDGER_TREE, 3_000)
    assert [row["hash"] for row in await connection.fetch(NODES)] == [naive(leaves[n * 256 : (n + 1) * 256]) for n in range(11)]


async def test_proofs_of_any_size_verify(connection: Connection) -> None:
    leaves = await old_ledger(connection, 66_000)
    await fill_in(connection, LEDGER_TREE, 66_000)
    chance = random.Random(6)
    sizes = [1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000, *(chance.randint(1, 66_000) for _ in range(8))]
    roots = {size: naive(leaves[:size]) for size in sizes}
    for size in sizes:
        assert await root_at(connection, LEDGER_TREE, size) == roots[size]
        index = chance.randrange(size)
        assert includes(index, size, leaves[index], await inclusion(connection, LEDGER_TREE, index, size), roots[size])
    for old, new in [(min(pair), max(pair)) for pair in zip(sizes, sizes[3:] + sizes[:3], strict=True)]:
        assert consistent(old, new, roots[old], roots[new], await consistency(connection, LEDGER_TREE, old, new))


class Counting:
    """Stands where ten million leaves would lie, and counts what is read of them."""

    rows = 0

    async def fetch(self, sql: str, *args: int) -> list[dict[str, Any]]:
        first, end = args[-2:]
        self.rows += end - first
        return [{"hash": bytes(32)}] * (end - first)


async def test_a_proof_at_ten_million_leaves_reads_two_runs_of_each_of_three_levels(connection: Connection) -> None:
    for index, size in [(0, 10_000_000), (9_999_999, 10_000_000), (5_432_101, 10_000_001), (65_535, 9_999_999)]:
        counting: Any = Counting()
        assert len(await inclusion(counting, LEDGER_TREE, index, size)) <= 24
        assert len(await consistency(counting, LEDGER_TREE, index + 1, size)) <= 25
        assert counting.rows <= 2 * 3 * 2 * 256


async def test_a_ledger_that_was_cut_is_not_continued(connection: Connection) -> None:
    """Its tree knows of more; a sequencer that wrote on would hide the cut."""
    await old_ledger(connection, 600)
    await read_head(connection)
    await without_triggers(connection, "DELETE FROM ledger WHERE idx > 500")
    with pytest.raises(TreeBroken, match="the tree was stored up to leaf 512, the ledger has 500"):
        await read_head(connection)


@pytest.mark.parametrize("sql", ["DELETE FROM ledger WHERE idx = 590", "DELETE FROM tree WHERE idx = 0"])
async def test_missing_rows_are_no_shorter_tree(connection: Connection, sql: str) -> None:
    await old_ledger(connection, 600)
    await read_head(connection)
    await without_triggers(connection, sql)
    with pytest.raises(TreeBroken):
        await frontier_at(connection, LEDGER_TREE, 600)
    with pytest.raises(TreeBroken):
        await leaves_of(connection, LEDGER_TREE, (500, 700))


@pytest.mark.parametrize("table", ["tree", "tree_heads"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_neither_tree_nor_heads_can_be_changed(connection: Connection, table: str, sql: str) -> None:
    await old_ledger(connection, 300)
    await read_head(connection)
    head = "INSERT INTO tree_heads (size, root, note, recorded_at, simulated) VALUES (1, sha256(''), '', now(), false)"
    await connection.execute(head)
    column = {"tree": "hash", "tree_heads": "root"}[table]
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute(sql.format(table, column, column))
