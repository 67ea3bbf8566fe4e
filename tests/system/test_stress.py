"""The guarantees under a minute of kills: nothing acknowledged is lost, doubled, torn or out of order, anywhere downstream."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from chassis.history import Outcome
from deploy.embedded.servers import APACHE, kafka_choice
from deploy.stress.nemesis import FAULTS
from deploy.stress.run import Run, stress

SECONDS = 45  # of load, which with start, drain and judgement makes a minute


async def test_every_guarantee_holds_whatever_is_killed(tmp_path: Path) -> None:
    """The seed is the day's, so that every day tries something else; the evidence of a violation is kept."""
    seed = datetime.now(UTC).date().toordinal()
    kafka = APACHE if kafka_choice().kind == APACHE else "tansu"
    report = await stress(SECONDS, seed, Run(kafka=kafka, durable=False, keep=tmp_path))
    told = f"again: casetrail verify --stress --seed {seed} --seconds {SECONDS} --kafka {kafka}; the evidence: {report.kept}"
    assert report.violations == [], told
    assert {fault for fault, times in report.faults.items() if times} == set(FAULTS), told
    assert report.outcomes[Outcome.ACKNOWLEDGED] > 2000, told
    assert report.consumed > report.events > 4000, told
    assert report.reactions > 100, told
