"""A service with a ledger and a relay, and a consumer that copies: what the tests of the transport are made of."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from chassis import broker
from chassis.broker import FILLING, Received, administration, ensure_topic, headers_of, open_producer, received_from, topic_of
from chassis.consumer import LOST, Consumer
from chassis.database import GONE, forever
from chassis.eventstore import Connection, Pool, append, ledger_after, ledger_of_shard
from chassis.policy import Run, advance
from chassis.relay import Relay, TopicChanged
from chassis.sequencer import read_head, sequence_once
from chassis.settings import Settings
from tests.chassis.writing import alone, recorded

SERVERS = (*GONE, *broker.GONE, *LOST, TopicChanged)


@dataclass
class Source:
    """A service with a ledger and a relay; its name is its own, so that each test has its own topic."""

    settings: Settings
    connection: Connection
    produced: int = 0

    @property
    def name(self) -> str:
        return self.settings.service

    async def grow(self, count: int) -> None:
        """More events in the ledger, about a few subjects, in many shards."""
        events = [recorded(f"s:{self.produced + n}", 1, subject=f"e-{(self.produced + n) % 11}") for n in range(count)]
        self.produced += count
        await append(self.connection, [alone(events)])
        while await sequence_once(self.connection, await read_head(self.connection)):
            pass

    def relay(self) -> Any:
        return forever("relay", Relay(self.settings, simulated=False).run, gone=SERVERS)

    async def kill_relay(self) -> None:
        kill = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name = 'relay'"""
        await self.connection.execute(kill)

    async def ledger(self) -> list[tuple[int, int, uuid.UUID]]:
        """Shard, place in the shard and id of each event, shard by shard."""
        rows = await ledger_after(self.connection, 0, 1_000_000)
        return sorted((row.shard, row.shard_idx, row.envelope.event_id) for row in rows)

    async def read(self, shard: int, after: int, upto: int) -> list[Received]:
        """What its ledger API answers."""
        rows = await ledger_of_shard(self.connection, shard, after, upto - after)
        return [received_from(headers_of(self.name, row), row.recorded.data) for row in rows]


@dataclass
class Copy:
    """An applier that copies: whatever it did twice or in another order would be seen."""

    pool: Pool
    consumer: str
    connection: Connection
    sources: Sequence[Source]
    settings: Settings
    repaired: list[tuple[str, int, int, int]] = field(default_factory=list)

    async def apply(self, runs: Sequence[Run]) -> Mapping[tuple[str, int], int]:
        ends = [(run, run.events[-1].shard_idx) for run in runs]
        rows = [(self.consumer, e.source, e.shard, e.shard_idx, e.envelope.event_id) for run in runs for e in run.events]
        async with self.pool.acquire() as connection, connection.transaction():
            sql = "INSERT INTO applied (consumer, source, shard, shard_idx, event_id) VALUES ($1, $2, $3, $4, $5)"
            await connection.executemany(sql, rows)
            await advance(connection, self.consumer, ends)
        return {(run.source, run.shard): upto for run, upto in ends}

    async def repair(self, source: str, shard: int, after: int, upto: int) -> list[Received]:
        self.repaired.append((source, shard, after, upto))
        [found] = [each for each in self.sources if each.name == source]
        return await found.read(shard, after, upto)

    def run(self, applier: Any = None) -> Any:
        consumer = Consumer(self.settings, self.consumer, [s.name for s in self.sources], applier or self, self.repair)
        return forever("consumer", consumer.run, gone=SERVERS)

    async def count(self) -> int:
        n: int = await self.connection.fetchval("SELECT count(*) FROM applied WHERE consumer = $1", self.consumer)
        return n

    async def done(self) -> bool:
        return await self.count() >= sum(source.produced for source in self.sources)

    async def check(self) -> None:
        """Fail unless every event of every source was applied once, and each shard in order."""
        for source in self.sources:
            sql = "SELECT shard, shard_idx, event_id FROM applied WHERE source = $1 AND consumer = $2 ORDER BY shard, n"
            rows = await self.connection.fetch(sql, source.name, self.consumer)
            assert [tuple(row) for row in rows] == await source.ledger()


@asynccontextmanager
async def direct(settings: Settings) -> AsyncIterator[Any]:
    """A producer of the test's own: `send(row, filling=…)` puts a ledger row, or whatever it is given, into partition 0."""
    async with administration(settings) as admin:
        await ensure_topic(admin, settings, topic_of(settings.service))
    producer = await open_producer(settings)
    try:
        yield producer
    finally:
        await producer.stop()


async def put(producer: Any, source: Source, row: Any, filling: int = 1) -> None:
    headers = [*headers_of(source.name, row), (FILLING, str(filling).encode())]
    await producer.send_and_wait(topic_of(source.name), row.recorded.data, partition=row.shard % 4, headers=headers)
