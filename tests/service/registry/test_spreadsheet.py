"""Files as they come: what is no workbook is named so, what is hostile costs one refused file, and cells arrive as they stood."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from services.registry.api import parsing, spreadsheet
from services.registry.api.spreadsheet import Unreadable, sheets_of
from services.registry.commands.scratch import IMPORTS, scratch
from services.registry.domain.cells import Setting
from services.registry.domain.workbook import Draft, WorkbookRefused
from tests.domain.registry.filled import SETTING, SITE, code, filled
from tests.service.registry.desk import Desk, xlsx

PART = "xl/worksheets/sheet2.xml"
END = b"</sheetData>"


def zipped(**parts: bytes) -> bytes:
    """An archive with these parts (`/` written as `__`)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def tampered(change: Callable[[bytes], bytes]) -> bytes:
    """A good workbook, one of whose sheets was changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(filled()))) as good, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, change(good.read(name)) if name == PART else good.read(name))
    return buffer.getvalue()


def bomb(size: int) -> bytes:
    """A good workbook with a text of so many bytes in it, whose directory says that every part is small."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    before, end, after = parts.pop(PART).partition(END)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bad:
        for name, content in parts.items():
            bad.writestr(name, content)
        with bad.open(PART, "w") as part:
            part.write(before + b'<row r="9"><c r="A9" t="inlineStr"><is><t>')
            for _ in range(size >> 20):
                part.write(b"x" * (1 << 20))
            part.write(b"</t></is></c></row>" + end + after)
    changed, at = bytearray(buffer.getvalue()), 0
    while (at := changed.find(b"PK\x01\x02", at)) >= 0:
        changed[at + 24 : at + 28] = (1000).to_bytes(4, "little")
        at += 4
    return bytes(changed)


def with_row(row: bytes) -> bytes:
    """A good workbook with a further row."""
    return tampered(lambda part: part.replace(END, row + END))


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
GOOD = xlsx(filled())
FAR = with_row(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
FARTHER = with_row(b'<row r="4294967290"><c r="XFD4294967290"><v>1</v></c></row>')
FILES = [
    ("empty", b"", "file-empty"),
    ("text", "企业名称,统一社会信用代码\n".encode(), "file-not-xlsx"),
    ("picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "file-not-xlsx"),
    ("xls", OLE + bytes(5000), "file-old-format"),
    ("encrypted", OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500), "file-encrypted"),
    ("archive of something else", zipped(readme=b"x"), "file-not-xlsx"),
    ("xlsb", zipped(xl__workbook__bin=b"x").replace(b"xl/workbook/bin", b"xl/workbook.bin"), "file-other-format"),
    ("ods", zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "file-other-format"),
    ("cut off", GOOD[: len(GOOD) // 2], "file-damaged"),
    ("broken sheet", tampered(lambda part: part[: part.index(END)]), "file-damaged"),
    ("one cell at the far corner", FAR, "file-too-complex"),
    ("a cell that no spreadsheet has", FARTHER, "file-too-complex"),
    ("too wide", with_row(b'<row r="9"><c r="ZZ9"><v>1</v></c></row>'), "file-too-complex"),
]  # fmt: skip


async def read(content: bytes, setting: Setting) -> Draft:
    """A workbook as an import reads it."""
    with scratch(IMPORTS) as folder:
        return await parsing.read_file(await parsing.parse_apart(content, folder), setting)


@pytest.mark.parametrize(("content", "wrong"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
async def test_file_that_is_no_workbook(content: bytes, wrong: str) -> None:
    with pytest.raises(WorkbookRefused) as refused:
        await read(content, SETTING)
    [fault] = refused.value.faults
    assert (fault.sheet, fault.row, fault.code) == (None, None, wrong)
    assert fault.zh
    assert fault.en


def test_file_that_admits_to_unfold_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "UNFOLDED", 1000)
    with pytest.raises(Unreadable, match="file-too-complex"):
        spreadsheet.check_container(GOOD)


async def test_file_that_denies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive's directory lies, so only the parser finds out: in its own process, within its memory."""
    monkeypatch.setattr(parsing, "MEMORY", 160 << 20)
    assert len((await read(GOOD, SETTING)).sites) == 1
    with pytest.raises(WorkbookRefused) as refused:
        await read(bomb(320 << 20), SETTING)
    assert refused.value.faults[0].code in ("file-too-complex", "file-damaged")


async def test_parser_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "endless.py"
    program.write_text("import sys, signal\nsys.stdin.buffer.read()\nsignal.pause()\n")
    monkeypatch.setattr(parsing, "PROGRAM", program)
    monkeypatch.setattr(parsing, "SECONDS", 0.3)
    with pytest.raises(WorkbookRefused) as refused:
        await read(GOOD, SETTING)
    assert refused.value.faults[0].code == "file-too-complex"


async def test_program_prints_what_the_module_reads(tmp_path: Path) -> None:
    printed = await parsing.parse_apart(GOOD, tmp_path)
    assert printed.read_bytes().splitlines() == list(spreadsheet.lines(GOOD, parsing.MOST_ROWS))


async def test_text_that_many_cells_share_fills_no_disk() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("说明")
        for row in range(200):
            sheet.write_row(row, 0, ["x" * 30_000] * 20)
    assert len(buffer.getvalue()) < 100_000
    with scratch(IMPORTS) as folder, pytest.raises(WorkbookRefused) as refused:
        await parsing.parse_apart(buffer.getvalue(), folder, 10 << 20)
    assert refused.value.faults[0].code == "file-too-complex"


def test_program_needs_nothing_of_the_project() -> None:
    """It starts anywhere: isolated, in another folder."""
    command = [sys.executable, "-I", str(parsing.PROGRAM), "10", str(1 << 30), str(1 << 20)]
    done = subprocess.run(command, input=GOOD, capture_output=True, cwd="/", check=True)
    assert done.stdout.startswith('{"sheet":"说明"}'.encode())


def test_cells_arrive_as_they_stood() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("表")
    sheet.write_row(2, 1, ["文字", 3, 3.5, True])
    sheet.write_datetime(2, 5, date(2021, 3, 4), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_string(7, 2, "=1+1")
    book.close()
    [(name, rows)] = sheets_of(buffer.getvalue(), 100)
    assert name == "表"
    assert list(rows) == [
        (3, [None, "文字", 3.0, 3.5, True, ["2021-03-04"]]),
        (8, [None, None, "=1+1", None, None, None]),
    ]


def test_no_more_rows_are_read_than_wanted() -> None:
    sheets = {name: list(rows) for name, rows in sheets_of(xlsx(filled(20)), 5)}
    assert len(sheets[SITE]) == 5


def test_container_is_looked_at_before_it_is_opened() -> None:
    with pytest.raises(Unreadable):
        list(sheets_of(b"PK\x03\x04 nonsense", 5))


async def test_loop_stays_free_while_a_workbook_is_judged() -> None:
    """Parsing and judging happen beside the event loop, which goes on answering."""
    content = xlsx(filled(3000))
    longest, last, done = 0.0, time.monotonic(), False

    async def answering() -> None:
        nonlocal longest, last
        while not done:
            await asyncio.sleep(0)
            now = time.monotonic()
            longest, last = max(longest, now - last), now

    beside = asyncio.create_task(answering())
    draft = await read(content, SETTING)
    done = True
    await beside
    assert len(draft.sites) == 3000
    assert (code(3000), "1") in draft.sites
    assert longest < 1.0


async def test_hostile_file_over_http(desk: Desk) -> None:
    answer = await desk.send(FAR)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["code"] == "file-too-complex"
    assert (await desk.send(GOOD)).status_code == 201
