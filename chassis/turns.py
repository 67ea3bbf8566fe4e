"""Turns at streams that many commands of one process want at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """Who was too slow for a stream waits for its turn there, instead of losing again to everybody else of this process.

    Only a fairness among the commands of one process: what may be appended is decided by the database alone. Guarded by
    tests/chassis/test_turns.py.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, stream_ids: Iterable[str]) -> AsyncIterator[None]:
        """One's turn at all of these streams; they are taken in the order of their ids, so that nobody waits in a ring."""
        locks = [self._locks.setdefault(one, asyncio.Lock()) for one in sorted(stream_ids)]
        async with AsyncExitStack() as stack:
            for lock in locks:
                await stack.enter_async_context(lock)
            yield
