"""The tree computed anew beside the stored one, the signed heads and the witness's: which of them the ledger contradicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chassis.casefile import Finding
from chassis.merkle import TILE, Complete, Frontier
from chassis.signednote import NoteError, Verifier, body_of, opened
from chassis.treeheads import TreeHead

VERBS = {"signed": "签名", "witnessed": "见证"}
CONTRADICTED = {"signed": "head-contradicted", "witnessed": "witness-contradicted"}


class Claim(NamedTuple):
    """What somebody said of the ledger: its root at a size; `who` is `signed` or `witnessed`."""

    who: str
    size: int
    root: bytes


def claims_of(heads: Iterable[TreeHead], verifiers: Sequence[Verifier]) -> tuple[list[Claim], list[Finding]]:
    """What the stored heads claim; findings where a row and its note differ, or the note's signature does not hold."""
    claims, findings = [], []
    for head in heads:
        claim, wrong = _claim("signed", head.note, verifiers)
        where = f"head {head.size}"
        if claim is None:
            findings.append(Finding(where, "head-not-genuine", f"签名检查点无法验证：{wrong}", f"the signed head: {wrong}"))
        elif (claim.size, claim.root) != (head.size, head.root):
            findings.append(
                Finding(where, "head-altered", "检查点与其签名文本不符", "the row differs from the note that was signed")
            )
        claims.append(claim or Claim("signed", head.size, head.root))
    return claims, findings


def witnessed(notes: Iterable[str], verifiers: Sequence[Verifier]) -> tuple[list[Claim], list[Finding]]:
    """What cosigned checkpoints claim; findings for those whose signatures do not hold."""
    claims, findings = [], []
    for note in notes:
        claim, wrong = _claim("witnessed", note, verifiers)
        if claim is None:
            findings.append(
                Finding("witness", "cosignature", f"会签检查点无法验证：{wrong}", f"the cosigned checkpoint: {wrong}")
            )
        else:
            claims.append(claim)
    return claims, findings


def _claim(who: str, note: str, verifiers: Sequence[Verifier]) -> tuple[Claim | None, str]:
    """Without any verifier a note is taken by its word."""
    try:
        if verifiers:
            opened(note, verifiers)
        body = body_of(note)
    except NoteError as error:
        return None, str(error)
    return Claim(who, body.size, body.root), ""


@dataclass(slots=True)
class TreeAudit:
    """The tree over the true leaves, row by row; once a row is missing nothing can be said of what comes after."""

    frontier: Frontier = field(default_factory=Frontier)
    whole: bool = True
    sound: int = 0  # rows that an earlier audit found sound
    agreed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VERBS, 0))  # of each claimant, the last that came out
    findings: list[Finding] = field(default_factory=list)
    completed: list[Complete] = field(default_factory=list)
    _claims: dict[int, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    _contradicted: set[str] = field(default_factory=set)
    _wrong: set[tuple[int, int]] = field(default_factory=set)

    def claimed(self, claims: Iterable[Claim]) -> None:
        """Take claims that are to be checked when the tree has their size."""
        for claim in claims:
            self._claims[claim.size].append(claim)

    def take(self, leaf: bytes) -> None:
        """The next true leaf."""
        self.completed += self.frontier.append(leaf)
        for claim in self._claims.pop(self.frontier.size, ()) if self._claims else ():
            self.check(claim, self.frontier.root())

    def check(self, claim: Claim, root: bytes) -> None:
        """Hold a claim against the root at its size; of each claimant only the first contradiction is told."""
        if not self.whole:
            return
        if root == claim.root:
            self.agreed[claim.who] = max(self.agreed[claim.who], claim.size)
        elif claim.who not in self._contradicted:
            self._contradicted.add(claim.who)
            first = max(self.agreed[claim.who], self.sound if self.sound < claim.size else 0) + 1
            self.findings.append(Finding(
                f"ledger {first} to {claim.size}", CONTRADICTED[claim.who],
                f"前 {claim.size} 行不是当时{VERBS[claim.who]}的那些行：历史在此范围内被改写",
                f"the first {claim.size} rows are not those that were {claim.who}: history was rewritten within this range",
            ))  # fmt: skip

    def compare(self, stored: Mapping[tuple[int, int], bytes]) -> None:
        """Hold the nodes that were completed against the stored ones; a wrong node says the same of those above it."""
        for node in sorted(self.completed) if self.whole else ():
            kept = stored.get((node.level, node.place))
            if kept == node.hash:
                continue
            below = any(level == node.level - 1 and place >> TILE == node.place for level, place in self._wrong)
            self._wrong.add((node.level, node.place))
            if not below:
                self.findings.append(_node_finding(node, kept is None))
        self.completed.clear()

    def finish(self, size: int) -> list[Finding]:
        """Everything found; claims beyond the ledger's end say that its tail was cut."""
        beyond = [claim for claims in self._claims.values() for claim in claims if claim.size > size]
        if beyond:
            most = max(beyond, key=lambda claim: claim.size)
            self.findings.append(Finding(
                f"ledger {size + 1} to {most.size}", "tail-cut",
                f"曾{VERBS[most.who]} {most.size} 行，现仅有 {size} 行：尾部被截",
                f"{most.size} rows were {most.who}, there are {size}: the tail was cut",
            ))  # fmt: skip
        return self.findings


def _node_finding(node: Complete, missing: bool) -> Finding:
    width = 1 << TILE * node.level
    where = f"tree {node.level}/{node.place}: ledger {node.place * width + 1} to {(node.place + 1) * width}"
    if missing:
        return Finding(where, "tree-node-missing", "树节点缺失", "the node of the tree is missing")
    return Finding(
        where, "tree-contradicted", "这些行与入账时存下的树节点不符，或该节点被改动",
        "these rows are not those that the tree was built from, or its node was altered",
    )  # fmt: skip
