"""Exactly once, on a broker with transactions: a page and the position after it are one Kafka transaction.

The position is the last committed record of a compacted topic, and that record is the truth. Whoever opens the producer takes
the next epoch of the service's `transactional.id`: the broker then ends what the predecessor left open, and refuses whatever
it still sends. The leader lock cannot do that, because it cannot stop a process that was paused and wakes up late. Guarded by
tests/system/test_relay.py::test_a_zombie_is_fenced.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaTimeoutError

from chassis.broker import close_producer, ensure_topic, open_producer, topic_of
from chassis.relay.batches import produce_page
from chassis.relay.filled import Filled, Placed
from chassis.relay.noted import Notes
from chassis.relay.pages import Message
from chassis.settings import Settings

READ_SECONDS = 10.0  # until the end of the position topic must have been read
TAIL = 64  # offsets looked at from the end at first: records and the markers of their transactions


def position_topic_of(service: str) -> str:
    """The compacted topic that holds the relay's position."""
    return f"casetrail.{service}.relay.v1"


class ExactlyOnce:
    """A page becomes visible to `read_committed` readers together with the position after it, or never.

    No transaction is aborted here: whatever goes wrong ends the lead, and the next one's epoch aborts what is open. Only then is
    the truth read, because an answer that did not arrive may have been a commit. Guarded by tests/system/test_relay.py.
    """

    def __init__(self, settings: Settings, producer: Any, reader: AIOKafkaConsumer, notes: Notes) -> None:
        self._settings, self._producer, self._reader, self._notes = settings, producer, reader, notes
        self._topic = topic_of(settings.service)
        self._place = TopicPartition(position_topic_of(settings.service), 0)
        self._written = -1  # where our last record lies
        self._known: Filled | None = None

    async def read(self) -> Filled | None:
        """What the last committed record says; no transaction of ours is open, since the producer has begun its epoch."""
        record = await last_committed(self._reader, self._place)
        if record is None:
            return None
        self._written, self._known = record.offset, filled_from(record.value)
        return self._known

    async def intact(self) -> bool:
        """Whether the record is still there."""
        return bool((await self._reader.end_offsets([self._place]))[self._place] > self._written)

    async def produce(self, page: Sequence[Message], filled: Filled) -> Filled:
        """Produce a page and commit it with the position; TopicChanged commits nothing."""
        await self._producer.begin_transaction()
        placed = await produce_page(self._settings, self._producer, page, filled.number)
        after = filled.then(page[-1].idx, placed, self._topic)
        await self._commit(after)
        return after

    async def note(self, filled: Filled) -> None:
        """For `/ops/status` only, and for whoever switches transactions off; nothing here relies on it."""
        await self._notes.write(filled)

    async def claim(self) -> None:
        """Commit what is known once more: a relay that was replaced meanwhile is fenced before it empties the new one's topic."""
        if self._known is not None:
            await self._producer.begin_transaction()
            await self._commit(self._known)

    async def begin(self, cluster: str) -> Filled:
        """Commit position 0 of the next filling; the number survives the loss of the record or of the database."""
        known = [known.number for known in (self._known, await self._notes.read()) if known is not None]
        filled = Filled(max(known, default=0) + 1, cluster)
        await self._producer.begin_transaction()
        await self._commit(filled)
        await self._notes.write_anew(filled)
        return filled

    async def _commit(self, filled: Filled) -> None:
        key, value = self._topic.encode(), filled_bytes(filled)
        metadata = await self._producer.send_and_wait(self._place.topic, value, key=key, partition=0)
        await self._producer.commit_transaction()
        self._written, self._known = metadata.offset, filled


@asynccontextmanager
async def exactly_once(
    settings: Settings, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer, notes: Notes
) -> AsyncIterator[ExactlyOnce]:
    """The journal of a broker with transactions; from here on every earlier relay of this service is fenced."""
    await ensure_topic(
        admin, settings, position_topic_of(settings.service), partitions=1,
        configs={"cleanup.policy": "compact", "segment.bytes": "16777216", "segment.ms": "3600000"},
    )  # fmt: skip
    producer = await open_producer(settings, transactional_id=f"casetrail.{settings.service}.relay")
    try:
        yield ExactlyOnce(settings, producer, reader, notes)
    finally:
        await close_producer(producer)


def filled_bytes(filled: Filled) -> bytes:
    """The value of a position record."""
    last = {str(partition): [p.offset, str(p.event_id)] for partition, p in filled.last.items()}
    record = {"position": filled.position, "filling": filled.number, "cluster": filled.cluster, "last": last}
    return orjson.dumps(record)


def filled_from(value: bytes) -> Filled:
    """What a position record says."""
    record = orjson.loads(value)
    last = {int(partition): Placed(offset, UUID(event_id)) for partition, (offset, event_id) in record["last"].items()}
    return Filled(record["filling"], record["cluster"], record["position"], last)


async def last_committed(reader: AIOKafkaConsumer, place: TopicPartition) -> Any:
    """The last committed record of a partition, None if there is none: looked for from the end, further and further back.

    What was aborted and the markers of transactions have offsets too, and compaction leaves holes.
    """
    async with asyncio.timeout(READ_SECONDS):
        start = (await reader.beginning_offsets([place]))[place]
        end = (await reader.end_offsets([place]))[place]
        back = TAIL
        while True:
            begin = max(start, end - back)
            found = await _between(reader, place, begin, end)
            if found is not None or begin == start:
                return found
            back *= 16


async def _between(reader: AIOKafkaConsumer, place: TopicPartition, begin: int, end: int) -> Any:
    """The last committed record in a range; KafkaTimeoutError while somebody's open transaction hides what lies behind it."""
    reader.assign([place])
    reader.seek(place, begin)
    found = None
    while reader.highwater(place) is None or await reader.position(place) < end:
        for record in (await reader.getmany(place, timeout_ms=100)).get(place, ()):
            found = record
    if reader.last_stable_offset(place) != reader.highwater(place):
        raise KafkaTimeoutError(f"{place.topic}: a transaction is open")
    return found
