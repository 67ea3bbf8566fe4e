"""The officer library and the experts as tables: out as text, in again as enrolments, renewals, other units and specialities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

from chassis.domain import Event, Refused, Stream
from services.registry.domain import people
from services.registry.domain.cells import Cell, Setting, as_text, read_cell
from services.registry.domain.codes import Wrong
from services.registry.domain.forms import Column
from services.registry.domain.people import EXPERT, OFFICER, Assignment, Certificate, ExpertEnrolled, OfficerEnrolled
from services.registry.domain.workbook import Fault, Row, WorkbookRefused

Kind = Literal["id", "text", "certificate", "date", "several"]
TOGETHER = 500  # officers that are decided on together, in one write set
LARGEST = 100_000  # rows of a roster as a file: a spreadsheet that people can still work with
MOST_SPECIALITIES, LONGEST = 20, 100
_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,63}")
_CERTIFICATE = re.compile(r"[0-9A-Za-z-]{4,30}")
_SEPARATORS = re.compile("[、;；]")


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its head, the field that it fills, and what its cells are; `optional`: the column or the cell may be missing."""

    head: str
    field: str
    kind: Kind = "text"
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A library as a table: `told` is what it tells beside its columns on its way out; ignored on its way in.

    `now` is a person as they are, or None; `enter` decides what a row means for its person, or raises Refused.
    """

    name: str
    title: str
    stream: Stream[Any]
    heads: tuple[Head, ...]
    told: tuple[Head, ...]
    now: Callable[[Any], Any]
    enter: Callable[[Any, Mapping[str, Any], datetime], list[Event]]

    @property
    def key(self) -> str:
        """The field by which persons are told apart."""
        return self.heads[0].field


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it was read: what its cells say, as text and as values, and what is wrong with them."""

    number: int
    texts: Mapping[str, str]
    values: Mapping[str, Any]
    faults: tuple[Fault, ...]


def columns_of(roster: Roster, first: Row | None) -> Mapping[Head, int]:
    """Where the columns of a roster stand, by its first row; raises WorkbookRefused if one is missing or given twice."""
    heads = [as_text(cell) for cell in first.cells] if first is not None else []
    faults = [
        Fault(None, 1, one.head, "column-missing", f"缺少列“{one.head}”", f"the column {one.head!r} is missing")
        for one in roster.heads
        if one.head not in heads and not one.optional
    ]
    faults += [
        Fault(None, 1, one.head, "column-repeated", f"列重复：“{one.head}”", f"the column {one.head!r} appears twice")
        for one in roster.heads
        if heads.count(one.head) > 1
    ]
    if faults:
        raise WorkbookRefused(faults)
    return {one: heads.index(one.head) for one in roster.heads if one.head in heads}


def line_of(columns: Mapping[Head, int], row: Row, setting: Setting) -> Line:
    """What a row says of its person."""
    cells = {one: row.cells[place] if place < len(row.cells) else None for one, place in columns.items()}
    values, faults = {}, []
    for one, cell in cells.items():
        try:
            values[one.field] = _value(one, cell, setting)
        except Wrong as wrong:
            faults.append(Fault(None, row.number, one.head, wrong.code, wrong.zh, wrong.en))
    return Line(row.number, {one.field: as_text(cell) for one, cell in cells.items()}, values, tuple(faults))


def says_nothing_new(roster: Roster, line: Line, state: Any) -> bool:
    """Whether a row stands as it was given out: whatever that is, to say it again changes nothing."""
    now = roster.now(state)
    return now is not None and all(_text(getattr(now, name)).strip() == text for name, text in line.texts.items())


def refused(roster: Roster, line: Line, error: Refused) -> Fault:
    """A rule that a row breaks, as a fault of the column that breaks it."""
    field = BROKEN.get(error.code)
    head = next((one.head for one in roster.heads if one.field == field), None)
    return Fault(None, line.number, head, error.code, error.zh, error.en)


def heads_out(roster: Roster) -> list[str]:
    """The heads of a roster as it is given out."""
    return [one.head for one in (*roster.heads, *roster.told)]


