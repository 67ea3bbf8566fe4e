"""How cases end: extended, discussed, without a penalty, changed, revoked, closed, archived."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import orjson
import pytest

from chassis.codec import decode
from chassis.domain import Actor, Event, Refused
from services.penalty import domain
from services.penalty.domain import Beside, CaseState
from services.penalty.domain.ending_events import OutsideReader
from services.penalty.domain.reporting_up import miss_reporting_up
from tests.domain.penalty.story import (
    HANDLERS,
    HEAD,
    OFFICERS,
    RECTIFIED,
    SIX,
    WHOLE,
    charge,
    closed,
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
    told,
    training,
    until,
    waived,
)

BEFORE = (clue(), requested(), filed(), evidence())
DAY = date(2021, 9, 10)
BOOK = "rulebook-2026.json"


def extend(state: CaseState, day: date, *, superior: bool, book: str = "rulebook-2021.json") -> domain.CaseExtended:
    [event] = domain.extend_case(state, HEAD, superior, "案情复杂", noon(day), rules(day, book))
    assert isinstance(event, domain.CaseExtended)
    return event


def test_f11_ladder_of_limits_by_head_and_superior() -> None:
    """F-11's ladder: 30, 90, 180 days from a filing on 2 March."""
    day = date(2022, 3, 2)
    state = told(clue(), requested(), filed(day, domain.case_limits(day, rules(day))[0]))
    assert state.decision_due_on == date(2022, 4, 1)
    with refused("wrong-approver"):
        extend(state, date(2022, 4, 1), superior=True)
    first = extend(state, date(2022, 4, 1), superior=False)
    assert (first.decision_due_on, first.approver_level) == (date(2022, 5, 31), "head-of-agency")
    state = domain.CASE.evolve(state, first)
    with refused("wrong-approver"):
        extend(state, date(2022, 5, 31), superior=False)
    second = extend(state, date(2022, 5, 31), superior=True)
    assert second.decision_due_on == date(2022, 8, 29)
    with refused("no-further-extension"):
        extend(domain.CASE.evolve(state, second), date(2022, 6, 1), superior=True)


def test_f11_a_limit_that_has_passed_is_not_extended() -> None:
    with refused("limit-passed"):
        extend(until(domain.CaseFiled), date(2021, 10, 9), superior=False)


def test_f11_ninety_days_know_no_extension() -> None:
    day = date(2026, 3, 2)
    limit = domain.case_limits(day, rules(day, BOOK))[0]
    assert limit == date(2026, 5, 31)
    with refused("no-further-extension", article="第60条"):
        extend(told(clue(), requested(), filed(day, limit)), day, superior=False, book=BOOK)


def opinions(*ids: str) -> tuple[domain.Opinion, ...]:
    return tuple(domain.Opinion(member_id=one, name="负责人", opinion="同意") for one in ids)


def test_discussion_is_by_two_or_more_who_do_not_handle_the_case() -> None:
    state = told(*BEFORE, investigated(charge(4_000_000), training(1_000_000)))
    for members, code in ((opinions("a"), "too-few-members"), (opinions("a", "a"), "too-few-members"),
                          (opinions("a", "o-li"), "handler-discusses")):  # fmt: skip
        with refused(code, article="第57条"):
            discussion = domain.DiscussCase(members=members, conclusion="approved", note="同意")
            domain.discuss_case(state, discussion, noon(DAY), rules(DAY))


def test_what_was_discussed_may_be_decided_and_what_was_returned_may_not() -> None:
    story = (*BEFORE, investigated(charge(4_000_000), training(1_000_000)), noticed(5_000_000, hearing=True), waived())
    command = domain.DecidePenalty(approver=HEAD, amounts=None, contents=SIX, sealed=True)
    day = date(2021, 9, 22)
    for conclusion in ("approved", "returned"):
        said = domain.CaseDiscussed(case_id="x", discussed_on=day, members=opinions("a", "b"), conclusion=conclusion, note="")
        if conclusion == "approved":
            assert domain.decide_penalty(told(*story, said), command, "号", sanctions(), noon(day), rules(day))
        else:
            with refused("legal-review-returned"):
                domain.decide_penalty(told(*story, said), command, "号", sanctions(), noon(day), rules(day))


