"""Ledger rows held against their events and against each other: leaf, chain, places; which row was altered, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from chassis.casefile import Finding
from chassis.envelope import GENESIS, chain_hash, leaf_of_columns, shard_of

MOST_BROKEN = 200  # rows with a wrong link that are remembered, to tell exchanged rows from others
ROW = re.compile(r"ledger (\d+): ")
SUBJECT = 7  # the place of `subject` among the columns of an event


class Row(NamedTuple):
    """A ledger row with what its event hashes to now; None if the event is gone."""

    idx: int
    shard: int
    shard_idx: int
    stream_id: str
    version: int
    event_id: str
    leaf: bytes
    chain: bytes
    computed: bytes | None
    computed_id: str
    subject: str

    @property
    def where(self) -> str:
        """How the row is called in messages."""
        return f"ledger {self.idx}: {self.stream_id} v{self.version} {self.event_id}"


def row_from(record: Any) -> Row:
    """The row of a record: eight columns of the ledger, then those that `leaf_of_columns` takes."""
    idx, shard, shard_idx, stream_id, version, event_id, leaf, chain, *columns = tuple(record)
    gone = columns[0] is None
    computed = None if gone else leaf_of_columns(*columns)
    return Row(
        idx, shard, shard_idx, stream_id, version, event_id, bytes(leaf), bytes(chain), computed,
        event_id if gone else columns[2], "" if gone else columns[SUBJECT],
    )  # fmt: skip


class _Broken(NamedTuple):
    """A row whose link does not come out, and the chain hash before it."""

    row: Row
    before: bytes
    finding: Finding


@dataclass(slots=True)
class RowAudit:
    """Rows in order. `take` gives each row's true leaf, as far as it can be told, for the tree."""

    idx: int = 0
    chain: bytes = GENESIS
    shards: dict[int, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _doubtful: bytes | None = None  # the stored chain hash of the last row, where it differs from the computed one
    _gap: bool = False  # rows are missing, so the first place in each shard is taken as it is
    _broken: list[_Broken] = field(default_factory=list)
    _misfits: list[Row] = field(default_factory=list)  # rows that are not of the event they point to

    def take(self, row: Row) -> bytes:
        """Hold a row against what came before; answers its leaf."""
        linked = row.idx == self.idx + 1
        if not linked:
            self._missing(row.idx - self.idx - 1)
        self._identity(row)
        leaf = self._leaf(row, linked)
        self._link(row, leaf, linked)
        self._place(row)
        self.idx = row.idx
        return leaf

    def finish(self) -> list[Finding]:
        """Everything found; rows that were exchanged are named as such, and what only follows from that is not."""
        for finding, effects in [*self._exchanged(), *self._crossed()]:
            self.findings = [each for each in self.findings if each not in effects] + [finding]
        return self.findings

    def _found(self, where: str, code: str, zh: str, en: str) -> Finding:
        finding = Finding(where, code, zh, en)
        self.findings.append(finding)
        return finding

    def _missing(self, count: int) -> None:
        where = f"ledger {self.idx + 1}" if count == 1 else f"ledger {self.idx + 1} to {self.idx + count}"
        self._found(where, "rows-missing", f"缺少 {count} 行", f"{count} rows are missing")
        self._gap = True
        self.shards.clear()

    def _identity(self, row: Row) -> None:
        if row.computed is None:
            self._found(row.where, "event-missing", "台账行所指的事件已不存在", "the event that this row tells of is gone")
        elif row.computed_id != row.event_id:
            self._found(
                row.where, "event-id-altered", f"台账行与事件编号不符：{row.computed_id}",
                f"ledger row and event have different ids: {row.computed_id}",
            )  # fmt: skip

    def _leaf(self, row: Row, linked: bool) -> bytes:
        """The leaf that the row had when it was written: the one that its chain hash was made of."""
        if row.computed is None or row.computed == row.leaf:
            return row.leaf
        befores = [self.chain] + ([self._doubtful] if self._doubtful is not None else [])
        if linked and row.chain in [chain_hash(before, row.computed) for before in befores]:
            self._found(
                row.where, "leaf-altered", "台账行的叶哈希被改动，事件本身完好",
                "the leaf of this ledger row was altered; its event was not",
            )  # fmt: skip
            return row.computed
        self._found(
            row.where, "event-altered", "事件（数据或信封）在入账后被改动",
            "this event (its data or its envelope) was altered after it was sequenced",
        )  # fmt: skip
        if len(self._misfits) < MOST_BROKEN:
            self._misfits.append(row)
        return row.leaf

    def _link(self, row: Row, leaf: bytes, linked: bool) -> None:
        """A row whose own chain hash was altered is told by the next one, which fits what it should have been."""
        expected = chain_hash(self.chain, leaf)
        follows = self._doubtful is not None and row.chain == chain_hash(self._doubtful, leaf)
        if not linked or row.chain == expected or follows:
            self.chain, self._doubtful = row.chain, None
            return
        finding = self._found(
            row.where, "chain-altered", "链哈希与前一行及本行叶哈希不符",
            "the chain hash does not follow from the row before and the leaf",
        )  # fmt: skip
        if len(self._broken) < MOST_BROKEN:
            self._broken.append(_Broken(row, self.chain, finding))
        self.chain, self._doubtful = expected, row.chain

    def _place(self, row: Row) -> None:
        if row.computed == row.leaf and shard_of(row.subject) != row.shard:
            self._found(row.where, "shard-altered", "分片与主体不符", "the shard is not that of the subject")
        last = self.shards.get(row.shard, row.shard_idx - 1 if self._gap else 0)
        if row.shard_idx != last + 1:
            self._found(
                row.where, "place-altered", f"分片内序号为 {row.shard_idx}，应为 {last + 1}",
                f"its place in the shard is {row.shard_idx}, not {last + 1}",
            )  # fmt: skip
        self.shards[row.shard] = last + 1

    def _exchanged(self) -> Iterator[tuple[Finding, list[Finding]]]:
        """Two rows, each with the content of the other: the link before the first fits the content of the second."""
        told: set[int] = set()
        for one, other in combinations(self._broken, 2):
            link = chain_hash(one.before, other.row.leaf)
            if not {one.row.idx, other.row.idx} & told and link in (one.row.chain, other.row.chain):
                told |= {one.row.idx, other.row.idx}
                links = {one.row.idx, one.row.idx + 1, other.row.idx, other.row.idx + 1}
                between = range(one.row.idx, other.row.idx + 1)
                yield _exchange(one.row, other.row), [
                    each for each in self.findings
                    if (each.code == "chain-altered" and _idx_of(each) in links)
                    or (each.code == "place-altered" and _idx_of(each) in between)
                ]  # fmt: skip

    def _crossed(self) -> Iterator[tuple[Finding, list[Finding]]]:
        """Two rows, each pointing to the event of the other."""
        for one, other in combinations(self._misfits, 2):
            if one.computed == other.leaf and other.computed == one.leaf:
                yield _exchange(one, other), [
                    each for each in self.findings
                    if each.code in ("event-altered", "event-id-altered") and _idx_of(each) in (one.idx, other.idx)
                ]  # fmt: skip


def _exchange(one: Row, other: Row) -> Finding:
    return Finding(
        f"ledger {one.idx} and {other.idx}", "rows-exchanged", "这两行的内容被互换",
        f"the contents of these two rows were exchanged ({one.where}; {other.where})",
    )  # fmt: skip


def _idx_of(finding: Finding) -> int:
    """The ledger row that a finding is about; 0 if it is about none, or about several."""
    match = ROW.match(finding.where)
    return int(match[1]) if match else 0
