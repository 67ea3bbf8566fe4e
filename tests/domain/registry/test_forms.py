"""The three forms: what they ask for agrees with what the catalogue's predicates look at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.registry.domain.forms import Form, Sheet, form_named
from tests.domain.registry.filled import DOCUMENT, FORMS

CATALOGUE: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "contracts" / "vocabulary" / "catalogue-2021.json").read_text(encoding="utf-8")
)
TERMS = CATALOGUE["register_terms"]


def sheet_of(form: Form, record: str) -> Sheet:
    return next(sheet for sheet in form.sheets if sheet.record == record)


def test_one_form_for_each_sector_of_the_catalogue() -> None:
    assert {form.sector for form in FORMS} == set(TERMS["sectors"])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.sector)
def test_equipment_kinds_are_those_of_the_catalogue(form: Form) -> None:
    """Same kinds under the same titles: a site can have whatever an item looks for, and nothing that no item could know."""
    kinds = next(column.choices for column in sheet_of(form, "equipment").columns if column.field == "kind")
    expected = {row["title"]: kind for kind, row in TERMS["equipment_kinds"].items() if row["sector"] == form.sector}
    assert kinds == expected


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.sector)
def test_fields_that_predicates_look_at_are_asked_for(form: Form) -> None:
    columns = {column.field: column for column in sheet_of(form, "site").columns}
    for field, term in TERMS["fields"].items():
        assert columns[field].type == term["type"]
        assert columns[field].head == term["title"]
        assert columns[field].required


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.sector)
def test_heads_and_fields_are_unique(form: Form) -> None:
    for sheet in form.sheets:
        heads, fields = ([getattr(column, name) for column in sheet.columns] for name in ("head", "field"))
        assert len(set(heads)) == len(heads)
        assert len(set(fields)) == len(fields)
        assert form.reason_column not in heads


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.sector)
def test_every_choice_has_options(form: Form) -> None:
    for sheet in form.sheets:
        for column in sheet.columns:
            assert bool(column.choices) == (column.type == "choice"), column.head


def test_options_have_one_meaning() -> None:
    for name, choices in DOCUMENT["choices"].items():
        assert len({choice["code"] for choice in choices}) == len(choices), name
        assert len({choice["title"] for choice in choices}) == len(choices), name


def test_sectors_ask_for_different_things() -> None:
    asked = {form.sector: {column.field for column in sheet_of(form, "equipment").columns} for form in FORMS}
    assert "fixed_gantry_hook" in asked["steel"] - asked["dust"] - asked["aluminium"]
    assert "rope_core" in asked["aluminium"] - asked["dust"] - asked["steel"]
    assert "removal_method" in asked["dust"] - asked["steel"] - asked["aluminium"]


def test_forms_are_found_by_title_and_version() -> None:
    assert form_named(FORMS, FORMS[0].title, FORMS[0].version) is FORMS[0]
    assert form_named(FORMS, FORMS[0].title, "1999.1") is None
