"""Serious penalties are reported to the organ above, by the amount for the organ's level or by their kind (T28)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chassis.testing import given
from services.penalty.domain import CASE, CaseState
from services.penalty.domain.ending_events import DecisionReportedUp, ReportingUpOverdue
from services.penalty.domain.events import PenaltyDecided
from services.penalty.domain.reporting_up import ReportUp, miss_reporting_up, report_up, report_up_by
from tests.domain.penalty.story import DECIDED, decided, noon, refused, rules, until

DUE = DECIDED + timedelta(days=10)


def serious() -> CaseState:
    """A decision that must be reported."""
    event = decided()
    assert isinstance(event, PenaltyDecided)
    return CASE.evolve(until(PenaltyDecided), replace(event, report_up_by=DUE))


def report(on: date = DECIDED) -> ReportUp:
    return ReportUp(authority="南昌市应急管理局", reference_no="备〔2021〕1号", reported_on=on)


@pytest.mark.parametrize(
    ("level", "fen", "kinds", "serious"),
    [
        ("district", 4_999_999, (), False), ("district", 5_000_000, (), True),
        ("city", 9_999_999, (), False), ("city", 10_000_000, (), True),
        ("province", 49_999_999, (), False), ("province", 50_000_000, (), True),
        ("district", 0, ("suspend-production",), True),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("day", "book"), [(DECIDED, "rulebook-2021.json"), (date(2026, 3, 2), "rulebook-2026-3.json")])
def test_which_and_by_when(level: str, fen: int, kinds: tuple[str, ...], serious: bool, day: date, book: str) -> None:
    known = rules(day, book)
    kinds = tuple(known.kinds("reporting-up")) if kinds else ()
    assert report_up_by(level, fen, kinds, day, known) == (known.due("T28-reporting-up", day).day if serious else None)
    assert known.due("T28-reporting-up", day).day == day + timedelta(days=10)


def test_it_is_noted_once_and_late_is_a_defect() -> None:
    state, today = serious(), rules(DECIDED)
    for on, late in ((DUE, False), (DUE + timedelta(days=1), True)):
        [event] = report_up(state, report(on), noon(DUE + timedelta(days=2)), today)
        assert isinstance(event, DecisionReportedUp)
        assert event.late is late
    done = CASE.evolve(state, event)
    assert report_up(done, report(DUE + timedelta(days=1)), noon(DUE + timedelta(days=2)), today) == []
    with refused("reported-already"):
        report_up(done, report(), noon(DUE), today)
    assert miss_reporting_up(done, "unit", DUE, noon(DUE + timedelta(days=3))) == []


def test_what_is_not_serious_or_not_decided_or_not_yet_is_refused() -> None:
    today = rules(DECIDED)
    with refused("nothing-to-report"):
        report_up(until(PenaltyDecided), report(), noon(DECIDED), today)
    with refused("not-decided"):
        report_up(given(CASE, []), report(), noon(DECIDED), today)
    with refused("day-in-future"):
        report_up(serious(), report(DECIDED + timedelta(days=1)), noon(DECIDED), today)
    with refused("before-earlier-step"):
        report_up(serious(), report(DECIDED - timedelta(days=1)), noon(DECIDED), today)


def test_a_missed_day_is_flagged_once() -> None:
    state = serious()
    assert miss_reporting_up(state, "unit", DUE, noon(DUE)) == []
    [event] = miss_reporting_up(state, "unit", DUE, noon(DUE + timedelta(days=1)))
    assert isinstance(event, ReportingUpOverdue)
    assert miss_reporting_up(CASE.evolve(state, event), "unit", DUE, noon(DUE + timedelta(days=1))) == []
