"""The law as data is complete, consistent and honest about what was not verified; every checker can fail."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contracts import demand_rules, fixture_rules
from tests.contracts import vocabulary_rules as rules
from tests.contracts.vocabulary_rules import Book, Checker, Row

Damage = Callable[[Book], object]
FOLDER = Path(__file__).parents[2] / "contracts" / "vocabulary"

CHECKERS = [*rules.CHECKERS, *fixture_rules.CHECKERS, *demand_rules.CHECKERS]


@pytest.fixture(scope="module")
def book() -> Book:
    return {name: json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in rules.FILES}


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_vocabulary_has_no_problem(book: Book, checker: Checker) -> None:
    assert checker(book) == []


def item_of(book: Book, code: str) -> Row:
    return next(item for item in rules.items_of(book) if item["code"] == code)


def deadline_of(book: Book, name: str, code: str) -> Row:
    row: Row = next(row for row in book[name]["deadlines"] if row["code"] == code)
    return row


def order_15_row(book: Book) -> Row:
    return deadline_of(book, "rulebook-2026", "R01-reinspection")


# One planted bad row per line: what a checker must notice, the damage, a word of its complaint.
PLANTED: list[tuple[Checker, Damage, str]] = [
    (rules.key_item_problems, lambda b: rules.items_of(b).remove(item_of(b, "ALU-K7")), "ALU-K7"),
    (rules.key_item_problems, lambda b: item_of(b, "CSP-K1").update(confidence="found"), "CSP-K1"),
    (rules.item_problems, lambda b: rules.items_of(b).append(item_of(b, "GEN-01")), "GEN-01: 2 times"),
    (rules.item_problems, lambda b: item_of(b, "GEN-02").update(finding_text=""), "no finding_text"),
    (rules.item_problems, lambda b: item_of(b, "GEN-02")["onsite_measure"].update(default_days=0), "days"),
    (rules.coverage_problems, lambda b: item_of(b, "GEN-02")["basis"].pop(), "no basis on 2021-08-31"),
    (
        rules.coverage_problems,
        lambda b: item_of(b, "GEN-02")["onsite_measure"]["basis"].pop(0),
        "no measure on 2021-09-01",
    ),
    (
        rules.coverage_problems,
        lambda b: item_of(b, "GEN-02")["penalty"][0].update(valid_from="2021-01-01"),
        "penalty wrong",
    ),
    (
        rules.predicate_problems,
        lambda b: item_of(b, "STL-K1")["applies_if"].update(equipment_kind=["launder"]),
        "launder",
    ),
    (
        rules.predicate_problems,
        lambda b: item_of(b, "GEN-01")["applies_if"].update(field={"colour": {"eq": 1}}),
        "colour",
    ),
    (
        rules.predicate_problems,
        lambda b: item_of(b, "CSP-K1")["applies_if"].update(field={"uses_gas": {"about": 1}}),
        "about",
    ),
    (rules.penalty_problems, lambda b: item_of(b, "GEN-01")["penalty"][0].update(max_fen=5_000_001), "99 first unit"),
    (rules.penalty_problems, lambda b: item_of(b, "GEN-01")["penalty"][2].update(phase="first"), "99 first person"),
    (
        rules.penalty_problems,
        lambda b: item_of(b, "GEN-01")["penalty"][0].update(other_kinds=["warning"]),
        "99 first unit",
    ),
    (rules.range_problems, lambda b: b["rulebook-2021"]["ranges"].append(b["rulebook-2021"]["ranges"][0]), "twice"),
    (rules.range_problems, lambda b: b["rulebook-2021"]["ranges"][0].update(min_fen=1.5), "not a range of fen"),
    (rules.range_problems, lambda b: b["rulebook-2026"]["ranges"][6].update(phase="first"), "fines a person at once"),
    (
        rules.citation_problems,
        lambda b: item_of(b, "GEN-01")["basis"][0].update(article="120"),
        "WSL 2021 120 does not exist",
    ),
    (rules.citation_problems, lambda b: item_of(b, "GEN-01")["basis"][0].update(version="2009"), "WSL 2009"),
    (
        rules.citation_problems,
        lambda b: item_of(b, "GEN-01")["penalty"][0]["provision"].update(item="9"),
        "no such item",
    ),
    (rules.citation_problems, lambda b: item_of(b, "GEN-02")["basis"][0].update(paragraph=5), "no such paragraph"),
    (rules.force_problems, lambda b: item_of(b, "GEN-02")["basis"][0].update(valid_from="2021-08-31"), "not in force"),
    (rules.force_problems, lambda b: item_of(b, "GEN-02")["basis"][1].update(valid_to=None), "not in force"),
    (rules.force_problems, lambda b: order_15_row(b).update(status="in-force"), "ORDER-15"),
    (
        rules.future_law_problems,
        lambda b: item_of(b, "CSP-K1")["basis"][0].update(law="ORDER-13", version="2023"),
        "ORDER-13",
    ),
    (rules.jurisdiction_problems, lambda b: b["jurisdictions"]["jurisdictions"].pop(13), "12 units"),
    (
        rules.jurisdiction_problems,
        lambda b: b["jurisdictions"]["jurisdictions"][13].update(unverified=False),
        "xiaolan",
    ),
    (
        rules.jurisdiction_problems,
        lambda b: b["jurisdictions"]["jurisdictions"][1].update(national_code="360103"),
        "twice",
    ),
    (rules.mark_problems, lambda b: item_of(b, "GEN-01").update(confidence="sure"), "sure"),
    (rules.mark_problems, lambda b: item_of(b, "GEN-01").update(unverified=False), "passes for verified"),
    (rules.mark_problems, lambda b: order_15_row(b).update(source=""), "no source"),
    (rules.unmarked_problems, lambda b: order_15_row(b).pop("source"), "R01-reinspection unmarked"),
    (
        rules.deadline_problems,
        lambda b: deadline_of(b, "rulebook-2021", "T11-service").update(unit="calendar-day"),
        "T11",
    ),
    (
        rules.deadline_problems,
        lambda b: deadline_of(b, "rulebook-2021", "T13-payment").update(unit="working-day"),
        "T13",
    ),
    (
        rules.deadline_problems,
        lambda b: deadline_of(b, "rulebook-2021", "T03-case-limit").update(rolls_to_working_day=True),
        "rolls",
    ),
    (rules.timer_problems, lambda b: b["rulebook-2026"]["deadlines"].remove(order_15_row(b)), "no R01"),
    (
        rules.timer_problems,
        lambda b: deadline_of(b, "rulebook-2021", "T12-announcement-service").update(valid_to=None),
        "overlaps",
    ),
    (rules.deadline_problems, lambda b: order_15_row(b).update(trigger="someday"), "someday"),
    (rules.order_15_problems, lambda b: order_15_row(b).update(unverified=False), "Order 15 passes"),
    (rules.order_15_problems, lambda b: b["rulebook-2026"]["laws"].clear(), "Order 18"),
    (rules.threshold_problems, lambda b: b["rulebook-2021"]["thresholds"][2].update(amount_fen=5_000_000), "2000000"),
    (rules.threshold_problems, lambda b: b["rulebook-2026"]["surcharge"].update(cap_percent=200), "surcharge"),
    (
        rules.threshold_problems,
        lambda b: b["rulebook-2021"]["apportionment"].update(share_denominator=3),
        "apportionment",
    ),
    (rules.threshold_problems, lambda b: b["rulebook-2021"]["planning"].update(unverified=False), "planning"),
    (rules.form_problems, lambda b: b["forms-2016"]["items"].pop(), "numbers"),
    (rules.form_problems, lambda b: b["forms-2016"]["items"][23].update(service="inspection"), "form 24"),
    (
        fixture_rules.fixture_problems,
        lambda b: b["rulebook-2026-2"]["inspection_caps"][0].update(province="360000"),
        "cap-smelting-1",
    ),
    (fixture_rules.fixture_problems, lambda b: b["rulebook-2026-2"]["discretion_bands"][0].update(fixture=False), "WSL-99-1"),
    (fixture_rules.cap_problems, lambda b: b["rulebook-2026-2"]["inspection_caps"][0].update(maximum=3), "3"),
    (demand_rules.demand_problems, lambda b: b["rulebook-2026-3"]["inspection"].pop("notice_source"), "notice_required unmarked"),
    (
        demand_rules.demand_problems,
        lambda b: b["rulebook-2026-3"]["inspection"].update(presence_unverified=False),
        "presence_required unmarked",
    ),
    (demand_rules.demand_problems, lambda b: b["rulebook-2026-3"]["planning"]["key_risk_grades"].append("red"), "red unknown"),
    (
        demand_rules.newest_problems,
        lambda b: b["rulebook-2026-3"]["inspection"].update(meetings_required=[]),
        "meetings_required",
    ),
]


@pytest.mark.parametrize(("checker", "damage", "complaint"), PLANTED, ids=range(len(PLANTED)))
def test_checker_notices_planted_row(book: Book, checker: Checker, damage: Damage, complaint: str) -> None:
    damaged = copy.deepcopy(book)
    damage(damaged)
    problems = checker(damaged)
    assert any(complaint in problem for problem in problems), problems


def test_every_checker_is_tested_on_a_planted_row() -> None:
    assert {planted[0] for planted in PLANTED} == set(CHECKERS)


@pytest.mark.parametrize("name", rules.FILES)
def test_file_is_plain_readable_json(name: str) -> None:
    """UTF-8 with readable Chinese, no duplicate key, no float (money is integer fen), no comment, final newline."""

    def unique(pairs: list[tuple[str, Any]]) -> Row:
        assert len(pairs) == len(dict(pairs)), pairs
        return dict(pairs)

    def no_float(text: str) -> None:
        raise AssertionError(text)

    text = (FOLDER / f"{name}.json").read_text("utf-8")
    json.loads(text, object_pairs_hook=unique, parse_float=no_float)
    assert "\\u" not in text
    assert text.endswith("}\n")


def test_every_vocabulary_file_is_checked() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(rules.FILES)
