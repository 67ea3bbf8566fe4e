"""No sequence of commands makes an invalid case: no decision before its notice, money is conserved, the end is the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.aggregates import nothing, state_bytes
from chassis.domain import Actor, Event, Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import CASE, PAYMENTS, CaseState, PaymentState, payment
from services.penalty.domain.payment_events import RefundMade
from tests.domain.penalty.story import FILED, HEAD, OFFICERS, REVIEWER, SIX, charge, clue, noon, rules, sanctions, training

ACTORS = st.sampled_from([HEAD, REVIEWER, Actor(id="o-li", name="李明", role="approver")])
AMOUNTS = st.sampled_from([1, 900_000, 1_999_999, 2_000_000, 5_000_000, 5_000_001])
PICKS = st.lists(st.sampled_from([officer.officer_id for officer in OFFICERS]), max_size=3).map(tuple)
HAZARDS = st.sampled_from([{}, {"h-1": "rectified"}, {"h-1": "rectified", "h-2": "rectified"}])


class Procedure(RuleBasedStateMachine):
    """Anybody tries anything, on days that only go forward; deadlines fire as days pass, or late."""

    @initialize()
    def begin(self) -> None:
        self.day = FILED
        self.history: list[Event] = [clue()]
        self.payments: list[Event] = []
        self.owned: CaseState = given(CASE, self.history)
        self.money = PaymentState()
        self.bases: list[str | None] = []

    @property
    def at(self) -> datetime:
        return noon(self.day)

    def attempt(self, decide: Callable[[], list[Any]]) -> list[Event]:
        """Run a decision; a refusal changes nothing."""
        try:
            events = decide()
        except Refused as refused:
            self.bases.append(refused.basis)
            return []
        assert not (events and self.owned.stage == "closed"), "a closed case accepted a command"
        for event in events:
            self.owned = CASE.evolve(self.owned, event)
            self.history.append(event)
        return events

    @rule(days=st.integers(1, 20), punctual=st.booleans())
    def days_pass(self, days: int, punctual: bool) -> None:
        self.day += timedelta(days=days)
        if punctual:
            self.deadlines_fire()

    @rule()
    def deadlines_fire(self) -> None:
        side, due = self.owned.side(), self.owned.decision_due_on
        notice = None if side is None else side.notice
        if notice is not None:
            self.attempt(lambda: domain.lapse_statement(self.owned, notice.statement_due_on, self.at))
        if due is not None:
            self.attempt(lambda: domain.flag_overdue(self.owned, due, self.at))

    @rule(picks=PICKS)
    def request(self, picks: tuple[str, ...]) -> None:
        command = domain.RequestFiling(cause="案由", officer_ids=picks, opinion="意见")
        self.attempt(lambda: domain.request_filing(self.owned, command, OFFICERS, self.at, rules(self.day)))

    @rule(actor=ACTORS)
    def file(self, actor: Actor) -> None:
        self.attempt(lambda: domain.file_case(self.owned, actor, "号", OFFICERS, self.at, rules(self.day)))

    @rule(digest=st.sampled_from("abcd"))
    def record(self, digest: str) -> None:
        ids = tuple(handler.officer_id for handler in self.owned.officers)
        command = domain.RecordEvidence(kind="documentary", title="证据", officer_ids=ids, sha256=digest * 64)
        self.attempt(lambda: domain.record_evidence(self.owned, command, OFFICERS, self.at, rules(self.day)))

    @rule(first=AMOUNTS, second=AMOUNTS | st.none(), grounds=st.sampled_from([(), ("difficult-case",)]))
    def close_investigation(self, first: int, second: int | None, grounds: tuple[str, ...]) -> None:
        charges = (charge(first), *(() if second is None else (training(second),)))
        command = domain.CloseInvestigation(charges=charges, opinion="意见", review_grounds=grounds)
        self.attempt(lambda: domain.close_investigation(self.owned, command, sanctions(), self.at, rules(self.day)))

    @rule(passed=st.booleans(), actor=ACTORS)
    def review(self, passed: bool, actor: Actor) -> None:
        command = domain.ReviewCase(passed=passed, opinion="意见")
        self.attempt(lambda: domain.review_case(self.owned, command, actor, rules(self.day)))

    @rule(manner=st.sampled_from(["direct", "electronic"]))
    def notify(self, manner: domain.Manner) -> None:
        self.attempt(lambda: domain.serve_notice(self.owned, domain.ServeNotice(manner=manner), "号", self.at, rules(self.day)))

    @rule(kind=st.sampled_from(["made", "waived"]))
    def answer(self, kind: domain.StatementKind) -> None:
        self.attempt(lambda: domain.record_statement(self.owned, kind, "申辩", self.at, rules(self.day)))

    @rule(actor=ACTORS, amounts=st.none() | st.dictionaries(st.sampled_from(["STL-K1", "GEN-03"]), AMOUNTS), sealed=st.booleans())
    def decide(self, actor: Actor, amounts: dict[str, int] | None, sealed: bool) -> None:
        before = self.owned
        command = domain.DecidePenalty(approver=actor, amounts=amounts, contents=SIX, sealed=sealed)
        number = f"罚{len(self.history)}号"
        for event in self.attempt(
            lambda: domain.decide_penalty(self.owned, command, number, sanctions(), self.at, rules(self.day))
        ):
            self.check_decision(before, event)

    def check_decision(self, before: CaseState, event: Any) -> None:
        """What must hold of the case at the moment it is decided."""
        side = before.side()
        assert side is not None
        notice = side.notice
        assert notice is not None
        assert side.decision is None
        assert event.total_fen == sum(c.amount_fen for c in event.charges) <= notice.intended_fen
        assert notice.answered or self.day > notice.statement_due_on
        asked_until = notice.hearing_request_due_on
        assert not notice.hearing_right or (asked_until is not None and self.day > asked_until)
        assert before.review != "returned"
        assert before.review == "passed" or not before.review_required
        assert event.approved_by not in {handler.officer_id for handler in before.officers}
        assert event.late == (before.decision_due_on is not None and self.day > before.decision_due_on)

    @rule(ago=st.integers(-1, 3))
    def serve(self, ago: int) -> None:
        received = self.day - timedelta(days=ago)
        command = domain.ServeDecision(manner="direct", recipient="张三", received_on=received)
        for event in self.attempt(lambda: domain.serve_decision(self.owned, command, self.at, rules(received))):
            assert isinstance(event, domain.DecisionServed)
            decision = self.owned.decision_of(domain.UNIT)
            assert decision is not None
            self.open(decision, event.payment_due_on)

    def open(self, decision: domain.Decision, due_on: date) -> None:
        self.pay(
            lambda: domain.open_payment(
                self.money, "c", "e", decision.total_fen, due_on, document_no=decision.document_no, received_on=self.day
            )
        )

    @rule(anew=st.sampled_from([True, True, False]), certain=st.integers(0, 3))
    def revoke(self, anew: bool, certain: int) -> None:
        """Now and then a decision is revoked; one that is to be made anew goes the whole way again."""
        command = domain.RevokeDecision(cause="litigation", reason="事实不清", anew=anew)
        if not certain and self.attempt(lambda: domain.revoke_decision(self.owned, command, self.at, rules(self.day))):
            self.pay(lambda: payment.revoke_payment(self.money, self.day))

    @rule()
    def refund(self) -> None:
        command = payment.MakeRefund(amount_fen=self.money.credit_fen, bank_reference=f"R{self.day}", refunded_on=self.day)
        self.pay(lambda: payment.make_refund(self.money, command, self.at, rules(self.day)))

    def pay(self, decide: Callable[[], list[Event]]) -> None:
        try:
            events = decide()
        except Refused:
            return
        for event in events:
            self.money = PAYMENTS.evolve(self.money, event)
            self.payments.append(event)

    @rule(fen=st.sampled_from([1, 450_000, 900_000]), reference=st.sampled_from("pqrs"))
    def transfer(self, fen: int, reference: str) -> None:
        command = domain.ReceivePayment(amount_fen=fen, bank_reference=reference, paid_on=self.day)
        self.pay(lambda: domain.receive_payment(self.money, command, self.at, rules(self.day)))

    @rule(reference=st.sampled_from("pqrs"))
    def transfer_the_rest(self, reference: str) -> None:
        self.transfer(self.money.outstanding_fen, reference)

    @rule(actor=ACTORS, hazards=HAZARDS)
    def close(self, actor: Actor, hazards: dict[str, str]) -> None:
        beside = domain.Beside(payments={domain.UNIT: self.money}, hazards=hazards)
        for event in self.attempt(
            lambda: domain.close_case(self.owned, beside, "performed", "已履行", actor, self.at, rules(self.day))
        ):
            assert isinstance(event, domain.CaseClosed)
            assert self.money.outstanding_fen == 0
            assert self.money.credit_fen == 0
            assert self.money.settled_on is not None or self.money.revoked_on is not None
            assert len(hazards) == 2

    @rule(refunded=st.booleans())
    def make_anew(self, refunded: bool) -> None:
        """What takes long to happen by chance: a decision that was served, perhaps paid, is revoked, made anew and served."""
        for _ in range(6):
            if self.owned.stage != "served":
                self.advance()
        self.revoke(True, 0)
        if refunded:
            self.refund()
        for _ in range(5):
            if self.owned.stage != "served":
                self.advance()

    @rule()
    def advance(self) -> None:
        """What comes next in an ordinary case, so that the far stages are reached too."""
        match self.owned.stage:
            case "clue":
                self.request(("o-li", "o-wang"))
            case "filing-requested":
                self.file(HEAD)
            case "investigating":
                self.record("a")
                self.close_investigation(900_000, None, ())
            case "investigated":
                self.notify("direct")
            case "noticed":
                self.answer("waived")
                self.decide(HEAD, None, True)
            case "decided":
                self.serve(0)
            case "served":
                self.transfer(self.money.outstanding_fen, f"z{len(self.payments)}")
                self.close(HEAD, {"h-1": "rectified", "h-2": "rectified"})

    @invariant()
    def refusals_name_their_basis(self) -> None:
        assert all(self.bases)

    @invariant()
    def order_holds(self) -> None:
        """Each step's first event comes after the first event of the step it rests on."""
        kinds = [type(event) for event in self.history]
        order = (
            domain.ClueRegistered, domain.FilingRequested, domain.CaseFiled, domain.EvidenceRecorded, domain.InvestigationClosed,
            domain.NoticeServed, domain.PenaltyDecided, domain.DecisionServed, domain.CaseClosed,
        )  # fmt: skip
        places = [kinds.index(kind) for kind in order if kind in kinds]
        assert places == sorted(places)
        assert len(places) == len({*order} & {*kinds})
        reached = [kind in kinds for kind in order]
        assert reached == sorted(reached, reverse=True), "a step was left out"
        anew = sum(event.anew for event in self.history if isinstance(event, domain.DecisionRevoked))
        assert kinds.count(domain.CaseFiled) <= 1
        assert kinds.count(domain.CaseClosed) <= 1
        assert kinds.count(domain.PenaltyDecided) <= 1 + anew
        assert kinds.count(domain.DecisionServed) <= 1 + anew

    @invariant()
    def decision_that_was_received_is_owed(self) -> None:
        """Whatever was revoked before: the account is that of the decision that stands, to the fen."""
        decision = self.owned.decision_of(domain.UNIT)
        if decision is None or decision.received_on is None:
            assert self.money.amount_fen == 0
        elif decision.revoked_on is None:
            assert (self.money.document_no, self.money.amount_fen) == (decision.document_no, decision.total_fen)
            assert self.money.revoked_on is None
        else:
            assert self.money.revoked_on is not None

    @invariant()
    def money_is_conserved(self) -> None:
        received = [event for event in self.payments if isinstance(event, domain.PaymentReceived)]
        assert self.money.received_fen == sum(event.amount_fen for event in received)
        kept = self.money.received_fen - sum(e.amount_fen for e in self.payments if isinstance(e, RefundMade))
        assert kept + self.money.balance_fen == self.money.amount_fen
        assert kept >= 0
        assert len({event.bank_reference for event in received}) == len(received)
        if self.money.revoked_on is None:
            assert (self.money.settled_on is not None) == (bool(received) and self.money.outstanding_fen == 0)

    @invariant()
    def state_is_the_fold(self) -> None:
        assert given(CASE, self.history) == self.owned
        assert given(PAYMENTS, self.payments) == self.money

    def teardown(self) -> None:
        """A snapshot of the case, whatever happened to it, comes back as the same state."""
        assert state_bytes(replace(nothing(CASE, "case"), state=self.owned)) is not None


Procedure.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestProcedure = Procedure.TestCase


def test_evolve_is_total() -> None:
    """Any event folds into any state: what has happened cannot be refused afterwards."""
    answer = domain.StatementWaived(case_id="x")
    lost = domain.DecisionServed(case_id="x", received_on=FILED, manner="direct", recipient="x", payment_due_on=FILED)
    assert given(CASE, [answer, lost]) == CaseState()
    opened = domain.PaymentOpened(case_id="x", enterprise_id="e", amount_fen=1, due_on=FILED)
    assert given(CASE, [opened]) == CaseState()
    assert given(PAYMENTS, [answer]) == PaymentState()
    assert replace(given(PAYMENTS, [opened]), due_on=None).amount_fen == 1
