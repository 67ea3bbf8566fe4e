"""What our relay and consumers rest on: how the brokers behave at the end of a topic, and after they were killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, OffsetOutOfRangeError

from deploy.embedded.broker import Tansu
from deploy.embedded.kafka import LIBRARIES, Kafka
from deploy.embedded.topics import delete_topics
from tests.stack.conftest import Run

TOPIC = "casetrail.probe.v1"
PART = TopicPartition(TOPIC, 3)
fetched = pytest.mark.skipif(not (LIBRARIES / "complete").exists(), reason="Apache Kafka is not here: make test-kafka")


class Clients:
    """An administrator, a producer and a consumer of one broker."""

    def __init__(self, broker: Tansu | Kafka) -> None:
        address = {"bootstrap_servers": broker.bootstrap}
        self.admin = AIOKafkaAdminClient(**address)
        self.producer = AIOKafkaProducer(**address, acks="all", enable_idempotence=broker.idempotent)
        self.consumer = AIOKafkaConsumer(**address, group_id=None, auto_offset_reset="none", fetch_max_wait_ms=20)

    async def create(self) -> None:
        """The topic, with four partitions."""
        await self.admin.create_topics([NewTopic(TOPIC, 4, 1)])

    async def send(self, *values: bytes) -> int:
        """Send one batch; answers the offset of its first record."""
        batch = self.producer.create_batch()
        for value in values:
            batch.append(key=b"k", value=value, timestamp=None, headers=[("ce_id", value)])
        return int((await (await self.producer.send_batch(batch, TOPIC, partition=3))).offset)

    async def read(self, offset: int) -> list[bytes]:
        """What one fetch from there finds."""
        self.consumer.assign([PART])
        self.consumer.seek(PART, offset)
        found = await self.consumer.getmany(PART, timeout_ms=500)
        return [record.value for record in found.get(PART, [])]

    async def cluster(self) -> str:
        """The cluster's id; a connection that died with a killed broker is noticed by the first question, and opened anew."""
        try:
            return str((await self.admin.describe_cluster())["cluster_id"])
        except KafkaConnectionError:
            return str((await self.admin.describe_cluster())["cluster_id"])


@asynccontextmanager
async def clients_of(broker: Tansu | Kafka) -> AsyncIterator[Clients]:
    """Clients of a running broker, with the topic created."""
    clients = Clients(broker)
    await clients.admin.start()
    await clients.create()
    await clients.producer.start()
    await clients.consumer.start()
    try:
        yield clients
    finally:
        # A consumer that lives through a lost broker may pass on the cancellation of its own fetch.
        await asyncio.gather(clients.consumer.stop(), clients.producer.stop(), return_exceptions=True)
        await clients.admin.close()


async def test_batch_metadata_headers_and_reading_from_the_middle(run: Run) -> None:
    broker = Tansu()
    await run(broker)
    async with clients_of(broker) as clients:
        assert await clients.send(b"a", b"b") == 0
        assert await clients.send(b"c") == 2
        assert await clients.read(1) == [b"b", b"c"]
        assert clients.consumer.highwater(PART) == 3


async def test_fetch_beyond_the_end_is_silent_and_highwater_tells(run: Run) -> None:
    broker = Tansu()
    await run(broker)
    async with clients_of(broker) as clients:
        await clients.send(b"a", b"b")
        assert await clients.read(100) == []
        assert clients.consumer.highwater(PART) == 2


async def test_killed_broker_returns_empty_as_another_cluster(run: Run) -> None:
    broker = Tansu()
    child = await run(broker)
    async with clients_of(broker) as clients:
        await clients.send(b"a")
        before = await clients.cluster()
        child.kill()
        async with asyncio.timeout(10):
            while child.restarts == 0:
                await asyncio.sleep(0.01)
        await child.ready(10)
        assert await clients.cluster() != before
        assert TOPIC not in await clients.admin.list_topics()
        await clients.create()
        assert await clients.send(b"again") == 0
        assert await clients.read(0) == [b"again"]


async def test_earlier_topics_are_deleted_and_others_are_not(run: Run) -> None:
    broker = Tansu()
    await run(broker)
    async with clients_of(broker) as clients:
        await clients.admin.create_topics([NewTopic("somebody.else", 4, 1)])
        assert await delete_topics(broker.bootstrap) == [TOPIC]
        assert await clients.admin.list_topics() == ["somebody.else"]


@fetched
async def test_apache_keeps_its_records_and_its_id_over_sigkill(run: Run, tmp_path: Path) -> None:
    broker = Kafka(tmp_path)
    child = await run(broker)
    async with clients_of(broker) as clients:
        await clients.send(b"a", b"b")
        before = await clients.cluster()
        child.kill()
        await asyncio.sleep(0)
        await child.ready(60)
        assert await clients.send(b"c") == 2
        assert await clients.read(0) == [b"a", b"b", b"c"]
        assert await clients.cluster() == before
        with pytest.raises(OffsetOutOfRangeError):
            await clients.read(100)
