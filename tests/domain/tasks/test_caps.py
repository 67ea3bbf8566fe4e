"""Caps on inspections and their prior approval: what the rules of 2025 on demand, and those of 2021 do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.domain import CHINA, Refused
from services.tasks.domain.approval import (
    APPROVAL,
    ApprovalState,
    RequestApproval,
    decide_approval,
    over_cap_of,
    regularisation_due,
    request_approval,
    require_approved,
)
from services.tasks.domain.caps import (
    COUNT,
    CapRule,
    CountState,
    InspectionRules,
    cap_of,
    count_inspection,
    inspection_rules_on,
    uncount_inspection,
)
from tests.domain.tasks.situations import fold, generated

AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)
DAY = date(2026, 3, 9)
EXEMPT = ("superior-campaign", "report", "re-inspection")
SMELTERS = tuple(
    CapRule(code=f"smelting-{grade}", maximum=most, sectors=("steel", "aluminium"), grade=grade, exempt_kinds=EXEMPT)
    for grade, most in {"1": 2, "2": 4, "3": 8, "none": 12}.items()
)
OTHERS = tuple(
    CapRule(code=f"other-{grade}", maximum=most, grade=grade, exempt_kinds=EXEMPT)
    for grade, most in {"1": 1, "2": 2, "3": 4, "none": 6}.items()
)
RULES = InspectionRules(
    rulebook="r", version="2026", valid_from=date(2025, 4, 1), valid_to=None, prior_approval=True, published_items=True,
    regularise_within_hours=24, caps=SMELTERS + OTHERS,
)  # fmt: skip
ASKED = RequestApproval(planned_on=DAY, items=("I-1",))


def counted(
    state: CountState, number: int, cap: CapRule | None, kind: str = "random", over: tuple[str, str] | None = None
) -> CountState:
    task = generated(task_id=f"t-{number}", enterprise_id="e-1", kind=kind).facts
    return fold(COUNT, state, count_inspection(state, task, 2026, cap, over))


def asked(command: RequestApproval = ASKED, state: ApprovalState = APPROVAL.initial) -> ApprovalState:
    return fold(APPROVAL, state, request_approval(state, generated(), command, RULES, ["I-1", "I-2"], "p-applicant", AT))


def decided(state: ApprovalState, at: datetime = AT, rejection: str | None = None) -> ApprovalState:
    return fold(APPROVAL, state, decide_approval(state, "p-head", generated().facts.organ_id, at, rejection))


@pytest.mark.parametrize(
    ("sector", "grade", "most"),
    [("steel", "1", 2), ("aluminium", "2", 4), ("steel", "3", 8), ("steel", "none", 12),
     ("dust", "1", 1), ("dust", "2", 2), ("dust", "3", 4), ("dust", "none", 6)],
)  # fmt: skip
def test_f39_shanxi_caps_by_sector_and_grade(sector: str, grade: str, most: int) -> None:
    cap = cap_of(RULES, sector, grade, DAY)
    state: CountState = COUNT.initial
    for number in range(most):
        state = counted(state, number, cap)
    with pytest.raises(Refused, match="cap-reached") as caught:
        counted(state, most, cap)
    assert (caught.value.facts["maximum"], caught.value.facts["counted"]) == (most, most)


def test_f39_a_cap_holds_on_its_own_days_within_its_rulebook() -> None:
    """Also where another takes its place, and where nothing does; the day is the inspection's."""
    old, new = (CapRule(code=code, maximum=2, grade="1", source="x") for code in ("old", "new"))
    any_day = CapRule(code="any", maximum=9)
    old = replace(old, valid_from=date(2025, 4, 1), valid_to=date(2026, 6, 30))
    new = replace(new, valid_from=date(2026, 6, 1), valid_to=date(2026, 12, 31))
    rules = replace(RULES, caps=(new, old))
    days = {
        date(2025, 3, 31): None, date(2025, 4, 1): "old", date(2026, 5, 31): "old", date(2026, 6, 1): "new",
        date(2026, 6, 30): "new", date(2026, 12, 31): "new", date(2027, 1, 1): None,
    }  # fmt: skip
    for day, code in days.items():
        cap = cap_of(rules, "steel", "1", day)
        assert (None if cap is None else cap.code) == code
        fallback = cap_of(replace(rules, caps=(any_day, old, new)), "steel", "1", day)
        assert fallback is not None
        assert fallback.code == (code or "any")


def test_f39_third_inspection_of_a_grade_1_smelter_needs_an_override_which_is_counted() -> None:
    cap = cap_of(RULES, "steel", "1", DAY)
    state = counted(counted(COUNT.initial, 1, cap), 2, cap)
    with pytest.raises(Refused, match="cap-reached"):
        counted(state, 3, cap)
    state = counted(state, 3, cap, over=("事故隐患线索", "p-head"))
    assert (state.counted, state.overridden, state.exempt) == (3, 1, 0)
    with pytest.raises(Refused, match="cap-reached"):
        counted(state, 4, cap)


