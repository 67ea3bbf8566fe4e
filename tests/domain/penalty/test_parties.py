"""Several parties of a case, each with its own charges, form, notice and decision; who keeps away; who handles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chassis.domain import Actor
from services.penalty import domain
from services.penalty.domain import CaseState, Charge, Person
from tests.domain.penalty.story import (
    DECIDED,
    HANDLERS,
    HEAD,
    LI,
    NOTICED,
    OFFICERS,
    REVIEWER,
    SIX,
    WANG,
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
    sanctions,
    told,
    waived,
)

MANAGER = Person(party_id="p-1", name="王厂长", id_number="360100198001010010", capacity="principal-head", address="南昌")
JOINED = domain.PartyJoined(case_id="x", person=MANAGER, reason="直接负责的主管人员")
OVERDUE = replace(sanctions(), unrectified=frozenset({"h-1", "h-2"}))
BEFORE = (clue(), requested(), filed(), evidence(), JOINED)
DAY = date(2021, 9, 10)
THIRD = domain.Officer(officer_id="o-sun", name="孙杰", certificate_no="JX009", certificate_valid_to=date(2024, 12, 31))


def personal(amount_fen: int = 1_000_000, **changes: object) -> Charge:
    """A fine of the person under WSL 99(2), for correction overdue."""
    return replace(charge(amount_fen), phase="overdue", subject="person", party_id="p-1", **changes)  # type: ignore[arg-type]


def unit(amount_fen: int = 5_000_000) -> Charge:
    return replace(charge(amount_fen), phase="overdue")


def close(state: CaseState, *charges: Charge, law: domain.Sanctions = OVERDUE) -> CaseState:
    command = domain.CloseInvestigation(charges=charges, opinion="建议处罚")
    [event] = domain.close_investigation(state, command, law, noon(DAY), rules(DAY))
    return domain.CASE.evolve(state, event)


def notify(state: CaseState, party_id: str) -> CaseState:
    command = domain.ServeNotice(manner="direct", party_id=party_id)
    [event] = domain.serve_notice(state, command, "文号", noon(NOTICED), rules(NOTICED))
    return domain.CASE.evolve(state, event)


def test_what_is_known_of_a_person_is_put_right_until_it_is_decided_against() -> None:
    nowhere = replace(JOINED, person=replace(MANAGER, address=""))
    state = notify(close(told(clue(), requested(), filed(), evidence(), nowhere), unit(), personal()), "p-1")
    law = rules(NOTICED)
    assert "party" not in domain.drafted_contents(state, "厂址", law, "p-1")
    [amended] = domain.amend_party(state, MANAGER, "补充住址", law)
    state = domain.CASE.evolve(state, amended)
    assert "party" in domain.drafted_contents(state, "厂址", law, "p-1")
    assert domain.amend_party(state, MANAGER, "补充住址", law) == []
    with refused("capacity-fixed", article="第59条"):
        domain.amend_party(state, replace(MANAGER, capacity="directly-responsible"), "", law)
    for stranger in ("unit", "p-2"):
        with refused("party-unknown", article="第59条"):
            domain.amend_party(state, replace(MANAGER, party_id=stranger), "", law)


def test_f34_overdue_branch_fines_the_unit_and_the_person_each_in_its_range() -> None:
    state = close(told(*BEFORE), unit(5_000_000), personal(1_000_000))
    assert state.proposed_fen == 6_000_000
    for wrong in (personal(999_999), personal(2_000_001)):
        with refused("amount-out-of-range", article="第99条"):
            close(told(*BEFORE), unit(), wrong)


def test_f35_person_is_fined_under_the_overdue_branch_only_when_that_is_established() -> None:
    with refused("overdue-not-established"):
        close(told(*BEFORE), personal(), law=sanctions())


def test_a_person_who_did_not_join_is_not_charged() -> None:
    with refused("subject-is-not-party"):
        close(told(*BEFORE[:4]), personal())


@pytest.mark.parametrize(("fen", "form"), [(299_999, 24), (300_000, 26)])
def test_f13_the_form_goes_by_the_party(fen: int, form: int) -> None:
    """A citizen in Jiangxi: from 3,000 yuan on form 26; the unit beside it has its own form."""
    state = told(*BEFORE, investigated(charge(), personal(fen)))
    after = notify(notify(state, "p-1"), domain.UNIT)
    side, own = after.side("p-1"), after.side()
    assert side is not None
    assert side.notice is not None
    assert own is not None
    assert own.notice is not None
    assert (side.notice.form_no, own.notice.form_no) == (form, 24)


def test_each_party_is_decided_for_itself_and_the_case_waits_for_all() -> None:
    state = notify(notify(told(*BEFORE, investigated(charge(), personal(200_000))), domain.UNIT), "p-1")
    state = domain.CASE.evolve(domain.CASE.evolve(state, waived()), domain.StatementWaived(case_id="x", party_id="p-1"))
    command = domain.DecidePenalty(approver=HEAD, amounts=None, contents=SIX, sealed=True)
    [first] = domain.decide_penalty(state, command, "罚1号", sanctions(), noon(DECIDED), rules(DECIDED))
    after = domain.CASE.evolve(state, first)
    assert (after.stage, after.decision_of("p-1")) == ("noticed", None)
    with refused("decided-already"):
        domain.decide_penalty(after, command, "罚2号", sanctions(), noon(DECIDED), rules(DECIDED))
    with refused("party-unknown"):
        domain.decide_penalty(after, replace(command, party_id="p-2"), "罚2号", sanctions(), noon(DECIDED), rules(DECIDED))


def test_decision_against_a_person_names_it_sealed() -> None:
    story = (
        *BEFORE,
        investigated(personal(1_000_000)),
        replace_notice("p-1"),
        domain.StatementWaived(case_id="x", party_id="p-1"),
    )
    command = domain.DecidePenalty(approver=HEAD, amounts=None, contents=SIX, sealed=True, party_id="p-1")
    [event] = domain.decide_penalty(told(*story), command, "罚1号", OVERDUE, noon(DECIDED), rules(DECIDED))
    assert isinstance(event, domain.PenaltyDecided)
    assert (event.party.kind, event.party.name, event.person) == ("person", "", MANAGER)
    assert domain.CASE.evolve(told(*story), event).stage == "decided"


def replace_notice(party_id: str) -> domain.NoticeServed:
    notice = noticed(1_000_000)
    assert isinstance(notice, domain.NoticeServed)
    return replace(notice, party_id=party_id)


def test_f06_a_recusal_that_is_asked_for_does_not_stop_the_investigation() -> None:
    asked = domain.RecusalRequested(case_id="x", officer_id=LI.officer_id, office="handler", reason="与当事人有近亲属关系")
    assert close(told(*BEFORE, asked), charge(), law=sanctions()).stage == "investigated"


def test_f06_who_must_keep_away_is_replaced_before_the_case_goes_on() -> None:
    granted = domain.RecusalDecided(case_id="x", officer_id=LI.officer_id, granted=True, reason="属实", decided_by=HEAD.id)
    state = told(*BEFORE, granted)
    with refused("handler-to-be-replaced", article="第43条"):
        close(state, charge(), law=sanctions())
    with refused("officer-recused", article="第43条"):
        domain.change_handlers(state, HANDLERS, "回避", HEAD, OFFICERS, noon(DAY), rules(DAY))
    new = (WANG.officer_id, THIRD.officer_id)
    [changed] = domain.change_handlers(state, new, "回避", HEAD, (*OFFICERS, THIRD), noon(DAY), rules(DAY))
    assert close(domain.CASE.evolve(state, changed), charge(), law=sanctions()).stage == "investigated"


def test_nobody_decides_on_their_own_recusal_and_only_on_one_that_was_asked() -> None:
    head = Actor(id=LI.officer_id, name="李明", role="approver")
    state = told(*BEFORE, domain.RecusalRequested(case_id="x", officer_id=LI.officer_id, office="handler", reason="亲属"))
    with refused("judge-in-own-matter"):
        domain.decide_recusal(state, LI.officer_id, True, "属实", head, rules(DAY))
    with refused("recusal-not-requested"):
        domain.decide_recusal(state, WANG.officer_id, True, "属实", HEAD, rules(DAY))


def test_review_approval_and_hosting_are_different_people() -> None:
    state = told(*BEFORE, investigated())
    with refused("office-held-already", article="第58条"):
        domain.review_case(state, domain.ReviewCase(passed=True, opinion="通过"), HEAD, rules(DAY))
    reviewed = told(*BEFORE, investigated(), domain.LegalReviewPassed(case_id="x", reviewer=REVIEWER.id, opinion="x"),
                    noticed(), waived())  # fmt: skip
    command = domain.DecidePenalty(approver=REVIEWER, amounts=None, contents=SIX, sealed=True)
    with refused("office-held-already"):
        domain.decide_penalty(reviewed, command, "罚1号", sanctions(), noon(DECIDED), rules(DECIDED))
