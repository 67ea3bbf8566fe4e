"""Which items of the catalogue apply to a site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.inspection.domain.catalogue import Site, applicable, applies, breached
from services.inspection.domain.rules import rules_on
from tests.domain.inspection.scenes import CATALOGUE, DAY, ITEMS, RULEBOOK, RULES, SITE, TASK, prepared, refused, vocabulary

STEEL = Site(
    frozenset({"steel"}), frozenset({"casting-crane"}), {"confined_space_count": 3, "has_contractors": True, "uses_gas": False}
)


def item(**applies_if: Any) -> dict[str, Any]:
    return {"valid_from": "2021-01-01", "valid_to": "2022-12-31", "applies_if": {"sector": ["dust"], **applies_if}}


def codes(site: Site, day: date = DAY) -> set[str]:
    return {planned.code for planned in applicable(CATALOGUE, site, day)}


def test_sector_decides() -> None:
    assert not applies(item(), STEEL, DAY)
    assert applies(item(), SITE, DAY)


def test_any_of_the_equipment_kinds_suffices() -> None:
    assert applies(item(equipment_kind=["comminution-equipment", "dust-removal-system"]), SITE, DAY)
    assert not applies(item(equipment_kind=["comminution-equipment"]), SITE, DAY)


def test_conditions_are_anded() -> None:
    both = item(equipment_kind=["dust-removal-system"], field={"has_contractors": {"eq": True}})
    assert not applies(both, SITE, DAY)
    assert applies(both, replace(SITE, fields={"has_contractors": True}), DAY)


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        ({"eq": True}, True, True), ({"eq": True}, False, False), ({"eq": "木粉尘"}, "木粉尘", True),
        ({"in": ["木粉尘", "铝粉尘"]}, "铝粉尘", True), ({"in": ["木粉尘"]}, "铝粉尘", False),
        ({"min": 1}, 1, True), ({"min": 1}, 0, False), ({"max": 30}, 30, True), ({"max": 30}, 31, False),
    ],
)  # fmt: skip
def test_field_conditions(test: dict[str, Any], value: Any, holds: bool) -> None:
    assert applies(item(field={"x": test}), replace(SITE, fields={"x": value}), DAY) is holds


@pytest.mark.parametrize("fields", [{}, {"x": None}, {"x": "不详"}])
def test_what_the_register_does_not_know_does_not_exempt(fields: dict[str, Any]) -> None:
    assert applies(item(field={"x": {"min": 1}}), replace(SITE, fields=fields), DAY)


def test_item_is_valid_on_the_day() -> None:
    assert applies(item(), SITE, date(2022, 12, 31))
    assert not applies(item(), SITE, date(2023, 1, 1))
    assert not applies(item(), SITE, date(2020, 12, 31))


def test_published_catalogue() -> None:
    """A dust site without confined spaces, contractors and gas; a steel site with a casting crane and confined spaces."""
    dust = codes(SITE)
    assert {"DST-K1", "DST-K6", "GEN-01"} <= dust
    assert not {"DST-K5", "CSP-K1", "GEN-11", "STL-K8"} & dust
    assert {"STL-K1", "CSP-K1", "GEN-11"} <= codes(STEEL)
    assert "STL-K5" not in codes(STEEL)


def test_plan_pins_what_applies() -> None:
    [plan] = prepared()
    assert plan.items == applicable(CATALOGUE, SITE, TASK.planned_on)  # type: ignore[attr-defined]
    assert plan.catalogue == CATALOGUE.id  # type: ignore[attr-defined]


@pytest.mark.parametrize("day", [date(2021, 1, 1), date(2021, 8, 31), date(2021, 9, 1), date(2022, 12, 31)])
def test_every_published_item_can_be_ordered(day: date) -> None:
    rules = rules_on(RULEBOOK, day)
    assert all(breached(CATALOGUE, published["code"], day, rules) for published in ITEMS)


def test_basis_is_the_law_of_the_day() -> None:
    before, after = (breached(CATALOGUE, "STL-02", day, RULES) for day in (date(2021, 8, 31), date(2021, 9, 1)))
    assert all(text.startswith("《中华人民共和国安全生产法》（2014）第") for text in before)
    assert all("（2021）" in text for text in after)


def test_basis_of_a_measure_with_its_own_document_is_left_out() -> None:
    """STL-K1 is stopped by another document; STL-02 is rectified by this one, so it names the power to order."""
    assert breached(CATALOGUE, "STL-K1", DAY, RULES) == ("《中华人民共和国安全生产法》（2021）第36条第1款",)
    assert breached(CATALOGUE, "STL-02", DAY, RULES)[-1] == "《中华人民共和国安全生产法》（2021）第65条第1款第2项"


def test_what_cannot_be_cited_is_refused() -> None:
    refused("item-unknown", lambda: breached(CATALOGUE, "XXX-01", DAY, RULES))
    refused("no-basis", lambda: breached(CATALOGUE, "STL-K1", date(2010, 1, 1), RULES))
    refused("no-basis", lambda: breached(CATALOGUE, "STL-K1", DAY, replace(RULES, laws={})))


def test_rules_are_those_of_the_day() -> None:
    june, september = rules_on(RULEBOOK, date(2021, 6, 1)), rules_on(RULEBOOK, DAY)
    assert june.minimum_officers == september.minimum_officers == 2
    assert "two-officers" not in june.articles
    assert september.articles["two-officers"] == "《中华人民共和国行政处罚法》（2021）第42条第1款"
    assert september.articles["inspection-record"] == "《中华人民共和国安全生产法》（2021）第68条"
    assert september.re_inspection is not None
    assert (september.re_inspection.length, september.re_inspection.unit) == (10, "calendar-day")


def test_later_rulebook_is_understood() -> None:
    assert rules_on(vocabulary("rulebook-2026"), date(2026, 3, 1)).minimum_officers == 2