def without_penalty(outcome: domain.Outcome, hazards: dict[str, str]) -> CaseState:
    closing = domain.CloseInvestigation(charges=(), opinion="不予处罚", outcome=outcome)
    [event] = domain.close_investigation(told(*BEFORE), closing, sanctions(), noon(DAY), rules(DAY))
    state = domain.CASE.evolve(told(*BEFORE), event)
    command = domain.DecideNoPenalty(approver=HEAD, reason="轻微并及时改正", education="当场教育")
    [none] = domain.decide_no_penalty(state, command, hazards, noon(DAY), rules(DAY))
    return domain.CASE.evolve(state, none)


def test_minor_acts_that_were_corrected_end_without_a_penalty() -> None:
    state = without_penalty("minor-corrected", RECTIFIED)
    beside = Beside(hazards=RECTIFIED)
    [closed] = domain.close_case(state, beside, "no-penalty", "不予处罚", HEAD, noon(DAY), rules(DAY))
    assert isinstance(closed, domain.CaseClosed)
    with refused("ground-not-given"):
        domain.close_case(state, beside, "transferred", "移送", HEAD, noon(DAY), rules(DAY))


def test_minor_acts_that_were_not_corrected_do_not() -> None:
    with refused("not-corrected", article="第33条"):
        without_penalty("first-slight", {})
    assert without_penalty("not-proven", {}).no_penalty_on == DAY


def test_nothing_is_noticed_or_charged_where_nothing_is_imposed() -> None:
    with refused("charges-without-penalty"):
        closing = domain.CloseInvestigation(charges=(charge(),), opinion="x", outcome="no-fault")
        domain.close_investigation(told(*BEFORE), closing, sanctions(), noon(DAY), rules(DAY))


def test_a_decision_becomes_lighter_only() -> None:
    state = until(domain.DecisionServed)
    lighter = domain.ChangeDecision(cause="reconsideration", amounts={"STL-K1": 600_000}, reason="复议变更")
    [event] = domain.change_decision(state, lighter, noon(date(2021, 9, 28)), rules(DAY))
    decision = domain.CASE.evolve(state, event).decision_of(domain.UNIT)
    assert decision is not None
    assert (decision.total_fen, decision.initial_fen) == (600_000, 900_000)
    with refused("not-lighter"):
        heavier = replace(lighter, amounts={"STL-K1": 900_001})
        domain.change_decision(state, heavier, noon(date(2021, 9, 28)), rules(DAY))


@pytest.mark.parametrize("anew", [True, False])
def test_a_revoked_decision_is_none_and_may_have_to_be_made_anew(anew: bool) -> None:
    state, day = until(domain.DecisionServed), date(2021, 9, 28)
    command = domain.RevokeDecision(cause="litigation", reason="判决撤销", anew=anew)
    [event] = domain.revoke_decision(state, command, noon(day), rules(day))
    after = domain.CASE.evolve(state, event)
    if anew:
        assert (after.stage, after.decision_of(domain.UNIT)) == ("investigating", None)
        closing = domain.CloseInvestigation(charges=(charge(500_000),), opinion="重新作出")
        assert domain.close_investigation(after, closing, sanctions(), noon(day), rules(day))
        return
    with refused("decision-revoked", article="第48条"):
        domain.revoke_decision(after, command, noon(day), rules(day))
    with refused("ground-not-given"):
        domain.close_case(after, Beside(hazards=RECTIFIED), "performed", "已履行", HEAD, noon(day), rules(day))
    [closed] = domain.close_case(after, Beside(hazards=RECTIFIED), "revoked", "撤销", HEAD, noon(day), rules(day))
    assert isinstance(closed, domain.CaseClosed)


def test_f25_announcement_counts_as_served_thirty_days_later() -> None:
    """30 days after the announcement under the civil procedure law of 2023; 60 before 2022."""
    told_on = date(2026, 3, 2)
    state = told(*BEFORE, investigated(), noticed(), waived(), decided(on=told_on))
    command = domain.ServeDecision(manner="announcement", recipient="公告", received_on=told_on, announced_on=date(2026, 3, 3))
    early, late = date(2026, 4, 1), date(2026, 4, 2)
    with refused("received-in-future"):
        domain.serve_decision(state, command, noon(early), rules(early, BOOK))
    [event] = domain.serve_decision(state, command, noon(late), rules(late, BOOK))
    assert isinstance(event, domain.DecisionServed)
    assert event.received_on == late


