"""The consumer: reads other services' topics, notices holes, and hands runs of consecutive events to what applies them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from opentelemetry.trace import SpanKind

from chassis.broker import (
    Malformed,
    Received,
    administration,
    cluster_of,
    ensure_topic,
    filling_of,
    open_consumer,
    partition_of,
    received_from,
    topic_of,
)
from chassis.database import GONE, leadership
from chassis.eventstore import Connection
from chassis.policy import Overtaken, Run
from chassis.settings import Settings
from chassis.telemetry import log, span

FETCH = 1000  # messages
RUN = 200  # events of one shard applied together
BACKLOG = 5_000  # events of one partition held that could not be applied yet
POLL_MS = 200  # to wait for messages
RETRY_MS = 50  # to wait for messages while some wait to be applied again
SAVE_SECONDS = 0.2  # between two notes of how far was read, while there is always more to read
CHECK_SECONDS = 1.0  # between two looks whether the cluster is still the same

POSITIONS = "SELECT source, shard, position FROM inbox WHERE consumer = $1"
OFFSETS = "SELECT topic, partition, next_offset, cluster, filling FROM offsets WHERE consumer = $1"
# Not waited for until it is on the disk: after a crash of the database more is read again.
SAVE_OFFSETS = """
INSERT INTO offsets (consumer, cluster, topic, partition, next_offset, filling)
SELECT $1, $2, u.* FROM unnest($3::text[], $4::int[], $5::bigint[], $6::int[]) AS u
CROSS JOIN set_config('synchronous_commit', 'off', true)
ON CONFLICT (consumer, topic, partition)
DO UPDATE SET next_offset = EXCLUDED.next_offset, cluster = EXCLUDED.cluster, filling = EXCLUDED.filling
"""

Repair = Callable[[str, int, int, int], Awaitable[Sequence[Received]]]
"""Reads `(source, shard, after, upto)` from the source's own ledger."""


class ClusterChanged(Exception):
    """Another cluster answers, with other offsets: a broker in memory came back empty, or we were pointed elsewhere."""


class Applier(Protocol):
    """What applies runs; answers the new position of each (source, shard)."""

    async def apply(self, runs: Sequence[Run]) -> Mapping[tuple[str, int], int]:
        """Apply runs, each exactly once."""
        ...


