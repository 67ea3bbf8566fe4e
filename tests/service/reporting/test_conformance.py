"""Closed cases against the required order: what is planted is found with its article, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from chassis.testing import NOON
from services.reporting.queries import conformance
from services.reporting.queries.captions import CONTRACTS
from services.reporting.queries.conformance import HOLDS, Step, deviations, rules
from tests.service.plans import nodes
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, runs_of
from tests.service.reporting.test_plans import filled

__all__ = ["filled"]
Told = list[tuple[str, dict[str, Any]]]
IN_ORDER: Told = [
    ("case-filed", {"decision_due_on": "2021-12-05"}), ("investigation-closed", {}), ("notice-served", {"party_id": "unit"}),
    ("statement-made", {"party_id": "unit"}), ("hearing-requested", {"party_id": "unit"}),
    ("hearing-convened", {"party_id": "unit", "notified_on": "2021-09-06"}),
    ("hearing-held", {"party_id": "unit", "held_on": "2021-09-15"}), ("legal-review-passed", {}),
    ("penalty-decided", {"decided_on": "2021-10-08"}),
    ("decision-served", {"party_id": "unit", "received_on": "2021-10-09", "payment_due_on": "2021-10-24"}),
    ("case-closed", {}), ("case-archived", {}),
]  # fmt: skip


def without(name: str) -> Callable[[Told], Told]:
    return lambda told: [one for one in told if one[0] != name]


def after(name: str, other: str) -> Callable[[Told], Told]:
    """The step happens only behind another."""

    def moved(told: Told) -> Told:
        rest = without(name)(told)
        at = [one for one, _ in rest].index(other) + 1
        return [*rest[:at], *(one for one in told if one[0] == name), *rest[at:]]

    return moved


def saying(name: str, **data: Any) -> Callable[[Told], Told]:
    return lambda told: [(one, {**said, **data} if one == name else said) for one, said in told]


def unheard(told: Told) -> Told:
    return without("hearing-held")(without("hearing-convened")(told))


PLANTED: dict[str, tuple[Callable[[Told], Told], tuple[str, str]]] = {
    "k-00": (after("case-filed", "notice-served"), ("filing-before-notice", "notice-served")),
    "k-01": (without("notice-served"), ("notice-before-decision", "penalty-decided")),
    "k-02": (without("statement-made"), ("statement-before-decision", "penalty-decided")),
    "k-03": (after("investigation-closed", "penalty-decided"), ("investigation-before-decision", "penalty-decided")),
    "k-04": (unheard, ("hearing-before-decision", "penalty-decided")),
    "k-05": (after("legal-review-passed", "hearing-requested"), ("legal-review-after-hearing", "penalty-decided")),
    "k-06": (saying("hearing-held", held_on="2021-09-14"), ("hearing-notice", "hearing-held")),
    "k-07": (saying("penalty-decided", decided_on="2021-12-06"), ("decision-within-limit", "penalty-decided")),
    "k-08": (after("penalty-decided", "decision-served"), ("decision-before-service", "decision-served")),
    "k-09": (saying("decision-served", payment_due_on="2021-10-23"), ("payment-from-receipt", "decision-served")),
}  # fmt: skip


def record(ledgers: Ledgers, case_id: str, told: Told, district: str = "donghu") -> None:
    for name, data in told:
        ledgers.record("penalty", name, {"case_id": case_id, **data}, stream=f"case:{case_id}", subject="e-1", district=district)


async def listed(reporting: Reporting, role: str = "auditor", **params: Any) -> dict[str, Any]:
    async with reporting.client(role) as client:
        answer = await client.get("/v1/conformance/cases", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_ten_planted_deviations_are_found_and_no_other(reporting: Reporting) -> None:
    ledgers = Ledgers()
    for case_id, (plant, _) in PLANTED.items():
        record(ledgers, case_id, plant(IN_ORDER))
    record(ledgers, "k-good", IN_ORDER)
    record(ledgers, "k-open", without("case-closed")(without("case-archived")(IN_ORDER)))
    await reporting.copy.apply(runs_of(ledgers.recorded))
    items = (await listed(reporting))["items"]
    found = {item["case_id"]: [(one["rule"], one["step"]) for one in item["deviations"]] for item in items}
    assert found == {case_id: [expected] for case_id, (_, expected) in PLANTED.items()} | {"k-good": []}
    assert all(one["article"] and one["title"] for item in items for one in item["deviations"])


@pytest.mark.parametrize(("plant", "rule"), [
    (after("penalty-decided", "case-closed"), "outcome-before-closing"),
    (after("case-closed", "case-archived"), "closing-before-archive"),
])  # fmt: skip
def test_the_end_of_a_case_has_its_order(plant: Callable[[Told], Told], rule: str) -> None:
    assert rule in {found.rule for found, _ in deviations(steps(plant(IN_ORDER)))}


def steps(told: Told) -> list[Step]:
    return [Step(n, name, n, NOON + timedelta(minutes=n), data) for n, (name, data) in enumerate(told, start=1)]


def test_a_step_recorded_late_is_held_to_when_it_happened() -> None:
    moved = [*steps(without("notice-served")(IN_ORDER)), Step(99, "notice-served", 99, NOON + timedelta(minutes=2, seconds=30))]
    assert deviations(moved) == []


def test_each_party_has_an_order_of_its_own() -> None:
    other = {"decided_on": "2021-10-08", "person": {"party_id": "p-2"}}
    told = [*IN_ORDER[:9], ("penalty-decided", other), *IN_ORDER[9:]]
    found = [(rule.rule, step.party) for rule, step in deviations(steps(told))]
    assert found == [("notice-before-decision", "p-2"), ("statement-before-decision", "p-2")]


def test_every_rule_speaks_of_published_events_and_of_fields_that_they_have() -> None:
    for rule in rules():
        assert rule.kind in HOLDS
        assert rule.of in ("case", "party")
        told = {name: schema(name) for name in (rule.each, *rule.needs, *rule.begins, *([rule.when] if rule.when else []))}
        if rule.own_day:
            assert rule.own_day in told[rule.each]
            assert all(rule.day in told[name] for name in rule.begins or (rule.each,))


def schema(name: str) -> dict[str, Any]:
    path: Path = CONTRACTS / "penalty" / f"{name}.v1.json"
    found: dict[str, Any] = orjson.loads(path.read_bytes())["properties"]
    return found


async def test_days_that_a_rulebook_declares_worked_or_free_count_as_it_says(reporting: Reporting) -> None:
    """From the notice on the 6th to the hearing on the 15th seven days are worked; one less, if the 10th is free."""
    ledgers = Ledgers()
    record(ledgers, "k-00", IN_ORDER, "donghu")
    await reporting.copy.apply(runs_of(ledgers.recorded))
    [kept] = (await listed(reporting))["items"]
    assert kept["deviations"] == []
    told = len(ledgers.recorded)
    for free in (False, True, False):  # what was published last holds
        content = {"calendar_overrides": [{"date": "2021-09-10", "working": free}]}
        ledgers.record("registry", "rulebook-published", {"content": content}, stream="rulebook:r", district="nanchang")
    await reporting.copy.apply(runs_of(ledgers.recorded[told:]))
    [found] = (await listed(reporting))["items"]
    assert [one["rule"] for one in found["deviations"]] == ["hearing-notice"]


async def test_cases_of_a_district_page_by_page(reporting: Reporting) -> None:
    ledgers = Ledgers()
    for n in range(5):
        record(ledgers, f"k-{n:02d}", IN_ORDER, "donghu" if n % 2 == 0 else "xihu")
    await reporting.copy.apply(runs_of(ledgers.recorded))
    first = await listed(reporting, "legal-reviewer", district="donghu", limit=2)
    assert [item["case_id"] for item in first["items"]] == ["k-00", "k-02"]
    second = await listed(reporting, district="donghu", limit=2, cursor=first["next"])
    assert ([item["case_id"] for item in second["items"]], second["next"]) == (["k-04"], None)
    async with reporting.client("auditor", districts=["xihu"]) as client:
        assert len((await client.get("/v1/conformance/cases")).json()["items"]) == 2
        assert (await client.get("/v1/conformance/cases", params={"district": "donghu"})).status_code == 403
        assert len((await client.get("/v1/conformance/rules")).json()["items"]) == len(rules())


async def test_an_index_is_behind_the_list(filled: Any) -> None:
    for sql, arguments in (
        (conformance.CLOSED, (0, None, 51)),
        (conformance.RULEBOOKS, ()),
        (conformance.STEPS, (["case:k-7"],)),
    ):
        [plan] = orjson.loads(await filled.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments))
        assert "Seq Scan" not in {node["Node Type"] for node in nodes(plan["Plan"])}
