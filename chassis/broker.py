"""Kafka: topics, and stored events as CloudEvents 1.0 in binary mode, every hashed field as a header, the value verbatim."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError
from aiokafka.helpers import create_ssl_context

from chassis.codec import read_as
from chassis.envelope import Envelope, Recorded, Sequenced, actor_bytes, actor_from, instant
from chassis.settings import Settings

T = TypeVar("T")
GONE = (OSError, KafkaError, TimeoutError, AssertionError)
"""What is raised when the broker went away (the client asserts that a partition is known when a broker came back empty)."""

FILLING = "casetrail-filling"
"""Header: which filling of the topic a message belongs to; it changes when the relay begins the topic anew."""

MAX_BYTES = 4 * 1024 * 1024  # the largest message: a published catalogue or rulebook with room
START_SECONDS = 30.0  # in which a producer must have found its broker
TRANSACTION_MS = 60_000  # the broker's patience with an open transaction: longer than the relay's with a page


class Malformed(Exception):
    """A message is not one of ours: a header is missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Received:
    """An event of another service, as it came over the wire or from its ledger."""

    source: str
    idx: int
    shard: int
    shard_idx: int
    leaf: bytes
    chain: bytes
    recorded: Recorded
    traceparent: str | None = None

    @property
    def envelope(self) -> Envelope:
        """The event's envelope."""
        return self.recorded.envelope

    def read(self, reader: type[T]) -> T:
        """The event's data, read with the consumer's own small dataclass."""
        return read_as(reader, self.recorded.data)


def topic_of(service: str) -> str:
    """The topic of a service's events."""
    return f"casetrail.{service}.events.v1"


def checkpoints_topic_of(service: str) -> str:
    """The topic of a service's signed checkpoints."""
    return f"casetrail.{service}.checkpoints.v1"


def partition_of(shard: int, partitions: int) -> int:
    """The partition of a shard; `partitions` divides 64."""
    return shard % partitions


def headers_of(service: str, sequenced: Sequenced) -> list[tuple[str, bytes]]:
    """The Kafka headers of a ledger row (CloudEvents binary mode)."""
    e = sequenced.envelope
    fields: dict[str, str | None] = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": str(e.event_id),
        "ce_source": f"/services/{service}",
        "ce_type": e.type,
        "ce_subject": e.subject,
        "ce_time": instant(e.occurred_at),
        "ce_dataschema": f"/contracts/events/{service}/{e.type.removeprefix(f'casetrail.{service}.')}.json",
        "ce_recordedtime": instant(e.recorded_at),
        "ce_partitionkey": e.subject,
        "ce_sequence": f"{e.version:010d}",
        "ce_streamid": e.stream_id,
        "ce_commandid": str(e.command_id),
        "ce_correlationid": str(e.correlation_id),
        "ce_causationid": str(e.causation_id),
        "ce_district": e.district,
        "ce_organ": e.organ,
        "ce_actor": actor_bytes(e.actor).decode(),
        "ce_device": e.device,
        "ce_rulebook": e.rulebook,
        "ce_traceparent": e.traceparent,
        "ce_idx": str(sequenced.idx),
        "ce_shard": str(sequenced.shard),
        "ce_shardidx": str(sequenced.shard_idx),
        "ce_hash": sequenced.leaf.hex(),
        "ce_chain": sequenced.chain.hex(),
        "traceparent": e.traceparent,
    }
    return [(name, value.encode()) for name, value in fields.items() if value is not None]


def received_from(headers: Sequence[tuple[str, bytes]], value: bytes) -> Received:
    """The event of a message; Malformed names what is wrong."""
    fields: dict[str, str] = {}
    try:
        fields.update((name, content.decode()) for name, content in headers)
        return Received(
            source=fields["ce_source"].removeprefix("/services/"),
            idx=int(fields["ce_idx"]),
            shard=int(fields["ce_shard"]),
            shard_idx=int(fields["ce_shardidx"]),
            leaf=bytes.fromhex(fields["ce_hash"]),
            chain=bytes.fromhex(fields["ce_chain"]),
            recorded=Recorded(_envelope(fields), value),
            traceparent=fields.get("traceparent"),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise Malformed(f"{error!r} in the headers of {fields.get('ce_id')}") from error


def filling_of(headers: Sequence[tuple[str, bytes]]) -> int:
    """Which filling of its topic a message belongs to; Malformed if that cannot be read."""
    try:
        return int(dict(headers).get(FILLING, b"0"))
    except ValueError as error:
        raise Malformed(f"{error!r} in the header {FILLING}") from error


def _envelope(fields: Mapping[str, str]) -> Envelope:
    return Envelope(
        event_id=UUID(fields["ce_id"]), command_id=UUID(fields["ce_commandid"]), stream_id=fields["ce_streamid"],
        version=int(fields["ce_sequence"]), type=fields["ce_type"], district=fields["ce_district"], organ=fields["ce_organ"],
        subject=fields["ce_subject"], occurred_at=datetime.fromisoformat(fields["ce_time"]),
        recorded_at=datetime.fromisoformat(fields["ce_recordedtime"]), actor=actor_from(fields["ce_actor"]),
        device=fields.get("ce_device"), correlation_id=UUID(fields["ce_correlationid"]),
        causation_id=UUID(fields["ce_causationid"]), traceparent=fields.get("ce_traceparent"), rulebook=fields.get("ce_rulebook"),
    )  # fmt: skip


def reached(settings: Settings) -> dict[str, Any]:
    """Where the broker is and as whom this service comes to it, as its clients are told."""
    security = settings.kafka_security
    given: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap, "security_protocol": security.upper()}
    if security.endswith("ssl"):
        given["ssl_context"] = create_ssl_context(cafile=settings.kafka_ca or None)
    if security.startswith("sasl"):
        given |= {
            "sasl_mechanism": settings.kafka_mechanism, "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": settings.kafka_password,
        }  # fmt: skip
    return given


