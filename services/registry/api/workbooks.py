"""Workbooks out: refused rows become a file that can be mended and sent again, tables and staged rows a file to edit."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import xlsxwriter

from chassis.problems import BadRequest
from services.registry.domain.forms import Form, forms_of

LONGEST = 32_767  # characters of a cell
FORMS = tuple(
    form
    for document in sorted((Path(__file__).parents[3] / "contracts" / "forms").glob("register-*.json"))
    for form in forms_of(json.loads(document.read_text(encoding="utf-8")))
)


def form_of(title: str, version: str) -> Form:
    """The form of an import; StopIteration if its file was taken away."""
    return next(form for form in FORMS if (form.title, form.version) == (title, version))


def refused_workbook(form: Form, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The refused rows in the form they came in, with a last column that says why; the form ignores it when it is sent again."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "text_wrap": True})
    readme = book.add_worksheet(form.readme)
    told = [(form.form_label, form.title), (form.version_label, form.version), *(("", line) for line in form.lines)]
    for place, pair in enumerate(told):
        readme.write_row(place, 0, pair)
    by_sheet: dict[str, list[Mapping[str, Any]]] = {sheet.name: [] for sheet in form.sheets}
    for row in rows:
        by_sheet[row["sheet"]].append(row)
    for sheet in form.sheets:
        heads = [column.head for column in sheet.columns]
        _write_sheet(book.add_worksheet(sheet.name), [*heads, form.reason_column], by_sheet[sheet.name], head)
    book.close()
    return buffer.getvalue()


def plain_workbook(tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str]]]]) -> bytes:
    """Sheets of texts as a file: each with its heads in the first row."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    style = book.add_format({"bold": True, "text_wrap": True})
    for name, (heads, rows) in tables.items():
        _write_texts(book.add_worksheet(name), heads, rows, style)
    book.close()
    return buffer.getvalue()


class StagedBook:
    """The rows of a large workbook on disk, until they are written sheet by sheet; to be used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE rows (sheet TEXT, cells BLOB)")

    def add(self, rows: Mapping[str, Sequence[Sequence[str]]]) -> None:
        """Keep some rows of some sheets."""
        told = [(sheet, orjson.dumps(cells)) for sheet, some in rows.items() for cells in some]
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO rows VALUES (?, ?)", told)
        self._db.execute("COMMIT")

    def write(
        self, path: Path, first: Mapping[str, tuple[str, str]], lines: Sequence[tuple[str, str]],
        sheets: Mapping[str, Sequence[str]],
    ) -> None:  # fmt: skip
        """Write the file: `first` with its heads and lines, then each sheet with its heads and rows; one row is in memory."""
        self._db.execute("CREATE INDEX rows_by_sheet ON rows (sheet)")
        settings = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(path, settings) as book:
            style = book.add_format({"bold": True, "text_wrap": True})
            for name, heads in first.items():
                _write_texts(book.add_worksheet(name), heads, lines, style)
            for name, columns in sheets.items():
                kept = self._db.execute("SELECT cells FROM rows WHERE sheet = ? ORDER BY rowid", (name,))
                _write_texts(book.add_worksheet(name), columns, (orjson.loads(cells) for (cells,) in kept), style)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _write_texts(sheet: Any, heads: Sequence[str], rows: Iterable[Sequence[str]], style: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads) - 1, 16)
    sheet.write_row(0, 0, heads, style)
    for place, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            if len(text) > LONGEST:
                raise BadRequest(
                    "cell-too-long", f"{sheet.name}第{place + 1}行：内容超过单元格上限{LONGEST}字",
                    f"{sheet.name} row {place + 1}: longer than a cell may be ({LONGEST} characters)", status=422,
                )  # fmt: skip
            sheet.write_string(place, column, text)


def _write_sheet(sheet: Any, heads: Sequence[str], rows: Sequence[Mapping[str, Any]], style: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads) - 1, 16)
    sheet.write_row(0, 0, heads, style)
    for place, row in enumerate(rows, start=1):
        for column, cell in enumerate(row["cells"]):
            if isinstance(cell, str):
                sheet.write_string(place, column, cell)
            elif cell is not None:
                sheet.write_number(place, column, cell)
        sheet.write_string(place, len(heads) - 1, reason_of(row))


def reason_of(row: Mapping[str, Any]) -> str:
    """Why a row was refused, in words."""
    return "；".join(f"{fault['column']}：{fault['zh']}" if fault["column"] else fault["zh"] for fault in row["faults"])
