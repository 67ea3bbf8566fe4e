"""Workbooks in: parsed by a program of its own onto disk, then taken into memory if they are small, else staged row by row."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from chassis.telemetry import log
from services.registry.api.workbooks import FORMS
from services.registry.commands.scratch import IMPORTS, scratch
from services.registry.commands.staging import Staged
from services.registry.domain.cells import Cell, Setting
from services.registry.domain.forms import Form
from services.registry.domain.workbook import (
    Draft,
    Fault,
    Row,
    Sheets,
    WorkbookRefused,
    entries_of,
    form_of_heads,
    heads_of,
    read_workbook,
    too_many,
)

PROGRAM = Path(__file__).with_name("spreadsheet.py")
MOST_ROWS = max(form.maximum_rows for form in FORMS) + 2  # of a sheet: its head, and one more than may be
SECONDS = 90  # to read a file
MEMORY = 3 << 29  # bytes of address space, to read a file
PRINTED = 1 << 30  # bytes of rows on disk: a text that many cells share is printed for each
IN_MEMORY = 8 << 20  # bytes of rows that are judged in memory; more are staged
HEAD_ROWS = 100  # of each sheet, to tell which form it is

UNREADABLE = {
    "file-empty": ("文件是空的", "the file is empty"),
    "file-not-xlsx": ("不是xlsx文件", "this is no xlsx file"),
    "file-old-format": ("是旧版xls文件，请另存为xlsx", "this is an old xls file; save it as xlsx"),
    "file-other-format": ("是其他格式的文件，请另存为xlsx", "this is a file of another format; save it as xlsx"),
    "file-encrypted": ("文件已加密，请取消密码后重传", "the file is encrypted; remove its password"),
    "file-damaged": ("文件已损坏，无法读取", "the file is damaged and cannot be read"),
    "csv-encoding": ("文件编码无法识别，请存为UTF-8", "the file is neither UTF-8 nor GB 18030"),
    "file-too-complex": ("文件展开后过大，无法读取", "the file unfolds to more than can be read"),
}


async def tables_of(content: bytes) -> Sheets:
    """The sheets of a small workbook; raises WorkbookRefused."""
    with scratch(IMPORTS) as folder:
        return await asyncio.to_thread(_sheets, await parse_apart(content, folder, IN_MEMORY))


async def read_file(printed: Path, setting: Setting) -> Draft:
    """The rows of a small workbook judged by the forms, in a thread; raises WorkbookRefused."""
    return await asyncio.to_thread(lambda: read_workbook(_sheets(printed), FORMS, setting))


async def parse_apart(content: bytes, folder: Path, most: int = PRINTED) -> Path:
    """A file with what the parsing program prints about a workbook; one that it dies of is too complex."""
    printed = folder / "printed"
    with printed.open("wb") as out:
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(PROGRAM), str(MOST_ROWS), str(MEMORY), str(most),
            stdin=asyncio.subprocess.PIPE, stdout=out, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said = b""
        try:
            async with asyncio.timeout(SECONDS):
                _, said = await program.communicate(content)
        except TimeoutError:
            log.warning("workbook_takes_too_long", size=len(content))
        finally:
            if program.returncode is None:
                program.kill()
                await program.wait()
    if program.returncode != 0:
        log.warning("workbook_parser_died", code=program.returncode, size=len(content), said=said[-500:].decode(errors="replace"))
        raise unreadable("file-too-complex" if (program.returncode or 0) < 0 else "file-damaged")
    return printed


def stage(staged: Staged, printed: Path, setting: Setting) -> Form:
    """Put every row of a workbook on disk as a form's; raises WorkbookRefused if it is not one of the forms."""
    heads, counts = _heads(printed)
    form = form_of_heads(heads, FORMS)
    if faults := too_many(counts, form):
        raise WorkbookRefused(faults)
    sheets = {sheet.name: sheet for sheet in form.sheets}
    for name, rows in groupby(_rows(printed), key=lambda told: told[0]):
        if sheet := sheets.get(name):
            below = (row for _, row in rows if row.number > 1)
            staged.add(form, sheet, entries_of(sheet, heads_of(heads[name]), below, setting))
    staged.order()
    return form


def first_sheet(printed: Path) -> Iterator[Row]:
    """The rows of the first sheet that has any."""
    found = ""
    for name, row in _rows(printed):
        if found not in ("", name):
            return
        if row.cells:
            found = name
            yield row


def unreadable(code: str) -> WorkbookRefused:
    """The refusal of a file as such."""
    zh, en = UNREADABLE[code]
    return WorkbookRefused([Fault(None, None, None, code, zh, en)])


def _sheets(printed: Path) -> Sheets:
    sheets: dict[str, list[Row]] = {}
    for name, row in _rows(printed):
        sheets.setdefault(name, []).extend([row] if row.cells else [])
    return sheets


def _heads(printed: Path) -> tuple[Sheets, Mapping[str, int]]:
    """The first rows of each sheet, and how many it has."""
    first: dict[str, list[Row]] = {}
    counts: dict[str, int] = {}
    for name, row in _rows(printed):
        kept = first.setdefault(name, [])
        counts[name] = counts.get(name, 0) + bool(row.cells)
        if row.cells and len(kept) < HEAD_ROWS:
            kept.append(row)
    return first, counts


def _rows(printed: Path) -> Iterator[tuple[str, Row]]:
    """Each row with its sheet; a sheet begins with a row 0 that has no cells. Raises WorkbookRefused if there is a reason."""
    name = ""
    for told in _lines(printed):
        if isinstance(told, list):
            yield name, Row(told[0], [_cell(cell) for cell in told[1]])
        elif "sheet" in told:
            name = told["sheet"]
            yield name, Row(0, ())
        else:
            raise unreadable(told["unreadable"])


def _lines(printed: Path) -> Iterable[Any]:
    with printed.open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)


def _cell(told: Any) -> Cell:
    if not isinstance(told, list):
        return told  # type: ignore[no-any-return]
    text: str = told[0]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
