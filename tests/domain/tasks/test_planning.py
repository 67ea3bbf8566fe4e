"""The annual plan's capacity, its drafting from the register, filing and amendment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from services.tasks import domain
from services.tasks.domain import PLAN, PlanState
from services.tasks.domain.capacity import Capacity, CapacityTerms, capacity_of
from services.tasks.domain.knowledge import Planning, planning_on
from services.tasks.domain.plan import RegisterCount
from services.tasks.domain.planning import (
    AmendPlan,
    approve_amendment,
    approve_plan,
    check_ordered,
    draft_plan,
    file_plan,
    propose_amendment,
    reject_amendment,
)
from tests.domain.tasks.situations import CITY, DRAFT, approved, drafted, enterprise, fold

TERMS = CapacityTerms(
    officers=22, rest_days=104, holidays=14, other_enforcement_days=2469, non_enforcement_days=1994, key_days=632,
    general_days=339,
)  # fmt: skip
PLANNING = Planning(
    rulebook="jiangxi-work-safety", version="2021.1", valid_from=date(2021, 1, 1), valid_to=None, key_share_percent=60,
    due_warning_days=7, basis="安监总政法〔2017〕150号",
)  # fmt: skip
REGISTER = [enterprise(1), enterprise(2), enterprise(3, sector="dust"), enterprise(4, "xihu", "aluminium")]
KEY = replace(DRAFT, key_sectors=("dust",), key_enterprises=(REGISTER[0].enterprise_id,))


def test_capacity_of_the_published_example() -> None:
    """22 officers: 5,434 statutory days, less 2,469 and 1,994 leave 971, split 632 + 339 (domain of §2.1)."""
    capacity = capacity_of(2021, TERMS, PLANNING)
    assert (capacity.statutory_days, capacity.total_days, capacity.inspection_days) == (247, 5434, 971)
    assert (capacity.key_days, capacity.general_days) == (632, 339)


def test_a_leap_year_has_a_day_more() -> None:
    terms = replace(TERMS, general_days=339 + 22)
    assert capacity_of(2024, terms, None).inspection_days == 971 + 22


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key_days": 631}, "capacity-split"),
        ({"non_enforcement_days": 2966, "key_days": 0, "general_days": 0}, "capacity-negative"),
        ({"key_days": 582, "general_days": 389}, "key-share-too-small"),
    ],
)
def test_a_capacity_that_does_not_add_up(changes: dict[str, int], code: str) -> None:
    with pytest.raises(Refused, match=code):
        capacity_of(2021, replace(TERMS, **changes), PLANNING)


def test_the_least_share_is_the_rulebooks() -> None:
    terms = replace(TERMS, key_days=583, general_days=388)  # 60.04 %
    assert capacity_of(2021, terms, PLANNING).key_days == 583
    assert capacity_of(2021, replace(TERMS, key_days=0, general_days=971), None).key_days == 0
    later = replace(PLANNING, version="2", valid_from=date(2022, 1, 1), key_share_percent=None)
    assert planning_on([PLANNING, later], date(2021, 6, 1)) == PLANNING
    assert planning_on([PLANNING, later], date(2022, 6, 1)) == later
    assert planning_on([], date(2021, 6, 1)) is None


def test_a_plan_is_drafted_from_the_register() -> None:
    [event] = draft_plan(PLAN.initial, replace(KEY, capacity=TERMS), CITY, "li", register=REGISTER, planning=PLANNING)
    assert isinstance(event, domain.PlanDrafted)
    assert event.key_enterprises == (REGISTER[0].enterprise_id, REGISTER[2].enterprise_id)
    assert event.register == (
        RegisterCount(district="donghu", sector="dust", enterprises=1, key=1),
        RegisterCount(district="donghu", sector="steel", enterprises=2, key=1),
        RegisterCount(district="xihu", sector="aluminium", enterprises=1, key=0),
    )
    assert isinstance(event.capacity, Capacity)
    assert event.capacity.inspection_days == 971


def test_sites_of_the_grades_that_the_rulebook_names_are_key() -> None:
    graded = [replace(REGISTER[1], risk_grade="major"), replace(REGISTER[3], risk_grade="considerable")]
    rules = replace(PLANNING, key_risk_grades=("major",))
    for planning, key in ((PLANNING, ()), (rules, (REGISTER[1].enterprise_id,))):
        [event] = draft_plan(PLAN.initial, DRAFT, CITY, "li", register=[REGISTER[0], *graded], planning=planning)
        assert isinstance(event, domain.PlanDrafted)
        assert event.key_enterprises == key


def test_a_site_counts_once_under_the_first_of_its_sectors_that_the_plan_covers() -> None:
    both = replace(enterprise(5, sector="chemicals"), further_sectors=("steel", "dust"))
    [event] = draft_plan(PLAN.initial, replace(DRAFT, key_sectors=("dust",)), CITY, "li", register=[both])
    assert isinstance(event, domain.PlanDrafted)
    assert event.register == (RegisterCount(district="donghu", sector="dust", enterprises=1, key=1),)
    assert both.sector_among(["aluminium"]) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key_enterprises": ("e-unknown",)}, "enterprise-not-in-register"),
        ({"planned_inspections": 1}, "key-units-not-covered"),
        ({"sectors": ("steel",)}, "sector-outside-plan"),
        ({"capacity": replace(TERMS, days_per_inspection=3)}, "plan-exceeds-capacity"),
    ],
)
def test_a_plan_that_cannot_be_carried_out(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        draft_plan(PLAN.initial, replace(KEY, **changes), CITY, "li", register=REGISTER)  # type: ignore[arg-type]


def with_key() -> PlanState:
    """An approved plan with two key enterprises."""
    plan = fold(PLAN, PLAN.initial, draft_plan(PLAN.initial, KEY, CITY, "li", register=REGISTER))
    return fold(PLAN, plan, approve_plan(plan, "wang"))


def test_filed_with_the_superior_once_a_revision() -> None:
    with pytest.raises(Refused, match="plan-not-approved"):
        file_plan(drafted(), "江西省应急管理厅", date(2021, 3, 1), "洪应急〔2021〕1号")
    plan = fold(PLAN, approved(), file_plan(approved(), "江西省应急管理厅", date(2021, 3, 1), "洪应急〔2021〕1号"))
    assert plan.stage == "filed"
    with pytest.raises(Refused, match="plan-already-filed"):
        file_plan(plan, "江西省应急管理厅", date(2021, 3, 2), "洪应急〔2021〕2号")


def test_an_amendment_changes_nothing_before_it_is_approved_by_another() -> None:
    plan = fold(PLAN, with_key(), file_plan(with_key(), "省厅", date(2021, 3, 1), "1号"))
    change = AmendPlan(reason="企业停产", key_removed=(REGISTER[2].enterprise_id,), key_added=(REGISTER[1].enterprise_id,))
    proposed = fold(PLAN, plan, propose_amendment(plan, change, REGISTER, "li"))
    assert (proposed.key_enterprises, proposed.revision) == (plan.key_enterprises, 1)
    with pytest.raises(Refused, match="amendment-pending"):
        propose_amendment(proposed, change, REGISTER, "li")
    with pytest.raises(Refused, match="own-plan"):
        approve_amendment(proposed, "li")
    amended = fold(PLAN, proposed, approve_amendment(proposed, "wang"))
    assert amended.key_enterprises == (REGISTER[0].enterprise_id, REGISTER[1].enterprise_id)
    assert (amended.revision, amended.stage) == (2, "approved")  # the new revision is to be filed again
    rejected = fold(PLAN, proposed, reject_amendment(proposed, "wang", "理由不足"))
    assert rejected == replace(plan, pending=None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (AmendPlan(reason="x"), "nothing-to-amend"),
        (AmendPlan(reason="x", key_removed=("e-unknown",)), "enterprise-not-in-plan"),
        (AmendPlan(reason="x", key_added=("e-unknown",)), "enterprise-not-in-register"),
        (AmendPlan(reason="x", planned_inspections=1), "key-units-not-covered"),
    ],
)
def test_an_amendment_that_is_none(change: AmendPlan, code: str) -> None:
    with pytest.raises(Refused, match=code):
        propose_amendment(with_key(), change, REGISTER, "li")


def test_an_inspection_outside_the_plan_needs_a_reason() -> None:
    plan, day = with_key(), date(2021, 9, 1)
    check_ordered("planned", plan, REGISTER[0].enterprise_id, day, None, None)
    check_ordered("report", PLAN.initial, "e-any", day, "群众举报", "举报〔2021〕3号")
    for kind in ("report", "superior-campaign", "re-inspection"):
        with pytest.raises(Refused, match="reason-needed"):
            check_ordered(kind, plan, REGISTER[0].enterprise_id, day, "举报", None)
    with pytest.raises(Refused, match="enterprise-not-in-plan"):
        check_ordered("planned", plan, REGISTER[1].enterprise_id, day, None, None)
    with pytest.raises(Refused, match="outside-the-plans-year"):
        check_ordered("planned", plan, REGISTER[0].enterprise_id, date(2022, 1, 1), None, None)
    with pytest.raises(Refused, match="plan-not-approved"):
        check_ordered("planned", drafted(), REGISTER[0].enterprise_id, day, None, None)


MOVES: dict[str, Callable[[PlanState, str, int], list[Event]]] = {
    "draft": lambda plan, who, _: draft_plan(plan, KEY, CITY, who, register=REGISTER),
    "approve": lambda plan, who, _: approve_plan(plan, who),
    "file": lambda plan, _, __: file_plan(plan, "省厅", date(2021, 3, 1), "1号"),
    "propose": lambda plan, who, n: propose_amendment(plan, AmendPlan(reason="r", planned_inspections=n), REGISTER, who),
    "accept": lambda plan, who, _: approve_amendment(plan, who),
    "reject": lambda plan, who, _: reject_amendment(plan, who, "r"),
}


@drawn(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.sampled_from("ab")), max_size=14))
def test_whatever_is_tried_a_plan_in_force_was_approved_by_another(steps: list[tuple[str, str]]) -> None:
    """No order of commands makes a plan or a revision hold that its own author approved; a revision is filed once."""
    plan = PLAN.initial
    planned = 10
    for step, who in steps:
        planned += 1
        try:
            events = MOVES[step](plan, who, planned)
        except Refused:
            continue
        before, plan = plan, fold(PLAN, plan, events)
        assert plan.approved_by != plan.drafted_by or plan.approved_by is None
        if step == "accept":
            assert before.pending is not None
            assert before.pending.proposed_by != who
        assert plan.revision - before.revision == (step == "accept")
        assert len({f.revision for f in plan.filings}) == len(plan.filings)
        assert (plan.planned_inspections == before.planned_inspections) or step in ("draft", "accept")