def test_f23_service_is_due_seven_working_days_after_the_decision() -> None:
    day = date(2026, 9, 29)
    command = domain.DecidePenalty(approver=HEAD, amounts=None, contents=SIX, sealed=True)
    state = until(domain.StatementWaived)
    [event] = domain.decide_penalty(state, command, "号", sanctions(), noon(day), rules(day, BOOK))
    assert isinstance(event, domain.PenaltyDecided)
    assert event.serve_by == date(2026, 10, 14)
    after = domain.CASE.evolve(state, event)
    assert domain.miss_service(after, domain.UNIT, date(2026, 10, 14), noon(date(2026, 10, 14))) == []
    [late] = domain.miss_service(after, domain.UNIT, date(2026, 10, 14), noon(date(2026, 10, 15)))
    assert domain.miss_service(domain.CASE.evolve(after, late), domain.UNIT, date(2026, 10, 14), noon(date(2026, 10, 15))) == []


def test_no_closing_while_a_decision_is_unpublished_or_a_party_owes() -> None:
    state, day = until(domain.DecisionServed), date(2021, 10, 8)
    settled = {domain.UNIT: paid(900_000, 900_000)}
    with refused("not-published"):
        beside = Beside(payments=settled, hazards=RECTIFIED, unpublished=(domain.UNIT,))
        domain.close_case(state, beside, "performed", "x", HEAD, noon(day), rules(day))
    with refused("remedy-pending"):
        beside = Beside(payments=settled, hazards=RECTIFIED, pending=(domain.UNIT,))
        domain.close_case(state, beside, "performed", "x", HEAD, noon(day), rules(day))
    with refused("transfer-open"):
        beside = Beside(payments=settled, hazards=RECTIFIED, transferring=True)
        domain.close_case(state, beside, "performed", "x", HEAD, noon(day), rules(day))
    ended = Beside(payments={}, hazards=RECTIFIED, terminated=frozenset({domain.UNIT}))
    assert domain.close_case(state, ended, "terminated", "终结执行", HEAD, noon(day), rules(day))
    with pytest.raises(Refused, match="ground-not-given") as wrong:
        domain.close_case(state, ended, "performed", "已履行", HEAD, noon(day), rules(day))
    assert "终结执行（terminated）" in wrong.value.zh
    with pytest.raises(Refused, match="payment-not-settled") as owing:
        domain.close_case(state, Beside(payments={domain.UNIT: paid(900_000, 1)}), "performed", "x", HEAD, noon(day), rules(day))
    assert "8,999.99 元" in owing.value.zh


def test_archive_is_of_closed_cases_once_and_its_file_is_lent_with_leave() -> None:
    keeper, day = Actor(id="k", name="档案员", role="officer"), date(2021, 10, 9)
    with refused("not-closed"):
        domain.archive_case(until(domain.DecisionServed), 1, 30, None, keeper, noon(day), rules(day))
    state = told(*WHOLE)
    with refused("not-archived"):
        domain.borrow_file(state, "l-1", "b", "查阅", day, HEAD, noon(day), rules(day))
    [event] = domain.archive_case(state, 1, 30, None, keeper, noon(day), rules(day))
    state = domain.CASE.evolve(state, event)
    with refused("archived-already"):
        domain.archive_case(state, 1, 30, None, keeper, noon(day), rules(day))
    [lent] = domain.borrow_file(state, "l-1", "b", "查阅", day, HEAD, noon(day), rules(day))
    state = domain.CASE.evolve(state, lent)
    with refused("borrowed-already"):
        domain.borrow_file(state, "l-1", "b", "查阅", day, HEAD, noon(day), rules(day))
    [back] = domain.return_file(state, "l-1", noon(day), rules(day))
    assert domain.CASE.evolve(state, back).loans == ()
    judge = OutsideReader(reader_id="judge-1", of_unit="东湖区人民法院", name="陈法官", paper_no="介绍信〔2022〕7号")
    [outside] = domain.borrow_file(state, "l-2", judge, "审理", day, HEAD, noon(day), rules(day))
    assert isinstance(outside, domain.FileBorrowed)
    assert isinstance(lent, domain.FileBorrowed)
    assert (outside.borrower, outside.outside, lent.outside) == ("judge-1", judge, None)
    old = {"case_id": "c", "loan_id": "l", "borrower": "o-1", "purpose": "查阅", "borrowed_on": "2022-01-04",
           "return_by": "2022-01-05", "approved_by": "head"}  # fmt: skip
    stored = decode("casetrail.penalty.file-borrowed.v1", orjson.dumps(old))
    assert isinstance(stored, domain.FileBorrowed)
    assert stored.outside is None


