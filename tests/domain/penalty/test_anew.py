"""A decision made anew after a revocation: an account of its own, in which only what was paid and not given back lives on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chassis.domain import Event, Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import CASE, PAYMENTS, UNIT, CaseState, PaymentState, deferral, enforcing, overdue, surcharge
from services.penalty.domain.arrears import surcharge_law
from services.penalty.domain.enforcement import ENFORCEMENTS, EnforcementState
from services.penalty.domain.payment import MakeRefund, after, make_refund, revoke_payment
from services.penalty.domain.payment_events import RefundDue
from services.penalty.domain.remedy import RemedyState
from tests.domain.penalty.story import (
    CASE_ID,
    FILED,
    HEAD,
    RECEIVED,
    REVIEWER,
    SIX,
    charge,
    clue,
    evidence,
    facts,
    filed,
    noon,
    refused,
    requested,
    rules,
    sanctions,
    until,
)

DUE = date(2021, 10, 8)
LATE = date(2021, 12, 1)
AGAIN, AGAIN_DUE = date(2022, 1, 10), date(2022, 1, 25)
SERVED = until(domain.DecisionServed)


def account(fine: int = 900_000, *transfers: int) -> PaymentState:
    """The account of the first decision, and what came in."""
    state = given(PAYMENTS, domain.open_payment(PaymentState(), CASE_ID, "e-1", fine, DUE, document_no="罚1号"))
    for number, fen in enumerate(transfers):
        state = pay(state, fen, f"B{number}", RECEIVED)
    return state


def pay(state: PaymentState, fen: int, reference: str, on: date) -> PaymentState:
    command = domain.ReceivePayment(amount_fen=fen, bank_reference=reference, paid_on=on)
    return after(state, *domain.receive_payment(state, command, noon(on), rules(on)))


def revoked(state: PaymentState, on: date = LATE) -> PaymentState:
    return after(state, *revoke_payment(state, on))


def opening(state: PaymentState, fine: int, number: str = "罚2号") -> list[Event]:
    return domain.open_payment(state, CASE_ID, "e-1", fine, AGAIN_DUE, document_no=number, received_on=AGAIN)


def test_decision_made_anew_is_owed_with_a_day_of_its_own() -> None:
    state = revoked(account())
    now = after(state, *opening(state, 800_000))
    assert (now.document_no, now.imposed_fen, now.outstanding_fen, now.due_on) == ("罚2号", 800_000, 800_000, AGAIN_DUE)
    assert (now.revoked_on, now.settled_on, now.overdue, now.flagged, now.revoked_fen) == (None, None, False, (), 0)
    assert opening(now, 800_000) == []
    assert pay(now, 800_000, "B9", AGAIN).settled_on == AGAIN


def test_account_of_another_decision_that_stands_is_not_replaced() -> None:
    with pytest.raises(Refused, match="account-open"):
        opening(account(), 800_000)


def test_what_was_kept_of_the_first_counts_for_the_second() -> None:
    state = revoked(account(900_000, 300_000))
    opened, *more = opening(state, 800_000)
    now = after(state, opened)
    assert (more, now.outstanding_fen, now.credit_fen, now.settled_on) == ([], 500_000, 0, None)
    with refused("bank-reference-known"):
        pay(now, 500_000, "B0", AGAIN)
    assert pay(now, 500_000, "B9", AGAIN).settled_on == AGAIN


def test_second_that_is_covered_already_is_settled_with_its_receipt() -> None:
    state = revoked(account(900_000, 900_000))
    opened, settled = facts(opening(state, 800_000))
    now = after(state, opened, settled)
    assert (settled.settled_on, now.credit_fen, now.outstanding_fen) == (AGAIN, 100_000, 0)
    more = revoked(account(900_000, 100_000))
    assert not any(isinstance(event, RefundDue) for event in opening(more, 800_000))


def test_what_was_given_back_pays_nothing_of_the_second() -> None:
    state = revoked(account(900_000, 900_000))
    back = MakeRefund(amount_fen=900_000, bank_reference="R1", refunded_on=LATE)
    state = after(state, *make_refund(state, back, noon(LATE), rules(LATE)))
    now = after(state, *opening(state, 800_000))
    day = AGAIN_DUE + timedelta(days=11)
    assert (now.outstanding_fen, now.credit_fen) == (800_000, 0)
    [late] = facts(overdue.flag_payment_overdue(now, AGAIN_DUE, noon(day)))
    assert late.missing_fen == 800_000
    law = surcharge_law(rules(day))
    assert surcharge.accrued(now, law, AGAIN_DUE + timedelta(days=10)).fen == 240_000
    with refused("bank-reference-known"):
        make_refund(now, replace(back, amount_fen=1), noon(day), rules(day))


def test_surcharge_deferral_and_flags_of_the_first_are_over() -> None:
    state = account()
    parts = (deferral.Part(date(2021, 11, 1), 400_000), deferral.Part(date(2021, 11, 20), 500_000))
    asked = deferral.RequestDeferral(reason="困难", parts=parts, applied_on=RECEIVED)
    state = after(state, *deferral.request_deferral(state, asked, noon(RECEIVED), rules(RECEIVED)))
    answer = deferral.AnswerDeferral(approver=HEAD, agreed=True, opinion="同意")
    numbers = ("号", ("一", "二"))
    state = after(state, *deferral.answer_deferral(SERVED, state, answer, numbers, noon(RECEIVED), rules(RECEIVED)))
    state = after(state, *overdue.flag_payment_overdue(state, parts[0].due_on, noon(LATE)))
    command = surcharge.DecideSurcharge(approver=HEAD, until=LATE)
    state = after(state, *surcharge.decide_surcharge(SERVED, state, command, "加罚1号", (), noon(LATE), rules(LATE)))
    gone, *_ = facts(revoke_payment(state, LATE))
    assert gone.instalments == 2
    now = after(state, gone)
    now = after(now, *opening(now, 800_000))
    assert (now.plan, now.asked, now.surcharges, now.surcharge_fen, now.overdue, now.flagged) == (None, None, (), 0, False, ())
    assert (now.cap_on, now.capped_on, now.remitted_fen, now.next_due_on) == (None, None, 0, AGAIN_DUE)


def test_enforcement_of_a_revoked_decision_is_void_and_begins_again_with_the_next() -> None:
    owed = enforcing.Owed(
        case_id=CASE_ID, party_id=UNIT, enterprise_id="e-1", organ_id="donghu-emb", unpaid_fen=900_000, due_on=DUE,
        deferred_until=None, remedies=RemedyState(),
    )  # fmt: skip
    demand = enforcing.draft_demand(EnforcementState(), "court", "催1号", owed, noon(LATE), rules(LATE))
    state = given(ENFORCEMENTS, demand)
    [void] = facts(enforcing.void_enforcement(state, LATE))
    assert (void.voided_on, void.application_no) == (LATE, None)
    gone = ENFORCEMENTS.evolve(state, void)
    assert (gone.status, gone.demands, gone.due_on) == ("none", (), None)
    assert enforcing.void_enforcement(gone, LATE) == []
    assert enforcing.void_enforcement(EnforcementState(), LATE) == []


PERSON = "p-1"


def move(state: CaseState, events: list[Event]) -> CaseState:
    for event in events:
        state = CASE.evolve(state, event)
    return state


def both(state: CaseState, law: domain.Sanctions, unit_fen: int, person_fen: int | None, day: date) -> CaseState:
    """Closed, reviewed, discussed."""
    one = charge(unit_fen, phase="overdue")
    other = charge(person_fen or 0, phase="overdue", subject="person", party_id=PERSON)
    charges = tuple(c for c in (one, other) if c.amount_fen)
    command = domain.CloseInvestigation(charges=charges, opinion="意见")
    state = move(state, domain.close_investigation(state, command, law, noon(day), rules(day)))
    state = move(state, domain.review_case(state, domain.ReviewCase(passed=True, opinion=""), REVIEWER, rules(day)))
    members = tuple(domain.Opinion(member_id=name, name="负责人", opinion="同意") for name in "ab")
    discussed = domain.DiscussCase(members=members, conclusion="approved", note="同意")
    return move(state, domain.discuss_case(state, discussed, noon(day), rules(day)))


def towards(state: CaseState, law: domain.Sanctions, party: str, number: str, day: date) -> CaseState:
    """Noticed, waived, decided when the period for the hearing is over, received."""
    notice = domain.ServeNotice(manner="direct", party_id=party)
    state = move(state, domain.serve_notice(state, notice, f"告{number}", noon(day), rules(day)))
    state = move(state, domain.record_statement(state, "waived", "", noon(day), rules(day), party))
    later = day + timedelta(days=12)
    decide = domain.DecidePenalty(approver=HEAD, amounts=None, contents=SIX, sealed=True, party_id=party)
    state = move(state, domain.decide_penalty(state, decide, number, law, noon(later), rules(later)))
    serve = domain.ServeDecision(manner="direct", recipient="张三", received_on=later, party_id=party)
    return move(state, domain.serve_decision(state, serve, noon(later), rules(later)))


def test_decision_against_one_of_two_is_made_anew_and_the_other_stands() -> None:
    law = replace(sanctions(), unrectified=frozenset({"h-1", "h-2"}))
    state = given(CASE, [clue(), requested(), filed(), evidence()])
    person = domain.Person(party_id=PERSON, name="王", id_number="1", capacity="principal-head", address="南昌")
    state = move(state, domain.join_party(state, person, "主管人员", rules(FILED)))
    state = both(state, law, 6_000_000, 1_500_000, FILED)
    for party, number in ((UNIT, "罚1号"), (PERSON, "罚2号")):
        state = towards(state, law, party, number, FILED)
    assert state.stage == "served"
    day = date(2021, 11, 1)
    command = domain.RevokeDecision(cause="litigation", reason="判决重作", anew=True, party_id=PERSON)
    state = move(state, domain.revoke_decision(state, command, noon(day), rules(day)))
    with refused("decided-already", article="61"):
        both(state, law, 6_000_000, 1_200_000, day)
    state = both(state, law, 0, 1_200_000, day)
    kept = state.decision_of(UNIT)
    assert kept is not None
    assert (kept.total_fen, [side.party_id for side in state.charged], state.stage) == (6_000_000, [UNIT, PERSON], "investigated")
    with refused("decided-already"):
        domain.serve_notice(state, domain.ServeNotice(manner="direct"), "号", noon(day), rules(day))
    state = towards(state, law, PERSON, "罚3号", day)
    made = state.decision_of(PERSON)
    assert made is not None
    assert (made.document_no, made.total_fen, state.stage) == ("罚3号", 1_200_000, "served")
    assert state.decision_of(UNIT) == kept
    with refused("decided-already"):
        both(state, law, 0, 1_000_000, day)


def test_limit_runs_on_for_the_decision_that_is_to_be_made_anew() -> None:
    command = domain.RevokeDecision(cause="self-correction", reason="有误", anew=True)
    in_time, late = date(2021, 9, 20), date(2021, 10, 9)
    [event] = facts(domain.revoke_decision(SERVED, command, noon(in_time), rules(in_time)))
    assert event.decision_due_on == SERVED.decision_due_on == date(2021, 10, 8)
    assert event.limit_step == ""
    extended = replace(SERVED, extended=("T03-ladder-head",))
    [event] = facts(domain.revoke_decision(extended, command, noon(in_time), rules(in_time)))
    assert event.limit_step == "T03-ladder-head"
    [event] = facts(domain.revoke_decision(extended, command, noon(late), rules(late)))
    assert (event.decision_due_on, event.limit_step) == (None, "")
    [event] = facts(domain.revoke_decision(SERVED, replace(command, anew=False), noon(in_time), rules(in_time)))
    assert event.decision_due_on is None
