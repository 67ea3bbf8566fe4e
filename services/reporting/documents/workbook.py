"""A paper as a workbook: a sheet for each section, numbers as numbers, texts as texts and never as formulas."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from services.reporting.documents.paper import Cell, Paper, Table, Words

SHEET_NAME = 31  # characters that a spreadsheet takes
LONGEST = 32_767  # characters of a cell
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
WIDTH, FIRST_WIDTH = 12, 26


def workbook(paper: Paper, at: datetime) -> bytes:
    """The workbook of a paper as of a time, which it says it was made at: the same paper gives the same bytes."""
    import xlsxwriter  # noqa: PLC0415 - only where a workbook is asked for: whoever serves keeps its memory small

    buffer = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, safe)
    book.set_properties({"title": f"{paper.title} {paper.number}", "created": at.astimezone(UTC).replace(tzinfo=None)})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}), "heading": book.add_format({"bold": True, "font_size": 12}),
        "head": book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#F3F3F3", "align": "center"}),
        "whole": book.add_format({"num_format": "#,##0", "border": 1}),
        "share": book.add_format({"num_format": "#,##0.00", "border": 1}), "text": book.add_format({"border": 1}),
        "note": book.add_format({"font_color": "#555555", "italic": True}),
    }  # fmt: skip
    for place, section in enumerate(paper.sections):
        sheet = book.add_worksheet(_sheet_name(section.name))
        sheet.set_column(0, 0, FIRST_WIDTH)
        sheet.set_column(1, 40, WIDTH)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        row = _about(sheet, paper, formats) if place == 0 else 0
        for part in section.parts:
            row = _words(sheet, row, part, formats) if isinstance(part, Words) else _table(sheet, row, part, formats)
            row += 1
    book.close()
    return buffer.getvalue()


def _sheet_name(name: str) -> str:
    return name.translate(FORBIDDEN).strip()[:SHEET_NAME]


def _about(sheet: Any, paper: Paper, formats: Any) -> int:
    sheet.write_string(0, 0, paper.title, formats["title"])
    for row, line in enumerate(paper.lines, start=1):
        sheet.write_string(row, 0, line)
    return len(paper.lines) + 2


def _words(sheet: Any, row: int, words: Words, formats: Any) -> int:
    sheet.write_string(row, 0, words.title, formats["heading"])
    for row_, (text, _) in enumerate(words.lines, start=row + 1):
        sheet.write_string(row_, 0, text[:LONGEST])
    return row + 1 + len(words.lines)


def _table(sheet: Any, row: int, table: Table, formats: Any) -> int:
    if table.title:
        sheet.write_string(row, 0, table.title, formats["heading"])
        row += 1
    for column, head in enumerate(table.heads):
        sheet.write_string(row, column, head, formats["head"])
    for line in table.rows:
        row += 1
        for column, cell in enumerate(line):
            _write(sheet, row, column, cell, formats)
    if table.note:
        row += 1
        sheet.write_string(row, 0, table.note, formats["note"])
    return row + 1


def _write(sheet: Any, row: int, column: int, cell: Cell, formats: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell[:LONGEST], formats["text"])
    elif cell is None:
        sheet.write_blank(row, column, None, formats["text"])
    else:
        sheet.write_number(row, column, cell, formats["whole" if isinstance(cell, int) else "share"])
