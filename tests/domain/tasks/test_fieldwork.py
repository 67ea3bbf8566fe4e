"""A campaign's other work: implementation plans, demonstration visits, expert guidance, training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from services.tasks.domain.demonstration import (
    DEMONSTRATION,
    Observer,
    PlanDemonstration,
    cancel_demonstration,
    hold_demonstration,
    name_observers,
    plan_demonstration,
)
from services.tasks.domain.guidance import (
    GUIDANCE,
    ArrangeGuidance,
    GuidanceArranged,
    GuidanceFinding,
    ReportGuidance,
    arrange_guidance,
    cancel_guidance,
    report_guidance,
)
from services.tasks.domain.implementation import (
    IMPLEMENTATION,
    DraftImplementation,
    ImplementationState,
    approve_implementation,
    draft_implementation,
    return_implementation,
)
from services.tasks.domain.training import (
    MODULES,
    TRAINING,
    Attendance,
    PlanTraining,
    cancel_training,
    grant_modules,
    hold_training,
    plan_training,
    revoke_module,
)
from tests.domain.tasks.situations import AT, CITY, DONGHU, enterprise, fold, opened

TEXT = DraftImplementation(title="实施方案", text="正文", sha256=None)
DAY = date(2021, 3, 10)
LATER = datetime(2021, 3, 12, tzinfo=UTC)

MOVES: dict[str, Callable[[ImplementationState, str], list[Event]]] = {
    "draft": lambda s, who: draft_implementation(s, opened(), DONGHU, TEXT, who), "approve": approve_implementation,
    "return": lambda s, _: return_implementation(s, "r"),
}  # fmt: skip


@drawn(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.sampled_from("ab")), max_size=16))
def test_whatever_is_tried_a_version_in_force_was_approved_by_another(moves: list[tuple[str, str]]) -> None:
    state = IMPLEMENTATION.initial
    for move, who in moves:
        try:
            events = MOVES[move](state, who)
        except Refused:
            continue
        before, state = state, fold(IMPLEMENTATION, state, events)
        assert state.newest is not None
        number = state.newest.version_no
        assert number - (before.newest.version_no if before.newest else 0) == (move == "draft")
        assert (state.in_force != before.in_force) == (move == "approve")
        assert state.in_force <= number
        if move == "approve":
            assert (state.in_force, before.state) == (number, "drafted")
            assert who != state.newest.drafted_by


def test_implementation_plans_are_the_districts() -> None:
    with pytest.raises(Refused, match="not-a-district-organ"):
        draft_implementation(IMPLEMENTATION.initial, opened(), CITY, TEXT, "li")


VISIT = PlanDemonstration(
    demonstration_id="d-1", campaign_id="campaign-2021", enterprise_id="e-1", task_id=None, planned_on=DAY, topic="除尘系统"
)
WATCHERS = [Observer(officer_id="o-x", district="xihu"), Observer(officer_id="o-d", district="donghu")]


def test_a_demonstration_is_held_before_observers_of_other_districts() -> None:
    visit = fold(DEMONSTRATION, DEMONSTRATION.initial, plan_demonstration(DEMONSTRATION.initial, enterprise(1), CITY, VISIT, AT))
    visit = fold(DEMONSTRATION, visit, name_observers(visit, WATCHERS))
    assert name_observers(visit, WATCHERS[:1]) == []
    for present, code in ((["o-d"], "no-observers"), (["o-x", "o-y"], "not-an-observer"), ([], "no-observers")):
        with pytest.raises(Refused, match=code):
            hold_demonstration(visit, DAY, present, "经验")
    held = fold(DEMONSTRATION, visit, hold_demonstration(visit, DAY, ["o-x", "o-x"], "经验"))
    assert (held.state, held.present) == ("held", (WATCHERS[0],))
    cancelled = fold(DEMONSTRATION, visit, cancel_demonstration(visit, "天气"))
    for over in (held, cancelled):
        with pytest.raises(Refused, match="demonstration-over"):
            cancel_demonstration(over, "x")
        with pytest.raises(Refused, match="demonstration-over"):
            name_observers(over, WATCHERS)
    with pytest.raises(Refused, match="demonstration-exists"):
        plan_demonstration(visit, enterprise(1), CITY, VISIT, AT)
    with pytest.raises(Refused, match="planned-in-the-past"):
        plan_demonstration(DEMONSTRATION.initial, enterprise(1), CITY, replace(VISIT, planned_on=date(2021, 2, 1)), AT)


GUIDE = ArrangeGuidance(
    guidance_id="g-1", campaign_id="campaign-2021", enterprise_id="e-1", planned_on=DAY, expert_ids=("x-1", "x-1")
)
FOUND = ReportGuidance(
    visited_on=DAY, findings=(GuidanceFinding(fact="积尘", advice="每班清扫", item_code="DST-K1", serious=True),)
)


def test_experts_advise_where_they_were_sent() -> None:
    [event] = arrange_guidance(GUIDANCE.initial, enterprise(1), CITY, frozenset({"x-1"}), GUIDE)
    assert isinstance(event, GuidanceArranged)
    assert (event.monday, event.expert_ids) == (date(2021, 3, 8), ("x-1",))
    visit = fold(GUIDANCE, GUIDANCE.initial, [event])
    with pytest.raises(Refused, match="not-the-expert"):
        report_guidance(visit, FOUND, "expert", "x-2", LATER)
    with pytest.raises(Refused, match="visited-in-the-future"):
        report_guidance(visit, FOUND, "expert", "x-1", AT)
    reported = fold(GUIDANCE, visit, report_guidance(visit, FOUND, "expert", "x-1", LATER))
    assert reported.findings == FOUND.findings
    assert report_guidance(visit, FOUND, "manager", "li", LATER)
    for over in (reported, fold(GUIDANCE, visit, cancel_guidance(visit, "停产"))):
        with pytest.raises(Refused, match="guidance-over"):
            report_guidance(over, FOUND, "expert", "x-1", LATER)
    with pytest.raises(Refused, match="expert-not-known"):
        arrange_guidance(GUIDANCE.initial, enterprise(1), CITY, frozenset(), GUIDE)
    with pytest.raises(Refused, match="guidance-exists"):
        arrange_guidance(visit, enterprise(1), CITY, frozenset({"x-1"}), GUIDE)


COURSE = PlanTraining(
    training_id="tr-1", campaign_id="campaign-2021", title="平台培训", modules=("inspection", "tasks"), planned_on=DAY
)
CAME = [Attendance(officer_id="o-a", district="donghu", passed=True), Attendance(officer_id="o-b", district="xihu", passed=False)]


def test_who_passed_may_use_the_modules_until_that_ends() -> None:
    session = fold(TRAINING, TRAINING.initial, plan_training(TRAINING.initial, CITY, COURSE))
    for attended, code in (([], "nobody-attended"), (CAME[:1] * 2, "attended-twice")):
        with pytest.raises(Refused, match=code):
            hold_training(session, DAY, attended)
    assert grant_modules(MODULES.initial, session, CAME[0]) == []  # not before it was held
    held = fold(TRAINING, session, hold_training(session, DAY, CAME))
    modules = fold(MODULES, MODULES.initial, grant_modules(MODULES.initial, held, CAME[0]))
    assert modules.modules == {"inspection", "tasks"}
    assert grant_modules(modules, held, CAME[0]) == []
    assert grant_modules(MODULES.initial, held, CAME[1]) == []
    modules = fold(MODULES, modules, revoke_module(modules, "tasks", "调离"))
    assert modules.modules == {"inspection"}
    with pytest.raises(Refused, match="module-not-granted"):
        revoke_module(modules, "tasks", "调离")
    for over in (held, fold(TRAINING, session, cancel_training(session, "延期"))):
        with pytest.raises(Refused, match="training-over"):
            hold_training(over, DAY, CAME)
    with pytest.raises(Refused, match="training-exists"):
        plan_training(session, CITY, COURSE)
