"""What every question of this room is asked with; several questions are asked in one statement."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

import orjson

Read = Callable[..., Awaitable[Sequence[Any]]]
"""Reads rows of a SELECT: a unit of work's `read`, or a pool's `fetch`."""
Question: TypeAlias = tuple[str, tuple[Any, ...]]
"""A SELECT with its parameters."""
Rows: TypeAlias = Sequence[dict[str, Any]]
"""Rows as JSON tells them: days and times as text."""
PLACEHOLDER = re.compile(r"\$(\d+)")


async def together(read: Read, *questions: Question) -> list[Rows]:
    """The rows of each question, all asked in one round trip and answered as of one moment."""
    args = [arg for _, given in questions for arg in given]
    [row] = await read(_one_statement(tuple((sql, len(given)) for sql, given in questions)), *args)
    return [orjson.loads(answer) for answer in row.values()]


@cache
def _one_statement(questions: tuple[tuple[str, int], ...]) -> str:
    """One row that has a column for each question, its rows as JSON; parameters are counted on from question to question."""
    columns, before = [], 0
    for place, (sql, count) in enumerate(questions):
        moved = PLACEHOLDER.sub(lambda found, before=before: f"${int(found[1]) + before}", sql)  # type: ignore[misc]
        columns.append(f"(SELECT coalesce(json_agg(q), '[]') FROM ({moved}) AS q) AS q{place}")  # noqa: S608 - constants
        before += count
    return f"SELECT {', '.join(columns)}"
