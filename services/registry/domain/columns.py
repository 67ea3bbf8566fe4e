"""Columns of sheets that people edit: how a value of a document is shown in a cell, and read from it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from services.registry.domain.cells import Cell

Kind = Literal["text", "integer", "boolean", "lines", "json", "date", "phase", "subject"]
Table = tuple[Sequence[str], list[list[str]]]
"""The heads of a sheet, and its rows as text."""

REST = "其他（JSON）"
WORDS: Mapping[str, Mapping[str, str]] = {
    "phase": {"first": "首次", "overdue": "逾期"},
    "subject": {"unit": "单位", "person": "个人"},
}
YES, NO = "是", "否"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, the field it fills, what its cells are; an empty cell is null, or says nothing if `optional`."""

    head: str
    field: str
    kind: Kind = "text"
    optional: bool = False


def shown(kind: Kind, value: Any) -> str:
    """A value as a cell shows it."""
    if value is None:
        return ""
    match kind:
        case "boolean":
            return YES if value else NO
        case "lines":
            return "\n".join(str(line) for line in value)
        case "json":
            return json.dumps(value, ensure_ascii=False)
        case "phase" | "subject":
            return WORDS[kind].get(value, str(value))
        case _:
            return str(value)


def value_of(kind: Kind, cell: Cell, text: str) -> Any:
    """A cell's value, None if it is empty (no lines, for lines); ValueError if it is none of its kind."""
    if kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if not text:
        return None
    match kind:
        case "integer":
            return int(text)
        case "boolean":
            return {YES: True, NO: False}[text] if text in (YES, NO) else _no(text)
        case "json":
            return json.loads(text)
        case "date":
            day = cell.date() if isinstance(cell, datetime) else cell
            return day.isoformat() if isinstance(day, date) else date.fromisoformat(text).isoformat()
        case "phase" | "subject":
            return next((code for code, word in WORDS[kind].items() if text in (code, word)), None) or _no(text)
        case _:
            return text


def _no(text: str) -> Any:
    raise ValueError(text)
