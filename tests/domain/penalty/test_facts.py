"""The facts that the law fixes, again: in other years, in other provinces, for units and for persons, at the edge of each."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.calendar import WorkingDays
from services.penalty import domain
from services.penalty.domain import UNIT, CaseState, Charge, Rules, Sanctions
from tests.domain.penalty.story import (
    CASE_ID,
    HEAD,
    SIX,
    charge,
    clue,
    document,
    evidence,
    filed,
    noon,
    refused,
    requested,
    rules,
    told,
)

BOOKS = {
    "rulebook-2021.json": date(2021, 9, 10), "rulebook-2023.json": date(2024, 5, 8), "rulebook-2025.json": date(2025, 7, 2),
    "rulebook-2026-3.json": date(2026, 4, 8),
}  # fmt: skip
PERSON = domain.Person(party_id="p-1", name="甲", id_number="1", capacity="principal-head", address="南昌")
YEARS = pytest.mark.parametrize(("book", "day"), BOOKS.items())


def altered(book: str, day: date, **changes: Any) -> Rules:
    """The rules of a book with sections changed."""
    content = {**copy.deepcopy(document(book)), **changes}
    return domain.rules_on(content, day, WorkingDays(domain.overrides(content)))


def investigating(day: date, *, person: bool = False, hazards: tuple[str, ...] = ("h-1",)) -> CaseState:
    """A filed case about acts of that day, with evidence in its file."""
    first = clue(day)
    assert isinstance(first, domain.ClueRegistered)
    acts = tuple(act for act in first.acts if act.hazard_id in hazards)
    joined = [domain.PartyJoined(case_id=CASE_ID, person=PERSON, reason="负责人")] if person else []
    return told(replace(first, acts=acts), requested(), filed(day, day), *joined, evidence())


def sanctions(book: str, *items: str, overdue: bool = False, content: Any = None) -> Sanctions:
    """What the catalogue and a book's ranges allow; the correction is established overdue, or not."""
    known = {item["code"]: domain.penalties(item) for item in document("catalogue-2021.json")["items"]}
    ranges = domain.ranges(content or document(book))
    return Sanctions(
        items=known, ranges_at_act=ranges, ranges_now=ranges, unrectified=frozenset({"h-1", *items} if overdue else ())
    )


def propose(book: str, day: date, *charges: Charge, overdue: bool = False, person: bool = False, content: Any = None) -> Any:
    """The investigation is closed with these charges."""
    command = domain.CloseInvestigation(charges=charges, opinion="建议处罚")
    law = sanctions(book, overdue=overdue, content=content)
    [event] = domain.close_investigation(investigating(day, person=person), command, law, noon(day), rules(day, book))
    return event


def personal(fen: int, **changes: Any) -> Charge:
    return replace(charge(fen), subject="person", party_id="p-1", **changes)


@YEARS
@pytest.mark.parametrize(("fen", "allowed"), [(1, True), (5_000_000, True), (5_000_001, False)])
def test_f34_a_first_finding_under_99_in_every_year(book: str, day: date, fen: int, allowed: bool) -> None:
    if allowed:
        assert propose(book, day, charge(fen)).proposed_fen == fen
        return
    with refused("amount-out-of-range", article="第99条"):
        propose(book, day, charge(fen))


@YEARS
def test_f34_no_person_at_a_first_finding_and_both_when_it_is_overdue(book: str, day: date) -> None:
    with refused("provision-not-listed", article="第37条"):
        propose(book, day, personal(1_000_000), person=True)
    late = (replace(charge(20_000_000), phase="overdue"), personal(2_000_000, phase="overdue"))
    assert propose(book, day, *late, overdue=True, person=True).proposed_fen == 22_000_000
    for fen in (999_999, 2_000_001):
        with refused("amount-out-of-range"):
            propose(book, day, personal(fen, phase="overdue"), overdue=True, person=True)
    for fen in (4_999_999, 20_000_001):
        with refused("amount-out-of-range"):
            propose(book, day, replace(charge(fen), phase="overdue"), overdue=True)


def under(article: str, fen: int, *, item_code: str, paragraph: int | None = None, **changes: Any) -> Charge:
    return replace(
        charge(fen), article=article, item=None, item_code=item_code, paragraph=paragraph, **changes
    )  # fmt: skip


