"""The Merkle tree of RFC 6962 (and RFC 9162) as pure functions: heads, proofs, and their verification by whoever holds a head."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

TILE = 8
"""Levels of the tree between two that are stored: a stored node is the root of 256 nodes of the level below."""

Span: TypeAlias = tuple[int, int]
"""Leaves `first <= n < second`, counted from 0."""


class Node(NamedTuple):
    """A complete subtree: the leaves `place << height` to `(place + 1) << height`."""

    height: int
    place: int


class Complete(NamedTuple):
    """A node of a stored level (height = 8 x level), with its hash."""

    level: int
    place: int
    hash: bytes


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that lie side by side, the largest first; EMPTY if there is none."""
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


@dataclass(slots=True)
class Frontier:
    """A growing tree: its size and the roots of the complete subtrees it consists of, the largest first. One hash per leaf."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[Complete]:
        """Add a leaf; answers the nodes of stored levels that it completed."""
        completed: list[Complete] = []
        left, height, top = self.size, 0, leaf
        while left & 1:
            top = node_hash(self.peaks.pop(), top)
            left >>= 1
            height += 1
            if height % TILE == 0:
                completed.append(Complete(height // TILE, left, top))
        self.peaks.append(top)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return fold(self.peaks)

    def copy(self) -> Frontier:
        """Another frontier of the same tree, which grows on its own."""
        return Frontier(self.size, list(self.peaks))


def split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2: where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def nodes_of(span: Span) -> list[Node]:
    """The complete subtrees that a span consists of, the largest first; the span begins where RFC 6962 divides."""
    first, end = span
    nodes = []
    while first < end:
        height = (end - first).bit_length() - 1
        nodes.append(Node(height, first >> height))
        first += 1 << height
    return nodes


def inclusion_spans(index: int, size: int) -> list[Span]:
    """What PATH(index, D[0:size]) consists of, nearest sibling first; ValueError unless `index < size`."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    return list(_path(index, 0, size))[::-1]


def _path(index: int, first: int, end: int) -> Iterator[Span]:
    while end - first > 1:
        middle = first + split(end - first)
        if index < middle:
            yield (middle, end)
            end = middle
        else:
            yield (first, middle)
            first = middle


def consistency_spans(old: int, new: int) -> list[Span]:
    """What PROOF(old, D[0:new]) consists of, in its order; ValueError unless `0 < old <= new`."""
    if not 0 < old <= new:
        raise ValueError(f"no proof from a tree of {old} to one of {new}")
    spans: list[Span] = []
    first, end, whole = 0, new, True
    while old != end:
        middle = first + split(end - first)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first, whole = middle, False
    return ([] if whole else [(first, end)]) + spans[::-1]


def hashes(spans: Iterable[Span], known: Mapping[Node, bytes] | Callable[[Node], bytes]) -> list[bytes]:
    """The hash of each span from its complete subtrees."""
    of = known if callable(known) else known.__getitem__
    return [fold([of(node) for node in nodes_of(span)]) for span in spans]


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); ValueError if the proof has the wrong length."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    fn, sn, root = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ValueError("the proof is too long")
        if fn & 1 or fn == sn:
            root = node_hash(sibling, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ValueError("the proof is too short")
    return root


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the leaf is at this index (from 0) of the tree with this root."""
    try:
        return root_from_inclusion(index, size, leaf, proof) == root
    except ValueError:
        return False


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(sibling, fr), node_hash(sibling, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (fr, sr) == (old_root, new_root)
