"""The register's forms as data: which sheets a sector's workbook has, which columns, and what a cell may hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from services.registry.domain.changes import Sector

ColumnType = Literal["text", "integer", "decimal", "boolean", "date", "choice", "uscc", "phone", "id", "jurisdiction"]
Record = Literal["site", "place", "equipment"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Chinese head, the field it fills, and the rules of its cells."""

    head: str
    field: str
    type: ColumnType
    required: bool = False
    choices: Mapping[str, str] | None = None
    """What may stand in the cell, and the code it means."""
    titles: Mapping[str, str] | None = None
    """For a column that names what another column codes: the title of each code."""
    title_of: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int = 200
    past: bool = False
    expected: bool = False
    """Whether a file without it is not complete."""
    kinds: tuple[str, ...] = ()
    """Of which kinds of place or equipment it is expected; empty: of all."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a form; a row of it tells of one record."""

    name: str
    record: Record
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one sector in one version; `readme` is the sheet that names form and version."""

    name: str
    version: str
    sector: Sector
    title: str
    readme: str
    form_label: str
    version_label: str
    lines: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    reason_column: str
    maximum_rows: int
    valid_from: date = date.min
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the form is the one to fill in on a day (both ends included)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def forms_of(document: Mapping[str, Any]) -> tuple[Form, ...]:
    """The forms of a forms document, one per sector; KeyError or ValueError if the document is malformed."""
    return tuple(_form(document, row) for row in document["sectors"])


def form_named(forms: Iterable[Form], title: str, version: str) -> Form | None:
    """The form with this title in this version, if there is one."""
    return next((form for form in forms if (form.title, form.version) == (title, version)), None)


def columns_of(rows: Iterable[Mapping[str, Any]], choices: Mapping[str, Any]) -> tuple[Column, ...]:
    """Columns that tell of sites of any sector, as a document describes them; KeyError if it is malformed."""
    every = {name: [{**choice, "sectors": ("",)} for choice in listed] for name, listed in choices.items()}
    return tuple(_column(row, every, "", "site") for row in rows)


def _form(document: Mapping[str, Any], row: Mapping[str, Any]) -> Form:
    sector = cast(Sector, row["sector"])
    readme = document["readme"]
    return Form(
        name=f"{document['forms']}-{sector}", version=document["version"], sector=sector, title=row["title"],
        readme=readme["sheet"], form_label=readme["form"], version_label=readme["version"], lines=tuple(readme["lines"]),
        sheets=tuple(_sheet(document, sheet, sector) for sheet in document["sheets"]),
        reason_column=document["reason_column"], maximum_rows=document["maximum_rows"],
        valid_from=date.fromisoformat(document["valid_from"]),
        valid_to=date.fromisoformat(document["valid_to"]) if document["valid_to"] else None,
    )  # fmt: skip


def _sheet(document: Mapping[str, Any], sheet: Mapping[str, Any], sector: str) -> Sheet:
    columns = tuple(_column(column, document["choices"], sector, sheet["record"]) for column in _for(sheet["columns"], sector))
    titled = {column["field"]: column["choices"] for column in sheet["columns"] if column["type"] == "choice"}
    named = tuple(_titled(column, document["choices"], titled, sector) for column in columns)
    return Sheet(sheet["name"], sheet["record"], named)


def _for(rows: Iterable[Mapping[str, Any]], sector: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if sector in row.get("sectors", (sector,))]


def _column(row: Mapping[str, Any], choices: Mapping[str, Any], sector: str, record: Record) -> Column:
    usual = row.get("required", False) or record == "site" or ("sectors" not in row and row["field"] != "place_id")
    return Column(
        head=row["head"], field=row["field"], type=row["type"], required=row.get("required", False),
        choices=_choices(row, choices, sector), title_of=row.get("title_of"), minimum=_bound(row, "min"),
        maximum=_bound(row, "max"), max_length=row.get("max_length", 200), past=row.get("past", False),
        expected=row.get("expected", usual), kinds=tuple(row.get("kinds", ())),
    )  # fmt: skip


def _choices(row: Mapping[str, Any], choices: Mapping[str, Any], sector: str) -> Mapping[str, str] | None:
    if row["type"] != "choice":
        return None
    by = row.get("by", "title")
    return {choice[by]: choice["code"] for choice in _for(choices[row["choices"]], sector)}


def _titled(column: Column, choices: Mapping[str, Any], lists: Mapping[str, str], sector: str) -> Column:
    if column.title_of is None:
        return column
    titles = {choice["code"]: choice["title"] for choice in _for(choices[lists[column.title_of]], sector)}
    return replace(column, titles=titles)


def _bound(row: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(str(row[name])) if name in row else None