def of_article(book: str, day: date, article: str, paragraph: int | None, charged: Charge, *, overdue: bool = False) -> Any:
    """A charge under a provision to which an item of its own leads."""
    rows = domain.ranges(document(book))
    branches = tuple(
        row for row in rows if (row.law, row.article, row.paragraph) == ("WSL", article, paragraph) and not row.share
    )
    state = investigating(day, person=True)
    acts = (domain.CaseAct(hazard_id="h-1", item_code=charged.item_code, fact="事实"),)
    law = Sanctions(
        items={charged.item_code: branches}, ranges_at_act=rows, ranges_now=rows,
        unrectified=frozenset({"h-1"} if overdue else ()),
    )  # fmt: skip
    command = domain.CloseInvestigation(charges=(charged,), opinion="建议处罚")
    [event] = domain.close_investigation(replace(state, acts=acts), command, law, noon(day), rules(day, book))
    return event


@YEARS
def test_f35_under_102_a_person_only_after_refusal_under_103_at_once(book: str, day: date) -> None:
    person: dict[str, Any] = {"subject": "person", "party_id": "p-1"}
    with refused("overdue-not-established"):
        of_article(book, day, "102", None, under("102", 5_000_000, item_code="X", phase="overdue", **person))
    for fen in (5_000_000, 10_000_000):
        late = under("102", fen, item_code="X", phase="overdue", **person)
        assert of_article(book, day, "102", None, late, overdue=True).proposed_fen == fen
    at_once = under("103", 1_000_000, item_code="Y", paragraph=2, **person)
    assert of_article(book, day, "103", 2, at_once).proposed_fen == 1_000_000
    with refused("amount-out-of-range", article="第103条第2款"):
        of_article(book, day, "103", 2, replace(at_once, amount_fen=1_000_001))


@YEARS
def test_f36_two_acts_are_summed_one_act_is_fined_once(book: str, day: date) -> None:
    training = replace(charge(500_000), item_code="GEN-03", article="97", item="3")
    state = investigating(day, hazards=("h-1", "h-2"))
    both = domain.CloseInvestigation(charges=(charge(), training), opinion="处罚")
    [event] = domain.close_investigation(state, both, sanctions(book), noon(day), rules(day, book))
    assert isinstance(event, domain.InvestigationClosed)
    assert event.proposed_fen == 1_400_000
    one = replace(both, concurrences=(("STL-K1", "GEN-03"),))
    with refused("act-fined-twice", article="第29条"):
        domain.close_investigation(state, one, sanctions(book), noon(day), rules(day, book))


def with_boundary(book: str, *, least: bool, most: bool) -> Any:
    """A book whose 安全生产法 reads 以上 and 以下 with or without the number."""
    content = copy.deepcopy(document(book))
    for row in content["ranges"]:
        row["max_inclusive"] = most
    content["boundary"] = [
        {**row, "at_least_inclusive": least, "at_most_inclusive": most} if row["law"] == "WSL" else row
        for row in content["boundary"]
    ]
    return content


@YEARS
@pytest.mark.parametrize("least", [True, False])
@pytest.mark.parametrize("most", [True, False])
def test_f38_both_ends_of_a_range_by_the_reading_of_the_law(book: str, day: date, least: bool, most: bool) -> None:
    """以上, 以下 with the number, or without: the overdue branch of WSL 99, from 50,000 to 200,000 yuan; a person's too."""
    content = with_boundary(book, least=least, most=most)
    makers: tuple[tuple[Callable[[int], Charge], int, int], ...] = (
        (lambda fen: replace(charge(fen), phase="overdue"), 5_000_000, 20_000_000),
        (lambda fen: personal(fen, phase="overdue"), 1_000_000, 2_000_000),
    )  # fmt: skip
    for make, low, high in makers:
        edges = {low - 1: False, low: least, low + 1: True, high - 1: True, high: most, high + 1: False}
        for fen, allowed in edges.items():
            if allowed:
                event = propose(book, day, make(fen), overdue=True, person=True, content=content)
                assert event.proposed_fen == fen
                continue
            with refused("amount-out-of-range", article="第99条"):
                propose(book, day, make(fen), overdue=True, person=True, content=content)


