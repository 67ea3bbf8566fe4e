"""Relaying: the ledger to the broker, beside bare `send_batch` of the same messages."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer

from bench.append import writing
from bench.load import Append
from bench.measure import Path, Sample, Target, Variant, ratio
from bench.sequence import sequenced
from bench.stage import Stage
from chassis.broker import administration, ensure_topic, headers_of, open_producer, partition_of, topic_of
from chassis.database import connect
from chassis.eventstore import Connection, ledger_after
from chassis.relay import Relay
from chassis.settings import Settings
from chassis.testing import settings_for
from chassis.worker import running

PAGE = 2000  # messages of one go, as the relay takes them
POLL_SECONDS = 0.002
POSITION = "SELECT position FROM checkpoints WHERE name = 'relay'"
FORGET = "DELETE FROM checkpoints WHERE name = 'relay'"

Message = tuple[bytes, bytes, list[tuple[str, bytes]]]


async def ledger_of(dsn: str, connection: Connection, events: int, per_command: int = 8) -> None:
    """Fill the ledger of an empty database with so many events, so many to a command."""
    async with writing(dsn) as writer:
        once = Append(writer, per_command)
        for _ in range(events // (per_command * 200)):
            await asyncio.gather(*(once() for _ in range(200)))
    await sequenced(connection)


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    async with stage.database() as dsn:
        connection = await connect(dsn, "bench")
        try:
            await ledger_of(dsn, connection, stage.bulk)
            head = await connection.fetchval("SELECT max(idx) FROM ledger")
            messages = await _messages(connection)
            yield {
                "relay": lambda: _relayed(_settings(stage, dsn), connection, head),
                "bare `send_batch`": lambda: _sent(_settings(stage, dsn), messages),
            }
        finally:
            await connection.close()


def _settings(stage: Stage, dsn: str) -> Settings:
    """Of a service that nobody has heard of, so that its topic is new."""
    return settings_for(f"bench{uuid.uuid4().hex}", dsn, kafka_bootstrap=stage.bootstrap)


async def _relayed(settings: Settings, connection: Connection, head: int) -> Sample:
    """The relay as a worker runs it, timed from its first page to its last: finding the topic empty is not counted."""
    await connection.execute(FORGET)
    async with running(Relay(settings, simulated=False).run()):
        first = await _reaches(connection, 1)
        begun = time.perf_counter()
        await _reaches(connection, head)
        return Sample((head - first) / (time.perf_counter() - begun))


async def _reaches(connection: Connection, position: int) -> int:
    async with asyncio.timeout(60):
        while (reached := await connection.fetchval(POSITION) or 0) < position:
            await asyncio.sleep(POLL_SECONDS)
    return int(reached)


async def _messages(connection: Connection) -> Sequence[dict[int, list[Message]]]:
    """The ledger as ready messages, page by page and partition by partition."""
    pages, after = [], 0
    while rows := await ledger_after(connection, after, PAGE):
        page: dict[int, list[Message]] = defaultdict(list)
        for row in rows:
            message = (row.envelope.subject.encode(), row.recorded.data, headers_of("bench", row))
            page[partition_of(row.shard, 4)].append(message)
        pages.append(page)
        after = rows[-1].idx
    return pages


async def _sent(settings: Settings, pages: Sequence[dict[int, list[Message]]]) -> Sample:
    """The same messages, ready in memory: one batch per partition and page, each waited for."""
    topic = topic_of(settings.service)
    async with administration(settings) as admin:
        await ensure_topic(admin, settings, topic)
    producer = await open_producer(settings)
    try:
        await producer.partitions_for(topic)
        begun, count = time.perf_counter(), 0
        for page in pages:
            for partition, messages in page.items():
                count += await _send(producer, topic, partition, messages)
        return Sample(count / (time.perf_counter() - begun))
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, topic: str, partition: int, messages: Sequence[Message]) -> int:
    remaining = list(messages)
    while remaining:
        batch, taken = producer.create_batch(), 0
        for key, value, headers in remaining:
            if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
                break
            taken += 1
        batch.close()
        await (await producer.send_batch(batch, topic, partition=partition))
        remaining = remaining[taken:]
    return len(messages)


RELAY = Path(
    "relay", "Relay",
    """The relay as a worker runs it, from its second page on: reading the ledger, all headers, `send_batch` page by page, its
position. Bare: the same messages with the same headers, ready in memory, sent by `send_batch` and waited for, and no more.""",
    (Target("relay ledger → broker / bare `send_batch`", 0.5, 0.8, ratio("relay", "bare `send_batch`")),),
    _prepared,
)  # fmt: skip
