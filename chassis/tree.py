"""The Merkle tree over a ledger as stored: leaves with the ledger, above them only the roots of complete subtrees of 256, 256² …

A proof reads at most two runs of 256 hashes of each level, so at ten million leaves six runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.eventstore import Connection
from chassis.merkle import (
    TILE,
    Complete,
    Frontier,
    Node,
    Span,
    consistency_spans,
    fold,
    hashes,
    inclusion_spans,
    nodes_of,
)

WIDTH = 1 << TILE  # nodes of a level under one of the next
PAGE = 64 * WIDTH  # leaves read at once when a tree is filled in


class TreeBroken(Exception):
    """The stored tree does not fit the ledger: rows are missing, or it holds more than the ledger has."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one tree is kept: statements over `first <= index < end`, whose first parameters are `key`."""

    leaves: str
    nodes: str
    stored: str
    add: str
    key: tuple[Any, ...] = ()


LEDGER_TREE = Shelf(
    leaves="SELECT leaf AS hash FROM ledger WHERE idx > $1 AND idx <= $2 ORDER BY idx",
    nodes="SELECT hash FROM tree WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx",
    stored="SELECT coalesce((SELECT idx + 1 FROM tree WHERE level = 1 ORDER BY idx DESC LIMIT 1), 0)",
    # The primary key is a fence, as the ledger's is: a second sequencer that wakes up late fails here.
    add="INSERT INTO tree (level, idx, hash) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])",
)
"""The tree over a service's own ledger."""


async def add_nodes(connection: Connection, shelf: Shelf, completed: Iterable[Complete]) -> None:
    """Store nodes that were completed."""
    if columns := [list(column) for column in zip(*completed, strict=True)]:
        await connection.execute(shelf.add, *shelf.key, *columns)


async def frontier_at(connection: Connection, shelf: Shelf, size: int) -> Frontier:
    """The tree as it was at this size; raises TreeBroken if leaves or nodes for it are missing."""
    nodes = nodes_of((0, size))
    known = await _read(connection, shelf, nodes)
    return Frontier(size, [known[node] for node in nodes])


async def root_at(connection: Connection, shelf: Shelf, size: int) -> bytes:
    """The root of the first `size` leaves; raises TreeBroken if there are not that many."""
    return (await frontier_at(connection, shelf, size)).root()


async def inclusion(connection: Connection, shelf: Shelf, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` (from 0) is in the tree of `size` leaves; ValueError unless it is smaller, TreeBroken."""
    return (await inclusions(connection, shelf, [index], size))[0]


async def inclusions(connection: Connection, shelf: Shelf, indexes: Sequence[int], size: int) -> list[list[bytes]]:
    """As `inclusion`, for many leaves of one tree, each run of hashes read once."""
    proofs = [inclusion_spans(index, size) for index in indexes]
    known = await _read(connection, shelf, [node for spans in proofs for span in spans for node in nodes_of(span)])
    return [hashes(spans, known) for spans in proofs]


async def consistency(connection: Connection, shelf: Shelf, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with that of `old`; ValueError unless `0 < old <= new`, TreeBroken."""
    spans = consistency_spans(old, new)
    return hashes(spans, await _read(connection, shelf, [node for span in spans for node in nodes_of(span)]))


async def fill_in(connection: Connection, shelf: Shelf, size: int) -> None:
    """Compute and store the nodes up to `size` that are missing, page by page, each page in a transaction; safe to repeat.

    Raises TreeBroken if more is stored than `size` leaves can have completed: the ledger was cut.
    """
    stored: int = await connection.fetchval(shelf.stored, *shelf.key)
    if stored > size // WIDTH:
        raise TreeBroken(f"the tree was stored up to leaf {stored * WIDTH}, the ledger has {size}")
    frontier = await frontier_at(connection, shelf, stored * WIDTH)
    end = size // WIDTH * WIDTH
    while frontier.size < end:
        first, upto = frontier.size, min(frontier.size + PAGE, end)
        completed = [node for leaf in await leaves_of(connection, shelf, (first, upto)) for node in frontier.append(leaf)]
        async with connection.transaction():
            await add_nodes(connection, shelf, completed)


async def leaves_of(connection: Connection, shelf: Shelf, span: Span) -> list[bytes]:
    """The leaves of a span; raises TreeBroken if some are missing."""
    rows = await connection.fetch(shelf.leaves, *shelf.key, *span)
    return _whole(rows, 0, *span)


async def _read(connection: Connection, shelf: Shelf, nodes: Iterable[Node]) -> Mapping[Node, bytes]:
    """The hashes of nodes, each computed from the run of stored ones under it."""
    wanted = list(nodes)
    runs: dict[tuple[int, int], tuple[int, list[bytes]]] = {}
    for place, (begin, last) in _runs(wanted).items():
        runs[place] = begin, await _run(connection, shelf, place[0], begin, last)
    known: dict[Node, bytes] = {}
    for node in wanted:
        place, first, end = _under(node)
        begin, run = runs[place]
        known[node] = _subtree(run[first - begin : end - begin])
    return known


def _under(node: Node) -> tuple[tuple[int, int], int, int]:
    """The level and number of the run that a node is computed from, and which part of the level that is."""
    level, rest = divmod(node.height, TILE)
    first = node.place << rest
    return (level, first // WIDTH), first, first + (1 << rest)


def _runs(nodes: Iterable[Node]) -> dict[tuple[int, int], tuple[int, int]]:
    """What must be read, run by run: from the first to the last hash that a node needs."""
    extents: dict[tuple[int, int], tuple[int, int]] = {}
    for place, first, end in map(_under, nodes):
        least, most = extents.get(place, (first, end))
        extents[place] = min(least, first), max(most, end)
    return extents


async def _run(connection: Connection, shelf: Shelf, level: int, first: int, end: int) -> list[bytes]:
    if level == 0:
        return await leaves_of(connection, shelf, (first, end))
    return _whole(await connection.fetch(shelf.nodes, *shelf.key, level, first, end), level, first, end)


def _whole(rows: Sequence[Any], level: int, first: int, end: int) -> list[bytes]:
    if len(rows) != end - first:
        raise TreeBroken(f"level {level} has {len(rows)} of the hashes from {first} to {end}")
    return [bytes(row["hash"]) for row in rows]


def _subtree(run: Sequence[bytes]) -> bytes:
    """The root over a complete run, whose length is a power of two."""
    frontier = Frontier()
    for each in run:
        frontier.append(each)
    return fold(frontier.peaks)
