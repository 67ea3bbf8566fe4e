"""Clue, request, filing: who may handle a case, who may approve it, and from when its limit runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.domain import Actor, Refused, day_of
from services.penalty import domain
from tests.domain.penalty import story
from tests.domain.penalty.story import ACT_DAY, FILED, HANDLERS, HEAD, LI, OFFICERS, QIAN, WANG, ZHAO, noon, refused, rules, until

REQUEST = domain.RequestFiling(cause="未使用固定式龙门钩案", officer_ids=HANDLERS, opinion="建议立案")


def request(state: domain.CaseState, *ids: str) -> list[object]:
    command = domain.RequestFiling(cause="案由", officer_ids=ids, opinion="建议立案")
    return list(domain.request_filing(state, command, OFFICERS, noon(FILED), rules(FILED)))


def test_clue_is_registered_once() -> None:
    state = until(domain.ClueRegistered)
    assert state.stage == "clue"
    command = domain.RegisterClue(
        case_id="x", inspection_id="x", enterprise_id="x", enterprise_name="x", uscc="x", level="city", organ_id="x",
        organ="x", act_date=ACT_DAY, acts=(), catalogue="x",
    )  # fmt: skip
    with pytest.raises(Refused, match="clue-registered-already"):
        domain.register_clue(state, command)


def test_two_qualified_officers_may_request_the_filing() -> None:
    [event] = domain.request_filing(until(domain.ClueRegistered), REQUEST, OFFICERS, noon(FILED), rules(FILED))
    assert isinstance(event, domain.FilingRequested)
    assert [handler.certificate_no for handler in event.officers] == ["JX001", "JX002"]


def test_f05_one_officer_is_too_few() -> None:
    with refused("too-few-officers", article="第42条"):
        request(until(domain.ClueRegistered), LI.officer_id)


def test_f05_the_same_officer_twice_is_one_officer() -> None:
    with refused("too-few-officers"):
        request(until(domain.ClueRegistered), LI.officer_id, LI.officer_id)


def test_certificate_must_be_valid_that_day() -> None:
    with refused("certificate-expired", article="第42条"):
        request(until(domain.ClueRegistered), LI.officer_id, ZHAO.officer_id)


def test_officer_must_be_enrolled() -> None:
    with refused("officer-unknown"):
        request(until(domain.ClueRegistered), LI.officer_id, "o-nobody")


def test_recused_officer_does_not_handle() -> None:
    with refused("officer-recused", article="第43条"):
        request(until(domain.ClueRegistered), LI.officer_id, QIAN.officer_id)


def test_nothing_before_the_2021_penalty_law_was_in_force() -> None:
    with pytest.raises(Refused) as caught:
        rules(date(2021, 7, 14))
    assert caught.value.code == "no-rule-in-force"


def file(state: domain.CaseState, approver: Actor = HEAD, day: date = FILED) -> domain.CaseFiled:
    [event] = domain.file_case(state, approver, "案号", OFFICERS, noon(day), rules(day))
    assert isinstance(event, domain.CaseFiled)
    return event


def test_filing_starts_the_limit_of_the_rulebook() -> None:
    event = file(until(domain.FilingRequested))
    assert event.filed_on == FILED
    assert event.decision_due_on == FILED + timedelta(days=30)


def test_f11_single_limit_of_ninety_days_does_not_roll() -> None:
    day = date(2026, 3, 2)
    assert domain.case_limits(day, rules(day, "rulebook-2026.json")) == (date(2026, 5, 31),)


def test_f11_ladder_of_thirty_ninety_and_a_hundred_and_eighty_days() -> None:
    ladder = dict(story.document("rulebook-2026.json"), case_limit=story.document("rulebook-2021.json")["case_limit"])
    day = date(2026, 3, 2)
    limits = domain.case_limits(day, domain.rules_on(ladder, day, rules(day, "rulebook-2026.json").calendar))
    assert limits == (date(2026, 4, 1), date(2026, 5, 31), date(2026, 8, 29))


def test_filing_must_be_requested_first() -> None:
    with refused("filing-not-requested", article="第54条"):
        file(until(domain.ClueRegistered))


@pytest.mark.parametrize(
    "approver",
    [Actor(id="o-li", name="李明", role="approver"), Actor(id="li", name="李明", role="approver", certificate_no="JX001")],
    ids=["by id", "by certificate"],
)
def test_handling_officer_does_not_approve(approver: Actor) -> None:
    with refused("handler-approves"):
        file(until(domain.FilingRequested), approver)


def test_handlers_must_be_qualified_on_the_day_of_filing_too() -> None:
    officers = (replace(LI, certificate_valid_to=date(2021, 9, 7)), WANG)
    with refused("certificate-expired"):
        domain.file_case(until(domain.FilingRequested), HEAD, "案号", officers, noon(FILED), rules(FILED))


def test_filing_does_not_precede_the_act() -> None:
    with refused("before-earlier-step"):
        file(until(domain.FilingRequested), day=ACT_DAY - timedelta(days=1))


def test_case_is_filed_once() -> None:
    with refused("case-filed-already"):
        file(until(domain.CaseFiled))
    with refused("case-filed-already"):
        request(until(domain.CaseFiled), *HANDLERS)


def test_day_is_the_day_in_china() -> None:
    assert day_of(datetime(2021, 9, 7, 15, 59, tzinfo=UTC)) == date(2021, 9, 7)
    assert day_of(datetime(2021, 9, 7, 16, 0, tzinfo=UTC)) == FILED
