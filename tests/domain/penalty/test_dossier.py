"""The file of a case: how its pieces are bound, and the digest of their list."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.penalty.domain.dossier import Piece, binding_of, list_digest

TABLE = json.loads((Path(__file__).parents[3] / "contracts" / "forms" / "case-file-2016.json").read_text(encoding="utf-8"))


def piece(form: str, day: int = 1, key: str = "") -> Piece:
    return Piece(key=key or f"d-{form}-{day}", form=form, title=form, on=date(2021, 9, day), sha256=form * 2, listed=form)


def test_pieces_are_bound_by_place_then_by_day() -> None:
    given = ["46", "40", "45", "44", "36", "28", "27", "25", "24", "31", "30", "evidence", "01", "34"]
    bound = [one.form for one in binding_of(TABLE).ordered(piece(form) for form in given)]
    assert bound == ["34", "01", "evidence", "30", "31", "24", "25", "27", "28", "36", "44", "45", "40", "46"]
    later, earlier = piece("28", 3), piece("29", 2)
    assert binding_of(TABLE).ordered([later, earlier]) == [earlier, later]
    assert binding_of(TABLE).ordered([piece("99"), piece("46")])[-1].form == "99", "what the order does not name comes last"


def test_the_order_names_every_form_once() -> None:
    binding = binding_of(TABLE)
    assert {"01", *(f"{no}" for no in range(24, 49))} == (binding.places.keys() | binding.left_out) - {binding.evidence}
    assert TABLE["unverified"]
    with pytest.raises(ValueError, match="two places"):
        binding_of({**TABLE, "order": [["01"], ["01"]]})


def test_the_digest_is_of_what_the_file_holds_however_it_is_bound() -> None:
    one, two = piece("34"), piece("evidence", 2)
    assert list_digest([one, two]) == list_digest([two, one])
    assert list_digest([one, replace(two, title="张三的询问笔录")]) == list_digest([one, two]), "a title may be erased"
    for changed in (replace(two, sha256="x"), replace(two, scans=("s",)), replace(two, on=date(2021, 9, 3))):
        assert list_digest([one, changed]) != list_digest([one, two])
    assert list_digest([one]) != list_digest([one, two])
