"""Service of documents: each way has its conditions, and its day from which it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.calendar import WorkingDays
from chassis.domain import Event
from chassis.testing import given
from services.inspection.domain import document, serving
from services.inspection.domain.document import DOCUMENT, DocumentIssued, DocumentState
from services.inspection.domain.rules import Due, rules_on
from services.inspection.domain.serving import ANNOUNCEMENT, RECEIPT, Serve, check_happened
from tests.domain.inspection.scenes import AT, DAY, RULES, refused, vocabulary

ISSUED = DocumentIssued(
    document_id="d-1", form="05", name="责令限期整改指令书", template="inspection/05@1", document_no="1号", inspection_id="t-1",
    about="r-1", enterprise_id="e-1", facts="{}", facts_sha256="0" * 64, file_sha256="1" * 64, file_size=1, pictures=(),
    issued_on=DAY, laid_out_at=AT, supersedes=None,
)  # fmt: skip
HANDED = Serve(service_id="s-1", way="in-person", recipient="王厂长", place="厂办公室", served_on=DAY, servers=("o-1", "o-2"))
MAILED = replace(HANDED, way="mail", servers=(), reference="EMS 1")


def after(*steps: Callable[[DocumentState], list[Event]]) -> DocumentState:
    events: list[Event] = [ISSUED]
    for step in steps:
        events += step(given(DOCUMENT, events))
    return given(DOCUMENT, events)


def serve(command: Serve, announced: Due | None = None) -> Callable[[DocumentState], list[Event]]:
    return lambda state: document.serve(state, command, announced, RULES)


def test_what_is_handed_over_counts_at_once_and_is_recorded_once() -> None:
    state = after(serve(HANDED))
    assert state.effective_on == DAY
    assert document.serve(state, HANDED, None, RULES) == []
    refused("service-exists", lambda: document.serve(state, replace(HANDED, recipient="他人"), None, RULES))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"served_on": date(2021, 9, 5)}, "served-before-issue"),
        ({"way": "left"}, "left-without-witness"),
        ({"way": "electronic"}, "electronic-unconfirmed"),
        ({"way": "mail"}, "mail-without-reference"),
        ({"way": "announcement"}, "mail-without-reference"),
        ({"servers": ("o-1", "o-1")}, "too-few-officers"),
    ],
)
def test_f24_each_way_has_its_conditions(changes: dict[str, Any], code: str) -> None:
    """Electronic service without a signed confirmation is refused (行政处罚法 61 ¶2); leaving needs a witness or a recording."""
    refused(code, lambda: after(serve(replace(HANDED, **changes))))


@pytest.mark.parametrize(
    "changes",
    [
        {"way": "left", "witness": "社区干部"},
        {"way": "left", "recording": "a" * 64},
        {"way": "electronic", "confirmation": "b" * 64},
    ],
)
def test_what_meets_them_counts_on_the_day(changes: dict[str, Any]) -> None:
    assert after(serve(replace(HANDED, **changes))).effective_on == DAY


def test_mail_counts_from_its_receipt_and_what_comes_back_does_not_count() -> None:
    sent = after(serve(MAILED))
    assert sent.effective_on is None
    arrived = after(serve(MAILED), lambda state: document.receive(state, "s-1", date(2021, 9, 9), RULES))
    assert arrived.effective_on == date(2021, 9, 9)
    assert document.receive(arrived, "s-1", date(2021, 9, 10), RULES) == []
    back = after(serve(MAILED), lambda state: document.give_back(state, "s-1", date(2021, 9, 20), "查无此人", RULES))
    assert (back.effective_on, back.returned["s-1"].reason) == (None, "查无此人")
    back = after(serve(MAILED), lambda state: document.give_back(state, "s-1", DAY, "查无此人", RULES))
    refused("service-returned", lambda: document.receive(back, "s-1", DAY, RULES))
    refused("served-before-issue", lambda: document.give_back(sent, "s-1", date(2021, 9, 5), "查无此人", RULES))
    refused("served-in-future", lambda: check_happened(date(2021, 9, 7), DAY, RULES))
    refused("service-unknown", lambda: document.receive(sent, "s-9", DAY, RULES))
    refused("not-mailed", lambda: document.receive(after(serve(HANDED)), "s-1", DAY, RULES))
    refused("served-before-issue", lambda: document.receive(sent, "s-1", date(2021, 9, 5), RULES))


@pytest.mark.parametrize(
    ("book", "day", "effective"),
    [
        ("rulebook-2021", date(2021, 9, 6), date(2021, 11, 5)),
        ("rulebook-2023", date(2023, 9, 6), date(2023, 10, 6)),
        ("rulebook-2026-3", date(2026, 9, 6), date(2026, 10, 6)),
    ],
)
def test_f25_an_announcement_takes_effect_after_the_period_of_the_rules_in_force(book: str, day: date, effective: date) -> None:
    """30 days; 60 before the civil-procedure law changed with 2022 (民事诉讼法 95)."""
    period = rules_on(vocabulary(book), day).periods[ANNOUNCEMENT]
    due = WorkingDays().due(day, period.length, period.unit, rolls=period.rolls)
    announced = replace(HANDED, way="announcement", reference="江西日报", served_on=day)
    assert after(serve(announced, Due(due.day, due.provisional))).effective_on == effective


def test_what_was_superseded_is_not_served() -> None:
    other = replace(ISSUED, document_id="d-2", supersedes="d-1")
    state = after(lambda state: document.supersede(state, other, "笔误"))
    refused("already-superseded", lambda: document.serve(state, HANDED, None, RULES))


def test_an_inspection_has_one_receipt_that_only_the_next_one_replaces() -> None:
    """Form 40, note 1: one receipt for everything that is served."""
    events = serving.make_receipt(RECEIPT.initial, "t-1", "d-1", None)
    refused("receipt-stands", lambda: serving.make_receipt(given(RECEIPT, events), "t-1", "d-2", None))
    refused("receipt-stands", lambda: serving.make_receipt(given(RECEIPT, events), "t-1", "d-2", "d-0"))
    events += serving.make_receipt(given(RECEIPT, events), "t-1", "d-2", "d-1")
    assert given(RECEIPT, events).document_id == "d-2"
