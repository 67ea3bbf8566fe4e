"""The relay: produces the ledger, in order, to the service's topic, and refills a topic that lost what it had."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from chassis.broker import (
    FILLING,
    administration,
    cluster_of,
    ensure_topic,
    headers_of,
    open_consumer,
    open_producer,
    partition_of,
    received_from,
    recreate_topic,
    topic_of,
)
from chassis.database import LEDGER, WakeUp, leadership
from chassis.envelope import Sequenced
from chassis.eventstore import ledger_after
from chassis.settings import Settings
from chassis.telemetry import log

PAGE = 2000  # ledger rows
CHECK_SECONDS = 1.0  # between two looks whether the topic is still the one that was filled

POSITION = "SELECT position FROM checkpoints WHERE name = 'relay'"
SAVE_POSITION = """
INSERT INTO checkpoints (name, position, simulated) VALUES ('relay', $1, $2)
ON CONFLICT (name) DO UPDATE SET position = EXCLUDED.position
"""
PRODUCED = "SELECT partition, log_offset, event_id FROM produced WHERE topic = $1"
SAVE_PRODUCED = """
INSERT INTO produced (topic, partition, log_offset, event_id) SELECT $1, * FROM unnest($2::int[], $3::bigint[], $4::uuid[])
ON CONFLICT (topic, partition) DO UPDATE SET log_offset = EXCLUDED.log_offset, event_id = EXCLUDED.event_id
"""
FORGET_PRODUCED = "DELETE FROM produced WHERE topic = $1"
FILLED = "SELECT filling, cluster FROM fillings WHERE topic = $1"
SAVE_FILLING = """
INSERT INTO fillings (topic, filling, cluster) VALUES ($1, $2, $3)
ON CONFLICT (topic) DO UPDATE SET filling = EXCLUDED.filling, cluster = EXCLUDED.cluster
"""


class TopicChanged(Exception):
    """The topic is not the one that was filled: it was recreated or cut, or the broker came back empty."""


@dataclass(slots=True)
class _Filling:
    """The filling of the topic that this lead continues: its number, its cluster, the last offset per partition."""

    number: int
    cluster: str
    last: dict[int, int] = field(default_factory=dict)


class Relay:
    """Relays one service's ledger. At least once: a repeat is skipped by every consumer's scalar."""

    def __init__(self, settings: Settings, *, simulated: bool) -> None:
        self._settings = settings
        self._simulated = simulated
        self._topic = topic_of(settings.service)

    async def run(self) -> None:
        """Lead, check what the topic holds, and produce for as long as database and broker live."""
        async with leadership(self._settings.dsn, "relay") as connection, administration(self._settings) as admin:
            await ensure_topic(admin, self._settings, self._topic)
            reader = await open_consumer(self._settings)
            try:
                filling = await self._continued(connection, admin, reader)
                if filling is None:
                    filling = await self._begun_anew(connection, admin, reader)
                producer = await open_producer(self._settings)
                try:
                    await self._follow(connection, admin, producer, filling)
                finally:
                    await producer.stop()
            finally:
                await reader.stop()

    async def _follow(
        self,
        connection: asyncpg.Connection[asyncpg.Record],
        admin: AIOKafkaAdminClient,
        producer: AIOKafkaProducer,
        filling: _Filling,
    ) -> None:
        wake = WakeUp(self._settings.poll_seconds * 5)
        await connection.add_listener(LEDGER, wake)
        position: int = await connection.fetchval(POSITION) or 0
        checked = time.monotonic()
        while True:
            if time.monotonic() - checked > CHECK_SECONDS:
                await self._check(admin, filling)
                checked = time.monotonic()
            rows = await ledger_after(connection, position, PAGE)
            if rows:
                await self._produce(connection, producer, rows, filling)
                position = rows[-1].idx
            else:
                await wake.wait()

    async def _check(self, admin: AIOKafkaAdminClient, filling: _Filling) -> None:
        """A producer is not told that a broker came back empty: it is acknowledged by the new one. The cluster id tells."""
        if await cluster_of(admin) != filling.cluster:
            raise TopicChanged(f"{self._topic}: another cluster")

    async def _produce(
        self,
        connection: asyncpg.Connection[asyncpg.Record],
        producer: AIOKafkaProducer,
        rows: Sequence[Sequenced],
        filling: _Filling,
    ) -> None:
        """Produce a page, partition by partition in order, and only then note it.

        A kill in between produces the page again; an offset that does not grow means that the topic is another one. Guarded by
        tests/chassis/test_consumer.py.
        """
        pages: dict[int, list[Sequenced]] = defaultdict(list)
        for row in rows:
            pages[partition_of(row.shard, self._settings.kafka_partitions)].append(row)
        noted: list[tuple[int, int, UUID]] = []
        for partition, page in sorted(pages.items()):
            offset, event_id = await self._produce_page(producer, partition, page, filling.number)
            if offset <= filling.last.get(partition, -1):
                raise TopicChanged(f"{self._topic}/{partition}: offset {offset}")
            filling.last[partition] = offset
            noted.append((partition, offset, event_id))
        async with connection.transaction():
            columns: list[list[Any]] = [list(column) for column in zip(*noted, strict=True)]
            await connection.execute(SAVE_PRODUCED, self._topic, *columns)
            await connection.execute(SAVE_POSITION, rows[-1].idx, self._simulated)

    async def _produce_page(
        self, producer: AIOKafkaProducer, partition: int, page: Sequence[Sequenced], number: int
    ) -> tuple[int, UUID]:
        """Offset and event of the first message of the last batch; every batch waits for its predecessor, so that order holds."""
        offset, event_id = -1, page[0].envelope.event_id
        remaining = list(page)
        while remaining:
            batch = producer.create_batch()
            taken = 0
            for row in remaining:
                headers = [*headers_of(self._settings.service, row), (FILLING, str(number).encode())]
                key = row.envelope.subject.encode()
                if batch.append(key=key, value=row.recorded.data, timestamp=None, headers=headers) is None:
                    break
                taken += 1
            if taken == 0:
                raise ValueError(f"event {remaining[0].envelope.event_id} is larger than a message may be")
            batch.close()
            metadata = await (await producer.send_batch(batch, self._topic, partition=partition))
            offset, event_id = metadata.offset, remaining[0].envelope.event_id
            remaining = remaining[taken:]
        return offset, event_id

    async def _continued(
        self, connection: asyncpg.Connection[asyncpg.Record], admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer
    ) -> _Filling | None:
        """The filling that was under way, if the topic still holds what it should; None if it must be begun anew."""
        row = await connection.fetchrow(FILLED, self._topic)
        if row is None or row["cluster"] != await cluster_of(admin):
            return None
        produced = await connection.fetch(PRODUCED, self._topic)
        if not all([await self._holds(reader, p["partition"], p["log_offset"], p["event_id"]) for p in produced]):
            return None
        return _Filling(row["filling"], row["cluster"], {p["partition"]: p["log_offset"] for p in produced})

    async def _holds(self, reader: AIOKafkaConsumer, partition: int, offset: int, event_id: UUID) -> bool:
        """Whether the message noted last is read back where it was put."""
        place = TopicPartition(self._topic, partition)
        if (await reader.end_offsets([place]))[place] <= offset:
            return False
        reader.assign([place])
        reader.seek(place, offset)
        found = await reader.getmany(place, timeout_ms=5000, max_records=1)
        return bool(found) and received_from(found[place][0].headers, b"").envelope.event_id == event_id

    async def _begun_anew(
        self, connection: asyncpg.Connection[asyncpg.Record], admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer
    ) -> _Filling:
        """Produce everything again: consumers skip what they have, and read each partition from its beginning."""
        places = [TopicPartition(self._topic, partition) for partition in range(self._settings.kafka_partitions)]
        if any((await reader.end_offsets(places)).values()):
            await recreate_topic(admin, self._settings, self._topic)
        row = await connection.fetchrow(FILLED, self._topic)
        filling = _Filling(row["filling"] + 1 if row is not None else 1, await cluster_of(admin))
        if row is not None:
            log.warning("topic_refilled", topic=self._topic, filling=filling.number)
        async with connection.transaction():
            await connection.execute(FORGET_PRODUCED, self._topic)
            await connection.execute(SAVE_POSITION, 0, self._simulated)
            await connection.execute(SAVE_FILLING, self._topic, filling.number, filling.cluster)
        return filling