def test_urgent_cases_are_filed_afterwards_and_a_miss_is_flagged() -> None:
    day = date(2021, 9, 7)
    [begun] = domain.begin_urgently(told(clue()), HANDLERS, "现场紧急", OFFICERS, noon(day), rules(day))
    state = domain.CASE.evolve(told(clue()), begun)
    assert state.urgent_by == date(2021, 9, 12)
    command = domain.RecordEvidence(kind="documentary", title="证据", officer_ids=HANDLERS, sha256="a" * 64)
    assert domain.record_evidence(state, command, OFFICERS, noon(day), rules(day))
    [missed] = domain.miss_filing(state, date(2021, 9, 12), noon(date(2021, 9, 13)))
    assert domain.CASE.evolve(state, missed).filing_missed
    with refused("case-not-filed"):
        closing = domain.CloseInvestigation(charges=(charge(),), opinion="x")
        domain.close_investigation(state, closing, sanctions(), noon(day), rules(day))


def test_a_case_that_is_not_filed_ends() -> None:
    state = told(clue(), requested())
    [event] = domain.refuse_filing(state, HEAD, "不符合立案条件", noon(DAY), rules(DAY))
    after = domain.CASE.evolve(state, event)
    assert (after.stage, after.ground) == ("closed", "not-filed")
    with refused("case-closed"):
        domain.refuse_filing(after, HEAD, "x", noon(DAY), rules(DAY))


def test_no_closing_while_a_serious_decision_is_not_reported_up() -> None:
    state, day = until(domain.DecisionServed), date(2021, 10, 8)
    [side] = state.charged
    assert side.decision is not None
    due = replace(side.decision, report_up_by=date(2021, 9, 30))
    settled = Beside(payments={domain.UNIT: paid(900_000, 900_000)}, hazards=RECTIFIED)

    def close(decision: domain.Decision) -> list[Event]:
        sides = (replace(side, decision=decision),)
        return domain.close_case(replace(state, sides=sides), settled, "performed", "x", HEAD, noon(day), rules(day))

    with refused("not-reported-up"):
        close(due)
    assert close(replace(due, reported_up_on=day))


def test_no_clock_writes_to_a_closed_case() -> None:
    """One that was transferred is closed while the party's periods run."""
    state, late = told(*BEFORE, investigated(), noticed(hearing=True)), noon(date(2021, 12, 1))
    side = state.side()
    assert side is not None
    assert side.notice is not None
    statement, hearing = side.notice.statement_due_on, side.notice.hearing_request_due_on
    assert hearing is not None
    ended = domain.CASE.evolve(state, closed())
    assert domain.lapse_statement(state, statement, late)
    assert domain.lapse_hearing(state, domain.UNIT, hearing, late)
    assert domain.lapse_statement(ended, statement, late) == []
    assert domain.lapse_hearing(ended, domain.UNIT, hearing, late) == []
    whole = until(domain.CaseClosed)
    made = whole.decision_of(domain.UNIT)
    assert made is not None
    of_serious = replace(whole, sides=(replace(side, decision=replace(made, report_up_by=statement)),))
    assert miss_reporting_up(replace(of_serious, stage="served"), domain.UNIT, statement, late)
    assert miss_reporting_up(of_serious, domain.UNIT, statement, late) == []


def test_who_keeps_away_does_not_discuss_and_no_handler_decides_who_does() -> None:
    state = told(*BEFORE, investigated())
    away = replace(state, recused=("h-1",), challenged=(HANDLERS[1],))
    members = tuple(domain.Opinion(member_id=one, name=one, opinion="同意") for one in ("h-1", "h-2"))
    command = domain.DiscussCase(members=members, conclusion="approved", note="")
    assert domain.discuss_case(state, command, noon(DAY), rules(DAY))
    with refused("officer-recused"):
        domain.discuss_case(away, command, noon(DAY), rules(DAY))
    handler = Actor(id=HANDLERS[0], name="李", role="approver")
    with refused("handler-approves"):
        domain.decide_recusal(away, HANDLERS[1], True, "x", handler, rules(DAY))
