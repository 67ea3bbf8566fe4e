"""What is told of a site in a form's terms, judged field by field by the rules of its columns; values are codes, not titles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.domain import Refused
from services.registry.domain.amending import SUPERVISED, Told, Values
from services.registry.domain.cells import Setting, read_cell
from services.registry.domain.changes import RecordKind
from services.registry.domain.codes import Wrong
from services.registry.domain.forms import Column, Form
from services.registry.domain.stated import Value

IDENTITY = ("uscc", "site_no", "district", "equipment_id")
LISTED = 200  # faults that are named


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """What is wrong with one field: where, why in Chinese and English, with a stable code."""

    record: RecordKind
    record_id: str | None
    field: str
    code: str
    zh: str
    en: str


def columns_of(forms: Iterable[Form], kind: RecordKind) -> dict[str, Column]:
    """The columns that forms ask of a kind of record, by field; the first form's where several ask the same."""
    identity = (*IDENTITY, "place_id") if kind == "place" else IDENTITY
    found: dict[str, Column] = {}
    for form in forms:
        for sheet in form.sheets:
            for column in sheet.columns if sheet.record == kind else ():
                if column.field not in identity:
                    found.setdefault(column.field, column)
    return found


def checked(forms: Sequence[Form], told: Told, today: date) -> Told:
    """What is told, each value as the file holds it. Refused `answers-wrong` with every fault."""
    faults: list[AnswerFault] = []
    site = _checked(forms, "site", None, told.site, today, faults)
    places = {key: _checked(forms, "place", key, values, today, faults) for key, values in told.places.items()}
    pieces = {key: _checked(forms, "equipment", key, values, today, faults) for key, values in told.equipment.items()}
    if faults:
        raise Refused(
            "answers-wrong", f"{len(faults)}项填写有误", f"{len(faults)} fields are wrong",
            errors=[
                {"record": f.record, "record_id": f.record_id, "field": f.field, "code": f.code, "reason": f"{f.zh} / {f.en}"}
                for f in faults[:LISTED]
            ],
        )  # fmt: skip
    return Told(site, places, pieces)


def _checked(
    forms: Sequence[Form], kind: RecordKind, record_id: str | None, values: Values, today: date, faults: list[AnswerFault]
) -> Values:
    merged: dict[str, dict[str, str]] = {}
    for form in forms:
        for name, column in columns_of([form], kind).items():
            merged.setdefault(name, {}).update(column.choices or {})
    columns = columns_of(forms, kind)
    good: dict[str, Value | None] = {}
    for name, value in values.items():
        if name in SUPERVISED:
            continue  # the organ decides it; whoever repeats the whole form says nothing about it
        try:
            good[name] = _value(columns.get(name), merged.get(name, {}), value, today)
        except Wrong as wrong:
            faults.append(AnswerFault(kind, record_id, name, wrong.code, wrong.zh, wrong.en))
    return good


def _value(column: Column | None, choices: Mapping[str, str], value: Value | None, today: date) -> Value | None:
    if column is None:
        raise Wrong("field-unknown", "登记表没有这一项", "the form has no such field")
    if value is None:
        if column.required:
            raise Wrong("value-missing", "必填项不能清空", "a required field cannot be withdrawn")
        return None
    if column.type == "choice":
        if value not in choices.values():
            raise Wrong("value-unknown", "不是可选值", f"{str(value)[:40]!r} is not one of the form's codes")
        return value
    if column.type == "boolean":
        if not isinstance(value, bool):
            raise Wrong("not-yes-or-no", "应为是或否", "true or false is needed")
        return value
    if isinstance(value, bool):
        raise Wrong("not-text", "不应为是或否", "neither true nor false can stand here")
    return read_cell(column, value, Setting(today, {}))
