"""A program of its own: reads an xlsx file from standard input and prints its rows, under limits of memory and time.

A few kilobytes of hostile xlsx can unfold to terabytes, or name a cell so far out that the parser aborts its process. So a
file is parsed here, where that costs one refused file. Imports nothing of the project: it starts in a moment.
"""

from __future__ import annotations

import io
import resource
import signal
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from typing import Any

import orjson
import python_calamine

SECONDS = 60  # of processor time
UNFOLDED = 1 << 30  # bytes of all parts together
WIDEST = 256  # columns
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
FORMATS = {"xl/workbook.bin": "file-other-format", "mimetype": "file-other-format", "word/document.xml": "file-other-format"}


class Unreadable(Exception):
    """The file is no workbook that can be read; the message is a stable code."""


def sheets_of(content: bytes, most: int) -> Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]]:
    """Each worksheet's name and its rows that are not empty, at most `most`: (number, cells from column A on).

    Cells are text, numbers, truth values, None, dates. Raises Unreadable.
    """
    check_container(content)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        for name in workbook.sheet_names:
            yield name, rows_of(workbook.get_sheet_by_name(name), most)
    except python_calamine.PasswordError as error:
        raise Unreadable("file-encrypted") from error
    except python_calamine.CalamineError as error:
        raise Unreadable("file-damaged") from error


def check_container(content: bytes) -> None:
    """Raise Unreadable unless this is a zip archive with an xlsx workbook of bearable size in it."""
    if not content:
        raise Unreadable("file-empty")
    if content.startswith(OLE):
        raise Unreadable("file-encrypted" if ENCRYPTED in content else "file-old-format")
    if not content.startswith(b"PK"):
        raise Unreadable("file-not-xlsx")
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Unreadable("file-damaged") from error
    check_parts(parts)


def check_parts(parts: Iterable[zipfile.ZipInfo]) -> None:
    """Raise Unreadable unless the parts are those of an xlsx workbook, and small enough as far as they admit."""
    names = {part.filename for part in parts}
    if sum(part.file_size for part in parts) > UNFOLDED:
        raise Unreadable("file-too-complex")
    if "xl/workbook.xml" not in names:
        raise Unreadable(next((code for name, code in FORMATS.items() if name in names), "file-not-xlsx"))


def rows_of(sheet: python_calamine.CalamineSheet, most: int) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a sheet that are not empty."""
    if sheet.start is None:
        return
    if sheet.total_width > WIDEST:
        raise Unreadable("file-too-complex")
    before: list[Any] = [None] * sheet.start[1]
    found = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in cells):
            yield number, before + [plain(cell) for cell in cells]
            found += 1
            if found >= most:
                return


def plain(cell: Any) -> Any:
    """A cell as JSON: a date as a list of its ISO text."""
    if cell == "":
        return None
    if isinstance(cell, date):
        return [cell.isoformat()]
    return str(cell) if isinstance(cell, time | timedelta) else cell


def lines(content: bytes, most: int) -> Iterator[bytes]:
    """The file as JSON lines: the name of a sheet, then its rows; or the reason why it cannot be read."""
    try:
        for name, rows in sheets_of(content, most):
            yield orjson.dumps({"sheet": name})
            for row in rows:
                yield orjson.dumps(row)
    except Unreadable as error:
        yield orjson.dumps({"unreadable": str(error)})
    except MemoryError:
        yield orjson.dumps({"unreadable": "file-too-complex"})


def main() -> None:
    """Read the file from standard input; the arguments are the most rows of a sheet, bytes of memory, and bytes to print."""
    most, memory, printed = (int(argument) for argument in sys.argv[1:4])
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # who would print more dies, as who would take more memory
    resource.setrlimit(resource.RLIMIT_FSIZE, (printed, printed))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in lines(sys.stdin.buffer.read(), most):
        sys.stdout.buffer.write(line + b"\n")


if __name__ == "__main__":
    main()
