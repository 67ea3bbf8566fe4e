"""Row-level security: a reading connection shows the rows of the districts that it was told to look at, and without that none.

It is the second fence: lists ask for the districts of whoever asks by themselves. Guarded by tests/chassis/test_sight.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from chassis.eventstore import Connection, Pool

SETTING = "casetrail.districts"
EVERYWHERE = "*"
LOOK_AT = f"SELECT set_config('{SETTING}', $1, true)"  # until the transaction ends


class Sight:
    """Speaks as a pool whose connections show the rows of these districts (None: all), each for one transaction."""

    def __init__(self, pool: Pool, districts: Sequence[str] | None) -> None:
        self._pool = pool
        self._districts = (
            EVERYWHERE if districts is None else ",".join(one for one in districts if one != EVERYWHERE and "," not in one)
        )

    @asynccontextmanager
    async def acquire(self, *, steady: bool = False) -> AsyncIterator[Connection]:
        """A connection for the length of a block; a `steady` one shows one moment, however many questions are asked."""
        isolation: Literal["repeatable_read"] | None = "repeatable_read" if steady else None
        async with self._pool.acquire() as connection, connection.transaction(isolation=isolation, readonly=True):
            await connection.execute(LOOK_AT, self._districts)
            yield connection

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        """As a pool's."""
        async with self.acquire() as connection:
            rows: list[Any] = await connection.fetch(sql, *args)
            return rows

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        """As a pool's."""
        async with self.acquire() as connection:
            return await connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """As a pool's."""
        async with self.acquire() as connection:
            return await connection.fetchval(sql, *args)
