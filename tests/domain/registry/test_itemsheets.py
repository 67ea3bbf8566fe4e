"""A catalogue as sheets: out and in again it is the same, and what cannot be read is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from services.registry.domain import itemsheets
from services.registry.domain.workbook import Row, WorkbookRefused
from tests.domain.registry.test_law import document

CATALOGUE = document("catalogue-2021")
Told = dict[str, list[list[Any]]]


def sheets() -> Told:
    tables = itemsheets.tables_of(CATALOGUE, CATALOGUE["items"])
    return {name: [list(heads), *[list(row) for row in rows]] for name, (heads, rows) in tables.items()}


def read(told: Told) -> dict[str, Any]:
    return itemsheets.catalogue_of({name: [Row(n, cells) for n, cells in enumerate(rows, 1)] for name, rows in told.items()})


def test_out_and_in_again_it_is_the_same() -> None:
    assert read(sheets()) == CATALOGUE


def test_cells_as_a_spreadsheet_gives_them_back() -> None:
    """Numbers come as floats, empty cells as nothing, rows may be shorter."""
    told = sheets()
    place = told["处罚"][0].index("上限（分）")
    for row in told["处罚"][1:]:
        row[place] = float(row[place])
    for rows in told.values():
        rows[1:] = [[None if cell == "" else cell for cell in row] for row in rows[1:]]
    assert read(told) == CATALOGUE


SPOILT: list[tuple[Callable[[Told], object], str, str]] = [
    (lambda t: t.pop("处罚"), "sheet-missing", "处罚"),
    (lambda t: t["处罚"][1].__setitem__(0, "STL-99"), "item-unknown", "处罚"),
    (lambda t: t["处罚"][1].__setitem__(6, "有时"), "cell-malformed", "处罚"),
    (lambda t: t["处罚"][1].__setitem__(8, "五万元"), "cell-malformed", "处罚"),
    (lambda t: t["违反条款"][1].__setitem__(7, "2021-02-30"), "cell-malformed", "违反条款"),
    (lambda t: t["检查事项"][1].__setitem__(6, "{"), "cell-malformed", "检查事项"),
    (lambda t: t["检查事项"][1].__setitem__(7, "也许"), "cell-malformed", "检查事项"),
    (lambda t: t["检查事项"][1].__setitem__(-2, "[]"), "cell-malformed", "检查事项"),
]


@pytest.mark.parametrize(("spoil", "code", "sheet"), SPOILT, ids=[f"{code}-{n}" for n, (_, code, _) in enumerate(SPOILT)])
def test_what_cannot_be_read_is_named(spoil: Callable[[Told], object], code: str, sheet: str) -> None:
    told = copy.deepcopy(sheets())
    spoil(told)
    with pytest.raises(WorkbookRefused) as refused:
        read(told)
    assert [(fault.code, fault.sheet) for fault in refused.value.faults] == [(code, sheet)]
