"""Enforcement by a court: only what is beyond remedy, unpaid, demanded, waited for, and asked for in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.domain import Event, Refused
from chassis.testing import given
from services.penalty.domain import enforcement_events as facts
from services.penalty.domain import enforcing, recourse
from services.penalty.domain.enforcement import ENFORCEMENTS, EnforcementState
from services.penalty.domain.enforcing import Owed
from services.penalty.domain.remedy import REMEDIES, RemedyState
from tests.domain.penalty.story import HEAD, noon, refused
from tests.domain.penalty.test_remedy import answer, decide, on, seek, told, withdraw

RECEIVED = date(2026, 3, 2)  # beyond remedy after 2 September 2026, so a court may be asked until 2 December
SERVED = date(2026, 9, 21)
WAITED = date(2026, 10, 12)
DUE = date(2026, 12, 2)


def owed(remedies: RemedyState | None = None, **changes: Any) -> Owed:
    """Forty-five thousand yuan, unpaid since 17 March, beyond remedy after 2 September."""
    usual = Owed(
        case_id="c-1", party_id="unit", enterprise_id="e-1", organ_id="donghu-emb", unpaid_fen=4_500_000,
        due_on=date(2026, 3, 17), deferred_until=None, remedies=remedies or told(received_on=RECEIVED),
    )  # fmt: skip
    return replace(usual, **changes)


def draft(state: EnforcementState, day: date, of: Owed, purpose: facts.Purpose = "court", number: str = "催1") -> list[Event]:
    return enforcing.draft_demand(state, purpose, number, of, noon(day), on(day))


def serve(state: EnforcementState, day: date, today: date | None = None, number: str = "催1") -> list[Event]:
    command = enforcing.ServeDemand(document_no=number, served_on=day, manner="direct", recipient="张三")
    return enforcing.serve_demand(state, command, noon(today or day), on(day))


def ask(state: EnforcementState, day: date, of: Owed) -> list[Event]:
    return enforcing.ask_court(state, enforcing.AskCourt(approver=HEAD, court="东湖区人民法院"), "强1", of, noon(day), on(day))


def court(state: EnforcementState, step: enforcing.Step, day: date, granted: bool = True) -> list[Event]:
    command = enforcing.AnswerOfCourt(step=step, granted=granted, reference_no="行审1", answered_on=day, reason="材料不全")
    return enforcing.answer_of_court(state, command, noon(day), on(day))


def end(state: EnforcementState, ending: facts.Ending, day: date, unpaid_fen: int = 1, why: Any = None) -> list[Event]:
    command = enforcing.EndEnforcement(ending=ending, termination=why, reason="原因", ended_on=day)
    return enforcing.end_enforcement(state, command, unpaid_fen, noon(day), on(day))


def after(state: EnforcementState, *steps: Any) -> EnforcementState:
    """The state after decisions, each asked of the state that the one before left."""
    for step in steps:
        for event in step(state):
            state = ENFORCEMENTS.evolve(state, event)
    return state


def demanded(served: date = SERVED, of: Owed | None = None) -> EnforcementState:
    """A demand before a court was served."""
    return after(EnforcementState(), lambda s: draft(s, served, of or owed()), lambda s: serve(s, served))


def asked() -> EnforcementState:
    """A court was asked on 13 October."""
    return after(demanded(), lambda s: ask(s, date(2026, 10, 13), owed()))


@pytest.mark.parametrize(
    ("received", "served", "waited"),
    [
        (RECEIVED, SERVED, WAITED),  # the day of the acceptance fact
        (date(2024, 1, 15), date(2024, 9, 23), date(2024, 10, 11)),  # National Day between; 29 September is a working Sunday
        (date(2025, 1, 15), date(2025, 8, 4), date(2025, 8, 18)),
    ],
)
def test_f30_court_is_asked_after_ten_working_days(received: date, served: date, waited: date) -> None:
    of = owed(told(received_on=received), due_on=received)
    state = demanded(served, of)
    assert state.court_demand is not None
    assert (state.court_demand.wait_until, state.status) == (waited, "waiting")
    with refused("demand-period-running", article="第54条"):
        ask(state, waited, of)
    [event] = ask(state, waited + timedelta(days=1), of)
    assert isinstance(event, facts.CourtAsked)
    assert event.amount_fen == 4_500_000


@pytest.mark.parametrize(
    ("received", "last"),
    [(RECEIVED, DUE), (date(2024, 8, 31), date(2025, 5, 28)), (date(2025, 1, 15), date(2025, 10, 15))],
)
def test_f30_court_is_asked_within_three_months_after_the_remedies(received: date, last: date) -> None:
    of = owed(told(received_on=received), due_on=received)
    served = last - timedelta(days=40)
    state = demanded(served, of)
    assert len(ask(state, last, of)) == 1
    with refused("court-right-lapsed", article="第53条"):
        ask(state, last + timedelta(days=1), of)


def test_f29_instalments_count_from_the_end_of_the_last() -> None:
    of = owed(deferred_until=date(2026, 10, 31))
    with refused("payment-not-overdue"):
        draft(EnforcementState(), date(2026, 10, 31), of)
    state = demanded(date(2026, 11, 2), of)
    assert enforcing.court_period(of, on(SERVED)) == (date(2026, 10, 31), date(2027, 1, 31))
    assert len(ask(state, date(2027, 1, 31), of)) == 1
    with refused("court-right-lapsed"):
        ask(state, date(2027, 2, 1), of)
    early = owed(deferred_until=date(2026, 6, 30))
    assert enforcing.court_period(early, on(SERVED)) == (date(2026, 9, 2), DUE)


def test_f29_period_that_ran_counts_anew_when_payment_was_put_off() -> None:
    [began] = enforcing.begin_court_period(EnforcementState(), owed(), noon(date(2026, 9, 3)), on(SERVED))
    state = ENFORCEMENTS.evolve(EnforcementState(), began)
    assert (state.due_on, state.status) == (DUE, "due")
    late = noon(date(2026, 12, 3))
    of = owed(deferred_until=date(2026, 11, 30))
    [moved] = enforcing.lapse_court(state, of, DUE, late, on(SERVED))
    assert isinstance(moved, facts.CourtPeriodBegan)
    assert (moved.counts_from, moved.due_on) == (date(2026, 11, 30), date(2027, 2, 28))
    [lapsed] = enforcing.lapse_court(state, owed(), DUE, late, on(SERVED))
    assert ENFORCEMENTS.evolve(state, lapsed).status == "lapsed"
    assert (state.hopeless, ENFORCEMENTS.evolve(state, lapsed).hopeless) == (False, True)
    assert enforcing.lapse_court(state, owed(), DUE, noon(DUE), on(SERVED)) == []
    assert enforcing.lapse_court(state, owed(unpaid_fen=0), DUE, late, on(SERVED)) == []


def test_court_is_not_asked_while_the_decision_is_open_to_a_remedy() -> None:
    of = owed()
    state = demanded(date(2026, 4, 1), of)
    with refused("remedy-period-running", article="第53条"):
        ask(state, date(2026, 9, 2), of)
    assert len(ask(state, date(2026, 9, 3), of)) == 1
    sought = remedied(lambda s: seek(s, "first-instance", date(2026, 9, 1)))
    with refused("remedy-pending"):
        ask(state, date(2026, 9, 3), owed(sought))


def remedied(*steps: Any) -> RemedyState:
    """Remedies after receipt on 2 March and these steps."""
    state = told()
    for step in steps:
        for event in step(state):
            state = REMEDIES.evolve(state, event)
    return state


def test_period_begins_on_the_day_on_which_a_late_remedy_comes_to_nothing() -> None:
    day = date(2026, 10, 20)
    remedies = remedied(lambda s: seek(s, "first-instance", date(2026, 9, 2)), lambda s: withdraw(s, day))
    [began] = enforcing.begin_court_period(EnforcementState(), owed(remedies), noon(day), on(day))
    assert isinstance(began, facts.CourtPeriodBegan)
    assert (began.counts_from, began.due_on) == (day, date(2027, 1, 20))


def test_what_was_upheld_is_enforced_and_what_was_set_aside_is_not() -> None:
    begun = (lambda s: seek(s, "first-instance", date(2026, 4, 1)), lambda s: answer(s, date(2026, 4, 8)))

    def final(state: RemedyState) -> list[Event]:
        return recourse.take_effect(state, date(2026, 7, 17), noon(date(2026, 7, 17)), on(RECEIVED))

    upheld = owed(remedied(*begun, lambda s: decide(s, date(2026, 7, 1)), final))
    state = demanded(date(2026, 7, 20), upheld)
    assert len(ask(state, date(2026, 10, 17), upheld)) == 1
    with refused("court-right-lapsed"):
        ask(state, date(2026, 10, 18), upheld)
    revoked = owed(remedied(*begun, lambda s: decide(s, date(2026, 7, 1), "revoked"), final))
    with refused("decision-set-aside"):
        draft(EnforcementState(), SERVED, revoked)
    with refused("decision-set-aside"):
        ask(state, date(2026, 10, 13), revoked)
    assert enforcing.begin_court_period(EnforcementState(), revoked, noon(SERVED), on(SERVED)) == []


def test_stayed_execution_demands_nothing() -> None:
    stay = recourse.StayExecution(authority="法院", reference_no="", ordered_on=date(2026, 4, 9), reason="急")
    stayed = remedied(
        lambda s: seek(s, "first-instance", date(2026, 4, 1)),
        lambda s: recourse.stay_execution(s, stay, noon(date(2026, 4, 9)), on(RECEIVED)),
    )
    with refused("execution-stayed", article="第73条"):
        draft(EnforcementState(), date(2026, 4, 10), owed(stayed), "payment")
    lifted = remedied(lambda s: seek(s, "first-instance", date(2026, 4, 1)), lambda s: withdraw(s, date(2026, 4, 9)))
    assert len(draft(EnforcementState(), date(2026, 4, 10), owed(lifted), "payment")) == 1


def test_demand_is_for_what_is_in_arrears() -> None:
    with refused("payment-not-overdue"):
        draft(EnforcementState(), date(2026, 3, 17), owed())
    with refused("nothing-unpaid"):
        draft(EnforcementState(), SERVED, owed(unpaid_fen=0))
    with refused("demand-missing"):
        ask(EnforcementState(), date(2026, 10, 13), owed())
    with refused("demand-unknown"):
        serve(EnforcementState(), SERVED)
    paying = after(
        EnforcementState(), lambda s: draft(s, SERVED, owed(), "payment"), lambda s: serve(s, SERVED)
    )  # the demand for payment of form 36 opens no court
    with refused("demand-missing"):
        ask(paying, date(2026, 10, 13), owed())
    assert paying.status == "demanding"


def test_demand_is_served_once_and_may_be_answered() -> None:
    drafted = after(EnforcementState(), lambda s: draft(s, SERVED, owed()))
    with refused("demand-not-served"):
        enforcing.answer_demand(drafted, "催1", "无力缴纳", noon(SERVED), on(SERVED))
    with refused("before-earlier-step"):
        serve(drafted, SERVED - timedelta(days=1), SERVED)
    with refused("day-in-future"):
        serve(drafted, SERVED + timedelta(days=1), SERVED)
    state = demanded()
    with refused("demand-served-already"):
        serve(state, SERVED)
    answered = after(state, lambda s: enforcing.answer_demand(s, "催1", "无力缴纳", noon(SERVED), on(SERVED)))
    assert answered.demands[0].answers == 1


def test_waiting_time_is_noted_once() -> None:
    state = demanded()
    assert enforcing.allow_court(state, WAITED, noon(WAITED)) == []
    [allowed] = enforcing.allow_court(state, WAITED, noon(date(2026, 10, 13)))
    state = ENFORCEMENTS.evolve(state, allowed)
    assert state.status == "allowed"
    assert enforcing.allow_court(state, WAITED, noon(date(2026, 10, 13))) == []


def test_court_accepts_rules_and_the_money_comes() -> None:
    state = asked()
    with refused("court-asked-already"):
        ask(state, date(2026, 10, 14), owed())
    with refused("court-not-accepted"):
        court(state, "ruled", date(2026, 10, 20))
    state = after(state, lambda s: court(s, "accepted", date(2026, 10, 20)))
    with refused("court-accepted-already"):
        court(state, "accepted", date(2026, 10, 20))
    with refused("court-not-ruled"):
        end(state, "enforced", date(2026, 11, 2), 0)
    state = after(state, lambda s: court(s, "ruled", date(2026, 11, 2)))
    with refused("payment-not-settled"):
        end(state, "enforced", date(2026, 11, 20), 1)
    done = after(state, lambda s: end(s, "enforced", date(2026, 11, 20), 0))
    assert (done.status, done.finished is not None) == ("ended", True)
    with refused("enforcement-ended"):
        ask(done, date(2026, 11, 21), owed())
    with refused("court-not-asked"):
        end(done, "withdrawn", date(2026, 11, 21))


def test_termination_names_its_reason() -> None:
    with refused("termination-reason"):
        end(asked(), "terminated", date(2026, 11, 2))
    with refused("termination-reason"):
        end(asked(), "withdrawn", date(2026, 11, 2), why="no-property")
    ended = after(asked(), lambda s: end(s, "terminated", date(2026, 11, 2), why="no-property"))
    assert ended.finished is not None
    assert ended.finished.termination == "no-property"


def test_refused_application_may_be_made_again_in_time() -> None:
    [began] = enforcing.begin_court_period(EnforcementState(), owed(), noon(date(2026, 9, 3)), on(SERVED))
    state = after(
        ENFORCEMENTS.evolve(EnforcementState(), began), lambda s: draft(s, SERVED, owed()), lambda s: serve(s, SERVED),
        lambda s: ask(s, date(2026, 10, 13), owed()),
    )  # fmt: skip
    [event] = court(state, "accepted", date(2026, 10, 20), granted=False)
    assert isinstance(event, facts.EnforcementEnded)
    assert (event.ending, event.due_on) == ("refused", DUE)
    assert len(ask(ENFORCEMENTS.evolve(state, event), date(2026, 10, 21), owed())) == 1


class Enforcing(RuleBasedStateMachine):
    """Anybody tries anything while the remedies run out, the fine is paid or put off."""

    @initialize(received=st.sampled_from([date(2024, 1, 31), date(2025, 1, 15), RECEIVED]))
    def begin(self, received: date) -> None:
        self.day = received + timedelta(days=16)
        self.remedies = told(received_on=received)
        self.unpaid = 4_500_000
        self.deferred: date | None = None
        self.history: list[Event] = []
        self.state = EnforcementState()
        self.bases: list[str | None] = []
        self.number = 0

    @property
    def of(self) -> Owed:
        due_on = (self.remedies.received_on or date.min) + timedelta(days=15)
        return owed(self.remedies, unpaid_fen=self.unpaid, deferred_until=self.deferred, due_on=due_on)

    def attempt(self, decide: Any) -> None:
        try:
            events: list[Event] = decide()
        except Refused as refusal:
            self.bases.append(refusal.basis)
            return
        for event in events:
            self.check(event)
            self.history.append(event)
            self.state = ENFORCEMENTS.evolve(self.state, event)

    def check(self, event: Event) -> None:
        """What must hold at the moment a court is asked."""
        if isinstance(event, facts.CourtAsked):
            demand, period = self.state.court_demand, enforcing.court_period(self.of, on(self.day))
            assert demand is not None
            assert demand.wait_until is not None
            assert demand.wait_until < self.day
            assert period is not None
            assert period[0] - timedelta(days=1) < self.day <= period[1]
            assert event.amount_fen == self.unpaid > 0
            assert not self.remedies.is_pending

    @rule(days=st.integers(1, 60))
    def days_pass(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule()
    def clocks_fire(self) -> None:
        at, today, demand, due_on = noon(self.day), on(self.day), self.state.court_demand, self.state.due_on
        self.attempt(lambda: enforcing.begin_court_period(self.state, self.of, at, today))
        if demand is not None and demand.wait_until is not None:
            wait_until = demand.wait_until
            self.attempt(lambda: enforcing.allow_court(self.state, wait_until, at))
        if due_on is not None:
            self.attempt(lambda: enforcing.lapse_court(self.state, self.of, due_on, at, today))

    @rule(fen=st.sampled_from([0, 1, 4_500_000]), put_off=st.none() | st.integers(-30, 90))
    def money_changes(self, fen: int, put_off: int | None) -> None:
        self.unpaid = fen
        self.deferred = None if put_off is None else self.day + timedelta(days=put_off)

    @rule(sue=st.booleans())
    def remedy(self, sue: bool) -> None:
        try:
            found = seek(self.remedies, "first-instance", self.day, self.day) if sue else recourse.withdraw_remedy(
                self.remedies, recourse.WithdrawRemedy(withdrawn_on=self.day, reason="和"), noon(self.day), on(self.day)
            )  # fmt: skip
        except Refused:
            return
        for event in found:
            self.remedies = REMEDIES.evolve(self.remedies, event)

    @rule(purpose=st.sampled_from(["payment", "court"]))
    def demand(self, purpose: facts.Purpose) -> None:
        self.number += 1
        self.attempt(lambda: draft(self.state, self.day, self.of, purpose, f"催{self.number}"))
        self.attempt(lambda: serve(self.state, self.day, number=f"催{self.number}"))

    @rule()
    def ask(self) -> None:
        self.attempt(lambda: ask(self.state, self.day, self.of))

    @rule(step=st.sampled_from(["accepted", "ruled"]), granted=st.booleans())
    def court(self, step: enforcing.Step, granted: bool) -> None:
        self.attempt(lambda: court(self.state, step, self.day, granted))

    @rule(ending=st.sampled_from(["withdrawn", "enforced", "terminated"]), why=st.sampled_from([None, "no-property"]))
    def end(self, ending: facts.Ending, why: Any) -> None:
        self.attempt(lambda: end(self.state, ending, self.day, self.unpaid, why))

    @invariant()
    def state_is_the_fold_and_refusals_name_their_basis(self) -> None:
        assert given(ENFORCEMENTS, self.history) == self.state
        assert all(self.bases)

    @invariant()
    def one_application_at_a_time_and_none_after_the_end(self) -> None:
        assert all(one.ended_on is not None for one in self.state.applications[:-1])
        assert all(one.ending in ("refused", "withdrawn") for one in self.state.applications[:-1])
        for one in self.state.applications:
            assert one.ruled_on is None or one.accepted_on is not None
            assert one.ending != "enforced" or one.ruled_on is not None
            assert (one.termination is not None) == (one.ending == "terminated")


Enforcing.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestEnforcing = Enforcing.TestCase


def test_evolve_is_total() -> None:
    ruled = facts.CourtRuled(case_id="c", reference_no="行审1", ruled_on=RECEIVED)
    served = facts.DemandServed(
        case_id="c", purpose="court", document_no="催1", served_on=RECEIVED, manner="direct", recipient="张三"
    )
    assert given(ENFORCEMENTS, [ruled, served]) == EnforcementState()
