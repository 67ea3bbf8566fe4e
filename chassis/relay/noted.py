"""At least once, on any broker: the position is the database's, noted after a page was acknowledged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from chassis.broker import close_producer, open_producer, topic_of
from chassis.eventstore import Connection
from chassis.relay.batches import produce_page
from chassis.relay.filled import Filled, Placed
from chassis.relay.pages import Message
from chassis.settings import Settings

FILLED = """
SELECT f.filling, f.cluster, coalesce((SELECT position FROM checkpoints WHERE name = 'relay'), 0) AS position
FROM fillings f WHERE f.topic = $1
"""
PRODUCED = "SELECT partition, log_offset, event_id FROM produced WHERE topic = $1"
# Not waited for until it is on the disk: after a crash of the database an older note may stand there, as after a kill before it.
NOTE = """
WITH noted AS (
    INSERT INTO produced (topic, partition, log_offset, event_id)
    SELECT $1, * FROM unnest($2::int[], $3::bigint[], $4::uuid[])
    ON CONFLICT (topic, partition) DO UPDATE SET log_offset = EXCLUDED.log_offset, event_id = EXCLUDED.event_id
)
INSERT INTO checkpoints (name, position, simulated)
SELECT 'relay', $5, $6 FROM set_config('synchronous_commit', 'off', true)
ON CONFLICT (name) DO UPDATE SET position = EXCLUDED.position
"""
FORGET_PRODUCED = "DELETE FROM produced WHERE topic = $1"
SAVE_FILLING = """
INSERT INTO fillings (topic, filling, cluster) VALUES ($1, $2, $3)
ON CONFLICT (topic) DO UPDATE SET filling = EXCLUDED.filling, cluster = EXCLUDED.cluster
"""


class Notes:
    """The database's notes: the truth where the broker has no transactions, elsewhere what `/ops/status` shows."""

    def __init__(self, settings: Settings, connection: Connection, *, simulated: bool) -> None:
        self._connection, self._simulated = connection, simulated
        self._topic = topic_of(settings.service)

    async def read(self) -> Filled | None:
        """What is noted; None if the topic was never filled."""
        row = await self._connection.fetchrow(FILLED, self._topic)
        if row is None:
            return None
        produced = await self._connection.fetch(PRODUCED, self._topic)
        last = {p["partition"]: Placed(p["log_offset"], p["event_id"]) for p in produced}
        return Filled(row["filling"], row["cluster"], row["position"], last)

    async def write(self, filled: Filled) -> None:
        """Note how far the topic is filled."""
        columns: list[list[Any]] = [
            list(filled.last), [p.offset for p in filled.last.values()], [p.event_id for p in filled.last.values()],
        ]  # fmt: skip
        await self._connection.execute(NOTE, self._topic, *columns, filled.position, self._simulated)

    async def write_anew(self, filled: Filled) -> None:
        """Note a topic that was emptied."""
        async with self._connection.transaction():
            await self._connection.execute(FORGET_PRODUCED, self._topic)
            await self._connection.execute(SAVE_FILLING, self._topic, filled.number, filled.cluster)
            await self.write(filled)
            await self._connection.execute("SET LOCAL synchronous_commit TO DEFAULT")  # the number must never be given twice


class AtLeastOnce:
    """A page is produced, then noted: a kill in between produces it again, and consumers skip the repeat by its position.

    A paused relay that wakes up after it lost the lead may do the same. Guarded by tests/chassis/test_consumer.py.
    """

    def __init__(self, settings: Settings, producer: Any, notes: Notes) -> None:
        self._settings, self._producer, self._notes = settings, producer, notes

    async def read(self) -> Filled | None:
        """What the database has noted."""
        return await self._notes.read()

    async def intact(self) -> bool:
        """The database does not lose it."""
        return True

    async def produce(self, page: Sequence[Message], filled: Filled) -> Filled:
        """Produce a page; nothing is noted yet."""
        placed = await produce_page(self._settings, self._producer, page, filled.number)
        return filled.then(page[-1].idx, placed, topic_of(self._settings.service))

    async def note(self, filled: Filled) -> None:
        """Only now it is remembered."""
        await self._notes.write(filled)

    async def claim(self) -> None:
        """The lock's connection is all that is known here."""

    async def begin(self, cluster: str) -> Filled:
        """Note the emptied topic."""
        before = await self._notes.read()
        filled = Filled(before.number + 1 if before else 1, cluster)
        await self._notes.write_anew(filled)
        return filled


@asynccontextmanager
async def at_least_once(settings: Settings, notes: Notes) -> AsyncIterator[AtLeastOnce]:
    """The journal of a broker without transactions."""
    producer = await open_producer(settings)
    try:
        yield AtLeastOnce(settings, producer, notes)
    finally:
        await close_producer(producer)
