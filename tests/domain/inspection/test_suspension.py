"""Measures decided on site: what justifies them, who decides, how long, and that only a review that agrees lifts them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chassis.domain import Event
from chassis.testing import given
from services.inspection.domain.events import CheckedInOfficer, ReinspectionResult
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.hazard_events import HazardClosed
from services.inspection.domain.inspection import INSPECTION
from services.inspection.domain.measures import suspension
from services.inspection.domain.measures.suspension import Suspend, SuspensionOrdered
from services.inspection.domain.signing import Receipt
from tests.domain.inspection.measured import (
    LATER_CERTIFICATES,
    OFFICERS,
    REFUSED,
    SIGNED,
    hazards,
    major,
    standing,
    stopping,
    suspended,
    target,
    told,
    visiting,
)
from tests.domain.inspection.scenes import AT, CATALOGUE, DAY, FIRST, RULES, SECOND, found, only, prepared, refused

TWO = suspended(target("x-1", "h-1"), target("x-2", "h-1", "h-2"))


def ordered(events: list[Event]) -> SuspensionOrdered:
    event = only(events)
    assert isinstance(event, SuspensionOrdered)
    return event


def draft(*targets: suspension.Target, **known: object) -> tuple[str, ...]:
    command = Suspend(targets=targets, officers=OFFICERS, receipt=SIGNED)
    return suspension.draft(visiting(), command, known or hazards(h_1=stopping("h-1")), CATALOGUE, RULES)  # type: ignore[arg-type]


def review(events: list[Event], officers: tuple[CheckedInOfficer, ...] = OFFICERS, **agreed: bool) -> list[Event]:
    results = tuple(ReinspectionResult(hazard_id=name.replace("_", "-"), passed=each) for name, each in agreed.items())
    return suspension.review_resumption(standing(events), officers, results, LATER_CERTIFICATES, RULES, AT + timedelta(days=9))


def ask(events: list[Event], *hazard_ids: str) -> list[Event]:
    return [*events, *suspension.ask_resumption(standing(events), hazard_ids, "已整改", (), DAY, RULES)]


def test_decision_on_site() -> None:
    event = ordered(TWO)
    assert (event.document_no, event.decided_on, event.officers) == ("现决1号", DAY, OFFICERS)
    assert told(TWO).kind == "suspension"
    assert told(TWO).status == "in-force"


def test_basis_is_the_catalogues_by_the_day_of_finding() -> None:
    assert "《中华人民共和国安全生产法》（2021）第65条第1款第3项" in ordered(TWO).basis
    assert len(set(ordered(TWO).basis)) == len(ordered(TWO).basis)


def test_major_hazard_justifies_it_too_by_the_rulebook() -> None:
    basis = draft(target("x-1", "h-1"), **hazards(h_1=major("h-1")))
    assert basis[-1] == RULES.articles["hazard-removal"]


def test_other_hazards_do_not_justify_it() -> None:
    error = refused("not-justified", lambda: draft(target("x-1", "h-1"), **hazards(h_1=found("h-1"))))
    assert error.basis == "《中华人民共和国安全生产法》（2021）第65条第1款第3项"


def test_hazards_are_of_the_inspection_and_not_ended() -> None:
    foreign = replace(stopping("h-1"), inspection_id="t-9")
    refused("hazard-of-another-inspection", lambda: draft(target("x-1", "h-1"), **hazards(h_1=foreign)))
    closed = HazardClosed(hazard_id="h-1", order_id=None, ground="site-closed", reason="关闭", closed_on=DAY)
    refused("hazard-ended", lambda: draft(target("x-1", "h-1"), **{"h-1": given(HAZARD, [stopping("h-1"), closed])}))


def test_targets_are_named_once_and_have_hazards() -> None:
    refused("target-twice", lambda: draft(target("x-1", "h-1"), target("x-1", "h-1")))
    refused("hazard-missing-for", lambda: draft(target("x-1")))


def test_it_is_decided_on_site() -> None:
    command = Suspend(targets=(target("x-1", "h-1"),), officers=OFFICERS, receipt=SIGNED)
    elsewhere = given(INSPECTION, prepared())
    refused("not-checked-in", lambda: suspension.draft(elsewhere, command, hazards(h_1=stopping("h-1")), CATALOGUE, RULES))


def test_f05_two_officers_with_valid_certificates_decide() -> None:
    one = target("x-1", "h-1")
    error = refused("too-few-officers", lambda: suspended(one, officers=(FIRST,)))
    assert error.basis == "《中华人民共和国行政处罚法》（2021）第42条第1款"
    refused("officer-twice", lambda: suspended(one, officers=(FIRST, FIRST)))
    wrong = CheckedInOfficer(officer_id="o-2", certificate_no="赣A999")
    refused("certificate-mismatch", lambda: suspended(one, officers=(FIRST, wrong)))


def test_handed_over_or_refused_before_a_witness() -> None:
    assert ordered(suspended(target("x-1", "h-1"), receipt=REFUSED)).receipt == REFUSED
    refused("signature-missing", lambda: suspended(target("x-1", "h-1"), receipt=Receipt(refused_reason="不认可")))
    both = Receipt(signed_by="厂长", refused_reason="不认可", witness="甲")
    refused("signed-and-refused", lambda: suspended(target("x-1", "h-1"), receipt=both))


def test_suspension_is_not_longer_than_the_rulebook_allows() -> None:
    """R04: six months."""
    latest = date(2022, 3, 6)
    assert ordered(suspended(target("x-1", "h-1"))).until == latest
    assert ordered(suspended(target("x-1", "h-1"), until=latest)).until == latest
    error = refused("suspension-too-long", lambda: suspended(target("x-1", "h-1"), until=latest + timedelta(days=1)))
    assert error.facts["longest"] == "2022-03-06"
    refused("until-before-decision", lambda: suspended(target("x-1", "h-1"), until=DAY - timedelta(days=1)))


def test_withdrawing_people_alone_has_no_last_day() -> None:
    assert ordered(suspended(target("x-1", "h-1", measure="withdraw-people"))).until is None


def test_review_is_asked_for_first() -> None:
    refused("resumption-not-asked", lambda: review(TWO, h_1=True))


def test_review_follows_the_request() -> None:
    events = ask(TWO, "h-1")
    early = (ReinspectionResult(hazard_id="h-1", passed=True),)
    before = AT - timedelta(days=1)
    refused("resumption-not-asked", lambda: suspension.review_resumption(
        standing(events), OFFICERS, early, LATER_CERTIFICATES, RULES, before
    ))  # fmt: skip


def test_what_the_review_does_not_agree_to_stays() -> None:
    events = ask(TWO, "h-1", "h-2")
    events += review(events, h_1=True, h_2=False)
    state = standing(events)
    assert (state.remaining, told(events).status) == (("x-2",), "in-force")
    refused("resumption-not-asked", lambda: review(events, h_2=True))
    again = ask(events, "h-2")
    again += review(again, h_2=True)
    assert (standing(again).remaining, told(again).status) == ((), "ended")


def test_agreed_is_not_asked_or_reviewed_again() -> None:
    events = ask(TWO, "h-1")
    refused("resumption-open", lambda: ask(events, "h-1"))
    events += review(events, h_1=True)
    refused("already-agreed", lambda: ask(events, "h-1"))
    refused("hazard-not-in-measure", lambda: ask(events, "h-9"))
    refused("hazard-twice", lambda: ask(events, "h-2", "h-2"))


def test_f05_review_needs_two_officers() -> None:
    events = ask(TWO, "h-1")
    refused("too-few-officers", lambda: review(events, (SECOND,), h_1=True))


def test_nothing_is_asked_once_all_is_lifted() -> None:
    events = ask(TWO, "h-1", "h-2")
    events += review(events, h_1=True, h_2=True)
    refused("measure-ended", lambda: ask(events, "h-1"))


def test_longest_time_lifts_nothing() -> None:
    """Its end is noted once; the measure stays until a review agrees."""
    events = [*TWO, *suspension.need_review(standing(TWO), date(2022, 3, 6))]
    assert told(events).status == "in-force"
    assert standing(events).overdue
    assert suspension.need_review(standing(events), date(2022, 3, 6)) == []
    assert suspension.need_review(standing(TWO), date(2022, 3, 5)) == []


@pytest.mark.parametrize("agreed", [True, False])
def test_no_review_is_needed_of_what_was_lifted(agreed: bool) -> None:
    events = ask(TWO, "h-1", "h-2")
    events += review(events, h_1=agreed, h_2=agreed)
    assert bool(suspension.need_review(standing(events), date(2022, 3, 6))) is not agreed
