"""Who is refused learns at once all that stands against the command, not one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chassis.domain import Actor, Refused
from services.penalty import domain
from services.penalty.domain import Beside
from tests.domain.penalty import spot_story
from tests.domain.penalty.story import (
    FILED,
    LI,
    NOTICED,
    OFFICERS,
    QIAN,
    SIX,
    ZHAO,
    charge,
    clue,
    filed,
    noon,
    requested,
    rules,
    sanctions,
    told,
    training,
    until,
)

HANDLER = Actor(id=LI.officer_id, name="李明", role="approver", certificate_no=LI.certificate_no)


def codes(attempt: Callable[[], object]) -> list[str]:
    """The codes of a refusal: its own, then of what else stands against the command."""
    with pytest.raises(Refused) as caught:
        attempt()
    assert all(one.zh and one.en for one in caught.value.also)
    return [caught.value.code, *(one.code for one in caught.value.also)]


def test_each_officer_who_may_not_handle_is_named() -> None:
    command = domain.RequestFiling(cause="案由", officer_ids=(ZHAO.officer_id, QIAN.officer_id, "o-nobody"), opinion="")
    state = until(domain.ClueRegistered)
    asked = codes(lambda: domain.request_filing(state, command, OFFICERS, noon(FILED), rules(FILED)))
    assert asked == ["certificate-expired", "officer-recused", "officer-unknown"]
    alone = replace(command, officer_ids=(ZHAO.officer_id,))
    asked = codes(lambda: domain.request_filing(state, alone, OFFICERS, noon(FILED), rules(FILED)))
    assert asked == ["certificate-expired", "too-few-officers"]


def test_a_filing() -> None:
    state, day = until(domain.FilingRequested), date(2025, 1, 2)
    asked = codes(lambda: domain.file_case(state, HANDLER, "", OFFICERS, noon(day), rules(day)))
    assert asked == ["handler-approves", "certificate-expired", "certificate-expired"]


def test_a_closing_of_the_investigation() -> None:
    day = date(2021, 9, 10)
    charges = (charge(900_000, mitigation="because"), replace(training(1), kinds=("revoke-licence",)))
    command = domain.CloseInvestigation(
        charges=charges, opinion="", review_grounds=("because",), discussion_grounds=("because",)
    )  # fmt: skip
    state = told(clue(), requested(), filed())
    asked = codes(lambda: domain.close_investigation(state, command, sanctions(), noon(day), rules(day)))
    assert asked[0] == "no-evidence"
    assert {"mitigation-unknown", "kind-not-provided", "unknown-review-ground", "unknown-discussion-ground"} <= {*asked[1:]}


def test_a_notice() -> None:
    returned = domain.LegalReviewReturned(case_id="x", reviewer="x", opinion="x")
    state = domain.CASE.evolve(until(domain.InvestigationClosed), returned)
    command = domain.ServeNotice(manner="electronic", announced_on=None)
    asked = codes(lambda: domain.serve_notice(state, command, "", noon(date(2021, 9, 9)), rules(NOTICED)))
    assert asked == ["legal-review-returned", "electronic-service-unconfirmed", "before-earlier-step"]


def test_a_decision() -> None:
    state, day = until(domain.NoticeServed), date(2021, 9, 14)
    command = domain.DecidePenalty(
        approver=HANDLER, amounts={"STL-K1": 950_000}, contents=SIX[:2], sealed=False, party_id=domain.UNIT
    )
    asked = codes(lambda: domain.decide_penalty(state, command, "", sanctions(), noon(day), rules(day)))
    assert asked == [
        "handler-approves", "statement-period-running", "heavier-than-noticed", "decision-incomplete", "decision-unsealed",
    ]  # fmt: skip


def test_a_service_of_the_decision() -> None:
    state, day = until(domain.PenaltyDecided), date(2021, 9, 20)
    command = domain.ServeDecision(manner="electronic", recipient="张三", received_on=day + timedelta(days=1))
    asked = codes(lambda: domain.serve_decision(state, command, noon(day), rules(day)))
    assert asked == ["electronic-service-unconfirmed", "received-in-future"]


def test_a_decision_on_the_spot() -> None:
    command = spot_story.asked(400_000, cards_shown=False, heard=False, officer_ids=("o-li",), payment="on-the-spot")
    asked = codes(lambda: spot_story.decide(command))
    assert asked == ["beyond-simple-procedure", "too-few-officers", "card-not-shown", "party-not-heard", "cash-not-allowed"]


def test_a_closing() -> None:
    day = date(2021, 10, 9)
    beside = Beside(hazards={"h-1": "open"}, transferring=True, pending=(domain.UNIT,), unpublished=(domain.UNIT,))
    state = until(domain.DecisionServed)
    asked = codes(lambda: domain.close_case(state, beside, "performed", "", HANDLER, noon(day), rules(day)))
    assert asked[0] == "handler-approves"
    assert {"payment-not-settled", "rectification-open", "transfer-open", "remedy-pending", "not-published"} == {*asked[1:]}


def test_what_a_guard_rests_on_is_told_alone() -> None:
    command = domain.DecidePenalty(approver=HANDLER, amounts=None, contents=(), sealed=False, party_id=domain.UNIT)
    day = date(2021, 9, 14)
    state = until(domain.InvestigationClosed)
    assert codes(lambda: domain.decide_penalty(state, command, "", sanctions(), noon(day), rules(day))) == ["notice-missing"]
