"""A rulebook as sheets: out and in again it is the same, whatever it holds, and what cannot be read is named by sheet and row."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.domain import booksheets
from services.registry.domain.workbook import Row, WorkbookRefused
from tests.domain.registry.test_law import document

BOOKS = [f"rulebook-{name}" for name in ("2021", "2023", "2025", "2026", "2026-2")]
Told = dict[str, list[list[Any]]]


def sheets(content: dict[str, Any]) -> Told:
    tables = booksheets.tables_of(content)
    return {name: [list(heads), *[list(row) for row in rows]] for name, (heads, rows) in tables.items()}


def read(told: Told) -> booksheets.Told:
    """As a spreadsheet gives them back: empty cells are nothing, rows without a cell are not there."""
    rows = {
        name: [Row(n, [None if cell == "" else cell for cell in cells]) for n, cells in enumerate(given_, 1) if any(cells)]
        for name, given_ in told.items()
    }
    return booksheets.rulebook_of(rows)


@pytest.mark.parametrize("name", BOOKS)
def test_out_and_in_again_it_is_the_same(name: str) -> None:
    told = read(sheets(document(name)))
    assert told.content == document(name)
    assert told.place("deadlines", 0) == ("期限", 2)


@pytest.mark.parametrize("name", BOOKS)
def test_the_rules_stand_in_their_columns(name: str) -> None:
    """What the books of this project hold is not hidden in the last column."""
    told = sheets(document(name))
    places = [told[sheet][0].index("其他（JSON）") for sheet in booksheets.SHEETS.values() if sheet in told]
    hidden = [row for sheet in booksheets.SHEETS.values() if sheet in told for row in told[sheet][1:] if row[-1]]
    assert places
    assert len(hidden) <= 60, hidden[:3]


PLAIN = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=6)
ODD = st.sampled_from([" a ", "1", "是", "2021-01-01", "a\nb", "单位"])
PARTS = st.sampled_from(["law", "version", "article", "paragraph", "item", "x"])
JSON = st.recursive(
    PLAIN | ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PARTS, inner, max_size=5), max_leaves=6
)


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """What a book may hold in one of its sections, and beside it."""
    section = draw(st.sampled_from(list(booksheets.COLUMNS)))
    names = st.sampled_from([*booksheets.COLUMNS[section], "articles", "其他", "", "y"])
    rows = draw(st.lists(st.dictionaries(names, JSON, max_size=6), max_size=3) | JSON)
    beside = draw(st.dictionaries(st.sampled_from([*booksheets.OF_BOOK, "register", "officers"]), JSON, max_size=3))
    return {section: rows, **beside}


@given(contents())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_it_holds_it_comes_back(content: dict[str, Any]) -> None:
    told = sheets(content)
    told["规则库"] = told["规则库"] or [["项目", "内容"]]
    assert booksheets._json(read(told).content) == booksheets._json(content)


def test_cells_as_a_spreadsheet_gives_them_back() -> None:
    """Numbers come as floats."""
    told = sheets(document("rulebook-2021"))
    for sheet, head in (("处罚幅度", "上限（分）"), ("期限", "期限长度"), ("处罚幅度", "条")):
        place = told[sheet][0].index(head)
        for row in told[sheet][1:]:
            row[place] = float(row[place]) if row[place] else row[place]
    assert read(told).content == document("rulebook-2021")


def at(told: Told, sheet: str, head: str, text: Any, number: int = 2) -> None:
    told[sheet][number - 1][told[sheet][0].index(head)] = text


SPOILT: list[tuple[Callable[[Told], object], str, str, int | None]] = [
    (lambda t: t.pop("规则库"), "sheet-missing", "规则库", None),
    (lambda t: t.update({"别的": [["x"]]}), "sheet-unknown", "别的", None),
    (lambda t: t["期限"][0].__setitem__(3, "x"), "column-missing", "期限", 1),
    (lambda t: at(t, "期限", "期限长度", "五天", 3), "cell-malformed", "期限", 3),
    (lambda t: at(t, "处罚幅度", "有效期起", "2021-02-30"), "cell-malformed", "处罚幅度", 2),
    (lambda t: at(t, "处罚幅度", "情形", "有时"), "cell-malformed", "处罚幅度", 2),
    (lambda t: at(t, "期限", "其他（JSON）", "{"), "cell-malformed", "期限", 2),
    (lambda t: at(t, "条款", "法律", "X"), "law-unknown", "条款", 2),
    (lambda t: t["条款"].append(t["条款"][1]), "article-repeated", "条款", -1),
    (lambda t: t["单项规则"].append(t["单项规则"][1]), "field-repeated", "单项规则", -1),
    (lambda t: at(t, "单项规则", "类型", "别的"), "cell-malformed", "单项规则", 2),
]


@pytest.mark.parametrize(("spoil", "code", "sheet", "row"), SPOILT, ids=[f"{n}-{one[1]}" for n, one in enumerate(SPOILT)])
def test_what_cannot_be_read_is_named(spoil: Callable[[Told], object], code: str, sheet: str, row: int | None) -> None:
    told = copy.deepcopy(sheets(document("rulebook-2026-3")))
    spoil(told)
    with pytest.raises(WorkbookRefused) as refused:
        read(told)
    number = len(told[sheet]) if row == -1 else row
    assert [(fault.code, fault.sheet, fault.row) for fault in refused.value.faults] == [(code, sheet, number)]
