"""Commands in a transaction of their own, beside group commit: for the rare one that changes a table together with its events."""

from __future__ import annotations

from typing import Any, TypeVar

from chassis.aggregates import Loaded, read
from chassis.database import AS_WORKER, PENDING
from chassis.domain import Stream
from chassis.eventstore import Connection, Verdict, append
from chassis.runner import TRIES, Answer, Conflict, Context, Handler, Runner
from chassis.vault import Vault
from chassis.writer import IN_THE_WAY

S = TypeVar("S")


class InTransaction:
    """Reads in a transaction that is open; with a vault personal data come in plain, for decisions."""

    def __init__(self, connection: Connection, vault: Vault | None) -> None:
        self._connection = connection
        self._vault = vault

    async def aggregate(self, stream: Stream[S], key: str) -> Loaded[S]:
        """An aggregate as its stored events tell it."""
        return await read(self._connection, stream, key, opener=self._vault)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """Rows of a SELECT on the service's own tables."""
        return await self._connection.fetch(sql, *args)


async def run_with_tables(runner: Runner, context: Context, handler: Handler) -> Answer:
    """As `Runner.run`; events, idempotency record and what the handler changes in tables commit together, or none of it."""

    async def decide(context: Context, handler: Handler) -> Answer:
        for _ in range(TRIES):
            try:
                async with runner.pool.acquire() as connection, connection.transaction():
                    return await _decide_in(connection, runner, context, handler)
            except (Conflict, *IN_THE_WAY):
                if (known := await runner.remembered(context)) is not None:
                    return known
        raise Conflict(context.key)

    return await runner.run(context, handler, decide)


async def _decide_in(connection: Connection, runner: Runner, context: Context, handler: Handler) -> Answer:
    work = await runner.begun(context, InTransaction(connection, runner.vault), connection)
    await connection.execute(AS_WORKER)
    answer = work.answer(await handler(work))
    await work.seal()
    [verdict] = await append(connection, [work.write_set(answer)])
    if verdict is not Verdict.ACCEPTED:
        raise Conflict(context.key)
    await connection.execute(f"NOTIFY {PENDING}")
    return answer
