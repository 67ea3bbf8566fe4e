"""How complete a site's file is by the form of each of its sectors: what is missing, what nobody said or confirmed for long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.domain.answers import columns_of
from services.registry.domain.changes import RecordKind
from services.registry.domain.forms import Column, Form
from services.registry.domain.grading import months_after
from services.registry.domain.site_file import EnterpriseState, Record
from services.registry.domain.stated import Stated

Staleness = Mapping[str, int]
"""After how many months without a word a record's fields are stale, by kind of record: rulebook data."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that is missing, or stale: `last_on` is the day on which somebody last said or confirmed it."""

    record: RecordKind
    record_id: str | None
    field: str
    head: str
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Completeness:
    """A file by one form: how many fields are asked, how many are known, which are missing or stale."""

    sector: str
    form: str
    form_version: str
    asked: int
    known: int
    missing: tuple[Gap, ...]
    stale: tuple[Gap, ...]


def completeness(form: Form, file: EnterpriseState, opened_on: date, staleness: Staleness, today: date) -> Completeness:
    """A file by a form, on a day; fields without a day of their own are as old as the file. Retired records ask for nothing."""
    asked, missing, stale = 0, [], []
    for kind, record_id, record, columns in _records(form, file):
        for column in columns:
            asked += 1
            known = record.fields.get(column.field)
            if known is None:
                missing.append(Gap(kind, record_id, column.field, column.head))
            elif kind in staleness and months_after(last_on(known, opened_on), staleness[kind]) < today:
                stale.append(Gap(kind, record_id, column.field, column.head, last_on(known, opened_on)))
    return Completeness(form.sector, form.title, form.version, asked, asked - len(missing), tuple(missing), tuple(stale))


def last_on(known: Stated, opened_on: date) -> date:
    """The last day on which somebody said or confirmed a field."""
    return max(known.confirmed_on or date.min, known.stated_on or opened_on)


def form_on(forms: Iterable[Form], sector: str, day: date) -> Form | None:
    """The form of a sector in force on a day: of several, the one that came into force last."""
    fitting = [form for form in forms if form.sector == sector and form.holds_on(day)]
    return max(fitting, key=lambda form: (form.valid_from, form.version), default=None)


def staleness_of(books: Iterable[Mapping[str, Any]], day: date) -> Staleness:
    """The periods of the rulebook in force on a day; nothing is stale where no rulebook says after how long."""
    section = register_section(books, day)
    return {row["record"]: int(row["months"]) for row in section.get("staleness", ())}


def register_section(books: Iterable[Mapping[str, Any]], day: date) -> Mapping[str, Any]:
    """What the newest rulebook in force on a day says about the register; empty if none does."""
    told = day.isoformat()
    fitting = [
        book
        for book in books
        if book.get("register") and book["valid_from"] <= told and (book["valid_to"] is None or told <= book["valid_to"])
    ]
    newest = max(fitting, key=lambda book: (book["valid_from"], book["version"]), default=None)
    section: Mapping[str, Any] = {} if newest is None else newest["register"]
    return section


def _records(form: Form, file: EnterpriseState) -> Iterator[tuple[RecordKind, str | None, Record, list[Column]]]:
    yield "site", None, Record(file.fields), _asked(form, "site", None)
    kinds: tuple[RecordKind, ...] = ("place", "equipment")
    for kind in kinds:
        known = columns_of([form], kind).get("kind")
        own = set((known.choices or {}).values()) if known else set()
        for record_id, record in file.records(kind).items():
            if record.retired_on is None and record.value("kind") in own and record.value("status") != "retired":
                yield kind, record_id, record, _asked(form, kind, str(record.value("kind")))


def _asked(form: Form, kind: RecordKind, record_kind: str | None) -> list[Column]:
    return [
        column
        for column in columns_of([form], kind).values()
        if column.expected and (not column.kinds or record_kind in column.kinds)
    ]
