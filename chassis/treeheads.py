"""Signed tree heads: the ledger's head published as a checkpoint every few seconds, announced on a topic, read by a witness."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from chassis.broker import administration, checkpoints_topic_of, cluster_of, ensure_topic, open_consumer, open_producer
from chassis.clock import Clock
from chassis.database import leadership
from chassis.envelope import instant
from chassis.eventstore import Connection, Pool, ledger_head
from chassis.merkle import consistent
from chassis.settings import Settings
from chassis.signednote import Checkpoint, Signer
from chassis.telemetry import log
from chassis.tree import LEDGER_TREE, WIDTH, consistency, root_at

SIMULATED = "simulated"
LOOK_SECONDS = 1.0  # between two looks for something to announce, or for what was announced
REPEAT_SECONDS = 60.0  # after which a head is announced again: a topic that lost it is told anew
CLUSTER_SECONDS = 5.0  # between two looks whether the cluster is still the same
PARTITION = 0  # heads of one log are few, and in order

STORED = LEDGER_TREE.stored
LATEST = "SELECT size, root, note FROM tree_heads ORDER BY size DESC LIMIT 1"
OF_SIZE = "SELECT size, root, note FROM tree_heads WHERE size = $1"
SAVE = "INSERT INTO tree_heads (size, root, note, recorded_at, simulated) VALUES ($1, $2, $3, $4, $5)"


class Inconsistent(Exception):
    """The ledger does not contain what was signed before: it was cut, or its history was written anew."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A signed head of a log: how many leaves, their root, and the note that says so."""

    size: int
    root: bytes
    note: str


async def latest_head(connection: Connection | Pool) -> TreeHead | None:
    """The largest head that was signed; None if there is none yet."""
    return await _head(connection, LATEST)


async def head_of_size(connection: Connection | Pool, size: int) -> TreeHead | None:
    """The head that was signed at exactly this size."""
    return await _head(connection, OF_SIZE, size)


async def _head(connection: Connection | Pool, sql: str, *args: int) -> TreeHead | None:
    row = await connection.fetchrow(sql, *args)
    return None if row is None else TreeHead(row["size"], bytes(row["root"]), row["note"])


async def sign_head(connection: Connection, origin: str, signer: Signer, clock: Clock) -> TreeHead | None:
    """Sign and store the ledger's head if it moved; answers the new head, None if there is nothing new.

    Never signs a head that does not contain the last signed one: raises Inconsistent, naming the sizes. Guarded by
    tests/chassis/test_treeheads.py.
    """
    size = await ledger_head(connection)
    last = await latest_head(connection)
    if last is not None and size < last.size:
        raise Inconsistent(f"the ledger was cut: {last.size} rows were signed, it has {size}")
    if size == 0 or await connection.fetchval(STORED) < size // WIDTH:
        return None  # nothing yet, or the sequencer is filling the tree in
    root = await root_at(connection, LEDGER_TREE, size)
    if last is not None:
        await _check(connection, last, size, root)
        if size == last.size:
            return None
    now = clock.now()
    extensions = (f"{SIMULATED} {instant(now)}",) if clock.simulated else ()
    head = TreeHead(size, root, signer.sign(Checkpoint(origin, size, root, extensions).text))
    await connection.execute(SAVE, head.size, head.root, head.note, now, clock.simulated)
    return head


async def _check(connection: Connection, last: TreeHead, size: int, root: bytes) -> None:
    proof = await consistency(connection, LEDGER_TREE, last.size, size)
    if not consistent(last.size, size, last.root, root, proof):
        raise Inconsistent(f"the ledger was rewritten: its first {last.size} rows are not those that were signed")


async def run_signing(settings: Settings, _: Pool, clock: Clock) -> None:
    """Lead, and sign the ledger's head whenever it moved. An inconsistent ledger is not signed, and said again and again."""
    if (signer := settings.signer) is None:
        raise ValueError(f"{settings.service} has no signing key")
    async with leadership(settings.dsn, "treeheads") as connection:
        while True:
            try:
                await sign_head(connection, settings.origin_of(settings.service), signer, clock)
            except Inconsistent as error:
                log.error("ledger_inconsistent", service=settings.service, error=str(error))
            await asyncio.sleep(settings.checkpoint_seconds)


async def run_announcing(settings: Settings, pool: Pool, _: Clock) -> None:
    """Produce each newest head to the checkpoints topic. Any worker may: whoever reads it twice sees the same note."""
    topic = checkpoints_topic_of(settings.service)
    async with administration(settings) as admin:
        await ensure_topic(admin, settings, topic)
        cluster = await cluster_of(admin)
        producer = await open_producer(settings)
        try:
            await _announce(settings, pool, producer, topic, lambda: _same(admin, cluster))
        finally:
            await producer.stop()


async def _announce(
    settings: Settings, pool: Pool, producer: AIOKafkaProducer, topic: str, same: Callable[[], Awaitable[bool]]
) -> None:
    """Until the cluster is another one: a broker that came back empty is told anew, by whoever begins again."""
    told, when, looked = "", 0.0, time.monotonic()
    while True:
        head = await latest_head(pool)
        if head is not None and (head.note != told or time.monotonic() - when > REPEAT_SECONDS):
            key = settings.origin_of(settings.service).encode()
            await producer.send_and_wait(topic, head.note.encode(), key=key, partition=PARTITION)
            told, when = head.note, time.monotonic()
        await asyncio.sleep(LOOK_SECONDS)
        if time.monotonic() - looked > CLUSTER_SECONDS:
            if not await same():
                return
            looked = time.monotonic()


async def _same(admin: AIOKafkaAdminClient, cluster: str) -> bool:
    return await cluster_of(admin) == cluster


class Announced:
    """What other services announced last: the newest message of each checkpoints topic, whatever was read before.

    It keeps no position, so a topic that was begun anew is read like any other.
    """

    def __init__(self, kafka: AIOKafkaConsumer, sources: Iterable[str]) -> None:
        self._kafka = kafka
        self._places = {TopicPartition(checkpoints_topic_of(source), PARTITION): source for source in sources}
        self._ends: dict[TopicPartition, int] = {}

    async def read(self) -> Sequence[tuple[str, bytes]]:
        """Each source whose newest message was not read yet, with the message."""
        ends = await self._kafka.end_offsets(list(self._places))
        fresh = [place for place, end in ends.items() if end > 0 and self._ends.get(place) != end]
        found: list[tuple[str, bytes]] = []
        if fresh:
            self._kafka.assign(fresh)
        for place in fresh:
            self._kafka.seek(place, ends[place] - 1)
        for place in fresh:
            for record in (await self._kafka.getmany(place, timeout_ms=5000)).get(place, [])[-1:]:
                found.append((self._places[place], bytes(record.value or b"")))
                self._ends[place] = ends[place]
        return found


async def open_announced(settings: Settings, sources: Sequence[str]) -> tuple[AIOKafkaConsumer, Announced]:
    """A reader of these services' checkpoints topics, which are made if need be; the caller stops the consumer."""
    async with administration(settings) as admin:
        for source in sources:
            await ensure_topic(admin, settings, checkpoints_topic_of(source))
    kafka = await open_consumer(settings)
    return kafka, Announced(kafka, sources)
