"""Bulletins and assessments as page, PDF and workbook: the same figures, nothing that is run, the same bytes again."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import load_workbook

from services.reporting.documents.page import page
from services.reporting.documents.paper import Paper, Section, Table, Words, digits
from services.reporting.documents.workbook import workbook
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.test_bulletins import asked, line_of
from tests.service.reporting.weeks import LATER, MORNING, ODD, OVER, WEEK, planted

BULLETIN, ASSESSMENT = f"/v1/bulletins/{WEEK}", "/v1/assessments/2019-02"


def cells(content: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("path", [BULLETIN, ASSESSMENT])
async def test_a_workbook_has_numbers_as_numbers_and_no_formula(quarter: Reporting, path: str) -> None:
    async with quarter.client("manager") as client:
        answer = await client.get(f"{path}/workbook")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
        texts = {cell for rows in cells(answer.content).values() for row in rows for cell in row if isinstance(cell, str)}
        assert ODD in texts
        assert not [text for text in texts if re.fullmatch(r"[0-9.]+", text)], "a number that is text cannot be added up"
        assert (await client.get(f"{path}/workbook")).content == answer.content


async def test_a_workbook_tells_what_the_bulletin_tells(quarter: Reporting) -> None:
    async with quarter.client("manager") as client:
        told = await asked(client, BULLETIN)
        found = cells((await client.get(f"{BULLETIN}/workbook")).content)
        assert [*found] == ["通报", *(section["title"] for section in told["sections"]), "排名"]
        for section in told["sections"]:
            rows = {row[0]: row for row in found[section["title"]][::-1] if row[0]}
            heads = next(row for row in found[section["title"]] if row[0] == "指标")
            for line in section["lines"]:
                assert rows[line["title"]][heads.index("本周")] == (
                    "" if line["week"]["value"] is None else pytest.approx(line["week"]["value"])
                ), line["name"]


@pytest.mark.parametrize("path", [BULLETIN, ASSESSMENT])
async def test_a_page_is_whole_in_itself_and_runs_nothing(quarter: Reporting, path: str) -> None:
    async with quarter.client("manager") as client:
        answer = await client.get(f"{path}/page")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        text = answer.text
        assert '<html lang="zh-CN">' in text
        assert "@media print" in text
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", text)
        links = re.findall(r'href="(rows\?[^"]+)"', text)
        assert links
        folder = path if path == BULLETIN else ASSESSMENT
        for link in links[:5]:
            assert (await client.get(f"{folder}/{link.replace('&amp;', '&')}")).status_code == 200


@pytest.mark.parametrize("path", [BULLETIN, ASSESSMENT])
async def test_a_pdf_tells_it_in_words(quarter: Reporting, path: str) -> None:
    async with quarter.client("manager") as client:
        answer = await client.get(f"{path}/pdf")
        assert answer.headers["content-type"] == "application/pdf"
        text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.content)).pages)
        text = re.sub(r"[\s\u200b]", "", text)  # where lines are broken
        told = await asked(client, path)
        assert told["title"] in text
        for name in ("辖区d-0", "<script>"):
            assert name in text
        if path == BULLETIN:
            assert "总体情况" in text
            assert f"发现隐患{line_of(told, 'hazards')['week']['value']}项" in text
        else:
            assert "没有金额项" in text


async def test_a_pdf_is_the_same_bytes_whatever_is_recorded_later(reporting: Reporting) -> None:
    ledgers = planted(late=True)
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        first = await client.get(f"{BULLETIN}/pdf", params={"district": "d-1"})
        await reporting.live_until(ledgers, LATER)
        reporting.under_test.app.state.kept = None
        assert (await client.get(f"{BULLETIN}/pdf", params={"district": "d-1"})).content == first.content
        assert first.headers["content-disposition"] == f'attachment; filename="{WEEK}-d-1.pdf"'


def test_texts_that_begin_as_formulas_do_stay_texts() -> None:
    """Whatever stands in front of them: what a cell may not begin with in CSV is a text in a workbook."""
    odd = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "http://x", "12", "{=1}")
    paper = Paper("题", "1", (), (
        Section("表[1]:*?/\\", (Table("", ("名", "数"), tuple((text, 1) for text in odd)), Words("话", (("=1", None),)))),
    ))  # fmt: skip
    content = workbook(paper, OVER)
    [(name, rows)] = cells(content).items()
    assert name == "表 1"
    assert [row[0] for row in rows if row[1] == 1] == [*odd]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_a_page_escapes_whatever_it_quotes() -> None:
    paper = Paper("<题>", "1", ("<行>",), (Section("<节>", (Words("<话>", (("<句>", 'x"<y>'),)),)),))
    text = page(paper).decode()
    for word in ("题", "行", "节", "话", "句", "y"):
        assert f"<{word}>" not in text
        assert f"&lt;{word}&gt;" in text


@pytest.mark.parametrize(("cell", "text"), [(None, "—"), (3, "3"), (3.5, "3.5"), (66.666, "66.67"), (100.0, "100"), ("甲", "甲")])
def test_numbers_are_told_with_two_digits_at_most(cell: Any, text: str) -> None:
    assert digits(cell) == text
