"""The officer library as a table: out as text, in again as enrolments, renewals and reassignments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from chassis.domain import Event, Refused
from services.registry.domain import people
from services.registry.domain.people import Assignment, Certificate, OfficerEnrolled, OfficerState

COLUMNS: Mapping[str, str] = {
    "编号": "officer_id", "姓名": "name", "执法机关编号": "organ_id", "执法机关": "organ", "辖区": "district",
    "执法证号": "certificate_no", "有效期至": "certificate_valid_to", "专业": "specialities",
}  # fmt: skip
"""The heads of a roster, and what each column fills; 专业 holds several, separated by 、 or ;."""
TOLD = {"回避企业": "recusals", "最后工作日": "last_day"}
"""What a roster tells beside that on its way out; ignored on its way in."""
MARKED = ("=", "+", "-", "@", "\t", "\r", "'")  # what a cell may not begin with, and the mark itself
LARGEST = 500  # officers of a roster: they are decided on together, in one write set


def rows_of(officers: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """The roster with its heads, a row per officer."""
    fields = [*COLUMNS.values(), *TOLD.values()]
    return [[*COLUMNS, *TOLD], *([_text(officer.get(field)) for field in fields] for officer in officers)]


def officers_of(rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """What the rows of a roster say of each officer, not yet checked; Refused if its heads are not a roster's."""
    heads = [cell.strip() for cell in rows[0]] if rows else []
    if missing := [head for head in COLUMNS if head not in heads]:
        raise Refused(
            "column-missing", f"缺少列：{'、'.join(missing)}", f"missing columns: {', '.join(missing)}", columns=missing
        )
    places = {field: heads.index(head) for head, field in COLUMNS.items()}
    found = []
    for row in rows[1:]:
        told: dict[str, Any] = {field: row[place].strip() if place < len(row) else "" for field, place in places.items()}
        parts = told["specialities"].replace("；", "、").replace(";", "、").split("、")
        found.append({**told, "specialities": [part.strip() for part in parts if part.strip()]})
    return found


def enter(state: OfficerState, fact: OfficerEnrolled, at: datetime) -> list[Event]:
    """What a row of a roster means for its officer: enrolled if unknown, else renewed and reassigned where it differs.

    A name is not changed by a roster: Refused `officer-exists`.
    """
    if state.now is None:
        return people.enrol_officer(state, fact, at)
    if state.now.name != fact.name:
        raise Refused(
            "officer-exists", "执法人员编号已用于他人", "the officer id is another person's", officer_id=fact.officer_id
        )
    certificate = Certificate(certificate_no=fact.certificate_no, certificate_valid_to=fact.certificate_valid_to)
    unit = Assignment(organ_id=fact.organ_id, organ=fact.organ, district=fact.district, specialities=fact.specialities)
    renewed = people.renew_certificate(state, certificate, at)
    for event in renewed:
        state = people.evolve_officer(state, event)
    return [*renewed, *people.reassign_officer(state, unit, at)]


def harmless(cell: str) -> str:
    """A cell that a spreadsheet takes for text, not for a formula; `plain` takes the mark away again."""
    return f"'{cell}" if cell.startswith(MARKED) else cell


def plain(cell: str) -> str:
    """A cell without the mark that `harmless` set; any other as it is."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(MARKED) else cell


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return "、".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
