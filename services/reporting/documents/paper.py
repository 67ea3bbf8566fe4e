"""What is laid out: words and tables under headings, once for page, PDF and workbook."""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | int | float | None
"""Text, a number, or nothing."""
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences under a heading, each with the address of the rows that say so, if there are any."""

    title: str
    lines: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table under a heading; `note` stands beneath it. `hrefs` are addresses of rows, for the first cell of each row."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    hrefs: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What stands together; in a workbook it is a sheet of this name."""

    name: str
    parts: tuple[Words | Table, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: its title, its number, lines that say what it is about and as of when, its sections."""

    title: str
    number: str
    lines: tuple[str, ...]
    sections: tuple[Section, ...]


def digits(cell: Cell) -> str:
    """A cell as text: a number with at most two digits behind the point, `—` for nothing."""
    if cell is None:
        return NOTHING
    return cell if isinstance(cell, str) else f"{round(cell, 2):.2f}".rstrip("0").rstrip(".")
