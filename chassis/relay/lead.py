"""The one relay of a service that leads: it knows what the topic holds, reads the ledger a page ahead, and produces."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaTimeoutError, ProducerFenced

from chassis.broker import administration, cluster_of, ensure_topic, open_consumer, recreate_topic, topic_of
from chassis.database import LEDGER, WakeUp, leadership
from chassis.eventstore import Connection
from chassis.relay.batches import together
from chassis.relay.filled import Filled, Journal, Placed, TopicChanged
from chassis.relay.noted import Notes, at_least_once
from chassis.relay.pages import Message, read_page
from chassis.relay.transactional import exactly_once
from chassis.settings import Settings
from chassis.telemetry import log

PAGE = 2000  # ledger rows
CHECK_SECONDS = 1.0  # between two looks whether the topic is still the one that was filled
PAGE_SECONDS = 30.0  # in which a page must be produced, committed too; the broker's patience (TRANSACTION_MS) is longer
EMPTY_SECONDS = 10.0  # in which a topic that was begun anew must be empty


class Relay:
    """Relays one service's ledger: exactly once where the broker has transactions, elsewhere at least once."""

    def __init__(self, settings: Settings, *, simulated: bool) -> None:
        self._settings = settings
        self._simulated = simulated

    async def run(self) -> None:
        """Lead, check what the topic holds, and produce for as long as database and broker live and nobody else took over."""
        try:
            async with leadership(self._settings.dsn, "relay") as connection, administration(self._settings) as admin:
                await ensure_topic(admin, self._settings, topic_of(self._settings.service))
                async with _reading(self._settings) as reader, self._journal(connection, admin, reader) as journal:
                    await _Lead(self._settings, connection, admin, reader, journal).run()
        except ProducerFenced:
            log.warning("relay_fenced", topic=topic_of(self._settings.service))
            raise

    @asynccontextmanager
    async def _journal(
        self, connection: Connection, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer
    ) -> AsyncIterator[Journal]:
        notes = Notes(self._settings, connection, simulated=self._simulated)
        if self._settings.kafka_transactions:
            async with exactly_once(self._settings, admin, reader, notes) as transactional:
                yield transactional
        else:
            async with at_least_once(self._settings, notes) as noted:
                yield noted


@asynccontextmanager
async def _reading(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    reader = await open_consumer(settings)
    try:
        yield reader
    finally:
        await reader.stop()


class _Lead:
    """One lead: its connections, and what it knows."""

    def __init__(
        self, settings: Settings, connection: Any, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer, journal: Journal
    ) -> None:
        self._settings, self._connection, self._admin, self._reader = settings, connection, admin, reader
        self._journal = journal
        self._topic = topic_of(settings.service)

    async def run(self) -> None:
        """Go on where the journal says, or begin anew; then follow the ledger."""
        wake = WakeUp(self._settings.poll_seconds * 5)
        await self._connection.add_listener(LEDGER, wake)
        filled = await self._journal.read()
        if filled is None or not await self._holds(filled):
            filled = await self._begin_anew()
        await self._follow(filled, wake)

    async def _follow(self, filled: Filled, wake: WakeUp) -> None:
        checked = time.monotonic()
        page: Sequence[Message] = await self._read(filled.position)
        while True:
            if time.monotonic() - checked > CHECK_SECONDS:
                await self._check(filled)
                checked = time.monotonic()
            if page:
                filled, page = await self._relay(page, filled)
            else:
                await wake.wait()
                page = await self._read(filled.position)

    async def _relay(self, page: Sequence[Message], filled: Filled) -> tuple[Filled, Sequence[Message]]:
        """Produce a page while the next one is read; it is noted before that one is produced.

        A page that is not full was the last one: whoever makes another one wakes us.
        """
        async with asyncio.timeout(PAGE_SECONDS):
            if len(page) == PAGE:
                after, following = await together(self._journal.produce(page, filled), self._read(page[-1].idx))
            else:
                after, following = await self._journal.produce(page, filled), []
        await self._journal.note(after)
        return after, following

    async def _read(self, position: int) -> list[Message]:
        return await read_page(self._connection, self._settings.service, position, PAGE)

    async def _check(self, filled: Filled) -> None:
        """A producer is not told that topic or broker came back empty, or that records were deleted; the reader is asked."""
        if not await self._is_whole(filled) or not await self._journal.intact():
            raise TopicChanged(self._topic)

    async def _is_whole(self, filled: Filled) -> bool:
        """Whether the cluster is the same, and the topic still begins at its beginning and ends behind what was put there."""
        if await cluster_of(self._admin) != filled.cluster:
            return False
        places = {TopicPartition(self._topic, partition): placed.offset for partition, placed in filled.last.items()}
        begins, ends = await self._reader.beginning_offsets(places), await self._reader.end_offsets(places)
        return not any(begins[place] > 0 or ends[place] <= offset for place, offset in places.items())

    async def _holds(self, filled: Filled) -> bool:
        """Whether the topic is whole, and the message put last into each partition is read back from where it was put."""
        if not await self._is_whole(filled):
            return False
        return all([await self._is_there(partition, placed) for partition, placed in filled.last.items()])

    async def _is_there(self, partition: int, placed: Placed) -> bool:
        place = TopicPartition(self._topic, partition)
        self._reader.assign([place])
        self._reader.seek(place, placed.offset)
        found = (await self._reader.getmany(place, timeout_ms=5000, max_records=1)).get(place, [])
        ids = [dict(record.headers).get("ce_id") for record in found if record.offset == placed.offset]
        return ids == [str(placed.event_id).encode()]

    async def _begin_anew(self) -> Filled:
        """Produce everything again: consumers skip what they have, and read each partition from its beginning."""
        places = [TopicPartition(self._topic, partition) for partition in range(self._settings.kafka_partitions)]
        if await self._is_used(places):
            await self._journal.claim()
            await recreate_topic(self._admin, self._settings, self._topic)
            await self._wait_until_empty(places)
        filled = await self._journal.begin(await cluster_of(self._admin))
        if filled.number > 1:
            log.warning("topic_refilled", topic=self._topic, filling=filled.number)
        return filled

    async def _is_used(self, places: Sequence[TopicPartition]) -> bool:
        return any((await self._reader.end_offsets(places)).values())

    async def _wait_until_empty(self, places: Sequence[TopicPartition]) -> None:
        """A broker may not know yet that the topic was deleted, and take into the old one what is lost with it."""
        until = time.monotonic() + EMPTY_SECONDS
        while await self._is_used(places):
            if time.monotonic() > until:
                raise KafkaTimeoutError(f"{self._topic}: is not empty")
            await asyncio.sleep(0.05)
