"""A small case file of two logs, with fixed keys: every run makes the same bytes. `python -m tests.chassis.casefiles` writes it.

The golden file is never written anew: it was handed to somebody once, and must verify for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from chassis.casefile import Proven, write
from chassis.domain import Actor
from chassis.envelope import Envelope, Recorded, instant, leaf_hash
from chassis.merkle import Frontier, fold, hashes, inclusion_spans
from chassis.signednote import Checkpoint, Signer
from chassis.testing import NOON

GOLDEN = Path(__file__).parent / "golden" / "case-k-1.casefile.json"
ORIGIN = "casetrail.example"
SIGNERS = {name: Signer(f"{ORIGIN}/{name}", name.encode().ljust(32, b"-")) for name in ("inspection", "penalty", "reporting")}
WITNESS = SIGNERS["reporting"]
KEYS = [SIGNERS["inspection"].verifier, SIGNERS["penalty"].verifier, WITNESS.verifier, WITNESS.witness]
NAMESPACE = UUID("01970000-0000-7000-8000-000000000000")
OFFICER = Actor(id="officer-1", name="张三", role="officer", certificate_no="赣执-001")
SYSTEM = Actor(id="service:penalty", name="系统", role="policy")


@dataclass
class Log:
    """One service's ledger in the making."""

    name: str
    at: datetime = NOON
    recorded: list[Recorded] = field(default_factory=list)

    def record(
        self, stream: str, version: int, name: str, data: bytes, *, cause: Recorded | None = None, actor: Actor = OFFICER
    ) -> Recorded:
        """The next event."""
        self.at += timedelta(minutes=1)
        command = uuid5(NAMESPACE, f"{self.name} {len(self.recorded)}")
        envelope = Envelope(
            event_id=uuid5(NAMESPACE, f"{self.name}/{stream}/{version}"), command_id=command, stream_id=stream, version=version,
            type=f"casetrail.{self.name}.{name}.v1", district="donghu", organ="donghu-emb", subject="e-1", occurred_at=self.at,
            recorded_at=self.at + timedelta(seconds=1), actor=actor, device=None, correlation_id=NAMESPACE,
            causation_id=cause.envelope.event_id if cause else command, traceparent=None, rulebook="jiangxi-work-safety/2021.1",
        )  # fmt: skip
        self.recorded.append(Recorded(envelope, data))
        return self.recorded[-1]

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(each.envelope, each.data) for each in self.recorded]

    def head(self, size: int | None = None) -> str:
        """The cosigned checkpoint."""
        frontier = Frontier()
        for leaf in self.leaves[:size]:
            frontier.append(leaf)
        text = Checkpoint(f"{ORIGIN}/{self.name}", frontier.size, frontier.root(), (f"simulated {instant(self.at)}",)).text
        return WITNESS.cosign(SIGNERS[self.name].sign(text), int(self.at.timestamp()) + 5)

    def proven(self, recorded: Recorded) -> Proven:
        """An event with its proof in the head."""
        at = self.recorded.index(recorded)
        leaves = self.leaves
        spans = inclusion_spans(at, len(leaves))
        proof = hashes(spans, lambda node: root_of(leaves[node.place << node.height : (node.place + 1) << node.height]))
        return Proven(self.name, at + 1, recorded, proof)


def root_of(leaves: Sequence[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return fold(frontier.peaks)


def matter() -> tuple[list[Proven], dict[str, str]]:
    """A hazard found, and the case that came of it, among other events; and the heads of both logs."""
    inspection, penalty = Log("inspection"), Log("penalty", NOON + timedelta(hours=1))
    for n in range(3):
        inspection.record(f"hazard:h-other-{n}", 1, "hazard-found", b'{"hazard_id":"h-other"}')
    found = inspection.record("hazard:h-1", 1, "hazard-found", '{"fact":"未设置防护栏","hazard_id":"h-1"}'.encode())
    referred = inspection.record("hazard:h-1", 2, "hazard-referred", b'{"hazard_id":"h-1"}', cause=found)
    inspection.record("hazard:h-other-0", 2, "hazard-referred", b"{}")
    clue = penalty.record("case:k-1", 1, "clue-registered", b'{"case_id":"k-1"}', cause=referred, actor=SYSTEM)
    penalty.record("case:k-2", 1, "clue-registered", b'{"case_id":"k-2"}')
    filed = penalty.record("case:k-1", 2, "case-filed", b"\xff\x00 not text", cause=clue)
    decided = penalty.record("case:k-1", 3, "penalty-decided", b'{"case_id":"k-1","total_fen":1200000}')
    events = [inspection.proven(found), inspection.proven(referred), *map(penalty.proven, (clue, filed, decided))]
    return events, {"inspection": inspection.head(), "penalty": penalty.head()}


def written(events: Sequence[Proven], heads: dict[str, str], signer: Signer = WITNESS) -> bytes:
    """The case file of these events."""
    return write(
        kind="case", key="k-1", at=instant(NOON + timedelta(days=1)), by={"id": "auditor-1", "name": "审计员"}, simulated=True,
        checkpoints=heads, keys=KEYS, events=events, signer=signer,
    )  # fmt: skip


if __name__ == "__main__":
    GOLDEN.write_bytes(written(*matter()))