@pytest.mark.parametrize("kind", EXEMPT)
def test_f39_reports_superior_campaigns_and_re_inspections_are_exempt_as_the_rulebook_says(kind: str) -> None:
    cap = cap_of(RULES, "steel", "1", DAY)
    state = counted(counted(COUNT.initial, 1, cap), 2, cap)
    state = counted(state, 3, cap, kind)
    assert (state.counted, state.exempt) == (2, 1)
    assert cap is not None
    with pytest.raises(Refused, match="cap-reached"):
        counted(state, 4, replace(cap, exempt_kinds=()), kind)


def test_an_inspection_counts_once_and_no_more_when_it_is_cancelled() -> None:
    cap = cap_of(RULES, "dust", "1", DAY)
    state = counted(counted(COUNT.initial, 1, cap), 1, cap)
    assert state.counted == 1
    state = fold(COUNT, state, uncount_inspection(state, "t-1"))
    assert (state.counted, uncount_inspection(state, "t-1")) == (0, [])
    assert counted(state, 2, cap).counted == 1


@given(steps=st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from(["random", "report"])), max_size=30))
@settings(max_examples=60)
def test_whatever_is_tried_no_more_than_the_cap_count_without_an_override(steps: Sequence[tuple[int, bool, str]]) -> None:
    cap = cap_of(RULES, "steel", "2", DAY)
    state: CountState = COUNT.initial
    for number, out, kind in steps:
        if out:
            state = fold(COUNT, state, uncount_inspection(state, f"t-{number}"))
            continue
        if f"t-{number}" not in state.tasks and kind == "random" and state.counted == 4:
            with pytest.raises(Refused, match="cap-reached"):
                counted(state, number, cap, kind)
            continue
        state = counted(state, number, cap, kind)
        assert state.counted <= 4


def test_f39_an_inspection_without_approval_is_blocked_from_2025_on_and_was_not_in_2021() -> None:
    with pytest.raises(Refused, match="inspection-not-approved"):
        require_approved(APPROVAL.initial, inspection_rules_on([RULES], DAY), DAY)
    require_approved(APPROVAL.initial, inspection_rules_on([RULES], date(2021, 9, 1)), date(2021, 9, 1))


def test_f39_only_what_was_approved_for_the_day_goes_ahead() -> None:
    state = asked()
    with pytest.raises(Refused, match="inspection-not-approved"):
        require_approved(state, RULES, DAY)
    require_approved(decided(state), RULES, DAY)
    with pytest.raises(Refused, match="inspection-not-approved"):
        require_approved(decided(state), RULES, DAY + timedelta(days=1))
    with pytest.raises(Refused, match="inspection-not-approved"):
        require_approved(decided(state, rejection="已检查过"), RULES, DAY)


@pytest.mark.parametrize("items", [(), ("I-1", "I-9")])
def test_f39_only_items_on_the_published_list_are_inspected(items: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match="item-not-published"):
        asked(replace(ASKED, items=items))


def test_applicant_and_approver_are_two_people_and_the_head_is_of_the_inspecting_body() -> None:
    state = asked()
    with pytest.raises(Refused, match="own-request"):
        decide_approval(state, "p-applicant", generated().facts.organ_id, AT)
    with pytest.raises(Refused, match="approver-of-another-organ"):
        decide_approval(state, "p-head", "another-organ", AT)
    with pytest.raises(Refused, match="no-request-pending"):
        decided(decided(state))
    with pytest.raises(Refused, match="approval-pending"):
        asked(state=state)
    with pytest.raises(Refused, match="approved-already"):
        asked(state=decided(state))


def test_an_urgent_inspection_goes_ahead_and_is_regularised_by_its_own_clock() -> None:
    state = asked(replace(ASKED, urgent_reason="群众举报正在违规作业"))
    require_approved(state, RULES, DAY)
    assert state.request is not None
    assert state.request.regularise_by == AT + timedelta(hours=24)
    in_time, late = (decide_approval(state, "p-head", "donghu-emb", AT + timedelta(hours=h)) for h in (24, 25))
    assert [getattr(one, "late", None) for one in (*in_time, *late)] == [False, True]
    overdue = fold(APPROVAL, state, regularisation_due(state))
    assert overdue.overdue
    assert regularisation_due(overdue) == []
    assert regularisation_due(decided(state)) == []


def test_an_override_counts_only_once_approved_and_never_as_urgent() -> None:
    state = asked(replace(ASKED, over_cap_reason="事故隐患线索"))
    assert over_cap_of(state) is None
    assert over_cap_of(decided(state)) == ("事故隐患线索", "p-head")
    assert over_cap_of(decided(asked())) is None
    with pytest.raises(Refused, match="over-cap-not-urgent"):
        asked(replace(ASKED, over_cap_reason="x", urgent_reason="y"))


def test_who_learns_after_the_approval_that_the_cap_is_reached_asks_again_with_a_reason() -> None:
    beyond = replace(ASKED, over_cap_reason="事故隐患线索")
    state = asked(beyond, decided(asked()))
    assert (state.state, over_cap_of(decided(state))) == ("requested", ("事故隐患线索", "p-head"))
    for again in (beyond, ASKED):
        with pytest.raises(Refused, match="approved-already"):
            asked(again, decided(state))
