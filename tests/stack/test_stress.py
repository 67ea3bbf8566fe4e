"""What a stress run rests on: the journals over a kill, the schedule by its seed, the command that shows what was found."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import deploy.stress.run
from chassis.envelope import Recorded, uuid7
from chassis.eventstore import IdempotencyRecord, WriteSet
from chassis.history import Attempt, Outcome, Violation
from chassis.process import cli
from deploy.stress.evidence import Evidence, violations
from deploy.stress.facts import MARKED, counted, folded, seen
from deploy.stress.journal import ROLLED_BACK, Journal, Record, record_of, unanswered, undecided
from deploy.stress.nemesis import FAULTS, schedule
from deploy.stress.plan import COPY, ECHO
from deploy.stress.run import Report
from tests.chassis.writing import sequenced


def write_set(key: str = "k", after: int = 0) -> WriteSet:
    events = counted(key, after, 2)
    e = events[0].envelope
    return WriteSet(((e.stream_id, after),), events, IdempotencyRecord(key, b"", e.command_id, b"{}", e.recorded_at))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "writer.jsonl")


def outcomes(journal: Journal) -> list[Outcome]:
    return [attempt.outcome for attempt in record_of(journal.path).attempts]


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [("accepted", Outcome.ACKNOWLEDGED), ("conflict", Outcome.REFUSED), (ROLLED_BACK, Outcome.REFUSED), (None, Outcome.UNKNOWN)],
)
def test_a_verdict_decides(journal: Journal, verdict: str | None, outcome: Outcome) -> None:
    name = journal.attempt("k", write_set())
    if verdict:
        journal.verdict(name, verdict)
    assert outcomes(journal) == [outcome]


def test_a_repeat_is_decided_by_the_answer_which_names_what_was_written(journal: Journal) -> None:
    """The first attempt was written, its writer was killed, the command was sent again and tried in vain: never twice."""
    journal.send("k", {})
    first = journal.attempt("k", write_set())
    second = journal.attempt("k", write_set(after=2))
    journal.verdict(second, "repeated")
    assert outcomes(journal) == [Outcome.UNKNOWN, Outcome.UNKNOWN]
    journal.end("k", first)
    assert outcomes(journal) == [Outcome.ACKNOWLEDGED, Outcome.REFUSED]


def test_an_answer_that_names_nothing_leaves_it_open(journal: Journal) -> None:
    journal.send("k", {})
    journal.attempt("k", write_set())
    journal.end("k", None)
    assert outcomes(journal) == [Outcome.UNKNOWN]


def test_what_a_killed_writer_has_to_find_out(journal: Journal) -> None:
    journal.send("answered", {"n": 1})
    journal.end("answered", None)
    journal.send("open", {"n": 2})
    journal.verdict(journal.attempt("decided", write_set()), "accepted")
    name = journal.attempt("undecided", write_set())
    assert unanswered(journal.path) == {"open": {"n": 2}}
    assert undecided(journal.path) == {"undecided": name}
    assert unanswered(journal.path.with_name("none")) == {}


def test_the_longest_gap_is_that_of_commands_on_other_streams(journal: Journal) -> None:
    """Successes of policies, and on the blocked stream itself, do not hide a stall."""
    for key in ("a", "blocked", "b"):
        journal.send(key, {})
        journal.verdict(journal.attempt(key, write_set(key)), "accepted")
    journal.verdict(journal.attempt("policy", write_set("policy")), "accepted")
    record = record_of(journal.path)
    assert [streams for _, streams in record.told] == [{"counter:a"}, {"counter:blocked"}, {"counter:b"}]
    record.told = [(float(at), streams) for at, (_, streams) in enumerate(record.told, start=10)]
    assert record.longest_gap(9.5, 12.25, "counter:blocked") == 2.0
    assert record.longest_gap(9.5, 13.75, "counter:blocked") == 2.0
    assert record.longest_gap(9.5, 12.25, "counter:a") == 1.5
    assert record.longest_gap(20.0, 23.0, "counter:a") == 3.0


def test_each_fault_comes_before_any_comes_again_and_a_seed_repeats_it() -> None:
    turns = list(islice(schedule(7), 3 * len(FAULTS)))
    assert turns == list(islice(schedule(7), 3 * len(FAULTS)))
    assert turns != list(islice(schedule(8), 3 * len(FAULTS)))
    for turn in range(3):
        faults = [fault for _, fault in turns[turn * len(FAULTS) : (turn + 1) * len(FAULTS)]]
        assert sorted(faults) == sorted(FAULTS)


def test_the_fold_sees_order_and_repeats() -> None:
    one, two, three = counted("k", 0, 3)
    whole = folded(sequenced([one, two, three]))
    assert whole == folded(sequenced([one, two, three]))
    assert whole != folded(sequenced([two, one, three]))
    assert whole != folded(sequenced([one, two, three, three]))
    assert whole["counter:k"]["events"] == 3


def test_whoever_runs_a_stress_run_learns_no_event_types() -> None:
    """Its processes do; in ours, the known types are what contracts are made from."""
    asked = "import deploy.stress.run; from chassis.domain import EVENT_TYPES; print(len(EVENT_TYPES))"
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "0"


def at_rest() -> Evidence:
    """What a very short run leaves behind when nothing went wrong."""
    events = counted("k", 0, 3)
    ledger = sequenced(events)
    stands = {"events": 3, "pending": 0, "ledger": 3, "relay": 3, "projection": 3, "echoes": 0, "echo_pending": 0,
              "echo_ledger": 0, "copy": 3, "echo": 3, "tail": 3}  # fmt: skip
    attempt = Attempt("c", Outcome.ACKNOWLEDGED, tuple(map(seen, events)), (("counter:k", 0),), 1.0, 2.0)
    return Evidence(
        stands, {"writer-1": Record([attempt])}, source=ledger, met=[(row.idx, row.envelope.event_id) for row in ledger],
        applied={COPY: [(row.shard, row.shard_idx, row.envelope.event_id) for row in ledger], ECHO: []}, tallies=folded(ledger),
    )  # fmt: skip


def marked(evidence: Evidence) -> None:
    """The last event is one that the echo should have reacted to."""
    last = evidence.source[-1].recorded
    marked = Recorded(replace(last.envelope, type=MARKED), last.data)
    evidence.source = sequenced([*(row.recorded for row in evidence.source[:-1]), marked])


FLAWS: dict[str, tuple[set[str], Callable[[Evidence], Any]]] = {
    "an acknowledged event is gone": ({"lost", "torn", "tail", "consumer", "projection"}, lambda e: e.source.pop()),
    "the reader missed one": ({"tail"}, lambda e: setattr(e, "met", e.met[:-1])),
    "the copy has one twice": ({"consumer"}, lambda e: e.applied[COPY].append(e.applied[COPY][-1])),
    "the echo kept silent": ({"policy tables", "policy events"}, marked),
    "the echo noted what never happened": ({"policy tables"}, lambda e: e.applied[ECHO].append((1, 1, uuid7()))),
    "the echo wrote unasked": ({"policy events"}, lambda e: setattr(e, "sink", sequenced(counted("x", 0, 1)))),
    "a read model differs": ({"projection"}, lambda e: e.tallies["counter:k"].update(total=7)),
    "the relay stands still": ({"unfinished"}, lambda e: e.stands.update(relay=2)),
    "a process died": ({"died"}, lambda e: e.died.update({"relay-1": 1})),
    "a deadlock": ({"deadlock"}, lambda e: setattr(e, "deadlocks", 1)),
}


def test_what_a_good_run_leaves_behind_breaks_no_rule() -> None:
    evidence = at_rest()
    evidence.holes = 1  # the broker in memory may have lost something
    assert violations(evidence) == []
    evidence.durable_topic = True
    assert [violation.rule for violation in violations(evidence)] == ["relay"]


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_is_found(flaw: str) -> None:
    rules, plant = FLAWS[flaw]
    evidence = at_rest()
    plant(evidence)
    assert {violation.rule.partition(" (")[0] for violation in violations(evidence)} == rules


def command(monkeypatch: pytest.MonkeyPatch, report: Report, *options: str) -> Any:
    """The command, with a run that ends in this report."""

    async def ran(seconds: float, seed: int, run: Any) -> Report:
        run.told("loading", seconds / 2)
        assert seed == report.seed
        return report

    monkeypatch.setattr(deploy.stress.run, "stress", ran)
    return CliRunner().invoke(cli, ["verify", "--stress", "--seed", str(report.seed), *options])


def test_the_command_names_a_violation_and_ends_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = [Violation("lost", f"event {n}") for n in range(12)]
    result = command(monkeypatch, Report(5, violations=found, kept=tmp_path))
    assert result.exit_code == 1
    assert "lost: event 0" in result.output
    assert "and 2 more" in result.output
    assert str(tmp_path) in result.output.replace("\n", "")


def test_the_command_shows_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report(5, events=4321, outcomes=Counter({Outcome.ACKNOWLEDGED: 1234}), faults=Counter({"writer killed": 3}))
    result = command(monkeypatch, report)
    assert result.exit_code == 0
    for shown in ("seed 5", "1,234", "4,321", "writer killed", "every guarantee held"):
        assert shown in result.output


def test_the_command_knows_two_brokers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(monkeypatch, Report(5), "--kafka", "elsewhere").exit_code == 2
