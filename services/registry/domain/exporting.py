"""From a site's file back to the rows of a form: what the registry exports can be read by the registry's import."""

from __future__ import annotations

from collections.abc import Mapping

from services.registry.domain.forms import Column, Form, Sheet
from services.registry.domain.site_file import EnterpriseState, Record
from services.registry.domain.stated import Value


def rows_of(form: Form, file: EnterpriseState, districts: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """The rows of a site by sheet, as texts; records of a kind that another form asks for, and retired ones, are left out.

    `districts` are the names of jurisdictions by id.
    """
    opened = file.registered
    if opened is None:
        return {}
    key: dict[str, Value] = {
        "uscc": opened.uscc, "site_no": int(opened.site_no), "district": districts.get(str(file.district), str(file.district)),
    }  # fmt: skip
    return {sheet.name: [_row(sheet, {**key, **told}) for told in _told(sheet, file)] for sheet in form.sheets}


def _told(sheet: Sheet, file: EnterpriseState) -> list[dict[str, Value]]:
    if sheet.record == "site":
        return [_values(Record(file.fields))]
    kind = next(column for column in sheet.columns if column.field == "kind")
    own = set((kind.choices or {}).values())
    name = "place_id" if sheet.record == "place" else "equipment_id"
    return [
        {**_values(record), name: key}
        for key, record in file.records(sheet.record).items()
        if record.retired_on is None and record.value("kind") in own
    ]


def _values(record: Record) -> dict[str, Value]:
    return {name: field.value for name, field in record.fields.items()}


def _row(sheet: Sheet, values: Mapping[str, Value]) -> list[str]:
    return [_cell(column, values.get(column.field)) for column in sheet.columns]


def _cell(column: Column, value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if column.type == "choice":
        return next((title for title, code in (column.choices or {}).items() if code == value), str(value))
    return str(value)
