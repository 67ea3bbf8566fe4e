"""What may stand in a cell of each kind, and what is named wrong."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.cells import Cell, read_cell
from services.registry.domain.codes import Wrong
from services.registry.domain.forms import Column
from tests.domain.registry.filled import SETTING, code

NOON = datetime(2021, 2, 3, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no time zones
COLUMNS = {
    "text": Column("名称", "name", "text", max_length=10),
    "integer": Column("人数", "staff", "integer", minimum=Decimal(0), maximum=Decimal(1000)),
    "decimal": Column("深度", "depth", "decimal", minimum=Decimal(0), maximum=Decimal("9.5")),
    "boolean": Column("燃气", "uses_gas", "boolean"),
    "date": Column("日期", "day", "date"),
    "past": Column("日期", "day", "date", past=True),
    "choice": Column("规模", "scale", "choice", choices={"大型": "large", "小型": "small"}),
    "uscc": Column("代码", "uscc", "uscc"),
    "phone": Column("电话", "phone", "phone"),
    "id": Column("编号", "id", "id"),
    "jurisdiction": Column("辖区", "district", "jurisdiction"),
}
GOOD: list[tuple[str, Cell, object]] = [
    ("text", " 恒昌\n木业 ", "恒昌 木业"),
    ("text", 3.0, "3"),
    ("integer", 45.0, 45),
    ("integer", 45, 45),
    ("integer", "45", 45),
    ("integer", 0, 0),
    ("decimal", 2.50, "2.5"),
    ("decimal", "9.50", "9.5"),
    ("decimal", 7, "7"),
    ("boolean", "是", True),
    ("boolean", "否", False),
    ("boolean", False, False),
    ("date", date(2021, 2, 3), "2021-02-03"),
    ("date", NOON, "2021-02-03"),
    ("date", "2021/2/3", "2021-02-03"),
    ("date", "2021年2月3日", "2021-02-03"),
    ("date", date(2022, 2, 3), "2022-02-03"),
    ("past", date(2021, 3, 1), "2021-03-01"),
    ("choice", "大型", "large"),
    ("uscc", code(7).lower(), code(7)),
    ("phone", "0791-8888 6666", "0791-8888 6666"),
    ("phone", 13800000000.0, "13800000000"),
    ("id", 1.0, "1"),
    ("jurisdiction", "东湖区", "donghu"),
]
BAD: list[tuple[str, Cell, str]] = [
    ("text", True, "not-text"),
    ("text", date(2021, 1, 1), "not-text"),
    ("text", "一" * 11, "text-too-long"),
    ("text", "a\x00b", "text-malformed"),
    ("integer", "四十五", "not-a-number"),
    ("integer", "45人", "not-a-number"),
    ("integer", True, "not-a-number"),
    ("integer", date(2021, 1, 1), "not-a-number"),
    ("integer", 4.5, "not-whole"),
    ("integer", float("inf"), "not-whole"),
    ("integer", -1, "out-of-range"),
    ("integer", 1001, "out-of-range"),
    ("decimal", "2,5", "not-a-number"),
    ("decimal", "1e1", "not-a-number"),
    ("decimal", 9.51, "out-of-range"),
    ("boolean", "有", "not-yes-or-no"),
    ("boolean", 1.0, "not-yes-or-no"),
    ("date", "2021-02-30", "not-a-date"),
    ("date", "去年", "not-a-date"),
    ("date", 44230.0, "not-a-date"),
    ("date", date(1899, 12, 31), "out-of-range"),
    ("past", date(2021, 3, 2), "date-in-future"),
    ("choice", "巨型", "value-unknown"),
    ("uscc", 914403001922038216.0, "uscc-as-number"),
    ("uscc", code(7)[:17] + ("A" if code(7)[17] != "A" else "B"), "uscc-check-digit"),
    ("phone", "无", "phone-malformed"),
    ("id", "a b", "id-malformed"),
    ("jurisdiction", "东湖", "jurisdiction-unknown"),
    ("jurisdiction", "湾里区", "jurisdiction-closed"),
    ("jurisdiction", "西湖区", "jurisdiction-forbidden"),
    ("jurisdiction", "南昌市", "jurisdiction-divided"),
]


@pytest.mark.parametrize(("kind", "cell", "value"), GOOD)
def test_good_cell(kind: str, cell: Cell, value: object) -> None:
    read = read_cell(COLUMNS[kind], cell, SETTING)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("kind", "cell", "wrong_code"), BAD)
def test_bad_cell(kind: str, cell: Cell, wrong_code: str) -> None:
    with pytest.raises(Wrong) as wrong:
        read_cell(COLUMNS[kind], cell, SETTING)
    assert wrong.value.code == wrong_code
    assert any("一" <= character <= "鿿" for character in wrong.value.zh)
    assert wrong.value.en


@pytest.mark.parametrize("cell", [None, "", "  \n"])
@pytest.mark.parametrize("kind", COLUMNS)
def test_empty_cell_is_no_value_unless_required(kind: str, cell: Cell) -> None:
    column = COLUMNS[kind]
    assert read_cell(column, cell, SETTING) is None
    required = Column(column.head, column.field, column.type, required=True, choices=column.choices)
    with pytest.raises(Wrong) as wrong:
        read_cell(required, cell, SETTING)
    assert wrong.value.code == "value-missing"


CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes(), st.just(code(3)))


@given(st.sampled_from(sorted(COLUMNS)), CELLS)
def test_every_cell_is_a_value_or_wrong(kind: str, cell: Cell) -> None:
    """Whatever a spreadsheet holds, it is read or named wrong; no float and no control character gets through."""
    try:
        value = read_cell(COLUMNS[kind], cell, SETTING)
    except Wrong:
        return
    assert value is None or isinstance(value, str | int | bool)
    assert not isinstance(value, str) or all(character >= " " for character in value)
