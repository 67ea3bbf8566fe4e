"""Registers as CSV: a zip with one file per sheet of a form (说明.csv, 基本情况.csv, …), read row by row."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import PurePosixPath

from chassis import separated
from services.registry.api.parsing import unreadable
from services.registry.api.workbooks import FORMS
from services.registry.commands.staging import Staged
from services.registry.domain.cells import Setting
from services.registry.domain.forms import Form
from services.registry.domain.workbook import Row, Sheets, entries_of, form_of_heads, heads_of

UNFOLDED = 4 << 30  # bytes of all files together
README_ROWS = 100  # of each file, to tell which form it is
TRIED = 1 << 16  # bytes by which the encoding is told
DAMAGED = (zipfile.BadZipFile, zlib.error, csv.Error, UnicodeDecodeError, EOFError, NotImplementedError, RuntimeError)


def is_archive(content: bytes) -> bool:
    """Whether this is a zip with CSV files in it, and no workbook."""
    try:
        names = [part.filename for part in zipfile.ZipFile(io.BytesIO(content)).infolist()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    return "xl/workbook.xml" not in names and any(name.lower().endswith(".csv") for name in names)


def stage(staged: Staged, content: bytes, setting: Setting) -> Form:
    """Read every row and put it on disk; raises WorkbookRefused if the files are not those of a form, or cannot be read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, _told_if_damaged():
        parts = _parts(archive)
        form = form_of_heads(_heads(archive, parts), FORMS)
        for sheet in form.sheets:
            rows = _rows(archive, parts[sheet.name])
            staged.add(form, sheet, entries_of(sheet, heads_of([next(rows)]), rows, setting))
    staged.order()
    return form


@contextmanager
def _told_if_damaged() -> Iterator[None]:
    try:
        yield
    except DAMAGED as error:
        raise unreadable("file-damaged") from error


def _parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The CSV files by the name of their sheet."""
    parts = {_sheet_name(part): part for part in archive.infolist() if part.filename.lower().endswith(".csv")}
    if sum(part.file_size for part in parts.values()) > UNFOLDED:
        raise unreadable("file-too-complex")
    return parts


def _sheet_name(part: zipfile.ZipInfo) -> str:
    """The file's name without folder and ending; without the flag for UTF-8 it was written by a system in Chinese."""
    name = part.filename
    if not part.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = part.filename
    return PurePosixPath(name).stem


def _heads(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> Sheets:
    return {name: list(islice(_rows(archive, part), README_ROWS)) for name, part in parts.items()}


def _rows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[Row]:
    """The rows of a file that are not empty, numbered as a spreadsheet would."""
    with archive.open(part) as probe:
        encoding = encoding_of(probe.read(TRIED))
    with archive.open(part) as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
        for number, cells in enumerate(csv.reader(text, strict=True), start=1):
            if any(cells):
                yield Row(number, [cell or None for cell in cells])


def encoding_of(begin: bytes) -> str:
    """The first encoding in which the beginning of a file is text; raises WorkbookRefused."""
    try:
        return separated.encoding_of(begin)
    except separated.NotText as error:
        raise unreadable("csv-encoding") from error
