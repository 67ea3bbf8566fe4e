"""What stands in a cell, read by the rules of its column; everything else is named wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.registry.domain.codes import Wrong, checked_uscc
from services.registry.domain.forms import Column
from services.registry.domain.stated import Value

Cell = str | int | float | bool | date | None
"""A cell as a spreadsheet holds it; a number of a spreadsheet may be a float, a stored value never is."""

EXACT = 2**53
CHOICES_SHOWN = 20
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_DATE = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,19}")
_ID = re.compile(r"[^\s/]{1,30}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class District:
    """A jurisdiction that a row may name: whether it exists today, is divided into others, and is the importer's."""

    district: str
    exists: bool = True
    divided: bool = False
    permitted: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """What cells are judged by, beside their column: the day of the import, the jurisdictions by name."""

    today: date
    districts: Mapping[str, District]


def read_cell(column: Column, cell: Cell, setting: Setting) -> Value | None:
    """The value of a cell, None if it is empty and may be; raises Wrong."""
    if is_empty(cell):
        if column.required:
            raise Wrong("value-missing", "必填项为空", "a value is required")
        return None
    match column.type:
        case "text":
            return _text(cell, column.max_length)
        case "choice":
            return _choice(column, cell)
        case "integer":
            return _integer(column, cell)
        case "boolean":
            return _boolean(cell)
        case "uscc":
            return _uscc(cell)
        case "id":
            return _id(cell)
        case "date":
            return _date(column, cell, setting.today)
        case "decimal":
            return _decimal(column, cell)
        case "phone":
            return _phone(cell)
        case "jurisdiction":
            return _jurisdiction(cell, setting.districts)


def is_empty(cell: Cell) -> bool:
    """Whether nothing stands in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_text(cell: Cell) -> str:
    """The text of a cell as a person sees it."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _shown(cell: Cell) -> str:
    text = as_text(cell)
    return text if len(text) <= 40 else text[:40] + "…"


def _text(cell: Cell, most: int) -> str:
    if isinstance(cell, bool | date):
        raise Wrong("not-text", f"应填文字，现为“{_shown(cell)}”", f"text is needed, found {_shown(cell)!r}")
    text = " ".join(as_text(cell).split())
    if _CONTROL.search(text):
        raise Wrong("text-malformed", "含有不可见的控制字符", "contains control characters")
    if len(text) > most:
        raise Wrong(
            "text-too-long",
            f"超过{most}个字（现{len(text)}个字）",
            f"{len(text)} characters, {most} at most",
        )
    return text


def _integer(column: Column, cell: Cell) -> int:
    if isinstance(cell, float) and not cell.is_integer():
        raise Wrong("not-whole", f"应填整数，现为“{_shown(cell)}”", f"a whole number is needed, found {_shown(cell)!r}")
    text = as_text(cell)
    if isinstance(cell, bool | date) or not _WHOLE.fullmatch(text):
        raise Wrong("not-a-number", f"应填数字，现为“{_shown(cell)}”", f"a number is needed, found {_shown(cell)!r}")
    return int(_within(column, Decimal(text)))


def _decimal(column: Column, cell: Cell) -> str:
    text = as_text(cell)
    if isinstance(cell, bool | date) or not _DECIMAL.fullmatch(text):
        raise Wrong("not-a-number", f"应填数字，现为“{_shown(cell)}”", f"a number is needed, found {_shown(cell)!r}")
    return format(_within(column, Decimal(text)).normalize(), "f")


def _within(column: Column, number: Decimal) -> Decimal:
    low, high = column.minimum, column.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        raise Wrong("out-of-range", f"应在{low}至{high}之间，现为{number}", f"must lie between {low} and {high}, found {number}")
    return number


def _boolean(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    known = {"是": True, "否": False}.get(cell.strip()) if isinstance(cell, str) else None
    if known is None:
        raise Wrong("not-yes-or-no", f"应填“是”或“否”，现为“{_shown(cell)}”", f"是 or 否 is needed, found {_shown(cell)!r}")
    return known


def _date(column: Column, cell: Cell, today: date) -> str:
    day = cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else _day(cell)
    if day is None:
        raise Wrong(
            "not-a-date", f"不是有效日期：“{_shown(cell)}”，应如2021-06-01", f"not a date: {_shown(cell)!r}; write 2021-06-01"
        )
    if not 1900 <= day.year <= 2100:
        raise Wrong("out-of-range", f"日期{day}不合理", f"{day} is no plausible date")
    if column.past and day > today:
        raise Wrong("date-in-future", f"日期{day}晚于导入日", f"{day} lies in the future")
    return day.isoformat()


def _day(cell: Cell) -> date | None:
    match = _DATE.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if match is None:
        return None
    year, *others = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, *others)
    except ValueError:
        return None


def _choice(column: Column, cell: Cell) -> str:
    choices = column.choices or {}
    text = as_text(cell)
    if text not in choices:
        allowed, more = "、".join(list(choices)[:CHOICES_SHOWN]), len(choices) > CHOICES_SHOWN
        zh, en = (f"等{len(choices)}项", f" … ({len(choices)} in all)") if more else ("", "")
        raise Wrong(
            "value-unknown", f"“{_shown(cell)}”不在可选值中：{allowed}{zh}", f"{_shown(cell)!r} is not one of {allowed}{en}"
        )  # fmt: skip
    return choices[text]


def _uscc(cell: Cell) -> str:
    if isinstance(cell, int | float):
        raise Wrong(
            "uscc-as-number", "统一社会信用代码被存成数字，末几位已丢失，请设为文本格式后重填",
            "the USCC is stored as a number, which has lost its last digits; format the cell as text and fill it in again",
        )  # fmt: skip
    return checked_uscc(as_text(cell))


def _phone(cell: Cell) -> str:
    text = _text(cell, 20)
    if not _PHONE.fullmatch(text):
        raise Wrong("phone-malformed", f"不是有效电话号码：“{_shown(cell)}”", f"not a telephone number: {_shown(cell)!r}")
    return text


def _id(cell: Cell) -> str:
    text = _text(cell, 30)
    if not _ID.fullmatch(text):
        raise Wrong(
            "id-malformed", "编号不得含空格或斜杠，至多30个字符", "a number has no blanks or slashes and at most 30 characters"
        )
    return text


def _jurisdiction(cell: Cell, districts: Mapping[str, District]) -> str:
    known = districts.get(as_text(cell))
    if known is None:
        raise Wrong("jurisdiction-unknown", f"未登记的辖区：“{_shown(cell)}”", f"unknown jurisdiction: {_shown(cell)!r}")
    if known.divided:
        raise Wrong("jurisdiction-divided", f"“{_shown(cell)}”应填到县区", f"{_shown(cell)!r} is divided; name the district")
    if not known.exists:
        raise Wrong(
            "jurisdiction-closed", f"辖区“{_shown(cell)}”现已不存在", f"jurisdiction {_shown(cell)!r} does not exist any more"
        )
    if not known.permitted:
        raise Wrong("jurisdiction-forbidden", f"无权为辖区“{_shown(cell)}”导入", f"you may not import for {_shown(cell)!r}")
    return known.district
