"""What was computed as of a moment, kept by this process: it never changes, so it is made once, however many ask."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from fastapi import FastAPI

T = TypeVar("T")
TABLES, ROWS, PAPERS, HASHES = "tables", "rows", "papers", "hashes"
MOST = {TABLES: 32, ROWS: 2, PAPERS: 4, HASHES: 512}
"""How many results of a kind are kept: tables are sums by district, rows may be as many as a city has, papers half a megabyte."""


class Kept:
    """Results by key, the last used last; of one key one computation is under way, and one of all keys at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._turn = asyncio.Lock()

    async def get(self, key: Hashable, compute: Callable[[], Awaitable[T]]) -> T:
        """What is kept under a key, or what it is computed to be."""
        if key not in self._found:
            async with self._turn:  # a fold holds the facts of a city in memory: one at a time
                if key not in self._found:
                    self._found[key] = await compute()
        self._found.move_to_end(key)
        found: T = self._found[key]
        while len(self._found) > self._most:
            self._found.popitem(last=False)
        return found


def kept_by(app: FastAPI, kind: str) -> Kept:
    """What the app keeps of a kind."""
    found: dict[str, Kept] | None = getattr(app.state, "kept", None)
    if found is None:
        found = app.state.kept = {kind: Kept(most) for kind, most in MOST.items()}
    return found[kind]
