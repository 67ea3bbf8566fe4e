"""Rulebooks as workbooks over HTTP: out and in again the same, edited a new release, refused by sheet and row."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from python_calamine import load_workbook

from services.registry.api.workbooks import plain_workbook
from services.registry.domain import booksheets
from tests.domain.registry.test_booksheets import BOOKS, Told, at
from tests.service.registry.desk import XLSX, Desk, document
from tests.service.registry.test_library import post


async def given_out(desk: Desk, version: str) -> tuple[bytes, Told]:
    answer = await desk.auditor.get(f"/v1/rulebooks/jiangxi-work-safety/{version}/workbook")
    assert answer.status_code == 200, answer.text
    book = load_workbook(io.BytesIO(answer.content))
    return answer.content, {
        name: [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names
    }


def workbook(told: Told) -> bytes:
    return plain_workbook({name: (rows[0], rows[1:]) for name, rows in told.items()})


async def publish(desk: Desk, content: bytes) -> httpx.Response:
    return await desk.administrator.post("/v1/rulebooks/workbooks", files={"file": ("规则库.xlsx", content, XLSX)})


@pytest.mark.parametrize("name", BOOKS)
async def test_out_and_in_again_is_no_change(desk: Desk, name: str) -> None:
    book = document(name)
    await post(desk, "/v1/rulebooks", book)
    content, _ = await given_out(desk, book["version"])
    answer = await publish(desk, content)
    assert (answer.status_code, answer.json().get("rulebook_version")) == (201, book["version"]), answer.text
    assert len(await desk.under_test.events("casetrail.registry.rulebook-published")) == 1
    assert await desk.get(f"/v1/rulebooks/jiangxi-work-safety/{book['version']}") == book


async def test_edited_it_is_the_next_release(desk: Desk) -> None:
    await post(desk, "/v1/rulebooks", document("rulebook-2026-2"))
    _, told = await given_out(desk, "2026.2")
    told["规则库"] = [[head, "2026.3" if head == "版本" else text] for head, text in told["规则库"]]
    at(told, "期限", "期限长度", "3")
    told["节假日调整"].append(["2026-10-10", "是", "", "", "", ""][: len(told["节假日调整"][0])])
    assert (await publish(desk, workbook(told))).status_code == 201
    changes = (await desk.get("/v1/rulebooks/jiangxi-work-safety/2026.3/changes", against="2026.2"))["changes"]
    assert [(change["section"], change["change"]) for change in changes if change["section"] != "version"] == [
        ("deadlines", "changed"), ("calendar_overrides", "added"),
    ]  # fmt: skip
    again = await publish(desk, workbook(told))
    assert again.status_code == 201
    at(told, "期限", "期限长度", "4")
    other = await publish(desk, workbook(told))
    assert (other.status_code, other.json()["code"]) == (409, "version-published"), "a version never changes"


def band(told: Told, head: str, text: str) -> tuple[str, int]:
    at(told, "裁量阶次", head, text)
    return "裁量阶次", 2


def doubled(told: Told, sheet: str) -> tuple[str, int]:
    told[sheet].append(list(told[sheet][1]))
    return sheet, len(told[sheet])


def cell(told: Told, sheet: str, head: str, text: str) -> tuple[str, int]:
    at(told, sheet, head, text, 3)
    return sheet, 3


REFUSED: list[tuple[Callable[[Told], tuple[str, int]], str]] = [
    (lambda told: band(told, "上限（分）", "9900000000"), "band-outside-range"),
    (lambda told: band(told, "下限（分）", "1100000"), "range-reversed"),
    (lambda told: cell(told, "期限", "依据条", "999"), "article-unknown"),
    (lambda told: cell(told, "规则", "依据版本", "1999"), "law-unknown"),
    (lambda told: doubled(told, "数额标准"), "validity-overlap"),
    (lambda told: doubled(told, "期限"), "deadline-repeated"),
    (lambda told: doubled(told, "裁量阶次"), "validity-overlap"),
    (lambda told: cell(told, "规则", "有效期止", "2000-01-01"), "dates-reversed"),
    (lambda told: cell(told, "期限", "有效期起", "1999-01-01"), "law-not-in-force"),
    (lambda told: cell(told, "期限", "期限长度", "99999"), "less_than_equal"),
    (lambda told: cell(told, "期限", "计算单位", "周"), "string_pattern_mismatch"),
    (lambda told: cell(told, "期限", "期限长度", "两日"), "cell-malformed"),
]


@pytest.mark.parametrize(("spoil", "code"), REFUSED, ids=[f"{number}-{code}" for number, (_, code) in enumerate(REFUSED)])
async def test_what_is_refused_is_named_by_sheet_and_row(
    empty_desk: Desk, spoil: Callable[[Told], tuple[str, int]], code: str
) -> None:
    tables = booksheets.tables_of(document("rulebook-2026-2"))
    told: Told = {name: [list(heads), *rows] for name, (heads, rows) in tables.items()}
    sheet, row = spoil(told)
    answer = await publish(empty_desk, workbook(told))
    assert (answer.status_code, answer.json()["code"]) == (422, "workbook-refused"), answer.text
    errors: list[dict[str, Any]] = answer.json()["errors"]
    assert (sheet, row, code) in {(error["sheet"], error["row"], error["code"]) for error in errors}, errors
    assert {error["sheet"] for error in errors} == {sheet}
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in error["reason"].partition(" / ")[0]) for error in errors)
    assert await empty_desk.under_test.events("casetrail.registry.rulebook") == []


async def test_a_cell_that_no_spreadsheet_holds_is_said(desk: Desk) -> None:
    book = document("rulebook-2021")
    book["deadlines"][0]["note"] = "长" * 40_000
    await post(desk, "/v1/rulebooks", book)
    answer = await desk.auditor.get("/v1/rulebooks/jiangxi-work-safety/2021.1/workbook")
    assert (answer.status_code, answer.json()["code"]) == (422, "cell-too-long")
