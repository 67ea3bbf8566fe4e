"""Rows of comma-separated text, in whichever encoding spreadsheets and banks in Chinese write it."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

ENCODINGS = ("utf-8-sig", "gb18030")  # the second is what spreadsheets in Chinese write
MARKED = ("=", "+", "-", "@", "\t", "\r", "'")  # what a cell may not begin with, and the mark itself
TRIED = 1 << 20  # bytes by which the encoding is told


class NotText(Exception):
    """The bytes are text in none of the encodings."""


class Malformed(Exception):
    """The text is no rows: where, and why."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"row {number}: {why}")
        self.number = number
        self.why = why


def encoding_of(begin: bytes) -> str:
    """The first encoding in which the beginning of a file is text; raises NotText."""
    for encoding in ENCODINGS:
        try:
            codecs.getincrementaldecoder(encoding)().decode(begin)
        except UnicodeDecodeError:
            continue
        return encoding
    raise NotText(begin[:20])


def rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, numbered as a spreadsheet would; raises NotText, Malformed."""
    number = 0
    try:
        with io.TextIOWrapper(io.BytesIO(content), encoding_of(content[:TRIED]), newline="") as text:
            for number, cells in enumerate(csv.reader(text, strict=True), start=1):
                if any(cell.strip() for cell in cells):
                    yield number, cells
    except csv.Error as error:
        raise Malformed(number + 1, str(error)) from error
    except UnicodeDecodeError as error:
        raise NotText(content[:20]) from error


def harmless(cell: str) -> str:
    """A cell of CSV that a spreadsheet takes for text, not for a formula; `plain` takes the mark away again."""
    return f"'{cell}" if cell.startswith(MARKED) else cell


def plain(cell: str) -> str:
    """A cell without the mark that `harmless` set; any other as it is."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(MARKED) else cell
