"""The audit of a whole ledger: every leaf, link, place, node and signed head computed anew, page by page; what is wrong is named.

It goes on from where an earlier audit ended (`Verified`), so a ledger is read once, and later only what is new.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from chassis.audit.heads import Claim, TreeAudit, claims_of, witnessed
from chassis.audit.rows import RowAudit, row_from
from chassis.casefile import Finding
from chassis.envelope import GENESIS, Recorded
from chassis.eventstore import HASHED_COLUMNS, Connection, ledger_head
from chassis.merkle import TILE, Frontier
from chassis.signednote import Verifier
from chassis.tree import LEDGER_TREE, TreeBroken, root_at
from chassis.treeheads import TreeHead

__all__ = [
    "START", "Audit", "Finding", "LedgerAudit", "RootAt", "Verified", "audit_ledger", "differences", "first_contradiction",
    "unsequenced",
]  # fmt: skip

RootAt = Callable[[int], Awaitable[bytes]]
"""The root of a log's first so many rows, as somebody tells it."""

PAGE = 2000  # rows
MOST_UNSEQUENCED = 100

ROWS = f"""
SELECT l.idx, l.shard, l.shard_idx, l.stream_id AS ledger_stream, l.version AS ledger_version, l.event_id::text AS ledger_event,
       l.leaf, l.chain, {HASHED_COLUMNS}
FROM ledger l
LEFT JOIN LATERAL (SELECT * FROM events WHERE stream_id = l.stream_id AND version = l.version OFFSET 0) AS e ON true
WHERE l.idx > $1 AND l.idx <= $2 ORDER BY l.idx LIMIT $3
"""  # noqa: S608 - constant columns
NODES = "SELECT level, idx, hash FROM tree WHERE level = $1 AND idx >= $2 AND idx <= $3"
TREE_END = "SELECT coalesce(max(idx) + 1, 0) FROM tree WHERE level = 1"
HEADS = "SELECT size, root, note FROM tree_heads WHERE size > $1 AND size <= $2 ORDER BY size"
NEWEST = "SELECT size, root, note FROM tree_heads ORDER BY size DESC LIMIT 1"
# An event that is neither in the ledger nor waiting for its place: put in from aside, or its ledger row was taken away.
UNSEQUENCED = """
SELECT e.stream_id, e.version, e.event_id FROM events e
WHERE NOT EXISTS (SELECT FROM ledger l WHERE l.stream_id = e.stream_id AND l.version = e.version)
  AND NOT EXISTS (SELECT FROM pending p WHERE p.stream_id = e.stream_id AND p.version = e.version)
ORDER BY e.stream_id, e.version LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class Verified:
    """Up to where a ledger was found sound, and all that is needed to go on from there without reading it again."""

    idx: int = 0
    chain: bytes = GENESIS
    peaks: tuple[bytes, ...] = ()
    shards: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        peaks = [base64.b64encode(peak).decode() for peak in self.peaks]
        chain = base64.b64encode(self.chain).decode()
        return {"idx": self.idx, "chain": chain, "peaks": peaks, "shards": [list(pair) for pair in self.shards]}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Verified:
        """The position that `to_json` told; KeyError, TypeError or ValueError for anything else."""
        peaks = tuple(base64.b64decode(peak) for peak in told["peaks"])
        shards = tuple((int(shard), int(idx)) for shard, idx in told["shards"])
        return cls(int(told["idx"]), base64.b64decode(told["chain"]), peaks, shards)


START = Verified()


@dataclass(frozen=True, slots=True)
class Audit:
    """The outcome: how far the ledger is sound, and what is wrong; `rows` were read."""

    verified: Verified
    findings: tuple[Finding, ...]
    rows: int


@dataclass(slots=True)
class LedgerAudit:
    """An audit under way: `begin`, `step` until it answers 0, `finish`. It reads, in pages, and changes nothing."""

    connection: Connection
    since: Verified = START
    verifiers: Sequence[Verifier] = ()
    cosigned: Sequence[str] = ()
    page: int = PAGE
    end: int = 0
    rows_read: int = 0
    verified: Verified = START
    _rows: RowAudit = field(default_factory=RowAudit)
    _tree: TreeAudit = field(default_factory=TreeAudit)
    _findings: list[Finding] = field(default_factory=list)

    async def begin(self) -> None:
        """Note where the ledger ends now, and what was claimed of it by the witness."""
        since = self.verified = self.since
        self._rows = RowAudit(since.idx, since.chain, dict(since.shards))
        self._tree = TreeAudit(Frontier(since.idx, list(since.peaks)), sound=since.idx)
        seen, self._findings = witnessed(self.cosigned, self.verifiers)
        self._tree.claimed(claim for claim in seen if claim.size > since.idx)
        # The newest head before the end: of a ledger that grows, one signed in between would seem to tell of rows that were cut.
        newest = await self.connection.fetch(NEWEST)
        self.end = await ledger_head(self.connection)
        self._claim([row for row in newest if row["size"] > max(self.end, since.idx)])
        if self.end < since.idx:
            self._findings.append(
                _cut(self.end, since.idx, f"上次审计时有 {since.idx} 行", f"an earlier audit read {since.idx} rows")
            )
        for claim in sorted(seen, key=lambda claim: claim.size):
            if claim.size <= min(since.idx, self.end):
                await self._check_past(claim)

    async def _claimed(self, sql: str, *sizes: int) -> None:
        """Take what signed heads claim of these sizes."""
        self._claim(await self.connection.fetch(sql, *sizes))

    def _claim(self, rows: Sequence[Any]) -> None:
        heads, wrong = claims_of([TreeHead(row["size"], bytes(row["root"]), row["note"]) for row in rows], self.verifiers)
        self._findings += wrong
        self._tree.claimed(heads)

    async def _check_past(self, claim: Claim) -> None:
        """What is claimed of rows that an earlier audit read is held against the stored tree."""
        try:
            self._tree.check(claim, await root_at(self.connection, LEDGER_TREE, claim.size))
        except TreeBroken as error:
            where = f"ledger {claim.size}"
            self._findings.append(Finding(where, "tree-broken", f"树不完整：{error}", f"the tree is not whole: {error}"))

    async def step(self) -> int:
        """Audit the next page; answers how many rows it had, 0 at the end."""
        records = await self.connection.fetch(ROWS, self._rows.idx, self.end, self.page)
        if records:
            await self._claimed(HEADS, self._rows.idx, records[-1]["idx"])
        for record in records:
            row = row_from(record)
            self._tree.whole &= row.idx == self._rows.idx + 1
            self._tree.take(self._rows.take(row))
        await self._compare_nodes()
        self.rows_read += len(records)
        if not (self._rows.findings or self._tree.findings or self._findings):
            self.verified = self._position()
        return len(records)

    async def _compare_nodes(self) -> None:
        stored: dict[tuple[int, int], bytes] = {}
        for level in {node.level for node in self._tree.completed}:
            places = [node.place for node in self._tree.completed if node.level == level]
            for row in await self.connection.fetch(NODES, level, min(places), max(places)):
                stored[row["level"], row["idx"]] = bytes(row["hash"])
        self._tree.compare(stored)

    def _position(self) -> Verified:
        shards = tuple(sorted(self._rows.shards.items()))
        return Verified(self._rows.idx, self._rows.chain, tuple(self._tree.frontier.peaks), shards)

    async def finish(self) -> Audit:
        """Everything that was found, and how far the ledger is sound."""
        found = [*self._rows.finish(), *self._tree.finish(self.end), *self._findings]
        kept: int = await self.connection.fetchval(TREE_END)
        cut = any(finding.code == "tail-cut" for finding in found)
        if kept > self.end >> TILE and not cut and self.end == await ledger_head(self.connection):
            most = kept << TILE
            found.append(_cut(self.end, most, f"树中有 {most} 行", f"the tree holds {most} rows"))
        return Audit(self.verified, tuple(found), self.rows_read)


def _cut(end: int, most: int, zh: str, en: str) -> Finding:
    where = f"ledger {end + 1} to {most}"
    return Finding(where, "tail-cut", f"{zh}，现仅有 {end} 行：尾部被截", f"{en}, there are {end}: the tail was cut")


async def audit_ledger(
    connection: Connection, since: Verified = START, *, verifiers: Sequence[Verifier] = (), cosigned: Sequence[str] = (),
    page: int = PAGE,
) -> Audit:  # fmt: skip
    """Audit a ledger from a verified position to its present end.

    `verifiers` are the keys that its signed heads, and the `cosigned` checkpoints of a witness, must be signed by; without
    any, signatures are not checked. Nothing is raised for what is wrong; asyncpg's errors if the database goes away.
    """
    audit = LedgerAudit(connection, since, verifiers, cosigned, page)
    await audit.begin()
    while await audit.step():
        pass
    return await audit.finish()


async def unsequenced(connection: Connection) -> list[Finding]:
    """Events without a ledger row that wait for none, at most a hundred. It reads every event: not for every minute."""
    rows = await connection.fetch(UNSEQUENCED, MOST_UNSEQUENCED)
    return [
        Finding(
            f"event {row['stream_id']} v{row['version']} {row['event_id']}", "event-unsequenced",
            "事件不在台账中，也不在待入账之列",
            "this event is not in the ledger, nor does it wait for its place",
        )
        for row in rows
    ]  # fmt: skip


async def first_contradiction(ours: RootAt, theirs: RootAt, agreed: int, contradicted: int) -> int:
    """The first ledger row that two trees differ in, if they agree at the one size and not at the other; asks log2 times.

    `theirs` may be a witness over HTTP: its consistency answer from a size to the same size holds the root.
    """
    while contradicted - agreed > 1:
        middle = (agreed + contradicted) // 2
        if await ours(middle) == await theirs(middle):
            agreed = middle
        else:
            contradicted = middle
    return contradicted


def differences(one: Recorded, other: Recorded) -> list[str]:
    """The columns in which two stored forms of one event differ: what exactly was altered, given an unaltered copy."""
    names = [column.name for column in fields(one.envelope)]
    found = [name for name in names if getattr(one.envelope, name) != getattr(other.envelope, name)]
    return found + (["data"] if one.data != other.data else [])