class Backlog:
    """What has been read and not yet applied, per (source, shard), in order and without a hole.

    The one rule: `shard_idx == last + 1` is taken, `<= last` is a repeat and skipped, anything else is a loss, and the hole is
    fetched from the source's ledger before what follows it. Guarded by tests/chassis/test_backlog.py.
    """

    def __init__(self, positions: Mapping[tuple[str, int], int], repair: Repair) -> None:
        self._applied: dict[tuple[str, int], int] = defaultdict(int, positions)
        self._waiting: dict[tuple[str, int], deque[tuple[Received, int]]] = defaultdict(deque)
        self._repair = repair

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._waiting.values())

    async def admit(self, received: Received, offset: int) -> None:
        """Take a message that was read at `offset`."""
        shard = (received.source, received.shard)
        waiting = self._waiting[shard]
        last = waiting[-1][0].shard_idx if waiting else self._applied[shard]
        if received.shard_idx <= last:
            return
        if received.shard_idx > last + 1:
            log.error("events_lost_in_transport", source=shard[0], shard=shard[1], after=last, before=received.shard_idx)
            hole = await self._repair(*shard, last, received.shard_idx - 1)
            if [missing.shard_idx for missing in hole] != list(range(last + 1, received.shard_idx)):
                raise OSError(f"the ledger of {shard[0]} did not fill the hole in shard {shard[1]} after {last}")
            waiting.extend((missing, offset) for missing in hole)
        waiting.append((received, offset))

    def runs(self) -> list[Run]:
        """What can be applied next: at most one run per shard."""
        return [
            Run(source, shard, self._applied[source, shard], tuple(received for received, _ in islice(waiting, RUN)))
            for (source, shard), waiting in self._waiting.items()
            if waiting
        ]

    def applied(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Note how far each shard has been applied."""
        for shard, position in positions.items():
            self._applied[shard] = position
            waiting = self._waiting[shard]
            while waiting and waiting[0][0].shard_idx <= position:
                waiting.popleft()

    def held(self, partitions: int) -> Counter[tuple[str, int]]:
        """How much waits, per (source, partition)."""
        held: Counter[tuple[str, int]] = Counter()
        for (source, shard), waiting in self._waiting.items():
            held[source, partition_of(shard, partitions)] += len(waiting)
        return held

    def earliest(self, partitions: int) -> dict[tuple[str, int], int]:
        """Per (source, partition), the lowest offset that is still needed."""
        needed: dict[tuple[str, int], int] = {}
        for (source, shard), waiting in self._waiting.items():
            if waiting:
                place = (source, partition_of(shard, partitions))
                needed[place] = min(waiting[0][1], needed.get(place, waiting[0][1]))
        return needed


class Consumer:
    """One consumer of a service: all partitions of its sources' topics, under one leader lock."""

    def __init__(self, settings: Settings, name: str, sources: Iterable[str], applier: Applier, repair: Repair) -> None:
        self._settings = settings
        self._name = name
        self._sources = tuple(sources)
        self._applier = applier
        self._repair = repair
        self._assigned = {
            TopicPartition(topic_of(source), partition): (source, partition)
            for source in self._sources
            for partition in range(settings.kafka_partitions)
        }
        self._fillings: dict[TopicPartition, int] = {}
        self._offsets: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        """Lead, and consume for as long as database and broker live and the cluster is the same."""
        async with (
            leadership(self._settings.dsn, f"consumer {self._name}") as connection,
            administration(self._settings) as admin,
        ):
            for source in self._sources:
                await ensure_topic(admin, self._settings, topic_of(source))
            kafka = await open_consumer(self._settings)
            try:
                await self._follow(connection, kafka, admin)
            finally:
                await kafka.stop()

    async def _follow(self, connection: Connection, kafka: AIOKafkaConsumer, admin: AIOKafkaAdminClient) -> None:
        rows = await connection.fetch(POSITIONS, self._name)
        backlog = Backlog({(row["source"], row["shard"]): row["position"] for row in rows}, self._repair)
        cluster = await cluster_of(admin)
        await self._seek(connection, kafka, cluster)
        checked = saved = time.monotonic()
        unsaved = False
        while True:
            fetched = await self._fetch(kafka, backlog)
            if len(backlog):
                await self._apply(backlog)
            unsaved |= fetched
            if unsaved and (not fetched or time.monotonic() - saved > SAVE_SECONDS):
                await self._save(connection, kafka, backlog, cluster)
                saved, unsaved = time.monotonic(), False
            await self._read_cut_partitions_anew(kafka)
            if time.monotonic() - checked > CHECK_SECONDS:
                if await cluster_of(admin) != cluster:
                    raise ClusterChanged(self._name)
                checked = time.monotonic()

    async def _fetch(self, kafka: AIOKafkaConsumer, backlog: Backlog) -> bool:
        """Read what has come into the backlog; answers whether anything had.

        A partition of which too much waits is left alone, the others are read on: among them is what it waits for.
        """
        held = backlog.held(self._settings.kafka_partitions)
        wanted = [place for place, names in self._assigned.items() if held[names] < BACKLOG]
        if not wanted:
            await asyncio.sleep(RETRY_MS / 1000)
            return False
        pause = RETRY_MS if len(backlog) else POLL_MS
        fetched = await kafka.getmany(*wanted, timeout_ms=pause, max_records=FETCH)
        for place, records in fetched.items():
            for record in records:
                if not await self._read(kafka, backlog, place, record):
                    break
        return bool(fetched)

    async def _read(self, kafka: AIOKafkaConsumer, backlog: Backlog, place: TopicPartition, record: Any) -> bool:
        """Take one message; answers False if its partition must be read anew."""
        try:
            received, filling = received_from(record.headers, record.value or b""), filling_of(record.headers)
        except Malformed as error:
            # Not one of ours. If it were, the hole that it leaves is noticed, and filled from the ledger.
            log.error("message_malformed", topic=place.topic, partition=place.partition, offset=record.offset, error=str(error))
            return True
        if not self._same_filling(kafka, place, record.offset, filling):
            return False
        await backlog.admit(received, record.offset)
        return True

    def _same_filling(self, kafka: AIOKafkaConsumer, place: TopicPartition, offset: int, filling: int) -> bool:
        """A message of a newer filling than the last one: the topic was begun anew, so its partition is read from the beginning.

        Without this, a topic that was refilled past our offset would be read on in the middle. A message of an older filling is
        the last word of a relay that did not know yet that it had been replaced. Guarded by tests/chassis/test_consumer.py.
        """
        known = self._fillings.get(place, filling)
        self._fillings[place] = max(known, filling)
        if filling <= known or offset == 0:
            return True
        log.warning("partition_read_anew", topic=place.topic, partition=place.partition, filling=filling)
        kafka.seek(place, 0)
        return False

    async def _read_cut_partitions_anew(self, kafka: AIOKafkaConsumer) -> None:
        """A broker may be silent for ever about an offset beyond the end: a partition that ends before us was cut.

        A replica that has just become the leader may name too low a high watermark for a moment; asked for the end, it waits
        until it knows. Guarded by tests/chassis/test_consumer.py.
        """
        for place in self._assigned:
            highwater = kafka.highwater(place)
            position = self._offsets.get(place, 0)
            if highwater is None or highwater >= position:
                continue
            end = (await kafka.end_offsets([place]))[place]
            if end < position:
                log.warning("partition_read_anew", topic=place.topic, partition=place.partition, position=position, end=end)
                kafka.seek(place, 0)
                self._offsets[place] = 0

    async def _apply(self, backlog: Backlog) -> None:
        runs = backlog.runs()
        links = [e.traceparent for run in runs for e in run.events if e.traceparent is not None][:16]
        with span(f"process {self._name}", SpanKind.CONSUMER, None, links):
            backlog.applied(await self._applier.apply(runs))

    async def _seek(self, connection: Connection, kafka: AIOKafkaConsumer, cluster: str) -> None:
        """Go on where reading stopped. It may read again, never skip: the positions in the inbox decide what is applied."""
        kafka.assign(list(self._assigned))
        stored = {
            TopicPartition(row["topic"], row["partition"]): row
            for row in await connection.fetch(OFFSETS, self._name)
            if row["cluster"] == cluster
        }
        self._fillings = {place: row["filling"] for place, row in stored.items()}
        self._offsets = {place: stored[place]["next_offset"] if place in stored else 0 for place in self._assigned}
        for place, offset in self._offsets.items():
            kafka.seek(place, offset)

    async def _save(self, connection: Connection, kafka: AIOKafkaConsumer, backlog: Backlog, cluster: str) -> None:
        needed = backlog.earliest(self._settings.kafka_partitions)
        rows: list[tuple[str, int, int, int]] = []
        for place, names in self._assigned.items():
            position = self._offsets[place] = await kafka.position(place)
            rows.append((place.topic, place.partition, min(needed.get(names, position), position), self._fillings.get(place, 0)))
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        await connection.execute(SAVE_OFFSETS, self._name, cluster, *columns)


LOST = (*GONE, Overtaken, ClusterChanged)
"""What ends a consumer's lead; it begins anew with fresh connections."""
