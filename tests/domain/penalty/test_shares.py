"""Fines that are a share: of a head's income after an accident, of illegal gains, of the fine for an accident of its grade."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.penalty import domain
from services.penalty.domain import Charge, Row, Sanctions
from tests.domain.penalty.story import CASE_ID, clue, document, evidence, filed, noon, refused, requested, rules, told

PROOF = "b" * 64
DAYS = {
    "rulebook-2021.json": date(2021, 9, 10), "rulebook-2023.json": date(2024, 5, 6), "rulebook-2025.json": date(2025, 7, 1),
    "rulebook-2026-3.json": date(2026, 4, 8),
}  # fmt: skip
HEAD_OF_UNIT, MANAGER = "principal-head", "manager-in-charge"


def ranges(book: str) -> tuple[Row, ...]:
    return domain.ranges(document(book))


def propose(charge: Charge, *, book: str = "rulebook-2021.json", capacity: Any = HEAD_OF_UNIT, items: Any = None) -> Charge:
    """The investigation of an accident is closed with one charge, under a book's law; the act was two days before."""
    day = DAYS[book]
    first = clue(day.replace(day=day.day - 2) if day.day > 2 else day)
    assert isinstance(first, domain.ClueRegistered)
    act = domain.CaseAct(hazard_id="", item_code=charge.item_code, fact="发生事故")
    joined = domain.PartyJoined(
        case_id=CASE_ID, reason="负责人",
        person=domain.Person(party_id="p-1", name="甲", id_number="1", capacity=capacity, address="南昌"),
    )  # fmt: skip
    state = told(
        replace(first, origin="accident", acts=(act,)), requested(), filed(day, day), joined, evidence(), evidence(PROOF)
    )  # fmt: skip
    sanctions = Sanctions(items=items or {}, ranges_at_act=ranges(book), ranges_now=ranges(book))
    command = domain.CloseInvestigation(charges=(charge,), opinion="建议处罚")
    [event] = domain.close_investigation(state, command, sanctions, noon(day), rules(day, book))
    assert isinstance(event, domain.InvestigationClosed)
    return event.charges[0]


def personal(amount_fen: int, income_fen: int | None, *, grade: str = "general", article: str = "95", item: str | None = "1",
             proof: str | None = PROOF) -> Charge:  # fmt: skip
    return Charge(
        item_code=f"accident-{grade}", law="WSL", law_version="2021", article=article, item=item, phase="first",
        subject="person", amount_fen=amount_fen, reason="未履行职责导致事故", party_id="p-1", base_fen=income_fen,
        base_evidence=proof,
    )  # fmt: skip


def unit(amount_fen: int, base_fen: int | None = None, **changes: Any) -> Charge:
    usual = Charge(
        item_code="accident-general", law="WSL", law_version="2021", article="114", item=None, phase="first", subject="unit",
        amount_fen=amount_fen, reason="对事故发生负有责任", base_fen=base_fen,
    )  # fmt: skip
    return replace(usual, **changes)


@pytest.mark.parametrize("book", DAYS)
@pytest.mark.parametrize(
    ("grade", "item", "percent"),
    [("general", "1", 40), ("larger", "2", 60), ("major", "3", 80), ("extremely-major", "4", 100)],
)
def test_the_head_of_a_unit_is_fined_a_share_of_last_years_income(book: str, grade: str, item: str, percent: int) -> None:
    income = 12_345_675
    fine = income * percent // 100
    done = propose(personal(fine, income, grade=grade, item=item), book=book)
    assert (done.base, done.base_fen, done.amount_fen) == ("last-year-income", income, fine)
    for wrong in (fine - 1, fine + 1):
        with refused("amount-out-of-range", article="第95条"):
            propose(personal(wrong, income, grade=grade, item=item), book=book)


def test_a_share_that_is_no_whole_fen_is_rounded_once() -> None:
    assert propose(personal(1, 3)).amount_fen == 1  # 1.2 fen
    assert propose(personal(2, 4)).amount_fen == 2  # 1.6 fen
    with refused("amount-out-of-range"):
        propose(personal(1, 4))


def test_the_item_of_the_provision_is_that_of_the_grade() -> None:
    with refused("provision-not-listed"):
        propose(personal(6_000_000, 10_000_000, grade="general", item="2"))