def rows_out(roster: Roster, rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """The rows of a roster as it is given out."""
    return [[_text(row.get(one.field)) for one in (*roster.heads, *roster.told)] for row in rows]


def enter(state: people.OfficerState, fact: OfficerEnrolled, at: datetime) -> list[Event]:
    """What a row of a roster means for its officer: enrolled if unknown, else renewed and reassigned where it differs.

    A name is not changed by a roster: Refused `officer-exists`.
    """
    if state.now is None:
        return people.enrol_officer(state, fact, at)
    if state.now == fact:
        return []  # also of somebody who has left
    if not _same_name(state.now.name, fact.name):
        raise Refused(
            "officer-exists", "执法人员编号已用于他人", "the officer id is another person's", officer_id=fact.officer_id
        )
    certificate = Certificate(certificate_no=fact.certificate_no, certificate_valid_to=fact.certificate_valid_to)
    unit = Assignment(organ_id=fact.organ_id, organ=fact.organ, district=fact.district, specialities=fact.specialities)
    renewed = people.renew_certificate(state, certificate, at)
    for event in renewed:
        state = people.evolve_officer(state, event)
    return [*renewed, *people.reassign_officer(state, unit, at)]


def enter_expert(state: people.ExpertState, fact: ExpertEnrolled, *, leaves: bool, last_day: date | None) -> list[Event]:
    """What a row of a roster means for its expert: enrolled if unknown, else amended where it differs.

    `leaves`: whether the roster tells who leaves, and when. A name is not changed by a roster: Refused `expert-exists`.
    """
    events: list[Event] = []
    if state.now is None:
        events = people.enrol_expert(state, fact)
        state = people.evolve_expert(state, events[0])
    elif not _same_name(state.now.name, fact.name):
        raise Refused("expert-exists", "专家编号已用于他人", "the expert id is another person's", expert_id=fact.expert_id)
    day = last_day if leaves or state.now is None else state.now.last_day
    return [*events, *people.amend_expert(state, fact.specialities, day, fact.district)]


def _enter_officer(state: Any, values: Mapping[str, Any], at: datetime) -> list[Event]:
    return enter(state, OfficerEnrolled(**values), at)


def _enter_expert(state: Any, values: Mapping[str, Any], _: datetime) -> list[Event]:
    fact = ExpertEnrolled(**{one.name: values[one.name] for one in fields(ExpertEnrolled)})
    return enter_expert(state, fact, leaves="last_day" in values, last_day=values.get("last_day"))


OFFICERS = Roster(
    name="officers", title="执法人员名录", stream=OFFICER, now=lambda state: state.now, enter=_enter_officer,
    heads=(
        Head("编号", "officer_id", "id"), Head("姓名", "name"), Head("执法机关编号", "organ_id", "id"), Head("执法机关", "organ"),
        Head("辖区", "district", "id"), Head("执法证号", "certificate_no", "certificate"),
        Head("有效期至", "certificate_valid_to", "date"), Head("专业", "specialities", "several"),
    ),
    told=(Head("回避企业", "recusals", "several"), Head("最后工作日", "last_day", "date")),
)  # fmt: skip
EXPERTS = Roster(
    name="experts", title="专家库", stream=EXPERT, now=lambda state: state.now, enter=_enter_expert,
    heads=(
        Head("编号", "expert_id", "id"), Head("姓名", "name"), Head("辖区", "district", "id"),
        Head("专业", "specialities", "several"), Head("最后工作日", "last_day", "date", optional=True),
    ),
    told=(),
)  # fmt: skip
ROSTERS: Mapping[str, Roster] = {roster.name: roster for roster in (OFFICERS, EXPERTS)}
BROKEN: Mapping[str, str] = {
    "officer-exists": "name", "expert-exists": "name", "certificate-expired": "certificate_valid_to",
    "certificate-shortened": "certificate_valid_to",
}  # fmt: skip
"""The field that a rule is about."""


def _value(column: Head, cell: Cell, setting: Setting) -> Any:
    """What a cell says; raises Wrong."""
    if column.kind == "several":
        return _several(cell)
    kind: Literal["date", "text"] = "date" if column.kind == "date" else "text"
    told = read_cell(Column(column.head, column.field, kind, not column.optional, max_length=LONGEST), cell, setting)
    if told is None or column.kind == "text":
        return told
    if column.kind == "date":
        return date.fromisoformat(str(told))
    if column.kind == "id" and not _ID.fullmatch(str(told)):
        raise Wrong("id-malformed", "应为3至64个小写字母、数字或连字符", "an id has 3 to 64 small letters, digits and hyphens")
    if column.kind == "certificate" and not _CERTIFICATE.fullmatch(str(told)):
        zh, en = "执法证号应为4至30个字母、数字或连字符", "a certificate number has 4 to 30 letters, digits and hyphens"
        raise Wrong("certificate-malformed", zh, en)
    return told


def _several(cell: Cell) -> tuple[str, ...]:
    parts = tuple(" ".join(part.split()) for part in _SEPARATORS.split(as_text(cell)) if part.strip())
    if len(parts) > MOST_SPECIALITIES or any(len(part) > LONGEST or not part.isprintable() for part in parts):
        zh = f"至多{MOST_SPECIALITIES}项，每项至多{LONGEST}个字，以“、”分隔"
        raise Wrong("text-malformed", zh, f"at most {MOST_SPECIALITIES} of at most {LONGEST} characters, separated by 、")
    return parts


def _same_name(one: str, other: str) -> bool:
    return one.split() == other.split()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return "、".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
