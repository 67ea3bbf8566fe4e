"""The plan of an inspection as three people make it, the notice, the code at the gate, the meetings, statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from chassis.domain import Event, site_code
from chassis.testing import given
from services.inspection.domain import inspection, visit
from services.inspection.domain.inspection import INSPECTION, CheckIn, Conclusion, InspectionState
from services.inspection.domain.onsite_plan import DraftPlan, Notice, OmittedItem
from services.inspection.domain.presence import Attendee, HoldMeeting, MakeStatement
from tests.domain.inspection.scenes import (
    AT,
    CERTIFICATES,
    FIRST,
    RULES,
    SECOND,
    answered,
    answers,
    approved,
    on_site,
    only,
    prepared,
    refused,
)

REVIEWED = replace(RULES, plan_review_required=True)
STATE = given(INSPECTION, prepared())
CODES = tuple(STATE.items)
KEY = next(code for code, item in STATE.items.items() if item.key_item_code is not None)
GENERAL = next(code for code, item in STATE.items.items() if item.key_item_code is None)
ALL = DraftPlan(mode="unannounced", items=CODES)
LESS = DraftPlan(
    mode="unannounced", items=tuple(code for code in CODES if code != GENERAL),
    omitted=(OmittedItem(item_code=GENERAL, reason="上月已检查"),),
)  # fmt: skip
ARRIVAL = CheckIn((FIRST, SECOND), ("x-1",), "打磨车间", "厂长")


def folded(state: InspectionState, *steps: Callable[[InspectionState], list[Event]]) -> InspectionState:
    for step in steps:
        for event in step(state):
            state = INSPECTION.evolve(state, event)
    return state


def drafted(command: DraftPlan = ALL) -> InspectionState:
    return folded(STATE, lambda state: inspection.draft_plan(state, command, "li", RULES))


def test_three_people_draft_review_and_approve() -> None:
    refused("plan-not-reviewed", lambda: inspection.approve_plan(STATE, "unannounced", "局长", REVIEWED, "ju"))
    refused("plan-not-reviewed", lambda: inspection.approve_plan(drafted(), "unannounced", "局长", REVIEWED, "ju"))
    refused("plan-not-drafted", lambda: inspection.review_plan(STATE, True, "同意", "ke", RULES))
    refused("own-plan", lambda: inspection.review_plan(drafted(), True, "同意", "li", RULES))
    agreed = folded(drafted(), lambda state: inspection.review_plan(state, True, "同意", "ke", RULES))
    for somebody in ("li", "ke"):
        refused("own-plan", partial(inspection.approve_plan, agreed, "unannounced", "局长", REVIEWED, somebody))
    refused("mode-differs", lambda: inspection.approve_plan(agreed, "notified", "局长", REVIEWED, "ju"))
    assert inspection.approve_plan(agreed, "unannounced", "局长", REVIEWED, "ju")
    against = folded(drafted(), lambda state: inspection.review_plan(state, False, "缺重点场所", "ke", RULES))
    refused("plan-not-agreed", lambda: inspection.approve_plan(against, "unannounced", "局长", RULES, "ju"))
    anew = folded(against, lambda state: inspection.draft_plan(state, LESS, "li", RULES))
    assert anew.review is None


def test_what_is_omitted_is_not_asked_for() -> None:
    state = drafted(LESS)
    assert GENERAL not in state.items
    assert GENERAL in state.applicable
    assert inspection.draft_plan(state, LESS, "li", RULES) == []


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (replace(ALL, items=()), "item-left-out"),
        (replace(ALL, items=CODES[1:]), "item-left-out"),
        (replace(ALL, items=(*CODES, "STL-K1")), "item-not-planned"),
        (replace(ALL, items=(*CODES, CODES[0])), "item-twice"),
        (replace(LESS, items=CODES), "item-twice"),
        (
            DraftPlan(
                mode="notified", items=tuple(code for code in CODES if code != KEY),
                omitted=(OmittedItem(item_code=KEY, reason="时间不够"),),
            ),
            "key-item-omitted",
        ),
    ],
)  # fmt: skip
def test_every_item_that_applies_is_chosen_or_omitted_with_a_reason_and_key_items_are_chosen(
    command: DraftPlan, code: str
) -> None:
    refused(code, lambda: inspection.draft_plan(STATE, command, "li", RULES))


def test_the_enterprise_is_told_once_of_an_inspection_that_is_not_unannounced() -> None:
    notice = Notice(notice_id="n-1", inspections_so_far=1, handed_to="办公室")
    refused("plan-not-approved", lambda: visit.notify(STATE, notice, RULES, AT))
    refused("unannounced", lambda: visit.notify(given(INSPECTION, approved()), notice, RULES, AT))
    state = folded(STATE, lambda one: inspection.approve_plan(one, "notified", "局长", RULES))
    demanding = replace(RULES, notice_required=True)
    refused("notice-missing", lambda: visit.check_in(state, ARRIVAL, CERTIFICATES, demanding, AT))
    told = folded(state, lambda one: visit.notify(one, notice, RULES, AT))
    refused("already-noticed", lambda: visit.notify(told, notice, RULES, AT))
    assert visit.check_in(told, ARRIVAL, CERTIFICATES, demanding, AT)
    refused("already-checked-in", lambda: visit.notify(given(INSPECTION, on_site()), notice, RULES, AT))


def test_an_approval_covers_no_check_in_before_it() -> None:
    approval = inspection.approve_plan(given(INSPECTION, prepared()), "unannounced", "局长", RULES, at=AT)
    state, sooner = given(INSPECTION, [*prepared(), *approval]), AT - timedelta(minutes=1)
    error = refused(
        "plan-approved-later", lambda: visit.check_in(state, ARRIVAL, CERTIFICATES, REVIEWED, sooner, unseen=True, stated=True)
    )
    assert (error.basis, error.facts["at"]) == ("《中华人民共和国安全生产法》（2021）第62条第2款", "2021-09-06T10:00:00+08:00")
    assert visit.check_in(state, ARRIVAL, CERTIFICATES, REVIEWED, AT, stated=True)
    assert visit.check_in(state, ARRIVAL, CERTIFICATES, REVIEWED, sooner)  # now, by a clock that lags behind another machine's
    assert visit.check_in(state, ARRIVAL, CERTIFICATES, RULES, sooner, stated=True)


def test_the_code_at_the_gate_is_the_sites() -> None:
    demanding, state = replace(RULES, site_code_required=True), given(INSPECTION, approved())
    refused("site-code-missing", lambda: visit.check_in(state, ARRIVAL, CERTIFICATES, demanding, AT))
    foreign = replace(ARRIVAL, site_code="casetrail:site:e-2")
    refused("site-code-of-another", lambda: visit.check_in(state, foreign, CERTIFICATES, RULES, AT))
    for arrival in (replace(ARRIVAL, site_code=site_code("e-1")), replace(ARRIVAL, no_code_reason="标牌损坏")):
        assert visit.check_in(state, arrival, CERTIFICATES, demanding, AT)


HEAD = Attendee(part="unit-head", name="王厂长")
SAFETY = Attendee(part="safety-manager", name="李安全")
NOBODY = Attendee(part="operator", name=None, absent_reason="停产检修")
OPENING = HoldMeeting(meeting_id="m-1", meeting="opening", held_at=AT, attendees=(HEAD, SAFETY, NOBODY), told=("rights",))


def test_everybody_whom_the_rulebook_wants_is_there_or_it_is_said_why_not() -> None:
    state, demanding = given(INSPECTION, on_site()), replace(RULES, presence=("unit-head", "safety-manager", "operator"))
    refused("not-checked-in", lambda: visit.hold_meeting(given(INSPECTION, approved()), OPENING, RULES))
    lacking = replace(OPENING, attendees=(HEAD,))
    problem = refused("presence-missing", lambda: visit.hold_meeting(state, lacking, demanding))
    assert problem.facts["parts"] == "safety-manager、operator"
    unexplained = replace(OPENING, attendees=(HEAD, Attendee(part="operator", name=None)))
    refused("absence-unexplained", lambda: visit.hold_meeting(state, unexplained, RULES))
    held = folded(state, lambda one: visit.hold_meeting(one, OPENING, demanding))
    assert visit.hold_meeting(held, OPENING, demanding) == []
    refused("meeting-exists", lambda: visit.hold_meeting(held, replace(OPENING, note="另记"), RULES))


def test_no_record_without_the_meetings_that_the_rulebook_wants() -> None:
    demanding = replace(RULES, meetings=("opening", "closing"))
    state = given(INSPECTION, answered(*[]))
    refused("meeting-missing", lambda: visit.conclude(state, Conclusion("厂长"), demanding, AT))
    closing = replace(OPENING, meeting_id="m-2", meeting="closing", note="企业无异议")
    state = folded(
        state, lambda one: visit.hold_meeting(one, OPENING, RULES), lambda one: visit.hold_meeting(one, closing, RULES)
    )
    only(visit.conclude(state, Conclusion("厂长"), demanding, AT))
    assert len(answers()) == len(state.answers)


def test_what_the_enterprise_states_is_recorded_once() -> None:
    state = given(INSPECTION, on_site())
    statement = MakeStatement(statement_id="s-1", part="unit-head", name="王厂长", statement="已制定计划", made_at=AT)
    told = folded(state, lambda one: visit.state_something(one, statement, RULES))
    assert told.statements["s-1"].statement == "已制定计划"
    assert visit.state_something(told, statement, RULES) == []
    refused("statement-exists", lambda: visit.state_something(told, replace(statement, statement="无"), RULES))
