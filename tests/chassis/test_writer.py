"""Two batches of one process in flight: what they share, and what they may not."""

from __future__ import annotations

import asyncio
from typing import Any

from chassis.database import writer_connection
from chassis.eventstore import Connection, Verdict
from chassis.worker import running
from chassis.writer import WORTH, GroupCommit
from tests.chassis.writing import streams, write_set

ACCEPTED, CONFLICT, REPEATED = Verdict.ACCEPTED, Verdict.CONFLICT, Verdict.REPEATED


class Held:
    """A connection whose first statement is held back until it is let go."""

    def __init__(self, real: Connection, begun: asyncio.Event, go: asyncio.Event) -> None:
        self.real, self.begun, self.go = real, begun, go

    def is_closed(self) -> bool:
        return self.real.is_closed()

    def terminate(self) -> None:
        self.real.terminate()

    async def close(self, **_: Any) -> None:
        self.real.terminate()

    async def fetch(self, *args: Any) -> Any:
        self.begun.set()
        await self.go.wait()
        return await self.real.fetch(*args)


async def test_while_one_batch_is_written_another_goes_unless_it_rests_on_the_same_stream_or_key(
    dsn: str, connection: Connection
) -> None:
    """What only reads a stream waits for who changes it, and is then a conflict; strangers are written meanwhile."""
    begun, go, first = asyncio.Event(), asyncio.Event(), [True]

    async def connecting() -> Any:
        real = await writer_connection(dsn)
        return Held(real, begun, go) if first and first.pop() else real

    writer = GroupCommit(connecting, lambda: None)
    async with running(writer.run()):
        held = asyncio.create_task(writer.append(write_set(("changed", 0, 1), key="k")))
        await begun.wait()
        resting = asyncio.create_task(writer.append(write_set(("changed", 0, 0), ("beside", 0, 1))))
        repeated = asyncio.create_task(writer.append(write_set(("other", 0, 1), key="k")))
        strangers = [asyncio.create_task(writer.append(write_set((f"stranger{n}", 0, 1)))) for n in range(WORTH)]
        assert await asyncio.gather(*strangers) == [ACCEPTED] * WORTH
        assert not resting.done()
        assert not repeated.done()
        go.set()
        assert [await held, await resting, await repeated] == [ACCEPTED, CONFLICT, REPEATED]
    assert await streams(connection) == {"changed": [1], **{f"stranger{n}": [1] for n in range(WORTH)}}


async def test_few_wait_for_the_batch_in_flight_and_go_together(dsn: str, connection: Connection) -> None:
    """A second batch is only made of what is worth a commit of its own; the others are not split into small ones."""
    begun, go, statements = asyncio.Event(), asyncio.Event(), list[int]()

    class Counting(Held):
        async def fetch(self, *args: Any) -> Any:
            statements.append(args[1])
            return await super().fetch(*args)

    async def connecting() -> Any:
        return Counting(await writer_connection(dsn), begun, go)

    writer = GroupCommit(connecting, lambda: None)
    async with running(writer.run()):
        held = asyncio.create_task(writer.append(write_set(("first", 0, 1))))
        await begun.wait()
        few = []
        for n in range(WORTH - 1):
            few.append(asyncio.create_task(writer.append(write_set((f"s{n}", 0, 1)))))
            for _ in range(4):
                await asyncio.sleep(0)  # a second lane that took whatever waits would take it now
        go.set()
        assert await asyncio.gather(held, *few) == [ACCEPTED] * WORTH
    assert statements == [1, WORTH - 1]
