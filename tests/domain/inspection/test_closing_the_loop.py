"""A hazard ends rectified, or by a decision that says why not; major ones are supervised; orders are extended by their rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from chassis.calendar import WorkingDays
from chassis.domain import Event
from chassis.testing import given
from services.inspection.domain import hazard, order
from services.inspection.domain.extension import AskExtension, ExtensionAsked, ExtensionGranted
from services.inspection.domain.hazard import HAZARD, Supervise
from services.inspection.domain.order import ORDER, Dated, OrderState, Report
from services.inspection.domain.rules import Due, Rules, rules_on
from tests.domain.inspection.scenes import AT, DAY, RULES, found, issued, only, ordered, refused, vocabulary

DUE = date(2026, 3, 31)
IN_2026 = rules_on(vocabulary("rulebook-2026-3"), date(2026, 3, 2))
ASK = AskExtension(hazard_ids=("h-1",), until=date(2021, 10, 20), ground="force-majeure", reason="洪水")


def test_what_is_put_right_at_once_needs_no_order() -> None:
    state = given(HAZARD, [found("h-1")])
    corrected = given(HAZARD, [found("h-1"), *hazard.correct(state, "当场清扫", (), DAY, RULES)])
    assert corrected.status == "rectified"
    assert hazard.correct(corrected, "当场清扫", (), DAY, RULES) == []
    refused("hazard-ended", lambda: hazard.order(corrected, "t-1", "r-1", DAY, RULES))
    major = replace(found("h-1"), severity="major")
    refused("major-not-corrected-at-once", lambda: hazard.correct(given(HAZARD, [major]), "x", (), DAY, RULES))
    refused("already-ordered", lambda: hazard.correct(given(HAZARD, ordered("h-1", DAY)), "x", (), DAY, RULES))
    latest = Due(DAY, False)
    assert hazard.correct(state, "当场清扫", (), DAY, RULES, latest)
    error = refused("no-more-at-once", lambda: hazard.correct(state, "x", (), DAY + timedelta(days=1), RULES, latest))
    assert (error.facts["latest"], error.basis) == (DAY.isoformat(), "《中华人民共和国安全生产法》（2021）第65条第1款第2项")


def test_a_hazard_is_closed_by_a_decision_that_says_why_and_is_never_called_rectified() -> None:
    state = given(HAZARD, ordered("h-1", DAY))
    closed = given(HAZARD, [*ordered("h-1", DAY), *hazard.close(state, "site-closed", "企业注销", DAY, RULES)])
    assert closed.status == "closed"
    for decide in (
        lambda: hazard.close(closed, "merged", "x", DAY, RULES),
        lambda: hazard.report(closed, "r-1", DAY, RULES),
        lambda: hazard.correct(closed, "x", (), DAY, RULES),
    ):
        refused("hazard-ended", decide)


def test_a_major_hazard_is_supervised_until_it_is_rectified() -> None:
    listed = Supervise(supervision_id="v-1", organ_id="city-emb", organ="市应急管理局", measures="停产整改", due_on=DAY)
    refused("not-major", lambda: hazard.supervise(given(HAZARD, [found("h-1")]), listed, DAY, RULES))
    events: list[Event] = [replace(found("h-1"), severity="major")]
    late = replace(listed, due_on=DAY - timedelta(days=1))
    refused("due-before-issue", lambda: hazard.supervise(given(HAZARD, events), late, DAY, RULES))
    events += hazard.supervise(given(HAZARD, events), listed, DAY, RULES)
    state = given(HAZARD, events)
    refused("already-supervised", lambda: hazard.supervise(state, listed, DAY, RULES))
    refused("under-supervision", lambda: hazard.close(state, "merged", "x", DAY, RULES))
    refused("not-rectified", lambda: hazard.lift_supervision(state, "完成", DAY, RULES))
    rectified = replace(state, status="rectified")
    assert hazard.lift_supervision(rectified, "完成", DAY, RULES)
    refused("not-supervised", lambda: hazard.lift_supervision(given(HAZARD, [found("h-1")]), "x", DAY, RULES))


def order_due(due_on: date, *hazards: str, due: Due | None = None) -> list[Event]:
    return issued(*(Dated(one, due_on) for one in hazards or ("h-1",)), due=due)


def test_f40_re_inspection_is_due_ten_days_after_the_last_day_by_the_unit_of_the_rule() -> None:
    period = IN_2026.re_inspection
    assert period is not None
    assert period.unit == "calendar-day"
    days = WorkingDays({date(2026, 4, 4): False, date(2026, 4, 5): False, date(2026, 4, 6): False})
    assert days.due(DUE, period.length, "calendar-day").day == date(2026, 4, 10)
    assert days.due(DUE, period.length, "working-day").day == date(2026, 4, 15)


def asked_on(day: date, due_on: date, rules: Rules, ask: AskExtension = ASK) -> list[Event]:
    state = given(ORDER, order_due(due_on))
    return order.ask_extension(state, ask, Due(day + timedelta(days=5), False), day, rules)


def test_f40_a_request_less_than_ten_days_before_the_last_day_is_late() -> None:
    assert IN_2026.extension_request is not None
    ask = replace(ASK, until=date(2026, 5, 1))
    state = given(ORDER, order_due(DUE))
    problem = refused("extension-too-late", lambda: order.ask_extension(state, ask, None, date(2026, 3, 25), IN_2026))
    assert problem.facts["days"] == 10
    refused("extension-too-late", lambda: order.ask_extension(state, ask, None, date(2026, 3, 22), IN_2026))
    event = only(order.ask_extension(state, ask, None, date(2026, 3, 21), IN_2026))
    assert isinstance(event, ExtensionAsked)
    unbound = replace(IN_2026, extension_request=None)
    only(order.ask_extension(state, ask, None, date(2026, 3, 25), unbound))
    refused("extension-too-late", lambda: order.ask_extension(state, ask, None, DUE + timedelta(days=1), unbound))


def test_only_force_majeure_extends_and_only_to_a_later_day() -> None:
    early, due_on = DAY, date(2021, 9, 30)
    refused("extension-ground", lambda: asked_on(early, due_on, RULES, replace(ASK, ground="other")))
    refused("extension-not-later", lambda: asked_on(early, due_on, RULES, replace(ASK, until=due_on)))
    assert asked_on(early, due_on, replace(RULES, extension_needs_force_majeure=False), replace(ASK, ground="other"))


def granted() -> OrderState:
    events = order_due(date(2021, 9, 30), due=Due(date(2021, 10, 10), False))
    events += asked_on(DAY, date(2021, 9, 30), RULES)
    state = given(ORDER, events)
    refused("extension-open", lambda: order.ask_extension(state, ASK, None, DAY, RULES))
    decided = order.grant_extension(state, lambda day: Due(day + timedelta(days=10), False), None, RULES)
    event = only(decided)
    assert isinstance(event, ExtensionGranted)
    assert (event.due_on, event.re_inspection_due_on) == (ASK.until, date(2021, 10, 30))
    return given(ORDER, [*events, *decided])


def test_an_extension_moves_the_last_day_and_the_re_inspection_with_it() -> None:
    state = granted()
    assert state.last_day == ASK.until
    assert order.miss_rectification(state, date(2021, 9, 30)) == []
    assert order.miss_rectification(state, ASK.until)
    refused("extension-not-asked", lambda: order.grant_extension(state, lambda _: None, None, RULES))
    refused("extension-not-asked", lambda: order.deny_extension(state, "x", RULES))


def test_what_is_not_answered_in_time_is_noted_once_and_changes_no_day() -> None:
    events = [*order_due(date(2021, 9, 30)), *asked_on(DAY, date(2021, 9, 30), RULES)]
    missed = order.miss_extension_answer(given(ORDER, events), DAY + timedelta(days=5))
    state = given(ORDER, [*events, *missed])
    assert (len(missed), order.miss_extension_answer(state, DAY + timedelta(days=5))) == (1, [])
    assert state.last_day == date(2021, 9, 30)
    denied = given(ORDER, [*events, *order.deny_extension(state, "不属于不可抗力", RULES)])
    assert denied.asked is None


def test_what_was_reported_is_not_extended() -> None:
    events = order_due(date(2021, 9, 30), "h-1", "h-2")
    events += order.report(given(ORDER, events), Report(("h-1",), "已清理", ()), None, RULES, AT)
    refused("hazard-done", lambda: order.ask_extension(given(ORDER, events), ASK, None, DAY, RULES))
    assert order.ask_extension(given(ORDER, events), replace(ASK, hazard_ids=("h-2",)), None, DAY, RULES)


def test_an_order_does_without_a_hazard_that_was_closed_by_decision() -> None:
    events = order_due(date(2021, 9, 30), "h-1", "h-2")
    events += order.relieve(given(ORDER, events), "h-1")
    state = given(ORDER, events)
    assert (state.closed, state.unrectified) == (False, True)
    events += order.relieve(state, "h-2")
    assert given(ORDER, events).closed
    assert order.miss_rectification(given(ORDER, events), date(2021, 9, 30)) == []


def test_only_what_is_still_to_be_put_right_is_extended_when_that_is_granted() -> None:
    """What was reported since it was asked for moves no day of the others; of nothing left there is nothing to grant."""
    events = order_due(date(2021, 9, 30), "h-1", "h-2")
    ask = replace(ASK, hazard_ids=("h-1",))
    events += order.ask_extension(given(ORDER, events), ask, None, DAY, RULES)
    events += order.report(given(ORDER, events), Report(("h-1",), "已清理", ()), None, RULES, AT)
    refused("hazard-done", lambda: order.grant_extension(given(ORDER, events), lambda _: None, None, RULES))
    assert given(ORDER, events).last_day == date(2021, 9, 30)
    events += order.relieve(given(ORDER, events), "h-1")
    events += order.relieve(given(ORDER, events), "h-2")
    refused("hazard-done", lambda: order.grant_extension(given(ORDER, events), lambda _: None, None, RULES))
