"""Published rulebooks, each parsed, and read for a day, once in a process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import orjson

from chassis.calendar import WorkingDays
from services.penalty import domain
from services.penalty.queries.rows import Question, Read, Rows, together

KEPT = 8  # rulebooks that a process keeps: those of some years
# A rulebook whose digest is known here is not sent again: it is long, and asked for with every step.
BOOKS = """
SELECT asked.day, b.digest, CASE WHEN b.digest = ANY($2) THEN NULL ELSE b.content END AS content
FROM (SELECT DISTINCT day FROM unnest($1::date[]) AS day) AS asked CROSS JOIN LATERAL (
    SELECT digest, content FROM rulebooks WHERE valid_from <= asked.day AND (valid_to IS NULL OR valid_to >= asked.day)
    ORDER BY valid_from DESC, name DESC LIMIT 1
) AS b
"""


class Book:
    """A rulebook as it was published; no two are equal, so that what is made of one is looked up by which it is."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    @cached_property
    def ranges(self) -> tuple[domain.Row, ...]:
        """Its statutory ranges."""
        return domain.ranges(self.content)


@lru_cache(maxsize=32)
def _rules(book: Book, day: date) -> domain.Rules:
    return domain.rules_on(book.content, day, WorkingDays(domain.overrides(book.content)))


_known: dict[str, Book] = {}


class BooksOn:
    """The rulebooks in force on some days: what is asked, and what the answer tells."""

    def __init__(self, *days: date) -> None:
        self._days = days
        self._books = dict(_known)  # as they were when it was asked: others may be kept by the time of the answer

    @property
    def question(self) -> Question:
        """Asks for the rulebook of each day."""
        return BOOKS, (list(self._days), list(self._books))

    def told(self, rows: Rows) -> Mapping[date, Book | None]:
        """The rulebook of each day, None where none is in force."""
        found = {date.fromisoformat(row["day"]): self._book(row["digest"], row["content"]) for row in rows}
        return {day: found.get(day) for day in self._days}

    def _book(self, digest: str, content: str | None) -> Book:
        if content is None:
            return self._books[digest]
        while len(_known) >= KEPT and digest not in _known:
            del _known[next(iter(_known))]
        return _known.setdefault(digest, Book(orjson.loads(content)))


def rules_by(books: Mapping[date, Book | None], day: date) -> domain.Rules:
    """The rules of the penalty procedure on a day; Refused if no rulebook, or no penalty procedure, is in force then."""
    book = books[day]
    if book is None:
        raise domain.not_in_force(day, "rulebook")
    return _rules(book, day)


async def books_on(read: Read, *days: date) -> Mapping[date, Book | None]:
    """The rulebook in force on each of some days, None where none is."""
    asked = BooksOn(*days)
    [rows] = await together(read, asked.question)
    return asked.told(rows)


async def rules_on(read: Read, day: date) -> domain.Rules:
    """The rules of the penalty procedure on a day; Refused if no rulebook, or no penalty procedure, is in force then."""
    return rules_by(await books_on(read, day), day)
