"""Evidence by two officers of the case, charges within the law, legal review."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.domain import Actor
from services.penalty import domain
from services.penalty.domain import CaseState, Charge, Sanctions
from tests.domain.penalty.story import (
    FILED,
    HANDLERS,
    LI,
    OFFICERS,
    REVIEWER,
    charge,
    clue,
    evidence,
    filed,
    investigated,
    noon,
    refused,
    requested,
    rules,
    sanctions,
    told,
    training,
    until,
)

DAY = date(2021, 9, 10)


def record(state: CaseState, *ids: str, sha256: str = "b" * 64) -> list[Any]:
    command = domain.RecordEvidence(kind="documentary", title="营业执照", officer_ids=ids, sha256=sha256)
    return domain.record_evidence(state, command, OFFICERS, noon(DAY), rules(DAY))


def close(
    state: CaseState, *charges: Charge, law: Sanctions | None = None, day: date = DAY, grounds: tuple[str, ...] = ()
) -> domain.InvestigationClosed:  # fmt: skip
    command = domain.CloseInvestigation(charges=charges, opinion="建议处罚", review_grounds=grounds)
    [event] = domain.close_investigation(state, command, law or sanctions(), noon(day), rules(day))
    assert isinstance(event, domain.InvestigationClosed)
    return event


def test_evidence_by_two_officers_of_the_case() -> None:
    [event] = record(until(domain.CaseFiled), *HANDLERS)
    assert event.officers == HANDLERS


def test_f05_evidence_by_one_officer_is_refused() -> None:
    with refused("too-few-officers", article="第42条"):
        record(until(domain.CaseFiled), LI.officer_id)


def test_evidence_by_a_stranger_is_refused() -> None:
    with refused("not-a-handler"):
        record(until(domain.CaseFiled), LI.officer_id, "o-zhao")


def test_evidence_before_filing_is_refused() -> None:
    with refused("case-not-filed", article="第54条"):
        record(until(domain.FilingRequested), *HANDLERS)


def test_evidence_after_the_decision_is_refused() -> None:
    with refused("decided-already"):
        record(until(domain.PenaltyDecided), *HANDLERS)


def test_evidence_is_recorded_once() -> None:
    with refused("evidence-recorded-already"):
        record(until(domain.EvidenceRecorded), *HANDLERS, sha256="a" * 64)


def test_evidence_needs_certificates_valid_that_day() -> None:
    command = domain.RecordEvidence(kind="documentary", title="营业执照", officer_ids=HANDLERS, sha256="b" * 64)
    expired = (replace(LI, certificate_valid_to=date(2021, 9, 9)), OFFICERS[1])
    with refused("certificate-expired"):
        domain.record_evidence(until(domain.CaseFiled), command, expired, noon(DAY), rules(DAY))


def test_investigation_does_not_close_without_evidence() -> None:
    with refused("no-evidence", article="第46条"):
        close(until(domain.CaseFiled), charge())


def test_f36_two_acts_are_two_charges_and_their_fines_add_up() -> None:
    event = close(until(domain.EvidenceRecorded), charge(900_000), training(500_000))
    assert event.proposed_fen == 1_400_000
    assert [c.item_code for c in event.charges] == ["STL-K1", "GEN-03"]


def test_f36_one_act_is_fined_once() -> None:
    with refused("item-charged-twice", article="第29条"):
        close(until(domain.EvidenceRecorded), charge(), charge(100))


def test_nothing_to_penalise() -> None:
    with refused("no-charge"):
        close(until(domain.EvidenceRecorded))


def test_item_must_be_an_act_of_the_case() -> None:
    with refused("not-an-act-of-the-case"):
        close(until(domain.EvidenceRecorded), charge(item_code="DST-K1"))


@pytest.mark.parametrize("amount_fen", [5_000_001, 0])
def test_f34_first_fine_of_a_company_is_at_most_fifty_thousand_yuan(amount_fen: int) -> None:
    with refused("amount-out-of-range", article="《安全生产法》（2021）第99条第2项"):
        close(until(domain.EvidenceRecorded), charge(amount_fen))


@pytest.mark.parametrize("amount_fen", [1, 5_000_000])
def test_f34_the_bounds_are_included(amount_fen: int) -> None:
    assert close(until(domain.EvidenceRecorded), charge(amount_fen)).proposed_fen == amount_fen


def test_f34_no_individual_fine_at_a_first_finding() -> None:
    with refused("subject-is-not-party"):
        close(until(domain.EvidenceRecorded), charge(subject="person"))


def test_overdue_branch_needs_an_established_delay() -> None:
    with refused("overdue-not-established"):
        close(until(domain.EvidenceRecorded), charge(6_000_000, phase="overdue"))


def test_f37_an_article_that_the_law_does_not_have_cannot_be_chosen() -> None:
    with refused("article-unknown", article="第37条"):
        close(until(domain.EvidenceRecorded), charge(article="120"))


@pytest.mark.parametrize("changes", [{"item": "9"}, {"article": "102"}, {"law_version": "2014"}, {"paragraph": 3}], ids=str)
def test_provision_must_be_one_the_item_leads_to(changes: dict[str, Any]) -> None:
    with refused("provision-not-listed", article="第37条"):
        close(until(domain.EvidenceRecorded), charge(**changes))


def test_f37_provision_not_in_force_on_the_day_of_the_act() -> None:
    state = told(clue(date(2021, 8, 31)), requested(), filed(), evidence())
    with refused("provision-not-in-force", article="第37条"):
        close(state, charge())


def test_f37_provision_repealed_before_the_decision() -> None:
    items = {code: tuple(replace(row, valid_to=DAY) for row in rows) for code, rows in sanctions().items.items()}
    with refused("law-changed", article="第37条"):
        close(until(domain.EvidenceRecorded), charge(), law=replace(sanctions(), items=items), day=date(2021, 9, 11))


def test_f37_the_lighter_range_of_today_limits_the_fine() -> None:
    lighter = tuple(replace(row, max_fen=min(row.max_fen, 800_000)) for row in sanctions().ranges_now)
    law = replace(sanctions(), ranges_now=lighter)
    with refused("amount-out-of-range"):
        close(until(domain.EvidenceRecorded), charge(900_000), law=law)
    assert close(until(domain.EvidenceRecorded), charge(800_000), law=law).proposed_fen == 800_000


def test_f38_a_range_may_exclude_its_upper_bound() -> None:
    exclusive = tuple(replace(row, max_inclusive=False) for row in sanctions().ranges_at_act)
    with refused("amount-out-of-range"):
        close(until(domain.EvidenceRecorded), charge(5_000_000), law=replace(sanctions(), ranges_at_act=exclusive))


def test_provision_without_statutory_range_is_refused() -> None:
    with refused("no-statutory-range"):
        close(until(domain.EvidenceRecorded), charge(), law=replace(sanctions(), ranges_at_act=()))


def test_paragraph_is_taken_from_the_item() -> None:
    act = domain.CaseAct(hazard_id="h-3", item_code="GEN-11", fact="未签订协议")
    state = replace(until(domain.EvidenceRecorded), acts=(act,))
    [made] = close(state, charge(item_code="GEN-11", article="103", item=None)).charges
    assert made.paragraph == 2


def test_investigation_does_not_close_before_the_filing() -> None:
    with refused("before-earlier-step"):
        close(until(domain.EvidenceRecorded), charge(), day=date(2021, 9, 7))


def test_closing_anew_needs_something_new() -> None:
    with refused("nothing-new"):
        close(until(domain.InvestigationClosed), charge())


def test_closing_anew_on_new_evidence_voids_review_and_notice() -> None:
    state = told(
        clue(), requested(), filed(), evidence(), investigated(grounds=("difficult-case",)),
        domain.LegalReviewPassed(case_id="x", reviewer="x", opinion="x"), evidence("c" * 64),
    )  # fmt: skip
    event = close(state, charge(800_000), grounds=("difficult-case",))
    after = told(
        clue(), requested(), filed(), evidence(), investigated(),
        domain.LegalReviewPassed(case_id="x", reviewer="x", opinion="x"), evidence("c" * 64), event,
    )  # fmt: skip
    side = after.side()
    assert side is not None
    assert (after.review, side.notice, after.stage) == (None, None, "investigated")
    assert after.review_required


def test_review_ground_must_be_one_of_the_law() -> None:
    with refused("unknown-review-ground", article="第58条"):
        close(until(domain.EvidenceRecorded), charge(), grounds=("because",))


def test_that_a_hearing_was_held_is_no_statement_of_the_officers() -> None:
    with refused("unknown-review-ground"):
        close(until(domain.EvidenceRecorded), charge(), grounds=("hearing-held",))


def review(state: CaseState, reviewer: Actor = REVIEWER, *, passed: bool = True) -> list[Any]:
    return domain.review_case(state, domain.ReviewCase(passed=passed, opinion="同意"), reviewer, rules(FILED))


def test_legal_review_passes_or_returns() -> None:
    assert isinstance(review(until(domain.InvestigationClosed))[0], domain.LegalReviewPassed)
    assert isinstance(review(until(domain.InvestigationClosed), passed=False)[0], domain.LegalReviewReturned)


def test_legal_review_comes_after_the_investigation() -> None:
    with refused("investigation-open"):
        review(until(domain.EvidenceRecorded))


def test_handling_officer_does_not_review() -> None:
    with refused("handler-approves", article="第58条"):
        review(until(domain.InvestigationClosed), Actor(id="o-li", name="李明", role="legal-reviewer"))


def test_same_charges_are_reviewed_once() -> None:
    passed = domain.LegalReviewPassed(case_id="x", reviewer="x", opinion="x")
    with refused("reviewed-already"):
        review(told(clue(), requested(), filed(), evidence(), investigated(), passed))


def test_investigation_closes_between_filing_and_decision() -> None:
    with refused("case-not-filed", article="第54条"):
        close(until(domain.FilingRequested), charge())
    with refused("decided-already"):
        close(until(domain.PenaltyDecided), charge())
