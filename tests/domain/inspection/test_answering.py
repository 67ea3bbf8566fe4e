"""Answers from several devices: what was seen is replaced, what was not seen is disputed, in whatever order they arrive."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from chassis.testing import given
from services.inspection.domain import hazard, visit
from services.inspection.domain.answering import Answered, Answering, Finding
from services.inspection.domain.events import HazardFound, ItemAnswered
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, CheckIn, Conclusion, InspectionState
from tests.domain.inspection.scenes import (
    AT,
    CERTIFICATES,
    FIRST,
    RULES,
    SECOND,
    answers,
    approved,
    found,
    on_site,
    refused,
)

UNSEEN = Answering("o-1", AT, unseen=True)
SITE_STATE = given(INSPECTION, on_site())


def said(
    answer_id: str, answer: str = "compliant", *replaces: str, item: str = "GEN-01", hazards: tuple[str, ...] = ()
) -> Answered:
    """An answer of a device."""
    findings = tuple(Finding(one, "general", "积尘", "打磨车间") for one in hazards)
    note = "未生产" if answer.startswith("not") else None
    return Answered(item, answer, note, findings, answer_id, replaces)  # type: ignore[arg-type]


def after(state: InspectionState, *told: Answered, by: Answering = UNSEEN) -> InspectionState:
    """The inspection after these answers."""
    for one in told:
        state = _folded(state, visit.answer_items(state, [one], RULES, by))
    return state


def _folded(state: InspectionState, events: list[Event]) -> InspectionState:
    for event in events:
        state = INSPECTION.evolve(state, event)
    return state


def test_answers_that_did_not_know_of_each_other_are_disputed_until_somebody_sees_both() -> None:
    state = after(SITE_STATE, said("a-1"), said("b-1", "violation", hazards=("h-1",)))
    assert state.disputed == {"GEN-01"}
    assert [one.answer_id for one in state.live["GEN-01"]] == ["a-1", "b-1"]
    settled = after(state, said("c-1", "violation", "a-1", "b-1", hazards=("h-1",)), by=Answering("o-2", AT))
    assert settled.disputed == frozenset()
    assert settled.answers["GEN-01"].answer == "violation"


def test_the_same_said_twice_is_no_dispute() -> None:
    state = after(SITE_STATE, said("a-1"), said("b-1"))
    assert (len(state.live["GEN-01"]), state.disputed) == (2, frozenset())


def test_who_saw_an_answer_replaces_it_and_nobody_overwrites_it_unseen() -> None:
    state = after(SITE_STATE, said("a-1"))
    online = Answering("o-2", AT)
    problem = refused("already-answered", lambda: after(state, said("b-1", "not-checked"), by=online))
    assert problem.facts["answers"] == ["a-1"]
    assert after(state, said("b-1", "not-checked", "a-1"), by=online).answers["GEN-01"].answer == "not-checked"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (said("a-1", "violation", hazards=("h-1",)), "answer-exists"),
        (said("b-1", "compliant", "a-0"), "answer-unknown"),
        (said("b-1", "compliant", "a-1", item="DST-K6"), "answer-of-another-item"),
        (Answered("GEN-01", "not-checked", None, (), "b-1", ("a-1",)), "reason-missing"),
    ],
)
def test_what_an_answer_may_not_be(told: Answered, code: str) -> None:
    refused(code, lambda: after(after(SITE_STATE, said("a-1")), told))


CODES = tuple(SITE_STATE.items)[:3]


@st.composite
def histories(draw: st.DrawFn) -> list[Answered]:
    """Answers of three devices to a few items; each replaces some of the answers that its device has seen by then."""
    told: list[Answered] = []
    for number in range(draw(st.integers(1, 8))):
        item = draw(st.sampled_from(CODES))
        earlier = [one.answer_id or "" for one in told if one.item_code == item]
        seen = draw(st.sets(st.sampled_from(earlier))) if earlier else set()
        answer = draw(st.sampled_from(["compliant", "not-checked", "violation"]))
        hazards = (f"h-{item.lower()}-{draw(st.integers(1, 2))}",) if answer == "violation" else ()
        told.append(said(f"a-{number}", answer, *sorted(seen), item=item, hazards=hazards))
    return told


def causal(told: list[Answered], order: list[int]) -> list[Answered]:
    """These answers in another order in which nothing comes before what it replaces."""
    waiting = [told[place] for place in order]
    arrived: list[Answered] = []
    while waiting:
        ready = next(one for one in waiting if set(one.replaces) <= {other.answer_id for other in arrived})
        waiting.remove(ready)
        arrived.append(ready)
    return arrived


@drawn(told=histories(), data=st.data())
def test_the_outcome_depends_on_what_was_said_and_never_on_what_came_first(told: list[Answered], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(told))))
    one, other = after(SITE_STATE, *told), after(SITE_STATE, *causal(told, list(order)))
    assert {code: [_plain(a) for a in live] for code, live in one.live.items()} == {
        code: [_plain(a) for a in live] for code, live in other.live.items()
    }
    assert (one.disputed, one.hazards) == (other.disputed, other.hazards)
    repeated = after(one, *told)
    assert repeated == one


def _plain(event: ItemAnswered) -> ItemAnswered:
    return replace(event, again=False)


@drawn(told=histories(), data=st.data())
def test_hazards_stand_as_long_as_an_answer_that_stands_consists_of_them(told: list[Answered], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(told))))
    outcomes = []
    for sequence in (told, causal(told, list(order))):
        state, streams = SITE_STATE, dict[str, list[Event]]()
        for one in sequence:
            state = after(state, one)
            for finding in one.hazards:
                streams.setdefault(finding.hazard_id, [found(finding.hazard_id, one.item_code)])
            for hazard_id, events in streams.items():
                events += hazard.follow_answers(given(HAZARD, events), hazard_id in state.hazards)
        outcomes.append({hazard_id: given(HAZARD, events).status for hazard_id, events in streams.items()})
        assert {one for one, status in outcomes[-1].items() if status == "found"} == set(state.hazards)
    assert outcomes[0] == outcomes[1]


def test_a_record_holds_the_answers_that_its_author_saw_whatever_arrived_meanwhile() -> None:
    mine = [replace(one, answer_id=f"a-{n}") for n, one in enumerate(answers())]
    record = Conclusion(signed_by="厂长", covers=tuple(f"a-{n}" for n in range(len(mine))))
    late = said("b-1", "violation", item=mine[0].item_code, hazards=("h-1",))
    states = []
    for late_first in (True, False):
        state = after(SITE_STATE, *mine, *([late] if late_first else []))
        state = _folded(state, visit.conclude(state, record, RULES, AT, unseen=True))
        state = state if late_first else after(state, late)
        states.append(replace(state, given={key: _plain(one) for key, one in state.given.items()}))
    assert states[0] == states[1]
    assert states[0].stage == "concluded"
    assert states[0].unsigned == states[0].disputed == frozenset({mine[0].item_code})
    assert states[0].conclusion is not None
    assert states[0].conclusion.hazards == 0


def test_after_the_record_only_what_is_disputed_or_not_signed_is_answered_anew() -> None:
    mine = [replace(one, answer_id=f"a-{n}") for n, one in enumerate(answers())]
    state = after(SITE_STATE, *mine)
    state = _folded(state, visit.conclude(state, Conclusion("厂长", covers=tuple(state.given)), RULES, AT))
    online = Answering("o-2", AT)
    change = said("c-1", "not-checked", "a-0", item=mine[0].item_code)
    refused("already-concluded", lambda: after(state, change, by=online))
    disputed = after(state, said("b-1", "not-checked", item=mine[0].item_code))
    settled = after(disputed, said("c-1", "compliant", "a-0", "b-1", item=mine[0].item_code), by=online)
    assert not settled.disputed
    assert settled.unsigned == frozenset({mine[0].item_code})


def test_a_record_with_disputed_answers_or_of_answers_that_are_not_here_is_not_closed() -> None:
    mine = [replace(one, answer_id=f"a-{n}") for n, one in enumerate(answers())]
    state = after(SITE_STATE, *mine, said("b-1", "not-checked", item=mine[0].item_code))
    refused("items-disputed", lambda: visit.conclude(state, Conclusion("厂长"), RULES, AT))
    refused("answer-unknown", lambda: visit.conclude(state, Conclusion("厂长", covers=("z-9",)), RULES, AT))
    refused("items-unanswered", lambda: visit.conclude(state, Conclusion("厂长", covers=("a-0",)), RULES, AT))


def test_of_two_arrivals_noted_on_two_devices_the_earlier_counts() -> None:
    first, second = CheckIn((FIRST, SECOND), (), "大门", "厂长"), CheckIn((SECOND, FIRST), (), "侧门", "厂长")
    moments = [(first, AT), (second, AT + timedelta(minutes=5))]
    outcomes = []
    for arrivals in itertools.permutations(moments):
        state = given(INSPECTION, approved())
        for command, at in arrivals:
            state = _folded(state, visit.check_in(state, command, CERTIFICATES, RULES, at, unseen=True))
        outcomes.append(state)
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].check_in is not None
    assert outcomes[0].check_in.place == "大门"
    refused("already-checked-in", lambda: visit.check_in(outcomes[0], first, CERTIFICATES, RULES, AT))


def test_of_two_records_the_earlier_counts() -> None:
    mine = [replace(one, answer_id=f"a-{n}") for n, one in enumerate(answers())]
    covers = tuple(f"a-{n}" for n in range(len(mine)))
    outcomes = []
    for order in itertools.permutations([("厂长", 0), ("副厂长", 5)]):
        state = after(SITE_STATE, *mine)
        for name, minutes in order:
            record = Conclusion(signed_by=name, covers=covers)
            state = _folded(state, visit.conclude(state, record, RULES, AT + timedelta(minutes=minutes), unseen=True))
        outcomes.append(state)
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].conclusion is not None
    assert outcomes[0].conclusion.signed_by == "厂长"


def test_answers_stored_before_answers_had_ids_are_called_by_their_item() -> None:
    old = ItemAnswered(inspection_id="t-1", item_code="GEN-01", key_item_code=None, answer="compliant", note=None)
    state = INSPECTION.evolve(SITE_STATE, old)
    assert after(state, said("b-1", "not-checked", "GEN-01"), by=Answering("o-1", AT)).answers["GEN-01"].answer == "not-checked"
    with pytest.raises(Refused, match="already-answered"):
        after(state, said("b-1", "not-checked"), by=Answering("o-1", AT))


def test_what_an_order_holds_does_not_follow_answers_any_more() -> None:
    events: list[Event] = [found("h-1")]
    events += hazard.order(given(HAZARD, events), "t-1", "r-1", AT.date(), RULES)
    assert hazard.follow_answers(given(HAZARD, events), stands=False) == []
    assert isinstance(events[0], HazardFound)
