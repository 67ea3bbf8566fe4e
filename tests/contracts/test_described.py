"""Whoever reads the description of a service learns what each field of a body means: its unit, its form, its source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

HTTP = Path(__file__).parents[2] / "contracts" / "http"
SERVICES = ("penalty",)
"""Services of which every field is described."""


def document(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((HTTP / f"{name}.openapi.json").read_bytes())
    return told


def referred(schema: Any) -> Iterator[str]:
    """The names of the schemas that a schema refers to."""
    if isinstance(schema, Mapping):
        if isinstance(ref := schema.get("$ref"), str):
            yield ref.rpartition("/")[2]
        for value in schema.values():
            yield from referred(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from referred(value)


def bodies(told: Mapping[str, Any]) -> set[str]:
    """The schemas of request bodies, and those that they are made of."""
    asked = [operation.get("requestBody") for path in told["paths"].values() for operation in path.values()]
    left, found = list(referred(asked)), set[str]()
    while left:
        if (name := left.pop()) not in found:
            found.add(name)
            left += referred(told["components"]["schemas"][name])
    return found


def undescribed(told: Mapping[str, Any]) -> list[str]:
    """The fields of request bodies that nothing is said of."""
    schemas = told["components"]["schemas"]
    return sorted(
        f"{name}.{field}"
        for name in bodies(told)
        for field, schema in schemas[name].get("properties", {}).items()
        if not schema.get("description", "").strip()
    )


@pytest.mark.parametrize("name", SERVICES)
def test_every_field_of_every_body_is_described(name: str) -> None:
    told = document(name)
    assert bodies(told)
    assert undescribed(told) == []


VOCABULARY = HTTP.parent / "vocabulary"
CODES = {
    ("ChargeBody", "mitigation"): lambda book: {row["code"] for row in book["mitigation_grounds"]},
    ("ChargeBody", "kinds"): lambda book: set(book["penalty_kinds"]),
    ("SpotPenalty", "kinds"): lambda book: set(book["penalty_kinds"]),
    ("InvestigationClosing", "review_grounds"): lambda book: set(book["legal_review"]["required_when"]) - {"hearing-held"},
    ("InvestigationClosing", "discussion_grounds"): lambda book: set(book["collective_discussion"]["required_when"]),
    ("SpotPenalty", "cash_reason"): lambda book: {row["code"] for row in book["payment"]["cash_reasons"]},
    ("CashBody", "reason"): lambda book: {row["code"] for row in book["payment"]["cash_reasons"]},
}
"""Codes that the rulebook closes, not the code: which there are is told by example."""


def examples(schema: Any) -> set[str]:
    """The examples of a schema, however deep they lie."""
    if isinstance(schema, Mapping):
        return set(schema.get("examples", ())).union(*(examples(value) for value in schema.values()))
    return set().union(*(examples(value) for value in schema)) if isinstance(schema, list) else set()


@pytest.mark.parametrize(("body", "field"), CODES)
def test_codes_of_the_rulebook_are_told_by_example(body: str, field: str) -> None:
    newest = max(VOCABULARY.glob("rulebook-*.json"))
    schema = document("penalty")["components"]["schemas"][body]["properties"][field]
    assert examples(schema) == CODES[body, field](json.loads(newest.read_bytes()))


def test_a_field_without_a_description_is_noticed() -> None:
    told = document("penalty")
    del told["components"]["schemas"]["ChargeBody"]["properties"]["metric"]["description"]
    assert undescribed(told) == ["ChargeBody.metric"]