@asynccontextmanager
async def administration(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An administration client."""
    admin = AIOKafkaAdminClient(**reached(settings), request_timeout_ms=5000)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def cluster_of(admin: AIOKafkaAdminClient) -> str:
    """The id of the cluster; another id means that a broker in memory came back empty, or that we were pointed elsewhere."""
    return str((await admin.describe_cluster())["cluster_id"])


async def ensure_topic(
    admin: AIOKafkaAdminClient, settings: Settings, topic: str, *, partitions: int = 0, configs: Mapping[str, str] | None = None
) -> None:
    """Create a topic, unless it is there: one that keeps everything, with as many partitions as set, unless told otherwise.

    One replica may be missing and it takes messages still; with fewer in sync it takes none, so that none can be lost.
    """
    if topic in await admin.list_topics():
        return
    wanted = dict(configs or {"retention.ms": "-1", "retention.bytes": "-1", "max.message.bytes": str(MAX_BYTES)})
    if settings.kafka_replication > 1:
        wanted["min.insync.replicas"] = str(settings.kafka_replication - 1)
    new = NewTopic(topic, partitions or settings.kafka_partitions, settings.kafka_replication, topic_configs=wanted)
    try:
        await admin.create_topics([new])
    except TopicAlreadyExistsError:
        return  # another process was faster


async def recreate_topic(admin: AIOKafkaAdminClient, settings: Settings, topic: str) -> None:
    """Empty a topic whose content is not what was put there, by deleting and creating it."""
    if topic in await admin.list_topics():
        await admin.delete_topics([topic])
    await ensure_topic(admin, settings, topic)


async def open_producer(settings: Settings, transactional_id: str | None = None) -> AIOKafkaProducer:
    """A producer that waits for all replicas; idempotent where the broker has it.

    With a `transactional_id` it begins that id's next epoch: when this returns, every earlier producer of the id is fenced and
    what it left open is aborted. TimeoutError if no coordinator is found.
    """
    transactional: dict[str, Any] = {"transactional_id": transactional_id, "transaction_timeout_ms": TRANSACTION_MS}
    producer = AIOKafkaProducer(
        **reached(settings), acks="all", enable_idempotence=settings.kafka_idempotent,
        max_batch_size=1024 * 1024, max_request_size=MAX_BYTES, request_timeout_ms=10_000, retry_backoff_ms=50,
        **(transactional if transactional_id else {}),
    )  # fmt: skip
    try:
        async with asyncio.timeout(START_SECONDS):
            await producer.start()
    except BaseException:
        await close_producer(producer)
        raise
    return producer


async def close_producer(producer: AIOKafkaProducer) -> None:
    """End a producer at once. What it has not delivered is given up: whoever cares waited for it, or reads what arrived.

    The client's own `stop` waits for all of it, for ever where the producer is idempotent and a broker or topic is gone.
    """
    sender = producer._sender.sender_task
    while sender is not None and not sender.done():
        sender.cancel()  # again and again: it waits for requests under way, and some of those for a server
        await asyncio.wait({sender}, timeout=1)
    producer._closed = True
    await producer.client.close()


async def open_consumer(settings: Settings) -> AIOKafkaConsumer:
    """A consumer without a group: it is assigned and sought by hand."""
    consumer = AIOKafkaConsumer(
        **reached(settings), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest",
        fetch_max_wait_ms=settings.kafka_fetch_wait_ms, max_partition_fetch_bytes=MAX_BYTES, request_timeout_ms=10_000,
        retry_backoff_ms=50, isolation_level="read_committed",
    )  # fmt: skip
    try:
        await consumer.start()
    except BaseException:
        await consumer.stop()
        raise
    return consumer
