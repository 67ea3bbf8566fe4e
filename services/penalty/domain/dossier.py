"""The file of a case (案卷): which pieces it holds, in which order they are bound, and a digest of their list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.penalty.domain.document import DocumentState, issued, standing_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A document that stands, or a piece of evidence: `form` places it; `scans` are files that show signatures on paper.

    `key` tells it from any other of its file: the id of a document, the place of evidence in its case. `listed` is what
    the list says of it, without anything personal.
    """

    key: str
    form: str
    title: str
    number: str | None = None
    on: date
    sha256: str
    scans: tuple[str, ...] = ()
    listed: str


@dataclass(frozen=True, slots=True)
class Binding:
    """In which order a file is bound: the place of each form and of evidence, and the forms that are made of the file itself."""

    version: str
    evidence: str
    places: Mapping[str, int]
    left_out: frozenset[str]

    def ordered(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Pieces in their order: by place, then by day; what the order does not name comes last."""
        last = len(self.places)
        return sorted(pieces, key=lambda one: (self.places.get(one.form, last), one.on, one.number or "", one.key))


def binding_of(table: Mapping[str, Any]) -> Binding:
    """The order that a table of `contracts/forms` gives; ValueError if it names a form twice."""
    places = {form: place for place, forms in enumerate(table["order"]) for form in forms}
    if len(places) != sum(len(forms) for forms in table["order"]):
        raise ValueError("a form has two places in the file")
    return Binding(table["version"], table["evidence"], places, frozenset(table["left_out"]))


def standing_pieces(states: Iterable[DocumentState], left_out: Iterable[str]) -> list[Piece]:
    """The documents that stand, but for those that are made of the file."""
    known = [(state, issued(state)) for state in states if state.superseded is None]
    return [
        Piece(
            key=one.document_id, form=one.form, title=one.name, number=one.document_no, on=one.issued_on,
            sha256=standing_file(state), scans=_scans(state), listed=one.name,
        )
        for state, one in known
        if one.form not in left_out
    ]  # fmt: skip


def _scans(state: DocumentState) -> tuple[str, ...]:
    files = [state.signed[key].file_sha256 for key in sorted(state.signed) if state.signed[key].manner != "certificate"]
    return tuple(dict.fromkeys(files))


def list_digest(pieces: Iterable[Piece]) -> str:
    """SHA-256 of what the file holds: what each piece is, its number, day and files; however it is bound.

    Of evidence its kind counts, not its title: that may name people, and is erased with them.
    """
    rows = sorted([one.listed, one.number or "", one.on.isoformat(), one.sha256, *one.scans] for one in pieces)
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
