"""Notice of the intended penalty: which form, which periods; the party's answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.penalty import domain
from services.penalty.domain import CaseState
from tests.domain.penalty.story import (
    NOTICED,
    charge,
    clue,
    evidence,
    filed,
    investigated,
    noon,
    noticed,
    refused,
    requested,
    rules,
    told,
    until,
)

BEFORE = (clue(), requested(), filed(), evidence())


def serve(state: CaseState, day: date = NOTICED, manner: domain.Manner = "direct") -> domain.NoticeServed:
    [event] = domain.serve_notice(state, domain.ServeNotice(manner=manner), "文号", noon(day), rules(day))
    assert isinstance(event, domain.NoticeServed)
    return event


def answer(state: CaseState, kind: domain.StatementKind, day: date) -> list[Any]:
    return domain.record_statement(state, kind, "申辩", noon(day), rules(day))


@pytest.mark.parametrize(("amount_fen", "form_no"), [(1_999_900, 24), (1_999_999, 24), (2_000_000, 26), (5_000_000, 26)])
def test_f13_twenty_thousand_yuan_give_a_company_in_jiangxi_the_hearing_right(amount_fen: int, form_no: int) -> None:
    event = serve(told(*BEFORE, investigated(charge(amount_fen))))
    assert (event.form_no, event.hearing_right) == (form_no, form_no == 26)
    assert event.intended_fen == amount_fen


def test_f13_the_threshold_counts_the_total_of_the_case() -> None:
    total = investigated(charge(1_000_000), charge(1_000_000, item_code="GEN-03", article="97", item="3"))
    assert serve(told(*BEFORE, total)).form_no == 26


def test_statement_period_is_three_working_days_after_receipt() -> None:
    # Monday 13 September; the Mid-Autumn holiday begins on the 19th.
    assert serve(until(domain.InvestigationClosed)).statement_due_on == date(2021, 9, 16)


def test_periods_skip_holidays() -> None:
    event = serve(told(*BEFORE, investigated(charge(2_000_000))), date(2021, 9, 30))
    assert event.statement_due_on == date(2021, 10, 11)  # 8, 9 (a working Saturday) and 11 October
    assert event.hearing_request_due_on == date(2021, 10, 13)


def test_f15_hearing_request_period_of_five_working_days_in_2026() -> None:
    day = date(2026, 9, 28)
    due = rules(day, "rulebook-2026.json").due("T08-hearing-request", day)
    assert due.day == date(2026, 10, 10)


def test_notice_needs_a_closed_investigation() -> None:
    with refused("investigation-open"):
        serve(until(domain.EvidenceRecorded))


def test_notice_is_served_once() -> None:
    with refused("noticed-already"):
        serve(until(domain.NoticeServed))


def test_notice_does_not_precede_the_investigation() -> None:
    with refused("before-earlier-step"):
        serve(until(domain.InvestigationClosed), date(2021, 9, 9))


def test_what_the_legal_review_returned_is_not_noticed() -> None:
    returned = domain.LegalReviewReturned(case_id="x", reviewer="x", opinion="x")
    with refused("legal-review-returned", article="第58条"):
        serve(told(*BEFORE, investigated(), returned))


def test_f24_electronic_service_without_confirmation_is_refused() -> None:
    with refused("electronic-service-unconfirmed", article="第61条第2款"):
        serve(until(domain.InvestigationClosed), manner="electronic")


def test_party_speaks_until_the_last_day() -> None:
    assert isinstance(answer(until(domain.NoticeServed), "made", date(2021, 9, 16))[0], domain.StatementMade)
    with refused("statement-late", article="第18条"):
        answer(until(domain.NoticeServed), "made", date(2021, 9, 17))


def test_party_waives_once() -> None:
    assert isinstance(answer(until(domain.NoticeServed), "waived", NOTICED)[0], domain.StatementWaived)
    with refused("waived-already"):
        answer(until(domain.StatementWaived), "waived", NOTICED)


def test_party_answers_a_notice() -> None:
    with refused("notice-missing", article="第62条"):
        answer(until(domain.InvestigationClosed), "waived", NOTICED)
    with refused("before-earlier-step"):
        answer(until(domain.NoticeServed), "waived", date(2021, 9, 12))


def test_silence_lapses_on_the_day_after_the_last() -> None:
    state, due_on = until(domain.NoticeServed), date(2021, 9, 16)
    assert domain.lapse_statement(state, due_on, noon(date(2021, 9, 16))) == []
    assert isinstance(domain.lapse_statement(state, due_on, noon(date(2021, 9, 17)))[0], domain.StatementLapsed)


@pytest.mark.parametrize("answered", [domain.StatementWaived(case_id="x"), domain.StatementMade(case_id="x", text="x")])
def test_who_has_answered_does_not_lapse(answered: domain.StatementWaived) -> None:
    state = told(*BEFORE, investigated(), noticed(), answered)
    assert domain.lapse_statement(state, date(2021, 9, 16), noon(date(2021, 9, 17))) == []


def test_deadline_of_an_older_notice_is_harmless() -> None:
    assert domain.lapse_statement(until(domain.NoticeServed), date(2021, 9, 15), noon(date(2021, 9, 17))) == []
    assert domain.lapse_statement(until(domain.InvestigationClosed), date(2021, 9, 16), noon(date(2021, 9, 17))) == []
    late = told(*BEFORE, investigated(), noticed(), domain.StatementLapsed(case_id="x", due_on=date(2021, 9, 16)))
    assert domain.lapse_statement(late, date(2021, 9, 16), noon(date(2021, 9, 17))) == []
