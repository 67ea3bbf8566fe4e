"""The Merkle tree: published vectors of Certificate Transparency, a naive tree beside ours, no proof survives a flipped bit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.merkle import (
    EMPTY,
    Complete,
    Frontier,
    Node,
    consistency_spans,
    consistent,
    hashes,
    includes,
    inclusion_spans,
    nodes_of,
)

# The leaf inputs, roots and proofs of the Certificate Transparency reference implementation.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", ROOTS[2]
C, D = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", ROOTS[4]
E = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
F = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
G = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
H = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSIONS = [(0, 8, [A, C, E]), (5, 8, [F, G, D]), (2, 3, [B]), (1, 5, [ROOTS[1], C, F]), (0, 1, [])]
CONSISTENCIES = [(1, 1, []), (1, 8, [A, C, E]), (6, 8, [H, G, D]), (2, 5, [C, F])]


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


LEAVES = [leaf(bytes.fromhex(given)) for given in INPUTS]


def naive(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def naive_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive(leaves[:k])]


def naive_proof(m: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2, word for word."""
    if m == len(leaves):
        return [] if whole else [naive(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive(leaves[:k])]


def made(spans: Sequence[tuple[int, int]], leaves: Sequence[bytes]) -> list[bytes]:
    """What we make of these spans, complete subtrees computed naively."""
    return hashes(spans, lambda node: naive(leaves[node.place << node.height : (node.place + 1) << node.height]))


def numbered(count: int) -> list[bytes]:
    return [leaf(str(n).encode()) for n in range(count)]


def grown(leaves: Sequence[bytes]) -> Frontier:
    frontier = Frontier()
    for each in leaves:
        frontier.append(each)
    return frontier


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_published_vectors(size: int) -> None:
    assert naive(LEAVES[:size]).hex() == ROOTS[size]
    assert grown(LEAVES[:size]).root().hex() == ROOTS[size]
    assert EMPTY.hex() == ROOTS[0]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSIONS)
def test_inclusion_proofs_of_the_published_vectors(index: int, size: int, proof: list[str]) -> None:
    ours = made(inclusion_spans(index, size), LEAVES)
    assert [each.hex() for each in ours] == proof
    assert includes(index, size, LEAVES[index], ours, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCIES)
def test_consistency_proofs_of_the_published_vectors(old: int, new: int, proof: list[str]) -> None:
    ours = made(consistency_spans(old, new), LEAVES)
    assert [each.hex() for each in ours] == proof
    assert consistent(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), ours)


def test_every_proof_of_small_trees_is_the_naive_one_and_verifies() -> None:
    leaves = numbered(40)
    roots = [naive(leaves[:size]) for size in range(41)]
    for new in range(1, 41):
        for old in range(1, new + 1):
            proof = made(consistency_spans(old, new), leaves)
            assert proof == naive_proof(old, leaves[:new])
            assert consistent(old, new, roots[old], roots[new], proof)
            path = made(inclusion_spans(old - 1, new), leaves)
            assert path == naive_path(old - 1, leaves[:new])
            assert includes(old - 1, new, leaves[old - 1], path, roots[new])


@given(st.integers(1, 700), st.data())
def test_a_flipped_bit_breaks_an_inclusion_proof(size: int, data: st.DataObject) -> None:
    """Whichever bit of leaf, proof or root it is; also another place or another size."""
    leaves = numbered(size)
    index = data.draw(st.integers(0, size - 1))
    parts = [leaves[index], *made(inclusion_spans(index, size), leaves), naive(leaves)]
    assert includes(index, size, parts[0], parts[1:-1], parts[-1])
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = flipped(parts[which], bit)
    assert not includes(index, size, parts[0], parts[1:-1], parts[-1])
    parts[which] = flipped(parts[which], bit)
    other = data.draw(st.integers(0, size))
    assert other == index or not includes(other, size, parts[0], parts[1:-1], parts[-1])
    assert not includes(index, size, parts[0], [*parts[1:-1], parts[-1]], parts[-1])
    assert size == 1 or not includes(index, size, parts[0], parts[2:-1], parts[-1])


@given(st.integers(1, 700), st.data())
def test_a_flipped_bit_breaks_a_consistency_proof(new: int, data: st.DataObject) -> None:
    leaves = numbered(new)
    old = data.draw(st.integers(1, new))
    parts = [naive(leaves[:old]), naive(leaves), *made(consistency_spans(old, new), leaves)]
    assert consistent(old, new, parts[0], parts[1], parts[2:])
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = flipped(parts[which], bit)
    assert not consistent(old, new, parts[0], parts[1], parts[2:])
    parts[which] = flipped(parts[which], bit)
    assert not consistent(old, new, parts[0], parts[1], [*parts[2:], parts[1]])
    assert old == new or not consistent(old, new, parts[0], parts[1], parts[3:])


def flipped(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(st.integers(0, 1500))
def test_peaks_are_the_complete_subtrees(size: int) -> None:
    leaves = numbered(size)
    frontier = grown(leaves)
    assert frontier.size == size
    assert frontier.root() == naive(leaves)
    assert frontier.peaks == [naive(leaves[n.place << n.height : (n.place + 1) << n.height]) for n in nodes_of((0, size))]


def test_nodes_of_stored_levels_come_when_they_are_complete() -> None:
    leaves = numbered(70_000)
    frontier, completed = Frontier(), list[tuple[int, Complete]]()
    for n, each in enumerate(leaves, start=1):
        completed += [(n, node) for node in frontier.append(each)]
    assert [(n, node.place) for n, node in completed if node.level == 1] == [((i + 1) * 256, i) for i in range(273)]
    assert [(n, node.place) for n, node in completed if node.level == 2] == [(65_536, 0)]
    assert all(node.hash == naive(leaves[node.place * 256 : (node.place + 1) * 256]) for _, node in completed if node.level == 1)
    assert completed[-1][1].level == 1
    assert next(node.hash for _, node in completed if node.level == 2) == naive(leaves[:65_536])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 2)])
def test_there_is_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_spans(index, size)
    assert not includes(index, size, LEAVES[0], [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(0, 1), (2, 1), (-1, 3)])
def test_there_is_no_consistency_with_nothing(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no proof"):
        consistency_spans(old, new)
    assert not consistent(old, new, EMPTY, LEAVES[0], [])


def test_nodes_of_an_uneven_span() -> None:
    assert nodes_of((8, 13)) == [Node(2, 2), Node(0, 12)]
    assert nodes_of((0, 0)) == []