@YEARS
def test_f38_a_least_that_is_excluded_is_mitigated_itself(book: str, day: date) -> None:
    content = with_boundary(book, least=False, most=True)
    mitigated = replace(charge(5_000_000), phase="overdue", mitigation="confessed")
    assert propose(book, day, mitigated, overdue=True, content=content).proposed_fen == 5_000_000


@YEARS
@pytest.mark.parametrize(("party", "least"), [("unit", 2_000_000), ("citizen", 300_000)])
def test_f13_the_provinces_own_amount_and_the_general_one_elsewhere(book: str, day: date, party: str, least: int) -> None:
    """Jiangxi: 20,000 and 3,000 yuan; where a province sets none, 50,000 and 20,000 (Order 15, article 33, recalled)."""
    here, elsewhere = rules(day, book), altered(book, day, province="430000")
    general = {"unit": 5_000_000, "citizen": 2_000_000}[party]
    for known, amount in ((here, least), (elsewhere, general)):
        assert known.reached("hearing", party, amount)
        assert not known.reached("hearing", party, amount - 1)


@YEARS
@pytest.mark.parametrize(
    "kind", ["suspend-production", "close-down", "revoke-licence", "downgrade-qualification", "restrict-practice"]
)
@pytest.mark.parametrize("province", ["360000", "650000"])
def test_f14_the_heavy_kinds_give_the_hearing_right_in_every_province(book: str, day: date, kind: str, province: str) -> None:
    known = altered(book, day, province=province)
    assert kind in known.kinds("hearing-kind")
    before = told(clue(day), requested(), filed(day, day))
    state = replace(before, stage="investigated", investigated_on=day, charges=(charge(1, kinds=(kind,)),))
    assert domain.form_of_notice(state, known).no == 26


