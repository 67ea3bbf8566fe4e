"""A catalogue as sheets that people edit, and back: one row per item, per article breached, per basis of a measure, per penalty.

What a sheet has no column for stands in its column 其他 as JSON, so that nothing is lost on the way out and in again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.registry.domain.cells import Cell, as_text
from services.registry.domain.columns import REST, Column, Table, shown, value_of
from services.registry.domain.provisions import Row as Json
from services.registry.domain.workbook import Fault, Sheets, WorkbookRefused

HEAD, ITEMS, BASES, MEASURE_BASES, PENALTIES = "目录", "检查事项", "违反条款", "现场处理依据", "处罚"


MARKS = (
    Column("可信度", "confidence", optional=True), Column("来源", "source", optional=True),
    Column("待核实", "unverified", "boolean", optional=True),
)  # fmt: skip
DATES = (Column("有效期起", "valid_from", "date"), Column("有效期止", "valid_to", "date"))
PLACE = (
    Column("法律", "law"), Column("法律版本", "version"), Column("条", "article"), Column("款", "paragraph", "integer"),
    Column("项", "item"),
)  # fmt: skip
OF_ITEM = Column("事项编号", "")
HEAD_COLUMNS = (
    Column("目录编号", "catalogue"), Column("版本", "version"), Column("名称", "title"), *DATES,
    Column("登记用语（JSON）", "register_terms", "json", optional=True), Column("规则库", "rulebook", optional=True),
)  # fmt: skip
ITEM_COLUMNS = (
    Column("编号", "code"), Column("行业", "sector"), Column("事项名称", "title"), Column("检查要点", "check_points", "lines"),
    Column("检查方法", "method", optional=True), Column("违法事实", "finding_text"),
    Column("适用条件（JSON）", "applies_if", "json"), Column("重大隐患", "is_major_hazard", "boolean"),
    Column("重点事项编号", "key_item_code"), *DATES, *MARKS,
)  # fmt: skip
MEASURE_COLUMNS = (Column("现场处理", "kind"), Column("整改天数", "default_days", "integer"))
BASIS_COLUMNS = (*PLACE, Column("内容摘要", "text_short", optional=True), *DATES, *MARKS)
PENALTY_COLUMNS = (
    Column("情形", "phase", "phase"), Column("对象", "subject", "subject"), Column("下限（分）", "min_fen", "integer"),
    Column("上限（分）", "max_fen", "integer"), Column("其他处罚", "other_kinds", "lines"), *DATES, *MARKS,
)  # fmt: skip
MEASURE_REST = "现场处理其他（JSON）"


def tables_of(catalogue: Mapping[str, Any], items: Iterable[Json]) -> dict[str, Table]:
    """The sheets of a catalogue, in order."""
    items = list(items)
    told = _texts(HEAD_COLUMNS, catalogue)
    head = [[column.head, text] for column, text in zip(HEAD_COLUMNS, told, strict=True)]
    bases = [[str(item["code"]), *_row(BASIS_COLUMNS, row)] for item in items for row in item["basis"]]
    measures = [[str(item["code"]), *_row(BASIS_COLUMNS, row)] for item in items for row in item["onsite_measure"]["basis"]]
    penalties = [[str(item["code"]), *_penalty(row)] for item in items for row in item["penalty"]]
    basis_heads = [OF_ITEM.head, *_heads(BASIS_COLUMNS)]
    return {
        HEAD: (["项目", "内容"], head),
        ITEMS: ([*_names(ITEM_COLUMNS), *_names(MEASURE_COLUMNS), REST, MEASURE_REST], [_item(item) for item in items]),
        BASES: (basis_heads, bases),
        MEASURE_BASES: (basis_heads, measures),
        PENALTIES: ([OF_ITEM.head, *_names(PLACE), *_heads(PENALTY_COLUMNS)], penalties),
    }


def catalogue_of(sheets: Sheets) -> dict[str, Any]:
    """The catalogue that these sheets tell of, as it would be sent; raises WorkbookRefused with all that cannot be read."""
    faults: list[Fault] = []
    missing = [name for name in (HEAD, ITEMS, BASES, MEASURE_BASES, PENALTIES) if not sheets.get(name)]
    if missing:
        raise WorkbookRefused(
            [Fault(name, None, None, "sheet-missing", "缺少工作表", "the sheet is missing") for name in missing]
        )
    reader = _Reader(sheets, faults)
    content = reader.head()
    items = {str(item["code"]): item for item in reader.items()}
    for name, place in ((BASES, "basis"), (MEASURE_BASES, "measure"), (PENALTIES, "penalty")):
        for number, code, row in reader.below(name):
            if code not in items:
                faults.append(Fault(name, number, OF_ITEM.head, "item-unknown", f"没有事项{code}", f"there is no item {code}"))
            elif place == "measure":
                items[code]["onsite_measure"]["basis"].append(row)
            else:
                items[code][place].append(row)
    if faults:
        raise WorkbookRefused(faults)
    return {**content, "items": list(items.values())}


def _item(item: Json) -> list[str]:
    measure = item["onsite_measure"]
    known = {column.field for column in ITEM_COLUMNS} | {"basis", "onsite_measure", "penalty"}
    rest = _rest(ITEM_COLUMNS, item, known)
    measure_rest = _rest(MEASURE_COLUMNS, measure, {"kind", "default_days", "basis"})
    return [*_texts(ITEM_COLUMNS, item), *_texts(MEASURE_COLUMNS, measure), rest, measure_rest]


def _penalty(row: Json) -> list[str]:
    rest = {name: value for name, value in row.items() if name != "provision"}
    return [*_texts(PLACE, row["provision"]), *_row(PENALTY_COLUMNS, rest)]


def _row(columns: Sequence[Column], row: Json) -> list[str]:
    return [*_texts(columns, row), _rest(columns, row, {column.field for column in columns})]


def _texts(columns: Sequence[Column], row: Json) -> list[str]:
    return [shown(column.kind, row.get(column.field)) for column in columns]


def _rest(columns: Sequence[Column], row: Json, known: set[str]) -> str:
    """What there is no column for, and what is null although its column may say nothing."""
    nulls = {column.field for column in columns if column.optional and column.field in row and row[column.field] is None}
    rest = {name: value for name, value in row.items() if name not in known or name in nulls}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def _names(columns: Iterable[Column]) -> list[str]:
    return [column.head for column in columns]


def _heads(columns: Iterable[Column]) -> list[str]:
    return [*_names(columns), REST]


class _Reader:
    """Reads sheets cell by cell, and notes what it cannot read."""

    def __init__(self, sheets: Sheets, faults: list[Fault]) -> None:
        self._sheets = sheets
        self._faults = faults

    def head(self) -> dict[str, Any]:
        """The fields of the catalogue itself, one a row."""
        cells = {as_text(row.cells[0]): (row.number, row.cells[1] if len(row.cells) > 1 else None) for row in self._sheets[HEAD]}
        return self._fields(HEAD_COLUMNS, HEAD, {label: told for label, told in cells.items()})

    def items(self) -> Iterable[dict[str, Any]]:
        """The items, with their measures, without what stands on other sheets."""
        for number, cells in self._rows(ITEMS):
            item = {**self._fields(ITEM_COLUMNS, ITEMS, _at(number, cells)), **self._json(ITEMS, number, REST, cells)}
            measure = {
                **self._fields(MEASURE_COLUMNS, ITEMS, _at(number, cells)), **self._json(ITEMS, number, MEASURE_REST, cells),
            }  # fmt: skip
            yield {**item, "basis": [], "onsite_measure": {**measure, "basis": []}, "penalty": []}

    def below(self, sheet: str) -> Iterable[tuple[int, str, dict[str, Any]]]:
        """The rows of a sheet that belong to items: number, item code, content."""
        for number, cells in self._rows(sheet):
            told = _at(number, cells)
            if sheet == PENALTIES:
                row = {"provision": self._fields(PLACE, sheet, told), **self._fields(PENALTY_COLUMNS, sheet, told)}
            else:
                row = self._fields(BASIS_COLUMNS, sheet, told)
            yield number, as_text(cells.get(OF_ITEM.head)), {**row, **self._json(sheet, number, REST, cells)}

    def _rows(self, sheet: str) -> Iterable[tuple[int, dict[str, Cell]]]:
        first, *rows = self._sheets[sheet]
        heads = [as_text(cell) for cell in first.cells]
        for row in rows:
            yield row.number, dict(zip(heads, row.cells, strict=False))

    def _fields(self, columns: Sequence[Column], sheet: str, cells: Mapping[str, tuple[int, Cell]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for column in columns:
            number, cell = cells.get(column.head, (1, None))
            text = as_text(cell)
            if text or not column.optional:
                found[column.field] = self._value(column, cell, text, sheet, number)
        return found

    def _value(self, column: Column, cell: Cell, text: str, sheet: str, number: int) -> Any:
        try:
            return value_of(column.kind, cell, text)
        except (ValueError, RecursionError):
            self._fault(sheet, number, column.head, text)
            return None

    def _json(self, sheet: str, number: int, head: str, cells: Mapping[str, Cell]) -> dict[str, Any]:
        text = as_text(cells.get(head))
        try:
            found = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self._fault(sheet, number, head, text)
            return {}
        return found

    def _fault(self, sheet: str, number: int, head: str, text: str) -> None:
        shown = text[:40]
        self._faults.append(Fault(sheet, number, head, "cell-malformed", f"无法识别：“{shown}”", f"cannot be read: {shown!r}"))


def _at(number: int, cells: Mapping[str, Cell]) -> dict[str, tuple[int, Cell]]:
    return {head: (number, cell) for head, cell in cells.items()}
