"""Inspection's forms: what the vocabulary says of them, and that each can be laid out whatever its facts."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from chassis.envelope import canonical_json
from services.inspection.documents import FORMS, Form
from services.inspection.documents.samples import AT, KINDS, full, images_of, number_of, ordinary

VOCABULARY = json.loads((Path("contracts") / "vocabulary" / "forms-2016.json").read_text(encoding="utf-8"))
OFFICIAL = {f"{form['no']:02d}": form for form in VOCABULARY["items"]}
SIGN = {"officers-2": "officer"}
"""What the vocabulary's roles are called among pictures, where it is not the same."""
EVERY = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())


def words(pdf: bytes) -> list[str]:
    """The text of each page, without what breaks lines."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


@EVERY
def test_is_the_official_form(form: Form[Any]) -> None:
    """Name, word and signatories are those of the vocabulary."""
    if form.edition == "2016":
        official = OFFICIAL[form.no]
        assert (form.name, form.zi, form.confidence) == (official["name"], official["zi"], official["confidence"])
        assert {SIGN.get(role, role) for role in official["signatures"]} <= set(form.signatories)


@EVERY
@pytest.mark.parametrize("kind", KINDS)
def test_every_form_can_be_laid_out(form: Form[Any], kind: str) -> None:
    """Ordinary, full and sparse facts make a document with its title, its number and as many pages as it says."""
    document = form.render(KINDS[kind](form), number_of(form), AT, images_of(form))
    pages = words(document.pdf)
    assert form.name in pages[0]
    assert number_of(form) in pages[0]
    assert all(f"第{place}页共{len(pages)}页" in page for place, page in enumerate(pages, start=1))
    assert document.template == f"inspection/{form.no}@{form.version}"


@EVERY
def test_facts_can_be_read_back(form: Form[Any]) -> None:
    """The canonical facts of a document are facts again, and what is unknown or missing is refused."""
    facts = ordinary(form)
    members = json.loads(canonical_json(facts))
    assert form.read(members) == facts
    with pytest.raises(ValidationError):
        form.read({**members, "stranger": 1})
    with pytest.raises(ValidationError):
        form.read({})


@EVERY
def test_only_signatories_have_a_picture(form: Form[Any]) -> None:
    with pytest.raises(ValueError, match="no place for stranger"):
        form.render(ordinary(form), number_of(form), AT, {"stranger-1": b""})


@EVERY
def test_everything_in_the_facts_is_printed(form: Form[Any]) -> None:
    """No text of the facts is left off the paper."""
    printed = "".join("".join(words(form.render(full(form), number_of(form), AT).pdf)).split("\u200b"))
    missing = [text for text in texts(full(form)) if "".join(text.split()) not in printed]
    assert missing == []


def texts(value: Any) -> list[str]:
    """Every text in some facts; one of several lines is several texts."""
    members = json.loads(canonical_json(value)) if not isinstance(value, str | list | dict) else value
    if isinstance(members, str):
        return [] if members[:2] == "20" and members[4:5] == "-" else members.split("\n")
    inner = members.values() if isinstance(members, dict) else members if isinstance(members, list) else ()
    return [text for each in inner for text in texts(each)]
