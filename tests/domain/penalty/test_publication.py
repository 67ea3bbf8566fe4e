"""The publication of a decision: in time, called back when it falls, published anew, taken down at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.domain import Event, Refused
from chassis.testing import given
from services.penalty.domain import CaseState, Rules, Side, publication_events, publishing
from services.penalty.domain.events import PenaltyDecided, Person
from services.penalty.domain.publication import PUBLICATIONS, PublicationState
from services.penalty.domain.published import MASK, published_content
from services.penalty.domain.publishing import AnswerRepair, Fallen
from tests.domain.penalty.story import WHOLE, noon, refused, rules, told, until

BOOKS = ((2021, "rulebook-2021.json"), (2023, "rulebook-2023.json"), (2025, "rulebook-2025.json"), (2026, "rulebook-2026-3.json"))
PERSON = Person(party_id="p-1", name="欧阳某某", id_number="360102198001011235", capacity="principal-head", phone="13800000000")


def on(day: date) -> Rules:
    """The published rules of a day: of the latest book that is in force then."""
    book = [name for year, name in BOOKS if year <= day.year and not (name.endswith("2026-3.json") and day < date(2026, 3, 1))]
    return rules(day, book[-1])


def decided(day: date, *, person: bool = False) -> tuple[CaseState, Side]:
    """The story up to its decision, taken on this day; the party is the unit or a natural person."""
    state = until(PenaltyDecided)
    [side] = state.sides
    assert side.decision is not None
    decision = replace(side.decision, decided_on=day)
    changes: dict[str, Any] = {"kind": "person", "name": PERSON.name, "person": PERSON, "uscc": ""} if person else {}
    side = replace(side, decision=decision, **changes)
    return replace(state, sides=(side,)), side


def opened(day: date, *, person: bool = False) -> tuple[PublicationState, CaseState, Side]:
    """What is to be published of it."""
    case, side = decided(day, person=person)
    return given(PUBLICATIONS, publishing.open_publication(PublicationState(), case, side, on(day))), case, side


def after(state: PublicationState, events: list[Event]) -> PublicationState:
    for event in events:
        state = PUBLICATIONS.evolve(state, event)
    return state


def published(day: date, at: date | None = None) -> tuple[PublicationState, CaseState, Side]:
    """It is published, on the day of the decision unless said otherwise."""
    state, case, side = opened(day)
    at = at or day
    return after(state, publishing.publish_decision(state, case, side, noon(at), on(at))), case, side


@pytest.mark.parametrize("person", [False, True], ids=["unit", "person"])
@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 9, 29), date(2026, 10, 14)),  # the national holiday lies between, 10 October is worked
        (date(2021, 9, 17), date(2021, 9, 28)),  # the 18th and the 26th are worked
        (date(2024, 3, 4), date(2024, 3, 13)),
        (date(2025, 6, 16), date(2025, 6, 25)),
    ],
)
def test_f31_a_decision_is_published_within_seven_working_days(day: date, due: date, person: bool) -> None:
    state, case, side = opened(day, person=person)
    assert (state.publish_by, state.status) == (due, "due")
    assert publishing.miss_publication(state, due, noon(due)) == []
    [flagged] = publishing.miss_publication(state, due, noon(due + timedelta(days=1)))
    assert isinstance(flagged, publication_events.PublicationOverdue)
    for at, late in ((due, False), (due + timedelta(days=1), True)):
        [event] = publishing.publish_decision(state, case, side, noon(at), on(at))
        assert isinstance(event, publication_events.DecisionPublished)
        assert event.late is late
        assert event.content.name == (MASK if person else side.name)


@pytest.mark.parametrize(
    ("fell_on", "due"),
    [
        (date(2026, 9, 30), date(2026, 10, 10)),
        (date(2021, 9, 22), date(2021, 9, 26)),  # Sunday the 26th is worked
        (date(2024, 3, 6), date(2024, 3, 11)),
        (date(2025, 6, 18), date(2025, 6, 23)),
    ],
)
def test_f32_what_was_revoked_is_withdrawn_within_three_working_days_and_explained(fell_on: date, due: date) -> None:
    state, case, side = published(fell_on - timedelta(days=1))
    state = after(state, publishing.call_back(state, Fallen(result="revoked", fell_on=fell_on), on(fell_on)))
    assert (state.status, state.withdraw_by) == ("withdrawal-due", due)
    assert publishing.miss_withdrawal(state, due, noon(due)) == []
    [flagged] = publishing.miss_withdrawal(state, due, noon(due + timedelta(days=1)))
    assert isinstance(flagged, publication_events.WithdrawalOverdue)
    for at, late in ((due, False), (due + timedelta(days=1), True)):
        [event] = publishing.withdraw_publication(state, case, "处罚决定已被撤销。", noon(at), on(at))
        assert isinstance(event, publication_events.PublicationWithdrawn)
        assert event.late is late
    state = after(state, [event])
    assert (state.status, state.shown, state.settled) == ("withdrawn", None, True)
    with refused("decision-set-aside"):
        publishing.publish_decision(state, case, side, noon(due), on(due))


def test_what_fell_before_it_was_published_never_is() -> None:
    day = date(2026, 9, 29)
    state, case, side = opened(day)
    state = after(state, publishing.call_back(state, Fallen(result="revoked", fell_on=date(2026, 9, 30)), on(day)))
    assert (state.status, state.settled) == ("called-off", True)
    with refused("decision-set-aside"):
        publishing.publish_decision(state, case, side, noon(day), on(day))
    assert publishing.miss_publication(state, date(2026, 10, 14), noon(date(2026, 12, 1))) == []


def test_a_changed_decision_is_withdrawn_first_and_then_shown_with_both_fines() -> None:
    day, changed_on = date(2026, 9, 1), date(2026, 9, 10)
    state, case, side = published(day)
    assert side.decision is not None
    lighter = replace(side, decision=replace(side.decision, total_fen=500_000, initial_fen=900_000, changed_on=changed_on))
    state = after(state, publishing.change_publication(state, case, lighter, changed_on, on(changed_on)))
    assert (state.status, state.publish_by) == ("withdrawal-due", date(2026, 9, 20))  # a Sunday that is worked
    with refused("publication-not-withdrawn"):
        publishing.publish_decision(state, case, lighter, noon(changed_on), on(changed_on))
    state = after(state, publishing.withdraw_publication(state, case, "处罚决定已变更。", noon(changed_on), on(changed_on)))
    state = after(state, publishing.publish_decision(state, case, lighter, noon(changed_on), on(changed_on)))
    assert [(one.initial_fen, one.current_fen, one.shown) for one in state.editions] == [
        (900_000, 900_000, False), (900_000, 500_000, True),
    ]  # fmt: skip


def test_what_a_remedy_left_is_published_only_when_the_decision_says_so() -> None:
    day, fell_on = date(2026, 9, 1), date(2026, 9, 10)
    state, case, side = published(day)
    left = Fallen(result="changed", fell_on=fell_on, total_fen=400_000)
    state = after(state, publishing.call_back(state, left, on(fell_on)))
    state = after(state, publishing.withdraw_publication(state, case, "复议变更。", noon(fell_on), on(fell_on)))
    assert not state.settled
    with refused("decision-not-changed"):
        publishing.publish_decision(state, case, side, noon(fell_on), on(fell_on))


def test_no_natural_person_is_named_in_what_everybody_reads() -> None:
    day = date(2026, 9, 1)
    case, side = decided(day, person=True)
    case = replace(
        case, cause=f"{PERSON.name}未履行职责案", acts=tuple(replace(a, fact=f"{PERSON.name}未组织") for a in case.acts)
    )
    assert side.decision is not None
    content = published_content(case, side, side.decision, on(day))
    shown = repr(content)
    assert not [text for text in (PERSON.name, PERSON.id_number, PERSON.phone) if text in shown]
    assert (content.name, content.cause, content.facts[0]) == (MASK, f"{MASK}未履行职责案", f"{MASK}未组织")
    state = given(PUBLICATIONS, publishing.open_publication(PublicationState(), case, side, on(day)))
    state = after(state, publishing.publish_decision(state, case, side, noon(day), on(day)))
    state = after(state, publishing.call_back(state, Fallen(result="revoked", fell_on=day), on(day)))
    with refused("person-named"):
        publishing.withdraw_publication(state, case, f"{PERSON.name}的处罚已撤销", noon(day), on(day))


def test_credit_is_repaired_after_the_least_time_and_the_rest_ends_by_itself() -> None:
    day = date(2021, 9, 17)
    state, _, _ = published(day)
    shown = state.shown
    assert shown is not None
    with refused("repair-too-early"):
        publishing.request_repair(state, "已整改", noon(shown.repairable_after), on(day))
    at = shown.repairable_after + timedelta(days=1)
    with refused("repair-not-requested"):
        publishing.answer_repair(state, AnswerRepair(granted=True, reason="符合"), noon(at), on(day))
    asked = after(state, publishing.request_repair(state, "已整改", noon(at), on(day)))
    with refused("repair-requested-already"):
        publishing.request_repair(asked, "已整改", noon(at), on(day))
    repaired = after(asked, publishing.answer_repair(asked, AnswerRepair(granted=True, reason="符合"), noon(at), on(day)))
    assert (repaired.status, repaired.editions[-1].ending) == ("ended", "repaired")
    assert publishing.end_publicity(state, shown.public_until, noon(shown.public_until)) == []
    over = after(state, publishing.end_publicity(state, shown.public_until, noon(shown.public_until + timedelta(days=1))))
    assert (over.status, over.editions[-1].ending) == ("ended", "expired")
    fallen = after(state, publishing.call_back(state, Fallen(result="revoked", fell_on=shown.public_until), on(day)))
    assert publishing.end_publicity(fallen, shown.public_until, noon(shown.public_until + timedelta(days=1))) == []


class Publishing(RuleBasedStateMachine):
    """Anything is asked for on any day, the decision is changed, revoked, or altered by a remedy at any time."""

    @initialize(start=st.sampled_from([date(2021, 9, 17), date(2024, 3, 4), date(2025, 6, 16), date(2026, 3, 2)]))
    def begin(self, start: date) -> None:
        self.day = start
        self.case, self.side = decided(start)
        self.history: list[Event] = publishing.open_publication(PublicationState(), self.case, self.side, on(start))
        self.state = given(PUBLICATIONS, self.history)
        self.bases: list[str | None] = []
        self.set_aside = False

    def attempt(self, decide: Callable[[], list[Event]]) -> None:
        """Do something; a refusal names its basis and changes nothing."""
        try:
            events = decide()
        except Refused as refusal:
            self.bases.append(refusal.basis)
            return
        self.history += events
        self.state = after(self.state, events)

    @rule(days=st.integers(1, 400))
    def days_pass(self, days: int) -> None:
        self.day = min(self.day + timedelta(days=days), date(2026, 12, 31))

    @rule()
    def publish(self) -> None:
        self.attempt(lambda: publishing.publish_decision(self.state, self.case, self.side, noon(self.day), on(self.day)))

    @rule(percent=st.integers(1, 99))
    def change(self, percent: int) -> None:
        decision = self.side.decision
        assert decision is not None
        if self.set_aside or decision.total_fen < 100:
            return
        first = decision.total_fen if decision.initial_fen is None else decision.initial_fen
        lighter = replace(decision, total_fen=decision.total_fen * percent // 100, initial_fen=first, changed_on=self.day)
        self.side = replace(self.side, decision=lighter)
        self.attempt(lambda: publishing.change_publication(self.state, self.case, self.side, self.day, on(self.day)))

    @rule(result=st.sampled_from(["revoked", "changed"]))
    def fall(self, result: publication_events.Fall) -> None:
        decision = self.side.decision
        assert decision is not None
        left = decision.total_fen // 2 if result == "changed" else None
        self.set_aside |= result == "revoked"
        self.attempt(
            lambda: publishing.call_back(self.state, Fallen(result=result, fell_on=self.day, total_fen=left), on(self.day))
        )

    @rule()
    def withdraw(self) -> None:
        self.attempt(lambda: publishing.withdraw_publication(self.state, self.case, "已变更", noon(self.day), on(self.day)))

    @rule(granted=st.booleans())
    def repair(self, granted: bool) -> None:
        self.attempt(lambda: publishing.request_repair(self.state, "已整改", noon(self.day), on(self.day)))
        answer = AnswerRepair(granted=granted, reason="审查")
        self.attempt(lambda: publishing.answer_repair(self.state, answer, noon(self.day), on(self.day)))

    @rule()
    def clocks_fire(self) -> None:
        at, shown = noon(self.day), self.state.shown
        for due, fire in (
            (self.state.publish_by, publishing.miss_publication), (self.state.withdraw_by, publishing.miss_withdrawal),
            (None if shown is None else shown.public_until, publishing.end_publicity),
        ):  # fmt: skip
            if due is not None:
                self.attempt(lambda due=due, fire=fire: fire(self.state, due, at))  # type: ignore[misc]

    @invariant()
    def refusals_name_their_basis(self) -> None:
        assert all(self.bases)

    @invariant()
    def state_is_the_fold(self) -> None:
        assert given(PUBLICATIONS, self.history) == self.state

    @invariant()
    def what_fell_does_not_stay_without_a_day_to_withdraw_it(self) -> None:
        shown = self.state.shown
        assert not (self.set_aside and shown is not None and shown.withdraw_by is None)

    @invariant()
    def at_most_one_is_shown_and_none_is_heavier_than_it_was(self) -> None:
        assert len([one for one in self.state.editions if one.shown]) <= 1
        assert all(one.current_fen <= one.initial_fen for one in self.state.editions)
        fines = [one.current_fen for one in self.state.editions]
        assert fines == sorted(fines, reverse=True)

    @invariant()
    def what_is_withdrawn_is_explained_and_stays_so(self) -> None:
        gone = [one for one in self.state.editions if one.withdrawn_on is not None]
        assert all(one.explanation for one in gone)
        told_so = [event for event in self.history if isinstance(event, publication_events.PublicationWithdrawn)]
        assert [one.number for one in gone] == [event.edition for event in told_so]


Publishing.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestPublishing = Publishing.TestCase


def test_evolve_is_total() -> None:
    ended = publication_events.PublicityEnded(case_id="c", edition=1, ended_on=date(2026, 1, 1), ending="expired")
    assert given(PUBLICATIONS, [ended]) == PublicationState()
    assert told(*WHOLE).case_id


def test_what_was_decided_on_the_spot_has_a_cause_too() -> None:
    """No filing names one there: it is what was done, each thing once."""
    day = date(2026, 9, 1)
    case, side = decided(day)
    assert side.decision is not None
    acts = tuple(replace(act, fact="未使用固定式龙门钩") for act in case.acts)
    content = published_content(replace(case, cause="", acts=(*acts, *acts)), side, side.decision, on(day))
    assert content.cause == "未使用固定式龙门钩"
