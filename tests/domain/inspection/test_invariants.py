"""What no sequence of commands can break: the states of hazards, the order's picture of them, folds that never fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from chassis.domain import Event, Refused
from chassis.testing import given
from services.inspection.domain import hazard, order, refusals, visit
from services.inspection.domain.events import CheckedInOfficer, HazardReferred, ReinspectionResult
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION
from services.inspection.domain.numbers import SERIES, take_number
from services.inspection.domain.order import ORDER, Dated, ReInspection, Report
from services.inspection.domain.referral import REFERRAL
from services.inspection.domain.rules import Due
from tests.domain.inspection.scenes import (
    AT,
    CERTIFICATES,
    DAY,
    FIRST,
    RULES,
    answers,
    concluded,
    found,
    issued,
    on_site,
    ordered,
    violation,
)

README = Path(__file__).parents[3] / "services/inspection/README.md"
STEPS = {
    "none": {"found"}, "found": {"ordered"}, "ordered": {"reported", "rectified", "failed"},
    "reported": {"rectified", "failed"}, "failed": {"reported"}, "rectified": set(),
}  # fmt: skip
IDS = ("h-1", "h-2", "h-3")
DUE = DAY + timedelta(days=10)
OFFICERS = (FIRST, CheckedInOfficer(officer_id="o-9", certificate_no="赣A009"))
Books = dict[str, list[Event]]


def issue(books: Books, ids: list[str], day: int, _: bool) -> Mapping[str, list[Event]]:
    state = given(INSPECTION, concluded(violation("DST-K6", *IDS)))
    drafted = order.draft(
        given(ORDER, books["order"]), "r-1", state, [Dated(id, DUE) for id in ids], RULES, AT + timedelta(days=day)
    )
    late = Due(DUE + timedelta(days=10), False)
    changes = {id: hazard.order(given(HAZARD, books[id]), "t-1", "r-1", DUE, RULES) for id in ids}
    return {**changes, "order": order.issue("r-1", state, drafted, "1", ["甲"], late, RULES, AT)}


def report(books: Books, ids: list[str], day: int, _: bool) -> Mapping[str, list[Event]]:
    on, due = DAY + timedelta(days=day), Due(DAY + timedelta(days=day + 10), False)
    at = AT + timedelta(days=day)
    events = order.report(given(ORDER, books["order"]), Report(tuple(ids), "已整改", ()), due, RULES, at)
    return {**{id: hazard.report(given(HAZARD, books[id]), "r-1", on, RULES) for id in ids}, "order": events}


def re_inspect(books: Books, ids: list[str], day: int, passed: bool) -> Mapping[str, list[Event]]:
    results = tuple(ReinspectionResult(hazard_id=id, passed=passed) for id in ids)
    at = AT + timedelta(days=day)
    events = order.re_inspect(given(ORDER, books["order"]), ReInspection(OFFICERS, results), CERTIFICATES, RULES, at)
    changes = {
        result.hazard_id: hazard.re_inspect(
            given(HAZARD, books[result.hazard_id]), "r-1", result, DAY + timedelta(days=day), RULES
        )
        for result in results
    }
    return {**changes, "order": events}


def refer(books: Books, ids: list[str], _: int, __: bool) -> Mapping[str, list[Event]]:
    return {id: hazard.refer(given(HAZARD, books[id]), "t-1", "f-1", RULES) for id in ids}


def miss(books: Books, _: list[str], day: int, __: bool) -> Mapping[str, list[Event]]:
    over = DAY + timedelta(days=day) > DUE
    return {"order": order.miss_rectification(given(ORDER, books["order"]), DUE) if over else []}


COMMANDS: tuple[Callable[[Books, list[str], int, bool], Mapping[str, list[Event]]], ...] = (
    report, re_inspect, re_inspect, report, refer, miss, issue,
)  # fmt: skip
some_ids = some.lists(some.sampled_from(IDS), min_size=1, max_size=2, unique=True)
some_commands = some.lists(
    some.tuples(some.sampled_from(COMMANDS), some_ids, some.integers(0, 3), some.sampled_from([True, False])),
    min_size=8,
    max_size=24,
)


def carry_out(books: Books, changes: Mapping[str, list[Event]]) -> None:
    for name, events in changes.items():
        for event in events:
            before = given(HAZARD, books[name]).status
            books[name] = [*books[name], event]
            after = given(HAZARD, books[name]).status
            if name != "order" and after != before:
                assert after in STEPS[before], f"{before} -> {after}"


@settings(max_examples=60, deadline=None)
@for_all(some.sampled_from([IDS, IDS[:2]]), some_commands)
def test_no_sequence_of_commands_makes_an_invalid_state(first: tuple[str, ...], commands: Any) -> None:
    """Hazards only take permitted steps, and the order always pictures them as they are; time goes on with each command."""
    books: Books = {**{id: [found(id)] for id in IDS}, "order": []}
    carry_out(books, issue(books, list(first), 0, True))
    day = 0
    for command, ids, pause, passed in commands:
        day += pause
        try:
            changes = command(books, ids, day, passed)
        except Refused:
            continue
        carry_out(books, changes)
    state = given(ORDER, books["order"])
    assert state.progress == {id: given(HAZARD, books[id]).status for id in IDS if id in state.progress}
    assert state.closed == (bool(state.progress) and all(given(HAZARD, books[id]).status == "rectified" for id in state.progress))
    assert (state.re_inspection_due_on is None) or any(step != "rectified" for step in state.progress.values())
    for id in IDS:
        referrals = [event for event in books[id] if isinstance(event, HazardReferred)]
        assert len(referrals) <= 1


EVENTS: list[Event] = [
    *concluded(violation("DST-K6", "h-1")), *ordered("h-1", DUE), *issued(Dated("h-1", DUE)),
    *take_number(SERIES.initial, "donghu-emb", "东湖", "责改", 2021, "r-1"),
    *report({"h-1": ordered("h-1", DUE), "order": issued(Dated("h-1", DUE))}, ["h-1"], 1, True)["order"],
    *hazard.refer(given(HAZARD, [found("h-1")]), "t-1", "f-1", RULES),
]  # fmt: skip


@settings(max_examples=30, deadline=None)
@for_all(some.lists(some.sampled_from(EVENTS), max_size=8))
def test_folds_never_fail(events: list[Event]) -> None:
    """Whatever was stored, in whatever order, every stream can be read."""
    for stream in (INSPECTION, HAZARD, ORDER, REFERRAL, SERIES):
        given(stream, events)  # type: ignore[misc]


def test_repeat_of_a_whole_visit_changes_nothing() -> None:
    """A phone that sends its answers again after the officers answered everything adds no event."""
    events = on_site()
    given_answers = answers(violation("DST-K6", "h-1"))
    events = [*events, *visit.answer_items(given(INSPECTION, events), given_answers, RULES)]
    assert visit.answer_items(given(INSPECTION, events), given_answers, RULES) == []


def test_every_refusal_has_both_languages() -> None:
    for code, reason in refusals.REASONS.items():
        assert reason.zh, code
        assert reason.en, code
        assert any("一" <= letter <= "鿿" for letter in reason.zh), code


def test_every_refusal_rests_on_rules_that_the_rulebook_has() -> None:
    named = {rule for reason in refusals.REASONS.values() for rule in reason.rules}
    assert named <= RULES.articles.keys()


def test_readme_names_refusals_and_rules_that_exist() -> None:
    """The table of invariants in the service's README: second column codes of refusals, third column codes of rules."""
    _, _, table = README.read_text(encoding="utf-8").partition("## Invariants")
    rows = [line.split("|") for line in table.partition("## Clocks")[0].splitlines() if line.startswith("| ")][1:]
    codes = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row[2])}
    assert codes - {"not-found", "file-unusable"} <= refusals.REASONS.keys()  # these two are the chassis'
    assert {rule for row in rows for rule in re.findall(r"`([a-z-]+)`", row[3])} <= RULES.articles.keys()
    assert len(codes) > 20
