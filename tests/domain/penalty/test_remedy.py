"""Remedies against a decision: until when, what is pending, what a result does; each right lapses by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.domain import Event, Refused
from chassis.testing import given
from services.penalty.domain import Decision, recourse
from services.penalty.domain import remedy_events as facts
from services.penalty.domain.remedy import REMEDIES, RemedyState, merged
from tests.domain.penalty.story import document, noon, refused, rules

BOOKS = ("rulebook-2021.json", "rulebook-2023.json", "rulebook-2025.json", "rulebook-2026-2.json")
WHO = recourse.OpenRemedies(case_id="c-1", party_id="unit", enterprise_id="e-1", organ_id="donghu-emb")
RECEIVED = date(2026, 3, 2)
LATER = date(2026, 12, 31)


def on(day: date) -> Any:
    """The published rules on a day."""
    return rules(day, next(book for book in BOOKS if day.isoformat() <= (document(book)["valid_to"] or "9999")))


def decision(received_on: date | None = RECEIVED, total_fen: int = 4_500_000) -> Decision:
    """A decision that was received on a day."""
    return Decision(
        document_no="（东湖）应急罚〔2026〕1号", decided_on=(received_on or RECEIVED) - timedelta(days=1), charges=(),
        total_fen=total_fen, late=False, received_on=received_on,
    )  # fmt: skip


def opened(received_on: date = RECEIVED) -> list[Event]:
    """The party has received the decision."""
    return recourse.open_remedies(RemedyState(), WHO, decision(received_on), on(received_on))


def told(*events: Event, received_on: date = RECEIVED) -> RemedyState:
    """Remedies after receipt, and these events."""
    return given(REMEDIES, [*opened(received_on), *events])


def seek(state: RemedyState, kind: facts.Kind, day: date, today: date = LATER) -> list[Event]:
    command = recourse.SeekRemedy(kind=kind, authority="南昌市人民政府", reference_no="洪府复〔2026〕1号", applied_on=day)
    return recourse.seek_remedy(state, command, noon(today), on(today))


def answer(state: RemedyState, day: date, accepted: bool = True) -> list[Event]:
    command = recourse.AnswerRemedy(accepted=accepted, reference_no="", answered_on=day, reason="超过期限")
    return recourse.answer_remedy(state, command, noon(LATER), on(LATER))


def decide(state: RemedyState, day: date, result: facts.Result = "upheld", total_fen: int | None = None) -> list[Event]:
    command = recourse.DecideRemedy(result=result, reference_no="号", decided_on=day, received_on=day, total_fen=total_fen)
    return recourse.decide_remedy(state, command, decision(), noon(LATER), on(day))


def withdraw(state: RemedyState, day: date) -> list[Event]:
    command = recourse.WithdrawRemedy(withdrawn_on=day, reason="和解")
    return recourse.withdraw_remedy(state, command, noon(LATER), on(LATER))


def after(state: RemedyState, *steps: Any) -> RemedyState:
    """The state after decisions, each asked of the state that the one before left."""
    for step in steps:
        for event in step(state):
            state = REMEDIES.evolve(state, event)
    return state


def sued(first: date = date(2026, 4, 1), judged: date = date(2026, 7, 1)) -> RemedyState:
    """A suit was brought, accepted and judged in the first instance."""
    return after(
        told(), lambda s: seek(s, "first-instance", first), lambda s: answer(s, first + timedelta(days=7)),
        lambda s: decide(s, judged),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("received", "reconsideration", "litigation"),
    [
        (date(2026, 3, 2), date(2026, 5, 6), date(2026, 9, 2)),  # 1 May: a holiday, rolls to the 6th
        (date(2026, 8, 6), date(2026, 10, 8), date(2027, 2, 6)),  # 5 October: a holiday
        (date(2025, 1, 15), date(2025, 3, 17), date(2025, 7, 15)),  # 16 March: a Sunday
        (date(2024, 2, 29), date(2024, 4, 29), date(2024, 8, 29)),
        (date(2024, 8, 31), date(2024, 10, 30), date(2025, 2, 28)),
        (date(2021, 9, 18), date(2021, 11, 17), date(2022, 3, 18)),
    ],
)
def test_both_periods_run_from_receipt(received: date, reconsideration: date, litigation: date) -> None:
    """T19: sixty calendar days, rolling; T20: six months, which do not roll."""
    state = told(received_on=received)
    assert (state.reconsideration_due_on, state.litigation_due_on) == (reconsideration, litigation)
    assert state.ended_on == litigation
    assert (state.status, state.pending) == ("open", ())


def test_remedies_open_once_for_a_decision_that_was_received() -> None:
    assert recourse.open_remedies(RemedyState(), WHO, decision(None), on(RECEIVED)) == []
    assert recourse.open_remedies(told(), WHO, decision(), on(RECEIVED)) == []
    with refused("decision-not-served"):
        seek(RemedyState(), "reconsideration", RECEIVED)


def test_rights_lapse_when_their_day_is_over_once() -> None:
    state, due = told(), date(2026, 5, 6)
    assert recourse.lapse_reconsideration(state, due, noon(due)) == []
    [lapsed] = recourse.lapse_reconsideration(state, due, noon(date(2026, 5, 7)))
    state = REMEDIES.evolve(state, lapsed)
    assert recourse.lapse_reconsideration(state, due, noon(date(2026, 5, 7))) == []
    assert state.status == "open"
    assert recourse.lapse_litigation(state, date(2026, 9, 1), noon(LATER)) == []
    [lapsed] = recourse.lapse_litigation(state, date(2026, 9, 2), noon(date(2026, 9, 3)))
    assert REMEDIES.evolve(state, lapsed).status == "ended"


def test_f28_pending_from_application_to_the_receipt_of_the_decision() -> None:
    state = after(told(), lambda s: seek(s, "reconsideration", date(2026, 3, 20)))
    assert (state.pending, state.ended_on, state.status) == (((date(2026, 3, 20), None),), None, "pending")
    assert recourse.lapse_reconsideration(state, date(2026, 5, 6), noon(LATER)) == []
    assert recourse.lapse_litigation(state, date(2026, 9, 2), noon(LATER)) == []
    state = after(state, lambda s: answer(s, date(2026, 3, 25)), lambda s: decide(s, date(2026, 5, 20)))
    assert state.pending == ((date(2026, 3, 20), date(2026, 5, 20)),)
    assert (state.reconsideration_due_on, state.litigation_due_on) == (None, date(2026, 6, 4))
    assert state.ended_on == date(2026, 6, 4)


def test_f28_suit_after_reconsideration_is_pending_again() -> None:
    state = after(
        told(), lambda s: seek(s, "reconsideration", date(2026, 3, 20)), lambda s: answer(s, date(2026, 3, 25)),
        lambda s: decide(s, date(2026, 5, 20)), lambda s: seek(s, "first-instance", date(2026, 6, 1)),
    )  # fmt: skip
    assert state.pending == ((date(2026, 3, 20), date(2026, 5, 20)), (date(2026, 6, 1), None))


def test_litigation_is_pending_through_the_instances_until_the_judgment_is_final() -> None:
    state = sued()
    assert state.pending == ((date(2026, 4, 1), None),)
    assert state.outcome is None
    appealed = after(
        state, lambda s: seek(s, "second-instance", date(2026, 7, 10)), lambda s: answer(s, date(2026, 7, 20)),
        lambda s: decide(s, date(2026, 9, 30)),
    )  # fmt: skip
    assert appealed.pending == ((date(2026, 4, 1), date(2026, 9, 30)),)
    assert (appealed.ended_on, appealed.status) == (date(2026, 9, 30), "ended")
    stands = after(state, lambda s: recourse.take_effect(s, date(2026, 7, 17), noon(LATER), on(LATER)))
    assert (stands.pending, stands.ended_on) == (((date(2026, 4, 1), date(2026, 7, 17)),), date(2026, 7, 17))


def test_appeal_that_comes_to_nothing_leaves_the_first_judgment() -> None:
    state = after(told(), lambda s: seek(s, "first-instance", date(2026, 4, 1)), lambda s: answer(s, date(2026, 4, 8)))
    state = after(state, lambda s: decide(s, date(2026, 7, 1), "revoked"))
    state = after(state, lambda s: seek(s, "second-instance", date(2026, 7, 10)), lambda s: withdraw(s, date(2026, 8, 3)))
    assert state.outcome is not None
    assert (state.outcome.kind, state.outcome.result, state.outcome.effective_on) == (
        "first-instance", "revoked", date(2026, 8, 3),
    )  # fmt: skip
    assert (state.outcome.sets_aside, state.status) == (True, "ended")


def test_remanded_suit_goes_on_in_the_first_instance() -> None:
    state = after(
        sued(), lambda s: seek(s, "second-instance", date(2026, 7, 10)), lambda s: answer(s, date(2026, 7, 20)),
        lambda s: decide(s, date(2026, 9, 30), "remanded"),
    )  # fmt: skip
    assert state.current is not None
    assert (state.current.kind, state.pending, state.outcome) == ("first-instance", ((date(2026, 4, 1), None),), None)
    assert after(state, lambda s: decide(s, date(2026, 11, 2), "changed", 1)).outcome is None
    with refused("nothing-to-remand"):
        decide(state, date(2026, 11, 2), "remanded")


@pytest.mark.parametrize("result", ["revoked", "void", "confirmed-illegal", "ordered-anew"])
def test_result_that_sets_the_decision_aside_is_an_outcome(result: facts.Result) -> None:
    state = after(told(), lambda s: seek(s, "reconsideration", date(2026, 3, 20)), lambda s: answer(s, date(2026, 3, 25)))
    outcome = after(state, lambda s: decide(s, date(2026, 5, 20), result)).outcome
    assert outcome is not None
    assert (outcome.alters, outcome.sets_aside, outcome.effective_on) == (True, True, date(2026, 5, 20))


def test_change_names_a_fine_that_is_no_heavier() -> None:
    state = after(told(), lambda s: seek(s, "reconsideration", date(2026, 3, 20)), lambda s: answer(s, date(2026, 3, 25)))
    for fen in (None, 4_500_001):
        with refused("heavier-than-decided", article="第20条"):
            decide(state, date(2026, 5, 20), "changed", fen)
    with refused("sum-without-change"):
        decide(state, date(2026, 5, 20), "upheld", 1)
    outcome = after(state, lambda s: decide(s, date(2026, 5, 20), "changed", 2_000_000)).outcome
    assert outcome is not None
    assert (outcome.alters, outcome.sets_aside, outcome.total_fen) == (True, False, 2_000_000)


def test_withdrawn_remedy_leaves_what_is_left_of_the_rights() -> None:
    state = after(told(), lambda s: seek(s, "reconsideration", date(2026, 3, 20)))
    [event] = withdraw(state, date(2026, 4, 1))
    assert isinstance(event, facts.RemedyWithdrawn)
    assert (event.reconsideration_due_on, event.litigation_due_on) == (date(2026, 5, 6), date(2026, 9, 2))
    state = REMEDIES.evolve(state, event)
    assert (state.ended_on, state.status) == (date(2026, 9, 2), "open")
    assert len(seek(state, "first-instance", date(2026, 9, 2))) == 1
    late = after(told(), lambda s: seek(s, "first-instance", date(2026, 9, 2)), lambda s: withdraw(s, date(2026, 10, 20)))
    assert late.ended_on == date(2026, 10, 20)
    assert len(recourse.lapse_litigation(late, date(2026, 9, 2), noon(date(2026, 10, 21)))) == 1


def test_what_comes_late_counts_only_once_it_is_accepted() -> None:
    state = after(told(), lambda s: seek(s, "reconsideration", date(2026, 5, 7)))
    assert (state.current is not None, state.pending, state.ended_on) == (True, (), date(2026, 9, 2))
    assert len(recourse.lapse_reconsideration(state, date(2026, 5, 6), noon(date(2026, 5, 7)))) == 1
    assert after(state, lambda s: answer(s, date(2026, 11, 1), False)).ended_on == date(2026, 9, 2)
    assert after(state, lambda s: answer(s, date(2026, 5, 12))).pending == ((date(2026, 5, 7), None),)
    on_time = after(told(), lambda s: seek(s, "reconsideration", date(2026, 5, 6)))
    assert on_time.is_pending


def test_one_remedy_at_a_time_and_each_once() -> None:
    pending = after(told(), lambda s: seek(s, "reconsideration", date(2026, 3, 20)))
    with refused("remedy-pending"):
        seek(pending, "first-instance", date(2026, 3, 21))
    with refused("remedy-pending"):
        seek(pending, "reconsideration", date(2026, 3, 21))
    with refused("remedy-not-accepted"):
        decide(pending, date(2026, 3, 21))
    accepted = after(pending, lambda s: answer(s, date(2026, 3, 25)))
    with refused("remedy-accepted-already"):
        answer(accepted, date(2026, 3, 26))
    decided = after(accepted, lambda s: decide(s, date(2026, 5, 20)))
    with refused("remedy-used"):
        seek(decided, "reconsideration", date(2026, 5, 21))
    with refused("nothing-to-appeal"):
        seek(decided, "second-instance", date(2026, 5, 21))
    with refused("no-remedy-pending"):
        withdraw(decided, date(2026, 5, 21))
    with refused("remedy-decided"):
        withdraw(sued(), date(2026, 7, 2))
    with refused("judgment-missing", article="第46条"):
        recourse.take_effect(accepted, date(2026, 7, 2), noon(LATER), on(LATER))
    final = after(sued(), lambda s: recourse.take_effect(s, date(2026, 7, 17), noon(LATER), on(LATER)))
    for kind in ("first-instance", "reconsideration"):
        with refused("remedy-used"):
            seek(final, kind, date(2026, 7, 20))


def test_days_are_past_and_in_order() -> None:
    with refused("before-earlier-step"):
        seek(told(), "reconsideration", date(2026, 3, 1))
    with refused("day-in-future"):
        seek(told(), "reconsideration", date(2026, 3, 21), today=date(2026, 3, 20))
    state = after(told(), lambda s: seek(s, "reconsideration", date(2026, 3, 20)))
    with refused("before-earlier-step"):
        answer(state, date(2026, 3, 19))


def test_remedy_does_not_stop_execution_unless_it_is_ordered() -> None:
    stay = recourse.StayExecution(authority="南昌市人民政府", reference_no="", ordered_on=date(2026, 4, 1), reason="难以弥补")
    with refused("no-remedy-pending", article="第73条"):
        recourse.stay_execution(told(), stay, noon(LATER), on(LATER))
    state = after(told(), lambda s: seek(s, "reconsideration", date(2026, 3, 20)), lambda s: answer(s, date(2026, 3, 25)))
    assert not state.stayed
    state = after(state, lambda s: recourse.stay_execution(s, stay, noon(LATER), on(LATER)))
    assert state.stayed
    with refused("execution-stayed"):
        recourse.stay_execution(state, stay, noon(LATER), on(LATER))
    lifted = after(state, lambda s: recourse.lift_stay(s, date(2026, 4, 20), "情况变化", noon(LATER), on(LATER)))
    assert (lifted.stayed, lifted.stays[0].lifted_on) == (False, date(2026, 4, 20))
    with refused("execution-not-stayed"):
        recourse.lift_stay(lifted, date(2026, 4, 21), "再次", noon(LATER), on(LATER))
    ended = after(state, lambda s: decide(s, date(2026, 5, 20)))
    assert (ended.stayed, ended.stays[0].lifted_on) == (False, date(2026, 5, 20))


def test_spans_are_joined_where_they_touch() -> None:
    day = [date(2026, 1, 1) + timedelta(days=n) for n in range(10)]
    assert merged(((day[5], None), (day[0], day[2]), (day[3], day[4]))) == ((day[0], None),)
    assert merged(((day[0], None), (day[4], day[5]))) == ((day[0], None),)


class Remedies(RuleBasedStateMachine):
    """Anything is noted on any day; the rights lapse as days pass, or late."""

    @initialize(start=st.sampled_from([date(2021, 9, 18), date(2024, 1, 31), date(2025, 11, 3), date(2026, 3, 2)]))
    def begin(self, start: date) -> None:
        self.day = start
        self.history = opened(start)
        self.state = given(REMEDIES, self.history)
        self.bases: list[str | None] = []

    def attempt(self, decide: Any) -> list[Event]:
        """Note something; a refusal names its basis and changes nothing."""
        try:
            events: list[Event] = decide()
        except Refused as refusal:
            self.bases.append(refusal.basis)
            return []
        for event in events:
            self.history.append(event)
            self.state = REMEDIES.evolve(self.state, event)
        return events

    @rule(days=st.integers(1, 90), punctual=st.booleans())
    def days_pass(self, days: int, punctual: bool) -> None:
        self.day += timedelta(days=days)
        if punctual:
            self.rights_lapse()

    @rule()
    def rights_lapse(self) -> None:
        first, second = self.state.reconsideration_due_on, self.state.litigation_due_on
        if first is not None:
            self.attempt(lambda: recourse.lapse_reconsideration(self.state, first, noon(self.day)))
        if second is not None:
            self.attempt(lambda: recourse.lapse_litigation(self.state, second, noon(self.day)))

    @rule(kind=st.sampled_from(["reconsideration", "first-instance", "second-instance"]), ago=st.integers(-1, 20))
    def seek(self, kind: facts.Kind, ago: int) -> None:
        self.attempt(lambda: seek(self.state, kind, self.day - timedelta(days=ago), self.day))

    @rule(accepted=st.booleans())
    def answer(self, accepted: bool) -> None:
        command = recourse.AnswerRemedy(accepted=accepted, reference_no="号", answered_on=self.day)
        self.attempt(lambda: recourse.answer_remedy(self.state, command, noon(self.day), on(self.day)))

    @rule()
    def withdraw(self) -> None:
        command = recourse.WithdrawRemedy(withdrawn_on=self.day, reason="和解")
        self.attempt(lambda: recourse.withdraw_remedy(self.state, command, noon(self.day), on(self.day)))

    @rule(result=st.sampled_from(["upheld", "changed", "revoked", "remanded"]), fen=st.sampled_from([None, 1, 4_500_001]))
    def decide(self, result: facts.Result, fen: int | None) -> None:
        command = recourse.DecideRemedy(
            result=result, reference_no="号", decided_on=self.day, received_on=self.day, total_fen=fen
        )
        self.attempt(lambda: recourse.decide_remedy(self.state, command, decision(), noon(self.day), on(self.day)))

    @rule()
    def take_effect(self) -> None:
        self.attempt(lambda: recourse.take_effect(self.state, self.day, noon(self.day), on(self.day)))

    @rule(lift=st.booleans())
    def stay(self, lift: bool) -> None:
        stay = recourse.StayExecution(authority="法院", reference_no="", ordered_on=self.day, reason="急")
        at, today = noon(self.day), on(self.day)
        self.attempt(lambda: recourse.lift_stay(self.state, self.day, "完", at, today) if lift
                     else recourse.stay_execution(self.state, stay, at, today))  # fmt: skip

    @invariant()
    def refusals_name_their_basis(self) -> None:
        assert all(self.bases)

    @invariant()
    def state_is_the_fold(self) -> None:
        assert given(REMEDIES, self.history) == self.state

    @invariant()
    def only_the_last_is_pending(self) -> None:
        assert all(one.ended_on is not None for one in self.state.proceedings[:-1])
        assert all(last is not None for _, last in self.state.pending[:-1])
        for (_, last), (first, _) in zip(self.state.pending, self.state.pending[1:], strict=False):
            assert last is not None
            assert (first - last).days > 1

    @invariant()
    def open_or_ended(self) -> None:
        state = self.state
        assert (state.ended_on is None) == state.is_pending
        if state.ended_on is not None:
            assert all(last is not None and last <= state.ended_on for _, last in state.pending)
        assert not state.stayed or state.current is not None, "a stay outlived the remedy"

    @invariant()
    def outcome_is_final(self) -> None:
        outcome = self.state.outcome
        if outcome is not None:
            assert outcome.decided_on <= outcome.effective_on <= self.day
            assert outcome.result != "remanded"
            assert (outcome.total_fen is not None) == (outcome.result == "changed")

    @invariant()
    def each_is_decided_once(self) -> None:
        decided = [one.kind for one in self.state.proceedings if one.outcome is not None]
        assert decided.count("reconsideration") <= 1
        assert len([kind for kind in decided if kind != "reconsideration"]) <= 1


Remedies.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestRemedies = Remedies.TestCase


def test_evolve_is_total() -> None:
    effect = facts.JudgmentTookEffect(
        case_id="c", reference_no="号", result="upheld", total_fen=None, effective_on=RECEIVED
    )  # fmt: skip
    assert given(REMEDIES, [effect, facts.StayLifted(case_id="c", lifted_on=RECEIVED, reason="完")]) == RemedyState()
