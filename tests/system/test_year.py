"""A year on the whole platform ends with its table, and leaves records that can be relied on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chassis.casefile import verify
from tests.system.conftest import Lived
from tests.system.evidence import Evidence, Ledger, violations

pytestmark = pytest.mark.timeout(900)  # whichever test comes first lives the year for all

DEADLINES_THAT_FIRE = {
    "casetrail.tasks.task-overdue.v1",
    "casetrail.inspection.rectification-overdue.v1",
    "casetrail.inspection.re-inspection-overdue.v1",
    "casetrail.penalty.statement-lapsed.v1",
}
OTHER_WORK = {
    "registry": {"numbers-leased", "numbers-settled"},
    "tasks": {
        "implementation-drafted", "implementation-approved", "week-reported", "week-supplemented", "problem-raised",
        "problem-answered", "problem-reopened", "problem-closed", "bulletin-issued", "training-planned", "training-held",
        "module-granted", "demonstration-planned", "observers-named", "demonstration-held", "guidance-arranged",
        "guidance-reported",
    },
    "inspection": {"numbers-received"},
    "penalty": {"numbers-received"},
}  # fmt: skip


def test_every_figure_is_the_published_one(lived: Lived) -> None:
    assert lived.outcome.differences == []


def test_deadlines_really_fire(lived: Lived) -> None:
    assert set(lived.evidence.types) >= DEADLINES_THAT_FIRE


def test_the_campaigns_other_work_is_lived(lived: Lived) -> None:
    wanted = {f"casetrail.{service}.{name}.v1" for service, names in OTHER_WORK.items() for name in names}
    assert set(lived.evidence.types) >= wanted
    assert all(count.found for line in lived.outcome.lived for count in line.counts if count.wanted)


def test_no_service_numbered_a_document_before_it_was_leased_a_block(lived: Lived) -> None:
    """Of a series that a service numbered itself first, the registry would have noted how far it was."""
    assert lived.evidence.types["casetrail.registry.numbers-noted.v1"] == 0
    for service in ("inspection", "penalty"):
        begun = set()
        for row in lived.evidence.ledgers[service].rows:
            if row["type"] == f"casetrail.{service}.numbers-received.v1":
                begun.add(row["stream_id"])
            elif row["type"] == f"casetrail.{service}.number-taken.v1":
                assert row["stream_id"] in begun
        assert begun


def test_every_case_is_closed_and_settled(lived: Lived) -> None:
    assert {case["state"] for case in lived.cases} == {"closed"}
    assert len(lived.cases) == lived.outcome.published["penalties"].least


def test_the_running_platform_verifies_itself(lived: Lived) -> None:
    """Ledgers from the first row, counts, every read model of every service folded anew, positions, the witness."""
    code, said = lived.verified
    assert code == 0, said
    for checked in ("digest enterprises", "digest officers", "digest inspection_lists", "digest case_list", "digest facts"):
        assert checked in said


def test_records_keep_every_guarantee(lived: Lived) -> None:
    assert violations(lived.evidence) == []


def test_one_trace_leads_from_a_request_into_other_services(lived: Lived) -> None:
    rows = {row["event_id"]: row for ledger in lived.evidence.ledgers.values() for row in ledger.rows}
    reactions = [(row, rows[row["causation_id"]]) for row in rows.values() if row["causation_id"] in rows]
    assert {"casetrail.inspection.inspection-prepared.v1", "casetrail.tasks.task-completed.v1",
            "casetrail.penalty.clue-registered.v1"} <= {row["type"] for row, _ in reactions}  # fmt: skip
    for row, cause in reactions:
        assert row["traceparent"].split("-")[1] == cause["traceparent"].split("-")[1], row["type"]


def test_history_of_a_case_leads_from_the_task_to_the_payment(lived: Lived) -> None:
    for case in lived.cases:
        history = lived.histories[f"cases/{case['case_id']}"]
        assert {entry["service"] for entry in history} == {"tasks", "inspection", "penalty"}
        # In a campaign the task's command says first who enforces there; a drawn task has no such claim.
        first = [entry["type"] for entry in history[:2] if entry["type"] != "casetrail.tasks.enterprise-claimed.v1"]
        assert first[0] == "casetrail.tasks.task-generated.v1"
        # What the party could still have sought may lapse after the case is closed.
        done = [entry["type"] for entry in history if not entry["type"].endswith("-right-lapsed.v1")]
        assert done[-1] == "casetrail.penalty.case-closed.v1"
        assert len({entry["correlation_id"] for entry in history}) == 1
        assert disorder(history) == []


def test_history_of_an_enterprise_begins_in_the_register(lived: Lived) -> None:
    for case in lived.cases:
        history = lived.histories[f"enterprises/{case['enterprise_id']}"]
        assert {entry["service"] for entry in history} == {"registry", "tasks", "inspection", "penalty"}
        assert history[0]["service"] == "registry"
        assert disorder(history) == []


def test_every_history_is_a_case_file_that_verifies_offline(lived: Lived) -> None:
    for path, history in lived.histories.items():
        verdict = verify(lived.files[path], lived.keys)
        assert verdict.findings == [], path
        assert verdict.events == len(history)
        assert {log.log for log in verdict.logs} == {entry["service"] for entry in history}
        assert all(log.witnessed_by and log.checkpoint.extensions[0].startswith("simulated 202") for log in verdict.logs)
        assert verdict.sealed_by.startswith("casetrail.example/reporting+")


def test_the_event_log_tells_of_every_event_and_every_closed_case(lived: Lived) -> None:
    log = json.loads(lived.log)
    assert len(log["events"]) == sum(len(copy) for copy in lived.evidence.copies.values())
    objects = {one["id"] for one in log["objects"]}
    assert {f"case:{case['case_id']}" for case in lived.cases} <= objects
    assert {one["objectId"] for event in log["events"] for one in event["relationships"]} <= objects
    closed = [event for event in log["events"] if event["type"] == "penalty.case-closed"]
    assert len(closed) == len(lived.cases)


def test_every_closed_case_kept_the_required_order(lived: Lived) -> None:
    assert {case["case_id"]: case["deviations"] for case in lived.closed} == {case["case_id"]: [] for case in lived.cases}


def disorder(history: Sequence[Mapping[str, Any]]) -> list[str]:
    """Entries that stand before their cause, or before an earlier version of their stream."""
    place = {entry["event_id"]: n for n, entry in enumerate(history)}
    versions: dict[str, int] = {}
    found = []
    for n, entry in enumerate(history):
        if place.get(entry["causation_id"], -1) > n:
            found.append(f"{entry['type']} stands before its cause")
        if versions.get(entry["stream_id"], 0) >= entry["version"]:
            found.append(f"{entry['stream_id']} goes back to version {entry['version']}")
        versions[entry["stream_id"]] = entry["version"]
    return found


def _altered(evidence: Evidence, change: Callable[[Ledger], Ledger]) -> Evidence:
    return replace(evidence, ledgers={**evidence.ledgers, "tasks": change(evidence.ledgers["tasks"])})


def _counting(ledger: Ledger, **counts: Any) -> Ledger:
    return replace(ledger, counts={**ledger.counts, **counts})


def _first(ledger: Ledger, **changes: Any) -> Ledger:
    return replace(ledger, rows=[{**ledger.rows[0], **changes}, *ledger.rows[1:]])


def _last(ledger: Ledger, **changes: Any) -> Ledger:
    return replace(ledger, rows=[*ledger.rows[:-1], {**ledger.rows[-1], **changes}])


DAMAGE: dict[str, tuple[Callable[[Ledger], Ledger], str]] = {
    "lost event": (lambda ledger: replace(ledger, rows=[*ledger.rows[:9], *ledger.rows[10:]]), "idx has a hole"),
    "doubled event": (lambda ledger: replace(ledger, rows=[*ledger.rows, ledger.rows[-1]]), "idx has a hole"),
    "event not sequenced": (lambda ledger: _counting(ledger, events=len(ledger.rows) + 1), "in the ledger"),
    "event pending": (lambda ledger: _counting(ledger, pending=1), "events are pending"),
    "reaction refused": (lambda ledger: _counting(ledger, refusals=["tasks-policies x y"]), "refused: tasks-policies"),
    "copy shorter": (lambda ledger: replace(ledger, rows=ledger.rows[:-1]), "another copy"),
    "write set torn": (lambda ledger: _last(ledger, command_id=ledger.rows[0]["command_id"]), "torn"),
    "effect before its cause": (lambda ledger: _first(ledger, causation_id=ledger.rows[5]["event_id"]), "before its cause"),
    "stream out of order": (lambda ledger: _first(ledger, version=2), "out of order"),
    "event without trace": (lambda ledger: _last(ledger, traceparent=None), "without trace"),
}


def test_what_an_audit_finds_would_be_noticed(lived: Lived) -> None:
    found = replace(lived.evidence, audits={**lived.evidence.audits, "tasks": ["ledger 5: altered"]})
    assert violations(found) == ["tasks: ledger 5: altered"]


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_would_be_noticed(lived: Lived, damage: str) -> None:
    change, said = DAMAGE[damage]
    assert any(said in line for line in violations(_altered(lived.evidence, change)))
