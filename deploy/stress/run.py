"""A stress run: rounds of load and faults, each on fresh databases, each drained and judged; stops at the first violation."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chassis.history import Outcome, Violation
from deploy.stress.arena import Arena
from deploy.stress.evidence import Evidence, Tail, at_rest, gather, violations
from deploy.stress.journal import counts
from deploy.stress.nemesis import Done, Nemesis
from deploy.stress.plan import WRITERS

ROUND = 60.0  # longest seconds of load in one round: what is judged must fit into memory
FINISH = 45.0  # seconds within which writers must have every answer

Told = Callable[[str, float], None]
"""Is told what is under way, and how many seconds of load have passed."""


@dataclass(slots=True)
class Report:
    """What a stress run did and found; adds up over its rounds."""

    seed: int
    rounds: int = 0
    seconds: float = 0.0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    events: int = 0
    consumed: int = 0
    reactions: int = 0
    holes: int = 0  #: in a topic, filled from the ledger
    faults: Counter[str] = field(default_factory=Counter)
    longest_stall: float = 0.0  #: seconds between two acknowledgements of other streams while one was blocked
    violations: list[Violation] = field(default_factory=list)
    kept: Path | None = None  #: the folder with the evidence of a violation

    def add(self, evidence: Evidence, done: Done, found: list[Violation]) -> None:
        """One more round."""
        self.rounds += 1
        self.outcomes.update(counts(evidence.attempts))
        self.events += len(evidence.source)
        self.consumed += sum(map(len, evidence.applied.values()))
        self.reactions += len(evidence.sink)
        self.holes += evidence.holes
        self.faults.update(done.faults)
        self.violations += found
        gaps = [
            evidence.records[writer].longest_gap(blocked.begin, blocked.end, blocked.stream_id)
            for blocked in done.blocked
            for writer in WRITERS
        ]
        self.longest_stall = max([self.longest_stall, *gaps])


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How to run: the broker (`tansu` forgets its topics at a restart, `apache` does not), whether PostgreSQL waits for the disk,
    where the evidence of a violation goes, who is told of the progress."""

    kafka: str = "tansu"
    durable: bool = True
    keep: Path | None = None
    told: Told = lambda *_: None


async def stress(seconds: float, seed: int, run: Run = Run()) -> Report:
    """Load and faults for as long, on a PostgreSQL and a broker of its own; everything it starts is ended."""
    report, rounds = Report(seed), random.Random(seed)
    while report.seconds < seconds and not report.violations:
        length = min(ROUND, seconds - report.seconds)
        await _round(report, run, length, rounds.getrandbits(32))
        report.seconds += length
    return report


async def _round(report: Report, run: Run, length: float, seed: int) -> None:
    folder = _scratch_folder()
    run.told("starting", report.seconds)
    try:
        async with Arena(folder, seed, kafka=run.kafka, durable=run.durable) as arena:
            evidence, done = await _load(arena, length, seed, lambda what, passed: run.told(what, report.seconds + passed))
        found = violations(evidence)
        report.add(evidence, done, found)
        if found and run.keep is not None:
            report.kept = _kept(folder, run.keep / f"stress-{report.seed}-{report.rounds}", evidence, done, found)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _scratch_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="casetrail-stress-"))
    folder.chmod(0o755)  # PostgreSQL's user must get through when we are root; what is secret in it is 0600
    return folder


async def _load(arena: Arena, length: float, seed: int, told: Told) -> tuple[Evidence, Done]:
    tail, nemesis = Tail(arena.plan.dsns["stress"]), Nemesis(arena, seed)
    following = asyncio.create_task(tail.run())
    showing = asyncio.create_task(_show(nemesis, length, told))
    try:
        await arena.writers_answer()
        await nemesis.run(time.monotonic() + length)
        told("waiting for everybody to catch up", length)
        arena.plan.enough.touch()
        await _finished(arena)
        stands = await at_rest(arena, tail)
        told("judging", length)
        return await gather(arena, tail, stands), nemesis.done
    finally:
        for task in (following, showing):
            task.cancel()
        await asyncio.gather(following, showing, return_exceptions=True)


async def _show(nemesis: Nemesis, length: float, told: Told) -> None:
    while not nemesis.done.begun:
        told("starting", 0.0)
        await asyncio.sleep(0.25)
    while (passed := time.monotonic() - nemesis.done.begun) < length:
        told(nemesis.done.log[-1][1] if nemesis.done.log else "loading", passed)
        await asyncio.sleep(0.25)


async def _finished(arena: Arena) -> None:
    """Return when the writers have every answer; those that never do leave unfinished business, which is judged."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FINISH):
            for writer in WRITERS:
                while not arena.plan.finished(writer).exists():
                    await asyncio.sleep(0.05)


def _kept(folder: Path, target: Path, evidence: Evidence, done: Done, found: list[Violation]) -> Path:
    """Keep what shows the violation: the journals, the logs, the ledgers, what the nemesis did."""
    target.mkdir(parents=True, exist_ok=True)
    for file in (*folder.glob("*.jsonl"), *folder.glob("*.log")):
        shutil.copy(file, target)
    (target / "violations.txt").write_text("".join(f"{violation}\n" for violation in found), encoding="utf-8")
    (target / "nemesis.txt").write_text("".join(f"{at:.3f} {what}\n" for at, what in done.log), encoding="utf-8")
    for name, ledger in (("source", evidence.source), ("sink", evidence.sink)):
        rows = (
            json.dumps([row.idx, row.shard, row.shard_idx, row.envelope.stream_id, row.envelope.version,
                        str(row.envelope.event_id), str(row.envelope.command_id), row.chain.hex()])
            for row in ledger
        )  # fmt: skip
        (target / f"ledger-{name}.jsonl").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return target
