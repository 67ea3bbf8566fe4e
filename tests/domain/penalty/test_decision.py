"""The decision: only after notice and answer, never heavier, complete and sealed; its service; the closing of the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.domain import Actor, Event
from services.penalty import domain
from services.penalty.domain import CaseState, Sanctions
from tests.domain.penalty.story import (
    DECIDED,
    HEAD,
    LAPSED,
    NOTICED,
    RECEIVED,
    RECTIFIED,
    SIX,
    charge,
    clue,
    decided,
    evidence,
    filed,
    investigated,
    noon,
    noticed,
    paid,
    refused,
    requested,
    rules,
    sanctions,
    served,
    told,
    training,
    until,
    waived,
)

BEFORE = (clue(), requested(), filed(), evidence())


def decide(
    state: CaseState, day: date = DECIDED, *, approver: Actor = HEAD, amounts: dict[str, int] | None = None,
    contents: tuple[str, ...] = SIX, sealed: bool = True, law: Sanctions | None = None,
) -> domain.PenaltyDecided:  # fmt: skip
    command = domain.DecidePenalty(approver=approver, amounts=amounts, contents=contents, sealed=sealed)
    [event] = domain.decide_penalty(state, command, "文号", law or sanctions(), noon(day), rules(day))
    assert isinstance(event, domain.PenaltyDecided)
    return event


def test_decision_repeats_what_was_noticed() -> None:
    event = decide(until(domain.StatementWaived))
    assert (event.total_fen, event.decided_on, event.late) == (900_000, DECIDED, False)


def test_f12_no_decision_without_notice() -> None:
    with refused("notice-missing", article="第62条"):
        decide(until(domain.InvestigationClosed))


def test_f12_no_decision_while_the_party_may_still_speak() -> None:
    with refused("statement-period-running", article="第45条"):
        decide(until(domain.NoticeServed), date(2021, 9, 16))


@pytest.mark.parametrize(
    "answer",
    [domain.StatementMade(case_id="x", text="申辩"), waived(), domain.StatementLapsed(case_id="x", due_on=date(2021, 9, 16))],
    ids=["made", "waived", "lapsed"],
)
def test_decision_after_the_answer(answer: Event) -> None:
    decide(told(*BEFORE, investigated(), noticed(), answer))


def test_period_lapses_by_its_day_also_before_anybody_noted_it() -> None:
    decide(until(domain.NoticeServed), LAPSED)


def test_decision_does_not_precede_the_notice() -> None:
    with refused("before-earlier-step"):
        decide(until(domain.StatementWaived), date(2021, 9, 12))


def test_f13_the_period_for_requesting_a_hearing_must_be_over() -> None:
    story = (*BEFORE, investigated(charge(2_000_000)), noticed(2_000_000, hearing=True))
    spoken = domain.StatementMade(case_id="x", text="申辩")
    assert decide(told(*story, spoken), date(2021, 9, 22)).total_fen == 2_000_000
    with refused("hearing-period-running", article="第64条"):
        decide(told(*story, waived()), date(2021, 9, 18))
    assert decide(told(*story, waived()), date(2021, 9, 22)).total_fen == 2_000_000


def test_f20_returned_legal_review_blocks_the_decision() -> None:
    returned = domain.LegalReviewReturned(case_id="x", reviewer="x", opinion="x")
    with refused("legal-review-returned", article="第58条"):
        decide(told(*BEFORE, investigated(), noticed(), waived(), returned))


def test_f20_required_legal_review_must_have_passed() -> None:
    story = (*BEFORE, investigated(grounds=("difficult-case",)), noticed(), waived())
    with refused("legal-review-missing", article="第58条"):
        decide(told(*story))
    decide(told(*story, domain.LegalReviewPassed(case_id="x", reviewer="x", opinion="x")))


def test_f21_no_heavier_than_noticed() -> None:
    with refused("heavier-than-noticed", article="第45条第2款"):
        decide(until(domain.StatementWaived), amounts={"STL-K1": 900_001})


def test_f21_no_act_is_fined_heavier_for_another_fined_lighter() -> None:
    state = told(*BEFORE, investigated(charge(900_000), training(500_000)), noticed(1_400_000), waived())
    with refused("heavier-than-noticed"):
        decide(state, amounts={"STL-K1": 100_000, "GEN-03": 600_000})


def test_a_defence_may_make_it_lighter() -> None:
    state = told(*BEFORE, investigated(charge(900_000), training(500_000)), noticed(1_400_000), waived())
    event = decide(state, amounts={"GEN-03": 300_000})
    assert [c.amount_fen for c in event.charges] == [900_000, 300_000]
    assert event.total_fen == 1_200_000


def test_only_noticed_items_are_decided() -> None:
    with refused("not-noticed"):
        decide(until(domain.StatementWaived), amounts={"GEN-03": 1})


def test_decided_fine_stays_in_the_range() -> None:
    floor = tuple(replace(row, min_fen=500_000) for row in sanctions().ranges_now)
    with refused("amount-out-of-range"):
        decide(until(domain.StatementWaived), amounts={"STL-K1": 1}, law=replace(sanctions(), ranges_now=floor))


def test_f37_law_is_checked_again_on_the_day_of_the_decision() -> None:
    items = {code: tuple(replace(row, valid_to=NOTICED) for row in rows) for code, rows in sanctions().items.items()}
    with refused("law-changed", article="第37条"):
        decide(until(domain.StatementWaived), law=replace(sanctions(), items=items))


@pytest.mark.parametrize("missing", SIX)
def test_f22_each_content_group_is_needed(missing: str) -> None:
    with refused("decision-incomplete", article="第59条第1款"):
        decide(until(domain.StatementWaived), contents=tuple(code for code in SIX if code != missing))


def test_f22_the_seal_is_needed() -> None:
    with refused("decision-unsealed", article="第59条"):
        decide(until(domain.StatementWaived), sealed=False)


def test_contents_are_what_the_file_can_fill() -> None:
    state = until(domain.StatementWaived)
    assert domain.drafted_contents(state, "南昌市东湖区一号", rules(DECIDED)) == SIX
    assert "party" not in domain.drafted_contents(state, "", rules(DECIDED))
    assert "facts-and-evidence" not in domain.drafted_contents(replace(state, evidence=()), "x", rules(DECIDED))
    silent = {code: period for code, period in rules(DECIDED).periods.items() if code != "T20-litigation"}
    assert "remedies" not in domain.drafted_contents(state, "x", replace(rules(DECIDED), periods=silent))


def test_handling_officer_does_not_decide() -> None:
    with refused("handler-approves"):
        decide(until(domain.StatementWaived), approver=Actor(id="o-wang", name="王芳", role="approver"))


def test_decided_once() -> None:
    with refused("decided-already"):
        decide(until(domain.PenaltyDecided))


def test_late_decision_is_possible_and_flagged() -> None:
    overdue = domain.CaseOverdue(case_id="x", due_on=date(2021, 10, 8))
    state = told(*BEFORE, investigated(), noticed(), waived(), overdue)
    event = decide(state, date(2021, 10, 9))
    assert event.late
    assert state.overdue


def test_on_the_last_day_of_the_limit_it_is_not_late() -> None:
    assert not decide(until(domain.StatementWaived), date(2021, 10, 8)).late


def test_serious_fine_needs_a_collective_discussion() -> None:
    fines = (charge(4_000_000), training(1_000_000))
    state = told(*BEFORE, investigated(*fines), noticed(5_000_000, hearing=True), waived())
    assert domain.why_discussed(state, rules(date(2021, 9, 22))) == ("amount",)
    assert domain.why_discussed(told(*BEFORE, investigated(charge(4_999_999))), rules(date(2021, 9, 22))) == ()
    with refused("collective-discussion-missing", article="第57条"):
        decide(state, date(2021, 9, 22))


def test_overdue_is_flagged_the_day_after_the_limit_once() -> None:
    state, due_on = until(domain.CaseFiled), date(2021, 10, 8)
    assert domain.flag_overdue(state, due_on, noon(date(2021, 10, 8))) == []
    [event] = domain.flag_overdue(state, due_on, noon(date(2021, 10, 9)))
    assert domain.flag_overdue(told(*BEFORE, event), due_on, noon(date(2021, 10, 9))) == []
    assert domain.flag_overdue(until(domain.PenaltyDecided), due_on, noon(date(2021, 10, 9))) == []
    assert domain.flag_overdue(state, date(2021, 10, 7), noon(date(2021, 10, 9))) == []


def serve(
    state: CaseState, received_on: date = RECEIVED, *, today: date | None = None, manner: domain.Manner = "direct",
    book: str = "rulebook-2021.json",
) -> domain.DecisionServed:  # fmt: skip
    command = domain.ServeDecision(manner=manner, recipient="张三", received_on=received_on)
    at = noon(today or received_on)
    [event] = domain.serve_decision(state, command, at, rules(received_on, book))
    assert isinstance(event, domain.DecisionServed)
    return event


def test_service_follows_the_decision() -> None:
    with refused("not-decided", article="第61条"):
        serve(until(domain.StatementWaived))
    with refused("before-earlier-step", article="第61条"):
        serve(until(domain.PenaltyDecided), date(2021, 9, 16))


def test_service_is_recorded_when_it_happened() -> None:
    with refused("received-in-future"):
        serve(until(domain.PenaltyDecided), date(2021, 9, 19), today=date(2021, 9, 18))


def test_served_once() -> None:
    with refused("served-already"):
        serve(until(domain.DecisionServed))


def test_f24_electronic_service_of_the_decision_without_confirmation_is_refused() -> None:
    with refused("electronic-service-unconfirmed"):
        serve(until(domain.PenaltyDecided), manner="electronic")


def test_f26_payment_period_runs_from_receipt_and_rolls_over_the_holiday() -> None:
    received = date(2026, 9, 20)
    state = told(*BEFORE, investigated(), noticed(), waived(), decided(on=date(2026, 9, 18)))
    event = serve(state, received, book="rulebook-2026.json")
    assert event.payment_due_on == date(2026, 10, 8)  # 5 October by count, in the holiday


def test_payment_period_in_2021_rolls_over_the_national_holiday() -> None:
    assert serve(until(domain.PenaltyDecided), date(2021, 9, 18)).payment_due_on == date(2021, 10, 8)


def test_payment_period_that_ends_on_a_working_day_does_not_roll() -> None:
    assert serve(until(domain.PenaltyDecided), date(2021, 9, 23)).payment_due_on == date(2021, 10, 8)
    assert serve(until(domain.PenaltyDecided), date(2021, 9, 28)).payment_due_on == date(2021, 10, 13)


def close(
    state: CaseState, payment: domain.PaymentState | None = None, hazards: dict[str, str] | None = None,
    day: date = date(2021, 10, 8), approver: Actor = HEAD,
) -> list[Any]:  # fmt: skip
    payment = paid(900_000, 900_000) if payment is None else payment
    hazards = RECTIFIED if hazards is None else hazards
    beside = domain.Beside(payments={domain.UNIT: payment}, hazards=hazards)
    return domain.close_case(state, beside, "performed", "已全部履行", approver, noon(day), rules(day))


def test_case_closes_when_served_paid_and_rectified() -> None:
    [event] = close(until(domain.DecisionServed))
    assert event.closed_on == date(2021, 10, 8)


def test_no_closing_before_service() -> None:
    with refused("decision-not-served"):
        close(until(domain.PenaltyDecided))


def test_no_closing_before_the_fine_is_paid() -> None:
    with refused("payment-not-settled"):
        close(until(domain.DecisionServed), paid(900_000, 899_999))


@pytest.mark.parametrize("hazards", [{"h-1": "rectified"}, {"h-1": "rectified", "h-2": "failed"}, {}], ids=str)
def test_f40_no_closing_while_a_hazard_has_not_passed(hazards: dict[str, str]) -> None:
    with refused("rectification-open"):
        close(until(domain.DecisionServed), hazards=hazards)


def test_no_closing_by_a_handling_officer() -> None:
    with refused("handler-approves"):
        close(until(domain.DecisionServed), approver=Actor(id="o-li", name="李明", role="approver"))


def test_no_closing_before_payment_or_receipt() -> None:
    with refused("before-earlier-step"):
        close(until(domain.DecisionServed), day=date(2021, 9, 27))
    with refused("before-earlier-step"):
        close(told(*BEFORE, investigated(), noticed(), waived(), decided(), served(date(2021, 10, 9))))


def test_nothing_happens_to_a_closed_case() -> None:
    state, day = until(domain.CaseClosed), date(2021, 10, 9)
    with refused("case-closed", article="第65条"):
        decide(state, day)
    with refused("case-closed"):
        serve(state, day)
    with refused("case-closed"):
        close(state, day=day)
