"""Whatever happens to a fine, no fen is lost or made: random transfers, refunds, deferrals, surcharges, revocations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.domain import Event, Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import (
    PAYMENTS,
    PaymentState,
    bank,
    corrections,
    deferral,
    overdue,
    payment,
    payment_events,
    reversal,
    surcharge,
)
from services.penalty.domain.arrears import reckon, surcharge_law
from services.penalty.domain.bank import TransferState
from services.penalty.domain.bank_events import BankTransferReported
from services.penalty.domain.payment_events import Misrecorded, Span
from tests.domain.penalty.reckoning import total, withdrawn
from tests.domain.penalty.story import HEAD, noon, rules, until

BOOK = "rulebook-2026-2.json"
FIRST = date(2026, 3, 2)
SERVED = until(domain.DecisionServed)
SUMS = st.integers(1, 2_000_000)


def after_all(wire: TransferState, events: list[Event]) -> TransferState:
    """A transfer after these events."""
    for event in events:
        wire = bank.TRANSFERS.evolve(wire, event)
    return wire


class Money(RuleBasedStateMachine):
    """Anybody tries anything with the money of one party, on days that only go forward."""

    @initialize(fine=st.sampled_from([0, 1, 999, 1_000_000, 4_500_000]), gains=st.sampled_from([0, 0, 1, 700_001]))
    def begin(self, fine: int, gains: int) -> None:
        fine = fine or (0 if gains else 1)
        self.day = FIRST
        self.count = 0
        self.bases: list[str] = []
        self.wires: dict[str, TransferState] = {}
        self.pending: tuple[Span, ...] = ()
        due = rules(FIRST, BOOK).due("T13-payment", FIRST).day
        self.history: list[Event] = domain.open_payment(
            PaymentState(), "c", "e", fine, due, confiscate_fen=gains, document_no="罚1号"
        )  # fmt: skip
        self.state = given(PAYMENTS, self.history)
        self.law = surcharge_law(rules(FIRST, BOOK))

    @property
    def at(self) -> datetime:
        return noon(self.day)

    def attempt(self, decide: Callable[[], list[Event]]) -> None:
        """Run a decision; a refusal names its basis and changes nothing."""
        try:
            events = decide()
        except Refused as refused:
            self.bases.append(refused.basis or refused.code)
            return
        self.history += events
        self.state = payment.after(self.state, *events)

    @rule(days=st.integers(1, 25))
    def days_pass(self, days: int) -> None:
        due = {part.due_on for part in self.state.plan.instalments} if self.state.plan else set()
        for _ in range(days):
            self.day += timedelta(days=1)
            for day in sorted({*due, self.state.due_on or FIRST}):
                self.attempt(lambda day=day: overdue.flag_payment_overdue(self.state, day, self.at))  # type: ignore[misc]
            self.attempt(lambda: overdue.reckon_cap(self.state, self.law, self.pending, self.day))
            self.attempt(lambda: surcharge.reach_cap(self.state, self.state.cap_on or FIRST, self.law, self.pending, self.at))

    @rule(fen=SUMS, ago=st.integers(0, 30))
    def pay(self, fen: int, ago: int) -> None:
        self.count += 1
        paid_on = max(FIRST, self.day - timedelta(days=ago))
        command = domain.ReceivePayment(amount_fen=fen, bank_reference=f"B{self.count}", paid_on=paid_on)
        self.attempt(lambda: domain.receive_payment(self.state, command, self.at, rules(self.day, BOOK)))
        self.report(command)

    def report(self, command: domain.ReceivePayment) -> None:
        """The transfer of a payment that was recorded."""
        if command.bank_reference in self.state.references:
            told = BankTransferReported(
                bank_reference=command.bank_reference, amount_fen=command.amount_fen, paid_on=command.paid_on, case_id="c",
                party_id="unit",
            )  # fmt: skip
            known = self.wires.get(command.bank_reference, TransferState())
            self.wires[command.bank_reference] = after_all(known, bank.report_transfer(known, told))

    @rule(place=st.integers(0, 5), kind=st.sampled_from(["misassigned", "mistyped"]))
    def propose_and_withdraw(self, place: int, kind: Misrecorded) -> None:
        """A correction that is proposed and withdrawn changes no fen; nobody else withdraws it, nobody answers it afterwards."""
        if not self.state.transfers:
            return
        reference = self.state.transfers[place % len(self.state.transfers)].bank_reference
        before = self.wires[reference]
        asked = after_all(before, corrections.propose_correction(before, kind, "录错", "p-finance", self.day))
        assert (asked.case_id, asked.amount_fen) == ("c", before.amount_fen)
        with pytest.raises(Refused):
            corrections.propose_correction(asked, kind, "录错", "p-other", self.day)
        with pytest.raises(Refused):
            corrections.withdraw_correction(asked, "无误", "p-other", self.day)
        with pytest.raises(Refused):
            corrections.answer_correction(asked, True, "", "p-finance", self.day)
        self.wires[reference] = after_all(asked, corrections.withdraw_correction(asked, "无误", "p-finance", self.day))
        assert self.wires[reference] == before
        with pytest.raises(Refused):
            corrections.answer_correction(self.wires[reference], True, "", HEAD.id, self.day)

    @rule(place=st.integers(0, 5), again=st.booleans(), certain=st.integers(0, 2))
    def take_back(self, place: int, again: bool, certain: int) -> None:
        """A payment proves to be recorded wrongly; now and then it comes again at once, with another sum."""
        if not self.state.transfers or not certain:
            return
        one = self.state.transfers[place % len(self.state.transfers)]
        before, day = self.state, self.day
        command = reversal.ReversePayment(
            bank_reference=one.bank_reference, kind="mistyped", reason="录错", proposed_by="p-finance", approver=HEAD
        )
        self.attempt(lambda: reversal.reverse_payment(SERVED, self.state, command, self.at, rules(self.day, BOOK)))
        if self.state == before:
            assert before.refunded_fen
            return
        assert self.state.kept_fen == before.kept_fen - one.amount_fen
        wire = self.wires[one.bank_reference]
        wire = after_all(wire, corrections.propose_correction(wire, "mistyped", "录错", "p-finance", day))
        self.wires[one.bank_reference] = after_all(wire, corrections.answer_correction(wire, True, "", HEAD.id, day))
        if before.debt is not None and not before.former_refunded_fen:
            paid = list(before.debt.paid)
            paid.remove((one.paid_on, one.amount_fen))
            never = reckon(replace(before.debt, paid=tuple(paid)), self.law, day, self.pending)
            assert surcharge.accrued(self.state, self.law, day, self.pending) == never
            due_on = before.due_on or day
            late = day > due_on and before.plan is None and never.days and before.revoked_on is None
            assert not late or self.state.overdue, "what was due and did not come is flagged"
        if again:
            self.attempt(lambda: overdue.reckon_cap(self.state, self.law, self.pending, self.day))
            corrected = domain.ReceivePayment(amount_fen=7, bank_reference=one.bank_reference, paid_on=day)
            self.attempt(lambda: domain.receive_payment(self.state, corrected, self.at, rules(self.day, BOOK)))
            self.report(corrected)

    @rule()
    def pay_the_rest(self) -> None:
        self.pay(self.state.outstanding_fen, 0)

    @rule()
    def pay_twice(self) -> None:
        if self.state.transfers:
            before, one = self.state, self.state.transfers[-1]
            command = domain.ReceivePayment(amount_fen=one.amount_fen, bank_reference=one.bank_reference, paid_on=self.day)
            self.attempt(lambda: domain.receive_payment(self.state, command, self.at, rules(self.day, BOOK)))
            assert self.state == before

    @rule(fen=SUMS | st.none())
    def refund(self, fen: int | None) -> None:
        self.count += 1
        amount = self.state.credit_fen if fen is None else fen
        command = payment.MakeRefund(amount_fen=amount, bank_reference=f"R{self.count}", refunded_on=self.day)
        self.attempt(lambda: payment.make_refund(self.state, command, self.at, rules(self.day, BOOK)))

    @rule(to=SUMS, gains=st.none() | st.integers(0, 800_000))
    def lower(self, to: int, gains: int | None) -> None:
        self.attempt(lambda: payment.lower_payment(self.state, min(to, self.state.amount_fen), self.day, gains))

    @rule(certain=st.integers(0, 9))
    def revoke(self, certain: int) -> None:
        if certain == 0:
            self.attempt(lambda: payment.revoke_payment(self.state, self.day))

    @rule(fine=SUMS, gains=st.sampled_from([0, 0, 300_001]), certain=st.integers(0, 3))
    def decide_anew(self, fine: int, gains: int, certain: int) -> None:
        """The decision is revoked: another one is made and served, with an account of its own."""
        if certain and self.state.revoked_on is None:
            return
        self.attempt(lambda: payment.revoke_payment(self.state, self.day))
        self.count += 1
        due = rules(self.day, BOOK).due("T13-payment", self.day).day
        self.attempt(
            lambda: domain.open_payment(
                self.state, "c", "e", fine, due, confiscate_fen=gains, document_no=f"再罚{self.count}号", received_on=self.day
            )
        )
        assert (self.state.imposed_fen, self.state.confiscated_fen, self.state.due_on) == (fine, gains, due)
        assert self.state.outstanding_fen + self.state.received_fen - self.state.refunded_fen >= fine + gains
        assert surcharge.accrued(self.state, self.law, due, self.pending).fen == 0

    @rule(parts=st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True), agreed=st.booleans())
    def put_off(self, parts: list[int], agreed: bool) -> None:
        days = [self.day + timedelta(days=day) for day in sorted(parts)]
        share, rest = divmod(self.state.fine_due_fen, len(days))
        asked = tuple(deferral.Part(day, share + (rest if place == 0 else 0)) for place, day in enumerate(days))
        request = deferral.RequestDeferral(reason="困难", parts=asked, applied_on=self.day)
        self.attempt(lambda: deferral.request_deferral(self.state, request, self.at, rules(self.day, BOOK)))
        answer = deferral.AnswerDeferral(approver=HEAD, agreed=agreed, opinion="意见", parts=asked)
        numbers = ("号", tuple("号" for _ in asked))
        self.attempt(
            lambda: deferral.answer_deferral(SERVED, self.state, answer, numbers, self.at, rules(self.day, BOOK))
        )  # fmt: skip

    @rule(days=st.integers(1, 40))
    def remedy(self, days: int) -> None:
        self.pending = (*self.pending, Span(self.day, self.day + timedelta(days=days)))

    @rule(ago=st.integers(0, 5))
    def surcharge(self, ago: int) -> None:
        command = surcharge.DecideSurcharge(approver=HEAD, until=self.day - timedelta(days=ago))
        self.attempt(
            lambda: surcharge.decide_surcharge(SERVED, self.state, command, "号", self.pending, self.at, rules(self.day, BOOK))
        )

    @rule(fen=SUMS | st.none())
    def remit(self, fen: int | None) -> None:
        command = surcharge.RemitSurcharge(
            approver=HEAD, amount_fen=self.state.surcharge_due_fen if fen is None else fen, reason="协议"
        )
        self.attempt(lambda: surcharge.remit_surcharge(SERVED, self.state, command, self.at, rules(self.day, BOOK)))

    @rule(days=st.integers(1, 40), share=st.integers(1, 3))
    def fall_behind(self, days: int, share: int) -> None:
        """What takes long to happen by chance: a fine becomes late, its surcharge is decided, a part of that is remitted."""
        self.days_pass(min(days, 25))
        self.day = max(self.day, (self.state.final_due_on or self.day) + timedelta(days=days))
        self.surcharge(0)
        if share > 1:
            self.remit(max(1, self.state.surcharge_due_fen // share))

    @invariant()
    def no_fen_is_lost_or_made(self) -> None:
        """Told from the events, not from the state: what was asked for is what came, is missing, was let off or withdrawn."""
        asked = total(self.history, domain.PaymentOpened) + total(self.history, payment_events.SurchargeDecided)
        asked += total(self.history, domain.PaymentOpened, "confiscate_fen")
        kept = total(self.history, domain.PaymentReceived) - total(self.history, payment_events.RefundMade)
        kept -= total(self.history, payment_events.PaymentReversed)
        remitted = total(self.history, payment_events.SurchargeRemitted)
        assert asked == kept + self.state.outstanding_fen - self.state.credit_fen + remitted + withdrawn(self.history)
        opened = max(place for place, event in enumerate(self.history) if isinstance(event, domain.PaymentOpened))
        assert self.state.revoked_fen == withdrawn(self.history[opened:])

    @invariant()
    def transfers_tell_the_same_sum(self) -> None:
        assert sum(wire.amount_fen for wire in self.wires.values() if wire.case_id == "c") == self.state.received_fen

    @invariant()
    def sums_are_what_they_say(self) -> None:
        state = self.state
        assert min(state.outstanding_fen, state.credit_fen) == 0
        assert state.fine_due_fen >= 0
        assert state.surcharge_due_fen >= 0
        assert 0 <= state.confiscation_due_fen <= state.confiscation_fen
        assert state.outstanding_fen == state.fine_due_fen + state.confiscation_due_fen + state.surcharge_due_fen
        assert state.refunded_fen <= state.received_fen
        assert state.remitted_fen <= state.surcharge_fen
        assert len(set(state.references)) == len(state.references)
        if state.plan is not None:
            assert all(part.amount_fen > 0 for part in state.plan.instalments)
            assert state.plan.instalments[-1].remaining_fen == 0

    @invariant()
    def surcharge_is_never_more_than_the_law_allows(self) -> None:
        assert self.state.surcharge_fen <= max(self.state.amount_fen, self.state.remitted_fen)
        assert surcharge.accrued(self.state, self.law, self.day, self.pending).fen <= self.state.amount_fen

    @invariant()
    def settled_means_that_nothing_is_owed(self) -> None:
        if self.state.settled_on is not None:
            assert self.state.outstanding_fen == 0
        elif self.state.revoked_on is None:
            assert self.state.outstanding_fen > 0

    @invariant()
    def money_to_be_given_back_was_announced(self) -> None:
        announced = [event for event in self.history if isinstance(event, payment_events.RefundDue)]
        assert self.state.credit_fen <= max((event.amount_fen for event in announced), default=0)

    @invariant()
    def refusals_name_their_basis(self) -> None:
        """Those of the commands; whoever lowers a fine calls a function, not a command."""
        assert [base for base in self.bases if "《" not in base and base != "fine-not-lower"] == []

    @invariant()
    def state_is_the_fold(self) -> None:
        assert given(PAYMENTS, self.history) == self.state


Money.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestMoney = Money.TestCase
