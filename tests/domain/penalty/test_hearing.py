"""The hearing of a party: who has the right, in time, long enough before, before whom, and what follows."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from chassis.domain import CHINA, Actor, Event
from services.penalty import domain
from services.penalty.domain import CaseState, Convene, Hold
from tests.domain.penalty.story import (
    HEAD,
    REVIEWER,
    SIX,
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

HOST = Actor(id="host-1", name="听证主持人", role="officer")
BOOK = "rulebook-2026.json"
BEFORE = (clue(), requested(), filed(), evidence(), investigated(charge(2_000_000)), noticed(2_000_000, hearing=True))
ASKED = domain.HearingRequested(case_id="x", requested_on=date(2021, 9, 14), hold_by=date(2021, 9, 29))
CONVENED = domain.HearingConvened(
    case_id="x", document_no="号", notified_on=date(2021, 9, 14), held_at=noon(date(2021, 9, 27)), place="会议室", host=HOST.id,
    clerk="c", public=True,
)  # fmt: skip
HELD = domain.HearingHeld(case_id="x", held_on=date(2021, 9, 27), representatives=(), record_sha256="a" * 64, signed=True)
REPORTED = domain.HearingReported(case_id="x", reported_on=date(2021, 9, 28), opinion="维持", host=HOST.id)
PASSED = domain.LegalReviewPassed(case_id="x", reviewer=REVIEWER.id, opinion="通过")


def at_nine(day: date) -> datetime:
    return datetime.combine(day, time(9), CHINA)


def convene(state: CaseState, held: date, told_on: date, host: Actor = HOST, book: str = "rulebook-2021.json") -> list[Event]:
    command = Convene(held_at=at_nine(held), place="会议室", host=host, clerk="c-1", public=True)
    return domain.convene_hearing(state, domain.UNIT, command, "听通1号", noon(told_on), rules(told_on, book))


def decide(state: CaseState, day: date) -> list[Event]:
    command = domain.DecidePenalty(approver=HEAD, amounts=None, contents=SIX, sealed=True)
    return domain.decide_penalty(state, command, "文号", sanctions(), noon(day), rules(day))


@pytest.mark.parametrize(
    ("served", "last"),
    [(date(2026, 9, 28), date(2026, 10, 10)), (date(2025, 9, 26), date(2025, 10, 10)), (date(2024, 2, 5), date(2024, 2, 18))],
    ids=str,
)
def test_f15_request_is_accepted_for_five_working_days(served: date, last: date) -> None:
    """F-15; and over the holidays of other years, working weekends counted."""
    book = {2026: BOOK, 2025: "rulebook-2025.json", 2024: "rulebook-2023.json"}[served.year]
    state = told(clue(), requested(), filed(), evidence(), investigated(charge(2_000_000)))
    [notice] = domain.serve_notice(state, domain.ServeNotice(manner="direct"), "听告1号", noon(served), rules(served, book))
    state = domain.CASE.evolve(state, notice)
    [asked] = domain.request_hearing(state, domain.UNIT, noon(last), rules(last, book))
    assert isinstance(asked, domain.HearingRequested)
    late = date.fromordinal(last.toordinal() + (2 if served.year == 2026 else 1))
    with refused("hearing-right-lapsed", article="第64条"):
        domain.request_hearing(state, domain.UNIT, noon(late), rules(late, book))


def test_f16_hearing_is_not_held_before_the_seventh_working_day() -> None:
    state = told(*BEFORE, ASKED)
    with refused("hearing-too-soon", article="第64条"):
        convene(state, date(2026, 10, 12), date(2026, 9, 28), book=BOOK)
    assert convene(state, date(2026, 10, 13), date(2026, 9, 28), book=BOOK)


def test_f17_whoever_investigated_reviewed_or_approved_hosts_nothing() -> None:
    state = told(*BEFORE[:5], PASSED, BEFORE[5], ASKED)
    with refused("handler-approves", article="第64条"):
        convene(state, date(2021, 9, 27), date(2021, 9, 14), Actor(id="o-li", name="李明", role="officer"))
    for person in (HEAD, REVIEWER):
        with refused("office-held-already", article="第64条"):
            convene(state, date(2021, 9, 27), date(2021, 9, 14), person)


def test_f17_no_more_than_two_representatives() -> None:
    people = tuple(domain.Representative(representative_id=f"r-{n}", name="代理人", relation="律师") for n in range(3))
    state, day = told(*BEFORE, ASKED, CONVENED), date(2021, 9, 27)
    with refused("too-many-representatives"):
        hold = Hold(representatives=people, record_sha256="a" * 64, signed=True)
        domain.hold_hearing(state, domain.UNIT, hold, noon(day), rules(day))
    assert domain.hold_hearing(
        state, domain.UNIT, Hold(representatives=people[:2], record_sha256="a" * 64, signed=True), noon(day), rules(day)
    )


def test_f18_absence_without_reason_ends_the_hearing_and_the_case_goes_on() -> None:
    state, day = told(*BEFORE, waived(), ASKED, CONVENED), date(2021, 9, 27)
    with refused("hearing-pending"):
        decide(state, day)
    [gone] = domain.abandon_hearing(state, domain.UNIT, "absent", noon(day), rules(day))
    assert decide(domain.CASE.evolve(state, gone), day)


def test_f19_a_hearing_that_was_held_needs_its_report_and_a_review_after_it() -> None:
    day = date(2021, 9, 29)
    heard = (*BEFORE[:5], PASSED, BEFORE[5], waived(), ASKED, CONVENED, HELD)
    with refused("hearing-unreported", article="第65条"):
        decide(told(*heard), day)
    with refused("legal-review-missing", article="第58条"):
        decide(told(*heard, REPORTED), day)
    assert decide(told(*heard, REPORTED, PASSED), day)


def test_only_the_host_reports() -> None:
    state, day = told(*BEFORE, ASKED, CONVENED, HELD), date(2021, 9, 28)
    with refused("not-the-host"):
        domain.report_hearing(state, domain.UNIT, "维持", HEAD, noon(day), rules(day))


def test_who_has_no_right_asks_for_no_hearing() -> None:
    state = told(*BEFORE[:4], investigated(), noticed())
    with refused("no-hearing-right", article="第63条"):
        domain.request_hearing(state, domain.UNIT, noon(date(2021, 9, 14)), rules(date(2021, 9, 14)))


def test_right_lapses_in_silence_once_and_a_late_hearing_is_flagged() -> None:
    due, after = date(2021, 9, 18), noon(date(2021, 9, 19))
    state = told(*BEFORE)
    assert domain.lapse_hearing(state, domain.UNIT, due, noon(due)) == []
    [lapsed] = domain.lapse_hearing(state, domain.UNIT, due, after)
    assert domain.lapse_hearing(domain.CASE.evolve(state, lapsed), domain.UNIT, due, after) == []
    assert domain.lapse_hearing(told(*BEFORE, ASKED), domain.UNIT, due, after) == []
    [overdue] = domain.miss_hearing(told(*BEFORE, ASKED), domain.UNIT, date(2021, 9, 29), noon(date(2021, 9, 30)))
    assert isinstance(overdue, domain.HearingOverdue)
    assert (
        domain.miss_hearing(told(*BEFORE, ASKED, CONVENED, HELD), domain.UNIT, date(2021, 9, 29), noon(date(2021, 9, 30))) == []
    )


def test_a_withdrawn_request_may_be_made_again_in_time() -> None:
    state = told(*BEFORE, ASKED, domain.HearingWithdrawn(case_id="x", on=date(2021, 9, 15)))
    assert domain.request_hearing(state, domain.UNIT, noon(date(2021, 9, 16)), rules(date(2021, 9, 16)))


def test_hearing_is_held_when_it_has_begun_and_by_nobody_who_keeps_away() -> None:
    day, hold = date(2021, 9, 27), Hold(representatives=(), record_sha256="a" * 64, signed=True)
    state = told(*BEFORE, ASKED, CONVENED)
    with refused("hearing-not-begun"):
        domain.hold_hearing(state, domain.UNIT, hold, at_nine(day), rules(day))
    assert domain.hold_hearing(state, domain.UNIT, hold, noon(day), rules(day))
    away = domain.RecusalRequested(case_id="x", officer_id=HOST.id, office="hearing-host", reason="亲属")
    granted = domain.RecusalDecided(case_id="x", officer_id=HOST.id, granted=True, reason="属实", decided_by=HEAD.id)
    state = told(*BEFORE, ASKED, CONVENED, away, granted)
    with refused("officer-recused", article="第43条"):
        domain.hold_hearing(state, domain.UNIT, hold, noon(day), rules(day))
    assert convene(state, date(2021, 10, 15), day, Actor(id="host-2", name="", role="officer"))