@pytest.mark.parametrize(
    ("ended", "found", "harm", "barred"),
    [
        (date(2024, 2, 29), date(2026, 2, 28), False, False), (date(2024, 2, 29), date(2026, 3, 1), False, True),
        (date(2024, 2, 29), date(2029, 2, 28), True, False), (date(2024, 2, 29), date(2029, 3, 1), True, True),
        (date(2023, 6, 30), date(2025, 6, 30), False, False), (date(2023, 6, 30), date(2025, 7, 1), False, True),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("person", [False, True])
def test_f33_two_years_or_five_from_the_end_of_the_act(ended: date, found: date, harm: bool, barred: bool, person: bool) -> None:
    """A continuing act counts from its end, which is what the clue calls its day; leap years end on the last of February."""
    state = replace(investigating(ended, person=person), discovered_on=found, harm=harm)
    book, day = "rulebook-2026-3.json", max(found, date(2026, 4, 8))
    charged = personal(1_000_000, phase="overdue") if person else charge()
    command = domain.CloseInvestigation(charges=(charged,), opinion="建议处罚")
    law = sanctions(book, overdue=person)
    if barred:
        with refused("penalty-time-barred", article="第36条"):
            domain.close_investigation(state, command, law, noon(day), rules(day, book))
        return
    assert domain.close_investigation(state, command, law, noon(day), rules(day, book))


@pytest.mark.parametrize(
    ("book", "filed_on", "ninety", "ladder"),
    [
        ("rulebook-2021.json", date(2021, 9, 8), date(2021, 12, 7), (date(2021, 10, 8), date(2021, 12, 7), date(2022, 3, 7))),
        ("rulebook-2023.json", date(2024, 1, 31), date(2024, 4, 30), (date(2024, 3, 1), date(2024, 4, 30), date(2024, 7, 29))),
        ("rulebook-2025.json", date(2025, 11, 3), date(2026, 2, 1), (date(2025, 12, 3), date(2026, 2, 1), date(2026, 5, 2))),
        ("rulebook-2026-3.json", date(2026, 3, 2), date(2026, 5, 31), (date(2026, 4, 1), date(2026, 5, 31), date(2026, 8, 29))),
    ],
)  # fmt: skip
def test_f11_ninety_days_or_the_ladder_in_every_year(book: str, filed_on: date, ninety: date, ladder: tuple[date, ...]) -> None:
    known = rules(filed_on, book)
    assert known.due("T03-case-limit", filed_on).day == ninety
    steps = ("T03-ladder-first", "T03-ladder-head", "T03-ladder-superior")
    assert tuple(known.due(step, filed_on).day for step in steps) == ladder


@pytest.mark.parametrize(
    ("book", "day", "service", "request_", "earliest"),
    [  # the last days of the periods of five and seven working days that begin on a day
        ("rulebook-2021.json", date(2021, 9, 16), date(2021, 9, 27), date(2021, 9, 24), date(2021, 9, 27)),
        ("rulebook-2023.json", date(2024, 9, 27), date(2024, 10, 12), date(2024, 10, 10), date(2024, 10, 12)),
        ("rulebook-2025.json", date(2025, 4, 29), date(2025, 5, 13), date(2025, 5, 9), date(2025, 5, 13)),
        ("rulebook-2026-3.json", date(2026, 9, 29), date(2026, 10, 14), date(2026, 10, 12), date(2026, 10, 14)),
        ("rulebook-2026-3.json", date(2026, 9, 28), date(2026, 10, 13), date(2026, 10, 10), date(2026, 10, 13)),
    ],
)
def test_f15_f16_f23_working_days_over_the_holidays(book: str, day: date, service: date, request_: date, earliest: date) -> None:
    known = rules(day, book)
    assert known.due("T11-service", day).day == service
    assert known.due("T08-hearing-request", day).day == request_
    assert known.due("T09-hearing-notice", day).day == earliest


@pytest.mark.parametrize(
    ("book", "received", "due"),
    [
        ("rulebook-2026-3.json", date(2026, 9, 20), date(2026, 10, 8)),
        ("rulebook-2025.json", date(2025, 9, 20), date(2025, 10, 9)),
        ("rulebook-2023.json", date(2024, 9, 17), date(2024, 10, 8)),
        ("rulebook-2023.json", date(2024, 5, 6), date(2024, 5, 21)),
        ("rulebook-2021.json", date(2021, 9, 18), date(2021, 10, 8)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("party", [UNIT, "p-1"])
def test_f26_payment_counts_from_receipt_for_units_and_persons(book: str, received: date, due: date, party: str) -> None:
    state = replace(investigating(received, person=True), charges=(charge(),))
    sides = tuple(
        replace(side, decision=domain.Decision(document_no="号", decided_on=received, charges=(), total_fen=9, late=False))
        for side in state.sides
    )
    command = domain.ServeDecision(manner="direct", recipient="甲", received_on=received, party_id=party)
    charged = (charge(), personal(1)) if party != UNIT else (charge(),)
    [event] = domain.serve_decision(
        replace(state, sides=sides, charges=charged, stage="decided"), command, noon(received), rules(received, book)
    )
    assert isinstance(event, domain.DecisionServed)
    assert (event.payment_due_on, event.party_id) == (due, party)


@YEARS
@pytest.mark.parametrize("missing", SIX)
def test_f22_each_content_group_in_every_year(book: str, day: date, missing: str) -> None:
    state = replace(
        investigating(day), stage="noticed", investigated_on=day, charges=(charge(),), proposed_fen=900_000,
        sides=(domain.Side(name="某厂", notice=domain.Notice(
            form_no=24, document_no="号", intended_fen=900_000, hearing_right=False, served_on=day, statement_due_on=day,
            hearing_request_due_on=None, waived=True)),),
    )  # fmt: skip
    contents = tuple(code for code in SIX if code != missing)
    command = domain.DecidePenalty(approver=HEAD, amounts=None, contents=contents, sealed=True)
    with refused("decision-incomplete", article="第59条第1款"):
        domain.decide_penalty(state, command, "号", sanctions(book), noon(day), rules(day, book))
    whole = replace(command, contents=SIX)
    assert domain.decide_penalty(state, whole, "号", sanctions(book), noon(day), rules(day, book))
    with refused("decision-unsealed"):
        domain.decide_penalty(state, replace(whole, sealed=False), "号", sanctions(book), noon(day), rules(day, book))
