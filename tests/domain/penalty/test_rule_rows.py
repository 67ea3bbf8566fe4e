"""Rows of the rulebook that refusals and periods rest on: grounds of mitigation, remission, transfer, the suit after a review."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from chassis.calendar import WorkingDays
from chassis.domain import Event
from services.penalty import domain
from services.penalty.domain import Decision, PaymentState, Rules, recourse, surcharge
from services.penalty.domain.remedy import REMEDIES, RemedyState
from services.penalty.domain.transfer import ReportTransfer, TransferState, report_transfer
from tests.domain.penalty.story import HEAD, OFFICERS, charge, document, noon, refused, rules, until
from tests.domain.penalty.test_charges import close, law, row

BOOKS = {
    "rulebook-2021.json": date(2021, 9, 10), "rulebook-2023.json": date(2024, 5, 6), "rulebook-2025.json": date(2025, 7, 1),
    "rulebook-2026.json": date(2026, 2, 9), "rulebook-2026-2.json": date(2026, 3, 2), "rulebook-2026-3.json": date(2026, 4, 8),
}  # fmt: skip
GROUNDS = ["active-removal", "coerced", "confessed", "merit", "other-by-law"]


def without(book: str, day: date, section: str, code: str | None = None) -> Rules:
    """The rules of a book that lacks a section, or one row of it."""
    content = copy.deepcopy(document(book))
    if code is None:
        del content[section]
    else:
        content[section] = [one for one in content[section] if one["code"] != code]
    return domain.rules_on(content, day, WorkingDays(domain.overrides(content)))


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_fine_below_the_least_rests_on_a_ground_of_the_rulebook(ground: str) -> None:
    floor = law(row("99", 20_000_000, 5_000_000))
    mitigated = charge(4_000_000, item=None, mitigation=ground)
    assert close(mitigated, sanctions=floor).charges[0].mitigation == ground
    with refused("mitigation-unknown", article="第32条"):
        close(replace(mitigated, mitigation="we-are-friends"), sanctions=floor)
    with refused("mitigation-unknown"):  # also where the fine lies in the range
        close(replace(mitigated, mitigation="", amount_fen=6_000_000), sanctions=floor)


@pytest.mark.parametrize(("book", "day"), BOOKS.items())
def test_every_rulebook_lists_the_grounds_of_the_act(book: str, day: date) -> None:
    known = rules(day, book)
    assert list(known.mitigations) == GROUNDS
    assert all(known.mitigations.values())
    assert [known.cite(code) for code in known.mitigations] == [f"《行政处罚法》（2021）第32条第1款第{n}项" for n in range(1, 6)]
    assert not without(book, day, "mitigation_grounds").mitigations


@pytest.mark.parametrize(("book", "day"), BOOKS.items())
def test_remission_and_transfer_cite_their_articles(book: str, day: date) -> None:
    state = PaymentState(imposed_fen=9, amount_fen=9, due_on=day)
    remit = surcharge.RemitSurcharge(approver=HEAD, amount_fen=1, reason="协议")
    with refused("remission-too-high", article="《行政强制法》（2011）第42条"):
        surcharge.remit_surcharge(until(domain.DecisionServed), state, remit, noon(day), rules(day, book))
    report = ReportTransfer(to="police", receiver="公安", reason="涉嫌犯罪", team=("o-li", "o-wang"), party_id="unit")
    with refused("transfer-open", article="《行政处罚法》（2021）第27条第1款"):
        report_transfer(
            TransferState(phase="reported"), until(domain.CaseFiled), report, "号", OFFICERS, noon(day), rules(day, book)
        )


def reconsidered(received_on: date, known: Rules) -> RemedyState:
    """A reconsideration upheld the decision; that reached the party on this day."""
    state, decision = RemedyState(), Decision(
        document_no="号", decided_on=received_on.replace(day=1), charges=(), total_fen=9, late=False,
        received_on=received_on.replace(day=1),
    )  # fmt: skip
    first, at = received_on.replace(day=1), noon(received_on)
    command = recourse.OpenRemedies(case_id="c", party_id="unit", enterprise_id="e", organ_id="o")
    steps: tuple[Callable[[RemedyState], list[Event]], ...] = (
        lambda s: recourse.open_remedies(s, command, decision, known),
        lambda s: recourse.seek_remedy(s, recourse.SeekRemedy(
            kind="reconsideration", authority="区政府", reference_no="", applied_on=first), at, known),
        lambda s: recourse.answer_remedy(s, recourse.AnswerRemedy(accepted=True, reference_no="1", answered_on=first), at, known),
        lambda s: recourse.decide_remedy(s, recourse.DecideRemedy(
            result="upheld", reference_no="2", decided_on=received_on, received_on=received_on), decision, at, known),
    )  # fmt: skip
    for step in steps:
        for event in step(state):
            state = REMEDIES.evolve(state, event)
    return state


@pytest.mark.parametrize(
    ("book", "received", "fifteen", "six_months"),
    [
        ("rulebook-2021.json", date(2021, 11, 17), date(2021, 12, 2), date(2022, 5, 17)),
        ("rulebook-2023.json", date(2024, 2, 20), date(2024, 3, 6), date(2024, 8, 20)),
        ("rulebook-2025.json", date(2025, 8, 31), date(2025, 9, 15), date(2026, 2, 28)),
        ("rulebook-2026-3.json", date(2026, 5, 20), date(2026, 6, 4), date(2026, 11, 20)),
    ],
)
def test_after_a_reconsideration_one_sues_within_fifteen_days_or_where_no_row_is_within_six_months(
    book: str, received: date, fifteen: date, six_months: date
) -> None:
    assert reconsidered(received, rules(received, book)).litigation_due_on == fifteen
    lacking = without(book, received, "deadlines", "T20-litigation-after-reconsideration")
    assert reconsidered(received, lacking).litigation_due_on == six_months
    assert rules(received, book).cite("T20-litigation-after-reconsideration") == "《行政诉讼法》（2017）第45条"