@pytest.mark.parametrize(("fen", "allowed"), [(200_000, False), (200_001, True), (500_002, True), (500_003, False)])
def test_other_heads_are_fined_from_a_fifth_to_a_half_of_it(fen: int, allowed: bool) -> None:
    charge = personal(fen, 1_000_005, article="96", item=None)  # from 200,001 to 500,002.5 fen
    if allowed:
        assert propose(charge, capacity=MANAGER).amount_fen == fen
        return
    with refused("amount-out-of-range", article="第96条"):
        propose(charge, capacity=MANAGER)


def test_a_provision_for_the_head_is_not_applied_to_others() -> None:
    with refused("capacity-not-of-provision", article="第37条"):
        propose(personal(400_000, 1_000_000), capacity=MANAGER)
    with refused("capacity-not-of-provision"):
        propose(personal(400_000, 1_000_000, article="96", item=None), capacity=HEAD_OF_UNIT)


def test_the_income_is_said_and_proven() -> None:
    for none in (None, 0):
        with refused("base-missing", article="第37条"):
            propose(personal(400_000, none))
    for nothing in (None, "c" * 64):
        with refused("base-unproven", article="第46条"):
            propose(personal(400_000, 1_000_000, proof=nothing))


@pytest.mark.parametrize("book", DAYS)
def test_a_unit_is_fined_by_the_grade_of_the_accident_and_a_multiple_where_it_is_extremely_serious(book: str) -> None:
    assert propose(unit(30_000_000, article="114", item="1"), book=book).paragraph == 1
    done = propose(unit(150_000_000, 50_000_000, paragraph=2), book=book)
    assert (done.base, done.amount_fen) == ("range-of-the-grade", 150_000_000)
    assert propose(unit(250_000_000, 50_000_000, paragraph=2), book=book).amount_fen == 250_000_000
    for wrong in (99_999_999, 250_000_001):
        with refused("amount-out-of-range", article="第114条"):
            propose(unit(wrong, 50_000_000, paragraph=2), book=book)
    with refused("base-outside-grade"):
        propose(unit(300_000_000, 100_000_001, paragraph=2), book=book)  # a larger accident's fine


CONTRACT = "GEN-103"


def contracting(gains_fen: int | None, amount_fen: int, confiscate_fen: int = 0, **changes: Any) -> Charge:
    return unit(
        amount_fen, gains_fen, item_code=CONTRACT, article="103", paragraph=1, confiscate_fen=confiscate_fen,
        kinds=("confiscate-illegal-gains",), base_evidence=PROOF, **changes,
    )  # fmt: skip


def let(charge: Charge, book: str = "rulebook-2021.json") -> Charge:
    """Under an item that leads to WSL 103 paragraph 1."""
    branch = next(row for row in ranges(book) if (row.article, row.paragraph, row.subject) == ("103", 1, "unit"))
    return propose(charge, book=book, items={CONTRACT: (branch,)})


@pytest.mark.parametrize("book", DAYS)
def test_gains_from_a_hundred_thousand_yuan_on_are_confiscated_and_fined_by_their_multiple(book: str) -> None:
    gains = 10_000_000
    done = let(contracting(gains, 2 * gains, gains), book)
    assert (done.base, done.confiscate_fen) == ("illegal-gains", gains)
    assert let(contracting(gains, 5 * gains, gains), book).amount_fen == 50_000_000
    for wrong in (2 * gains - 1, 5 * gains + 1):
        with refused("amount-out-of-range", article="第103条"):
            let(contracting(gains, wrong, gains), book)


def test_below_that_or_without_gains_the_sum_of_the_provision_holds() -> None:
    assert let(contracting(9_999_999, 10_000_000, 9_999_999)).amount_fen == 10_000_000
    with refused("amount-out-of-range"):
        let(contracting(9_999_999, 20_000_001, 9_999_999))
    assert let(contracting(None, 20_000_000)).base is None


def test_no_more_is_confiscated_than_was_gained_and_proven() -> None:
    with refused("confiscation-above-gains"):
        let(contracting(9_999_999, 10_000_000, 10_000_000))
    assert let(contracting(9_999_999, 10_000_000, 5_000_000)).confiscate_fen == 5_000_000  # the rest is restored to others
    with refused("base-unproven"):
        let(replace(contracting(10_000_000, 20_000_000), base_evidence="d" * 64))
    with refused("kind-missing"):
        let(replace(contracting(10_000_000, 20_000_000), kinds=()))
