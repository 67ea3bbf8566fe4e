"""The order, its number, its clocks, re-inspection, referral."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chassis.domain import Event
from chassis.testing import given
from services.inspection.domain import hazard, order
from services.inspection.domain.events import (
    CheckedInOfficer,
    NumberTaken,
    RectificationOverdue,
    RectificationReported,
    ReferredToPenalty,
    ReInspected,
    ReinspectionResult,
)
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION
from services.inspection.domain.numbers import ORDER_ZI, SERIES, take_number
from services.inspection.domain.order import ORDER, Dated, OrderState, ReInspection, Report
from services.inspection.domain.referral import REFERRAL, refer_acts
from services.inspection.domain.rules import Due
from tests.domain.inspection.scenes import (
    AT,
    CERTIFICATES,
    DAY,
    FIRST,
    RULES,
    SECOND,
    answered,
    concluded,
    found,
    issued,
    only,
    order_of,
    ordered,
    refused,
    violation,
)

DUE = date(2021, 9, 20)
LATER = date(2021, 9, 25)
TEN_AFTER_DUE = Due(date(2021, 10, 5), False)
BOTH = (Dated("h-1", DUE), Dated("h-2", LATER))
OPEN = issued(*BOTH, due=TEN_AFTER_DUE)


def days(n: int) -> date:
    return DAY + timedelta(days=n)


def report(events: list[Event], *hazard_ids: str, after: int = 1) -> RectificationReported:
    command, due = Report(hazard_ids, "已清理", ()), Due(days(after + 10), False)
    event = only(order.report(given(ORDER, events), command, due, RULES, AT + timedelta(days=after)))
    assert isinstance(event, RectificationReported)
    return event


def re_inspect(events: list[Event], after: int = 2, **passed: bool) -> ReInspected:
    results = tuple(ReinspectionResult(hazard_id=id.replace("_", "-"), passed=each) for id, each in passed.items())
    command = ReInspection((FIRST, CheckedInOfficer(officer_id="o-9", certificate_no="赣A009")), results)
    event = only(order.re_inspect(given(ORDER, events), command, CERTIFICATES, RULES, AT + timedelta(days=after)))
    assert isinstance(event, ReInspected)
    return event


def overdue(events: list[Event]) -> RectificationOverdue:
    event = only(order.miss_rectification(given(ORDER, events), LATER))
    assert isinstance(event, RectificationOverdue)
    return event


def test_order() -> None:
    event = order_of(OPEN)
    assert [(each.hazard_id, each.item_code, each.due_on) for each in event.hazards] == [
        ("h-1", "DST-K6", DUE),
        ("h-2", "DST-K6", LATER),
    ]
    assert (event.issued_on, event.due_on, event.re_inspection_due_on) == (DAY, LATER, TEN_AFTER_DUE.on)


def test_basis_is_named_once() -> None:
    state = given(INSPECTION, concluded(violation("DST-K6", "h-1")))
    drafted = order.draft(ORDER.initial, "r-1", state, [Dated("h-1", DUE)], RULES, AT)
    event = order_of(order.issue("r-1", state, drafted, "1", ["乙", "甲", "乙"], None, RULES, AT))
    assert event.basis == ("乙", "甲")
    assert event.re_inspection_due_on is None


def draft(*dated: Dated, events: list[Event] | None = None, state: OrderState = ORDER.initial) -> object:
    inspected = given(INSPECTION, events or concluded(violation("DST-K6", "h-1", "h-2")))
    return order.draft(state, "r-1", inspected, dated, RULES, AT)


def test_order_follows_the_conclusion() -> None:
    refused("not-concluded", lambda: draft(Dated("h-1", DUE), events=answered(violation("DST-K6", "h-1"))))


def test_order_is_issued_once() -> None:
    refused("order-exists", lambda: draft(Dated("h-1", DUE), state=given(ORDER, OPEN)))


def test_order_is_for_hazards_of_its_inspection() -> None:
    error = refused("hazard-of-another-inspection", lambda: draft(Dated("h-9", DUE)))
    assert error.basis == "《中华人民共和国安全生产法》（2021）第65条第1款第2项"
    refused("hazard-of-another-inspection", lambda: hazard.order(given(HAZARD, [found("h-1")]), "t-2", "r-1", DUE, RULES))


def test_order_names_a_hazard_once() -> None:
    refused("hazard-twice", lambda: draft(Dated("h-1", DUE), Dated("h-1", LATER)))


def test_due_on_the_day_of_issue_at_the_earliest() -> None:
    assert draft(Dated("h-1", DAY))
    refused("due-before-issue", lambda: draft(Dated("h-1", days(-1))))


@pytest.mark.parametrize("order_id", ["r-1", "r-2"])
def test_hazard_stands_in_one_order_only(order_id: str) -> None:
    state = given(HAZARD, ordered("h-1", DUE))
    refused("already-ordered", lambda: hazard.order(state, "t-1", order_id, DUE, RULES))


def test_numbers_have_no_hole_and_no_double() -> None:
    events: list[Event] = []
    for number in range(1, 4):
        state = given(SERIES, events)
        [event] = take_number(state, "donghu-emb", "东湖", ORDER_ZI, 2021, f"r-{number}")
        assert isinstance(event, NumberTaken)
        assert (event.number, event.document_no) == (number, f"（东湖）应急责改〔2021〕{number}号")
        events.append(event)


def test_report_of_everything_stops_the_enterprises_clock() -> None:
    part = report(OPEN, "h-1")
    assert (part.rectification_due_on, part.re_inspection_due_on) == (LATER, days(11))
    rest = report([*OPEN, part], "h-2", after=5)
    assert rest.rectification_due_on is None
    assert rest.re_inspection_due_on == days(11)  # the earlier report is still waiting


def test_report_is_about_hazards_of_the_order() -> None:
    refused("not-in-order", lambda: report(OPEN, "h-9"))
    refused("hazard-twice", lambda: report(OPEN, "h-1", "h-1"))
    refused("not-in-order", lambda: hazard.report(given(HAZARD, ordered("h-1", DUE)), "r-2", DAY, RULES))


def test_rectification_overdue() -> None:
    event = overdue(OPEN)
    assert (event.due_on, event.re_inspection_due_on) == (LATER, TEN_AFTER_DUE.on)
    assert order.miss_rectification(given(ORDER, [*OPEN, event]), LATER) == []


def test_rectification_is_not_overdue_once_reported() -> None:
    assert order.miss_rectification(given(ORDER, [*OPEN, report(OPEN, "h-1", "h-2")]), LATER) == []


def test_deadline_of_another_day_is_not_this_orders() -> None:
    assert order.miss_rectification(given(ORDER, OPEN), DUE) == []


def test_late_report_does_not_move_the_organs_clock() -> None:
    events = [*OPEN, overdue(OPEN)]
    late = report(events, "h-1", "h-2", after=25)
    assert late.re_inspection_due_on == TEN_AFTER_DUE.on
    assert late.rectification_due_on is None


def test_re_inspection_overdue() -> None:
    events = [*OPEN, report(OPEN, "h-1")]
    missed = order.miss_re_inspection(given(ORDER, events), days(11))
    assert len(missed) == 1
    assert order.miss_re_inspection(given(ORDER, [*events, *missed]), days(11)) == []
    assert order.miss_re_inspection(given(ORDER, events), days(12)) == []


def test_re_inspection_stops_the_organs_clock() -> None:
    events = [*OPEN, report(OPEN, "h-1")]
    event = re_inspect(events, h_1=True)
    assert (event.all_passed, event.rectification_due_on, event.re_inspection_due_on) == (False, LATER, None)
    assert order.miss_re_inspection(given(ORDER, [*events, event]), days(11)) == []


def test_re_inspection_of_a_part_leaves_the_clock_running() -> None:
    event = re_inspect([*OPEN, report(OPEN, "h-1", "h-2")], h_1=True)
    assert (event.all_passed, event.rectification_due_on, event.re_inspection_due_on) == (False, None, days(11))


def test_order_is_settled_when_every_hazard_has_passed() -> None:
    events = [*OPEN, report(OPEN, "h-1", "h-2")]
    first = re_inspect(events, h_1=True)
    last = re_inspect([*events, first], h_2=True)
    assert (last.all_passed, last.rectification_due_on, last.re_inspection_due_on) == (True, None, None)
    assert given(ORDER, [*events, first, last]).closed


def test_failure_sets_the_enterprises_clock_going_again() -> None:
    events = [*OPEN, report(OPEN, "h-1", "h-2")]
    failed = re_inspect(events, h_1=False, h_2=True)
    assert (failed.all_passed, failed.rectification_due_on, failed.re_inspection_due_on) == (False, LATER, None)
    assert overdue([*events, failed]).re_inspection_due_on is None  # nothing to look at before it is reported again
    again = report([*events, failed], "h-1", after=4)
    assert (again.rectification_due_on, again.re_inspection_due_on) == (None, days(14))


@pytest.mark.parametrize(
    ("code", "officers"),
    [
        ("too-few-officers", (FIRST,)), ("officer-twice", (FIRST, FIRST)), ("certificate-expired", (FIRST, SECOND)),
        ("certificate-mismatch", (FIRST, replace(SECOND, certificate_no="赣A001"))),
    ],
)  # fmt: skip
def test_re_inspection_needs_enough_officers(code: str, officers: tuple[CheckedInOfficer, ...]) -> None:
    """Two, each with their own certificate, valid on that day: that of the second officer no longer is."""
    command = ReInspection(officers, (ReinspectionResult(hazard_id="h-1", passed=True),))
    later = AT + timedelta(days=2)
    refused(code, lambda: order.re_inspect(given(ORDER, OPEN), command, CERTIFICATES, RULES, later))


def test_re_inspection_is_about_hazards_of_the_order() -> None:
    refused("not-in-order", lambda: re_inspect(OPEN, h_9=True))


def look(events: list[Event], on: date, *, passed: bool = True) -> list[Event]:
    return hazard.re_inspect(given(HAZARD, events), "r-1", ReinspectionResult(hazard_id="h-1", passed=passed), on, RULES)


def test_re_inspection_follows_the_report_or_the_due_date() -> None:
    events = ordered("h-1", DUE)
    error = refused("re-inspection-too-early", lambda: look(events, DUE))
    assert error.basis == "《中华人民共和国安全生产法》（2021）第65条第1款第3项"
    assert look(events, DUE + timedelta(days=1))
    reported = [*events, *hazard.report(given(HAZARD, events), "r-1", DAY, RULES)]
    assert look(reported, DAY)
    late = [*events, *hazard.report(given(HAZARD, events), "r-1", DUE - timedelta(days=1), RULES)]
    refused("re-inspection-too-early", lambda: look(late, DUE - timedelta(days=2)))


def test_failed_hazard_is_reported_again_first() -> None:
    events = ordered("h-1", DUE)
    events = [*events, *look(events, LATER, passed=False)]
    refused("report-first", lambda: look(events, LATER))
    events = [*events, *hazard.report(given(HAZARD, events), "r-1", LATER, RULES)]
    refused("already-reported", lambda: hazard.report(given(HAZARD, events), "r-1", LATER, RULES))
    events = [*events, *look(events, LATER)]
    assert given(HAZARD, events).status == "rectified"
    refused("already-rectified", lambda: look(events, LATER))
    refused("already-rectified", lambda: hazard.report(given(HAZARD, events), "r-1", LATER, RULES))


def test_hazard_id_is_taken_once() -> None:
    state = given(HAZARD, [found("h-1")])
    assert hazard.find(state, found("h-1", on=days(1))) == []
    refused("hazard-exists", lambda: hazard.find(state, found("h-1", inspection_id="t-2")))


def refer(*findings: str, events: list[Event] | None = None, second_on: date = DAY) -> ReferredToPenalty:
    inspected = given(INSPECTION, events or concluded(violation("DST-K6", "h-1", "h-2")))
    seen = [found(id, on=second_on if id == "h-2" else DAY) for id in findings]
    event = only(refer_acts(REFERRAL.initial, "f-1", inspected, seen, RULES))
    assert isinstance(event, ReferredToPenalty)
    return event


def test_referral_carries_the_acts() -> None:
    event = refer("h-1", "h-2")
    assert [(act.hazard_id, act.item_code, act.fact) for act in event.acts] == [
        ("h-1", "DST-K6", "积尘"),
        ("h-2", "DST-K6", "积尘"),
    ]
    assert (event.act_date, event.organ_id, event.catalogue) == (DAY, "donghu-emb", "nanchang-industry-trade/2021.1")


def test_referral_is_of_a_concluded_inspection_and_made_once() -> None:
    refused("not-concluded", lambda: refer("h-1", events=answered(violation("DST-K6", "h-1"))))
    inspected = given(INSPECTION, concluded(violation("DST-K6", "h-1")))
    state = given(REFERRAL, [refer("h-1")])
    refused("referral-exists", lambda: refer_acts(state, "f-1", inspected, [found("h-1")], RULES))


def test_acts_of_different_days_are_referred_separately() -> None:
    refused("different-act-dates", lambda: refer("h-1", "h-2", second_on=days(-1)))
    refused("hazard-twice", lambda: refer("h-1", "h-1"))


@pytest.mark.parametrize("events", [[found("h-1")], ordered("h-1", DUE)], ids=["found", "ordered"])
def test_hazard_is_referred_once_whatever_its_state(events: list[Event]) -> None:
    referred = [*events, *hazard.refer(given(HAZARD, events), "t-1", "f-1", RULES)]
    assert given(HAZARD, referred).status == given(HAZARD, events).status
    error = refused("already-referred", lambda: hazard.refer(given(HAZARD, referred), "t-1", "f-2", RULES))
    assert error.basis == "《中华人民共和国行政处罚法》（2021）第29条"
    refused("hazard-of-another-inspection", lambda: hazard.refer(given(HAZARD, events), "t-2", "f-1", RULES))
