"""Plan, check-in, answers, advice, conclusion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.testing import given
from services.inspection.domain import inspection, visit
from services.inspection.domain.answering import Answered, Finding
from services.inspection.domain.catalogue import Site
from services.inspection.domain.events import CheckedIn, CheckedInOfficer, ExpertAdvised, InspectionConcluded, ItemAnswered
from services.inspection.domain.inspection import INSPECTION, Advice, CheckIn, Conclusion, InspectionState
from services.inspection.domain.rules import rules_on
from tests.domain.inspection.scenes import (
    AT,
    CATALOGUE,
    CERTIFICATES,
    DAY,
    EXPIRED,
    FIRST,
    RULEBOOK,
    RULES,
    SECOND,
    STRANGER,
    TASK,
    answered,
    answers,
    approved,
    concluded,
    on_site,
    only,
    prepared,
    refused,
    violation,
)

SITE_STATE = given(INSPECTION, on_site())
ADVICE = Advice("x-1", "清理积尘")


def arrive(*officers: CheckedInOfficer, experts: tuple[str, ...] = (), state: InspectionState | None = None) -> CheckedIn:
    arrived = CheckIn(officers, experts, "车间", "厂长")
    state = state or given(INSPECTION, approved())
    event = only(visit.check_in(state, arrived, CERTIFICATES, RULES, AT))
    assert isinstance(event, CheckedIn)
    return event


def test_task_is_prepared_once() -> None:
    state = given(INSPECTION, prepared())
    refused(
        "already-prepared", lambda: inspection.prepare(state, TASK, CATALOGUE, Site(frozenset({"dust"}), frozenset(), {}), RULES)
    )


def test_site_to_which_nothing_applies_cannot_be_inspected() -> None:
    nowhere = Site(frozenset({"mining"}), frozenset(), {})
    refused("no-applicable-items", lambda: inspection.prepare(INSPECTION.initial, TASK, CATALOGUE, nowhere, RULES))


def test_plan_is_approved_once() -> None:
    state = given(INSPECTION, approved())
    assert state.mode == "unannounced"
    refused("plan-already-approved", lambda: inspection.approve_plan(state, "notified", "局长", RULES))


def test_check_in_needs_an_approved_plan() -> None:
    error = refused("plan-not-approved", lambda: arrive(FIRST, SECOND, state=given(INSPECTION, prepared())))
    assert error.basis == "《中华人民共和国安全生产法》（2021）第62条第2款"


def test_rulebook_may_waive_the_approval() -> None:
    rules = replace(RULES, approved_plan_required=False)
    arrived = CheckIn((FIRST, SECOND), (), "车间", "厂长")
    assert visit.check_in(given(INSPECTION, prepared()), arrived, CERTIFICATES, rules, AT)


def test_check_in() -> None:
    event = arrive(FIRST, SECOND, experts=("x-1",))
    assert event.officers == (FIRST, SECOND)
    assert event.experts == ("x-1",)
    refused("already-checked-in", lambda: arrive(FIRST, SECOND, state=SITE_STATE))


def test_one_officer_is_too_few_whoever_comes_along() -> None:
    """The expert does not count, and nobody counts twice."""
    error = refused("too-few-officers", lambda: arrive(FIRST, experts=("x-1",)))
    assert error.basis == "《中华人民共和国行政处罚法》（2021）第42条第1款"
    refused("officer-twice", lambda: arrive(FIRST, FIRST))


def test_minimum_is_the_rulebooks() -> None:
    rules, arrived = replace(RULES, minimum_officers=3), CheckIn((FIRST, SECOND), (), "车间", "厂长")
    state = given(INSPECTION, approved())
    refused("too-few-officers", lambda: visit.check_in(state, arrived, CERTIFICATES, rules, AT))


def test_expert_cannot_pass_for_an_officer() -> None:
    refused("officer-not-assigned", lambda: arrive(FIRST, CheckedInOfficer(officer_id="x-1", certificate_no="赣A002")))


def test_officer_who_was_not_drawn_is_refused() -> None:
    refused("officer-not-assigned", lambda: arrive(FIRST, SECOND, STRANGER))


def test_expert_who_was_not_assigned_is_refused() -> None:
    refused("expert-not-assigned", lambda: arrive(FIRST, SECOND, experts=("x-2",)))


def test_certificate_must_be_the_officers_own() -> None:
    refused("certificate-mismatch", lambda: arrive(FIRST, replace(SECOND, certificate_no="赣A001")))
    state, arrived = given(INSPECTION, approved()), CheckIn((FIRST, SECOND), (), "车间", "厂长")
    refused("certificate-mismatch", lambda: visit.check_in(state, arrived, {}, RULES, AT))


def test_certificate_must_be_valid_on_the_day() -> None:
    """That of the second officer is on its last day, that of the third was until yesterday."""
    error = refused("certificate-expired", lambda: arrive(FIRST, EXPIRED))
    assert error.basis == "《中华人民共和国安全生产法》（2021）第67条第2款"
    tomorrow = AT + timedelta(days=1)
    state, arrived = given(INSPECTION, approved()), CheckIn((FIRST, SECOND), (), "车间", "厂长")
    refused("certificate-expired", lambda: visit.check_in(state, arrived, CERTIFICATES, RULES, tomorrow))


def test_refusal_cites_only_law_in_force() -> None:
    rules = rules_on(RULEBOOK, DAY.replace(month=6))
    arrived, state = CheckIn((FIRST,), (), "车间", "厂长"), given(INSPECTION, approved())
    error = refused("too-few-officers", lambda: visit.check_in(state, arrived, CERTIFICATES, rules, AT))
    assert error.basis is None


def test_nothing_is_answered_before_check_in() -> None:
    state = given(INSPECTION, approved())
    refused("not-checked-in", lambda: visit.answer_items(state, [Answered("DST-K6", "compliant")], RULES))
    refused("not-checked-in", lambda: visit.advise(state, ADVICE, RULES))
    refused("not-checked-in", lambda: visit.conclude(state, Conclusion("厂长"), RULES, AT))


def test_answer() -> None:
    event = only(visit.answer_items(SITE_STATE, [violation("DST-K6", "h-1", "h-2")], RULES))
    assert isinstance(event, ItemAnswered)
    assert (event.key_item_code, event.hazards) == ("DST-K6", ("h-1", "h-2"))


def test_only_planned_items_are_answered() -> None:
    refused("item-not-planned", lambda: visit.answer_items(SITE_STATE, [Answered("STL-K1", "compliant")], RULES))


@pytest.mark.parametrize("repeat", [Answered("GEN-01", "compliant"), violation("DST-K6", "h-1")], ids=["compliant", "violation"])
def test_same_answer_again_is_harmless(repeat: Answered) -> None:
    state = given(INSPECTION, answered(violation("DST-K6", "h-1")))
    assert visit.answer_items(state, [repeat], RULES) == []


@pytest.mark.parametrize(
    "other",
    [Answered("GEN-01", "not-checked", "停产"), Answered("GEN-01", "compliant", "补充"), violation("GEN-01", "h-7"),
     violation("DST-K6", "h-2"), violation("DST-K6", "h-1", "h-2")],
)  # fmt: skip
def test_different_answer_is_refused(other: Answered) -> None:
    state = given(INSPECTION, answered(violation("DST-K6", "h-1")))
    refused("already-answered", lambda: visit.answer_items(state, [other], RULES))


def test_item_is_not_answered_twice_in_one_command() -> None:
    twice = [Answered("GEN-01", "compliant"), Answered("GEN-01", "not-checked", "停产")]
    refused("already-answered", lambda: visit.answer_items(SITE_STATE, twice, RULES))


def test_violation_and_hazard_go_together() -> None:
    refused("hazard-missing", lambda: visit.answer_items(SITE_STATE, [Answered("GEN-01", "violation")], RULES))
    compliant = replace(violation("GEN-01", "h-1"), answer="compliant")
    refused("hazard-without-violation", lambda: visit.answer_items(SITE_STATE, [compliant], RULES))


def test_hazard_id_is_used_once() -> None:
    refused("hazard-twice", lambda: visit.answer_items(SITE_STATE, [violation("GEN-01", "h-1", "h-1")], RULES))
    both = [violation("GEN-01", "h-1"), violation("GEN-02", "h-1")]
    refused("hazard-twice", lambda: visit.answer_items(SITE_STATE, both, RULES))


def test_major_hazard_by_the_criteria_only() -> None:
    """DST-K6 is a major hazard by the catalogue, and the officer may still find it general; GEN-01 never is one."""
    major = (Finding("h-1", "major", "积尘严重", "车间"),)
    assert visit.answer_items(SITE_STATE, [Answered("DST-K6", "violation", None, major)], RULES)
    assert visit.answer_items(SITE_STATE, [violation("DST-K6", "h-1")], RULES)
    above = [Answered("GEN-01", "violation", None, major)]
    refused("not-a-major-hazard", lambda: visit.answer_items(SITE_STATE, above, RULES))


def test_findings_are_the_hazards_as_seen() -> None:
    [first, second] = visit.findings(SITE_STATE, [violation("DST-K6", "h-1"), violation("GEN-01", "h-2")], AT)
    assert (first.key_item_code, first.found_on, first.inspection_id) == ("DST-K6", DAY, "t-1")
    assert second.key_item_code is None


def test_day_of_a_finding_is_the_day_in_china() -> None:
    late = AT.replace(hour=23, minute=59)
    [finding] = visit.findings(SITE_STATE, [violation("DST-K6", "h-1")], late)
    assert finding.found_on == DAY


def test_advice_is_an_assigned_experts() -> None:
    assert visit.advise(SITE_STATE, ADVICE, RULES)
    refused("expert-not-assigned", lambda: visit.advise(SITE_STATE, Advice("o-1", "清理积尘"), RULES))
    assert visit.advise(SITE_STATE, ADVICE, RULES, adviser="x-1")
    refused("advice-of-another", lambda: visit.advise(SITE_STATE, ADVICE, RULES, adviser="x-2"))


def test_advice_may_be_about_an_item_of_the_visit_and_is_told_once() -> None:
    code = next(iter(SITE_STATE.items))
    about = Advice("x-1", "清理积尘", "v-1", code, ("a" * 64,))
    [advised] = visit.advise(SITE_STATE, about, RULES)
    assert isinstance(advised, ExpertAdvised)
    assert (advised.item_code, advised.photos) == (code, ("a" * 64,))
    refused("item-not-planned", lambda: visit.advise(SITE_STATE, Advice("x-1", "清理积尘", "v-1", "NOT-1"), RULES))
    after = INSPECTION.evolve(SITE_STATE, advised)
    assert visit.advise(after, about, RULES) == []
    refused("advice-exists", lambda: visit.advise(after, Advice("x-1", "清理积尘", "v-1"), RULES))


def test_conclusion_counts() -> None:
    event = concluded(violation("DST-K6", "h-1", "h-2"), violation("GEN-01", "h-3"))[-1]
    assert isinstance(event, InspectionConcluded)
    assert (event.officers, event.experts, event.hazards) == (2, 1, 3)
    assert event.items_answered == len(answers())
    assert event.concluded_on == DAY


def test_conclusion_needs_every_item() -> None:
    state = given(INSPECTION, answered()[:-1])
    error = refused("items-unanswered", lambda: visit.conclude(state, Conclusion("厂长"), RULES, AT))
    assert list(state.items)[-1] in error.zh


def test_refused_signature_is_recorded_with_reason_and_witness() -> None:
    state = given(INSPECTION, answered())
    assert visit.conclude(state, Conclusion(None, "不认可", "社区干部"), RULES, AT)
    refused("signed-and-refused", lambda: visit.conclude(state, Conclusion("厂长", "不认可", None), RULES, AT))


@pytest.mark.parametrize("lacking", [Conclusion(), Conclusion(None, "不认可", None), Conclusion(None, None, "社区干部")])
def test_record_without_signature_needs_both(lacking: Conclusion) -> None:
    error = refused("signature-missing", lambda: visit.conclude(given(INSPECTION, answered()), lacking, RULES, AT))
    assert error.basis == "《中华人民共和国安全生产法》（2021）第68条"


def test_nothing_changes_after_the_conclusion() -> None:
    state = given(INSPECTION, concluded())
    refused("already-concluded", lambda: visit.answer_items(state, [Answered("GEN-01", "compliant")], RULES))
    refused("already-concluded", lambda: visit.advise(state, ADVICE, RULES))
    refused("already-concluded", lambda: visit.conclude(state, Conclusion("厂长"), RULES, AT))
    refused("already-checked-in", lambda: arrive(FIRST, SECOND, state=state))
