"""Relays in processes of their own, on an Apache Kafka of the tests' own; as a program, one such relay.

A relay that is about to commit, and one that just did, looks for the file named by its last argument, with the suffix of that
moment: what it finds there is the name of a signal, which it takes (the file is gone then) and sends itself. So it is the leader
that is hit, in the middle of a transaction or at its end.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis import broker
from chassis.broker import topic_of
from chassis.database import CHASSIS_MIGRATIONS, GONE, connect, forever, migrate
from chassis.relay import Relay, TopicChanged
from chassis.settings import Settings
from chassis.testing import drop_database, fresh_database, settings_for
from deploy.embedded.child import Child, Launch
from deploy.embedded.kafka import Kafka
from tests.chassis.copying import Copy, Source

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 100.0  # seconds until a condition that does not come fails the test
Condition = Callable[[], Any]
BEFORE, AFTER = ".before", ".after"  # a commit


async def until(condition: Condition, told: str) -> None:
    """Return when the condition holds; fails after PATIENCE."""
    give_up = time.monotonic() + PATIENCE
    while not await condition():
        assert time.monotonic() < give_up, f"did not come: {told}"
        await asyncio.sleep(0.05)


def relay_settings(name: str, dsn: str, bootstrap: str, replication: int) -> Settings:
    """Settings of a relay, and of whoever consumes from it, on a broker with transactions."""
    return settings_for(
        name, dsn, kafka_bootstrap=bootstrap, kafka_replication=replication, kafka_idempotent=True, kafka_transactions=True,
    )  # fmt: skip


class RelayProcess:
    """This module as a program that a `Child` runs."""

    polite = signal.SIGTERM

    def __init__(self, name: str, settings: Settings, order: Path) -> None:
        self.name = name
        given = (settings.service, settings.dsn, settings.kafka_bootstrap, str(settings.kafka_replication), str(order))
        self._command = [sys.executable, "-m", "tests.system.relaying", *given]

    async def launch(self) -> Launch:
        return Launch(argv=self._command, cwd=PROJECT, env={**os.environ, "PYTHONUNBUFFERED": "1"})

    async def answers(self) -> bool:
        return True


def obey(order: Path) -> None:
    """Send ourselves the signal that is ordered, if one is."""
    taken = order.with_suffix(f"{order.suffix}-{os.getpid()}")
    try:
        order.rename(taken)
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.Signals[taken.read_text(encoding="ascii")])


class ObedientProducer(AIOKafkaProducer):  # type: ignore[misc]
    """Takes an order before each commit, and another after it."""

    order: Path

    async def commit_transaction(self) -> None:
        obey(self.order.with_suffix(BEFORE))
        await super().commit_transaction()
        obey(self.order.with_suffix(AFTER))


async def relay(name: str, dsn: str, bootstrap: str, replication: str, order: str) -> None:
    """Relay for ever."""
    ObedientProducer.order = Path(order)
    settings = relay_settings(name, dsn, bootstrap, int(replication))
    with mock.patch.object(broker, "AIOKafkaProducer", ObedientProducer):
        await forever("relay", Relay(settings, simulated=False).run, gone=(*GONE, *broker.GONE, TopicChanged))


@dataclass
class Play:
    """A ledger, a consumer that copies, and where orders to relays are laid."""

    source: Source
    copy: Copy
    folder: Path
    ends: AsyncExitStack

    @property
    def order(self) -> Path:
        return self.folder / "order"

    async def relay(self, name: str) -> Child:
        """A relay in a process of its own; it is started again when it dies."""
        child = Child(RelayProcess(name, self.source.settings, self.order), self.folder / f"{name}.log")
        self.ends.push_async_callback(child.stop, 2)
        await child.start()
        return child

    async def hit(self, number: signal.Signals, when: str) -> None:
        """Have whoever commits next be hit by a signal `BEFORE` it does or `AFTER` it did; returns when that has happened."""
        making, order = self.folder / "making", self.order.with_suffix(when)
        making.write_text(number.name, encoding="ascii")
        making.rename(order)

        async def taken() -> bool:
            await self.source.grow(20)
            return not order.exists()

        await until(taken, f"a relay that takes {number.name}")

    async def messages(self, *, committed: bool) -> list[tuple[int, int, uuid.UUID]]:
        """Shard, place in the shard and id of each message of the topic, in the order of its partition, sorted by shard."""
        settings = self.source.settings
        kafka = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka_bootstrap, group_id=None, auto_offset_reset="earliest",
            isolation_level="read_committed" if committed else "read_uncommitted",
        )  # fmt: skip
        await kafka.start()
        try:
            places = [TopicPartition(topic_of(settings.service), n) for n in range(settings.kafka_partitions)]
            return sorted(await _all(kafka, places), key=lambda message: message[0])
        finally:
            await kafka.stop()

    async def check(self) -> None:
        """Fail unless topic and copy hold the ledger: each row once, each shard in order, nothing from a second source."""
        ledger = await self.source.ledger()
        assert await self.messages(committed=True) == ledger
        await self.copy.check()
        assert self.copy.repaired == []


async def _all(kafka: AIOKafkaConsumer, places: list[TopicPartition]) -> list[tuple[int, int, uuid.UUID]]:
    found = []
    ends = await kafka.end_offsets(places)
    for place in places:
        kafka.assign([place])
        kafka.seek(place, 0)
        while await kafka.position(place) < ends[place]:
            for record in (await kafka.getmany(place, timeout_ms=200)).get(place, ()):
                headers = dict(record.headers)
                found.append((int(headers["ce_shard"]), int(headers["ce_shardidx"]), uuid.UUID(headers["ce_id"].decode())))
    return found


@asynccontextmanager
async def playing(admin_dsn: str, bootstrap: str, replication: int, folder: Path) -> AsyncIterator[Play]:
    """A play of its own service, with two databases and topics of its own."""
    async with AsyncExitStack() as ends:

        async def opened(name: str) -> tuple[Settings, asyncpg.Connection[asyncpg.Record]]:
            dsn = await fresh_database(admin_dsn)
            ends.push_async_callback(drop_database, admin_dsn, dsn)
            await migrate(dsn, [CHASSIS_MIGRATIONS])
            connection = await connect(dsn, "test")
            ends.push_async_callback(connection.close)
            return relay_settings(name, dsn, bootstrap, replication), connection

        unique = uuid.uuid4().hex[:8]
        source = Source(*await opened(f"source{unique}"))
        settings, connection = await opened(f"copy{unique}")
        await connection.execute(
            "CREATE TABLE applied (n bigserial, consumer text, source text, shard int, shard_idx bigint, event_id uuid)"
        )
        pool = await asyncpg.create_pool(settings.dsn, min_size=1, max_size=3)
        ends.push_async_callback(pool.close)
        yield Play(source, Copy(pool, "copy", connection, [source], settings), folder, ends)


@asynccontextmanager
async def running_nodes(nodes: list[Kafka], folder: Path) -> AsyncIterator[list[Child]]:
    """These nodes, supervised: one that is killed comes back with what it had."""
    children = [Child(node, folder / f"{node.name}.log") for node in nodes]
    try:
        for child in children:
            await child.start()
        for child in children:
            await child.ready(PATIENCE)
        yield children
    finally:
        await asyncio.gather(*(child.stop() for child in children))


Playing = AbstractAsyncContextManager[Play]

if __name__ == "__main__":
    asyncio.run(relay(*sys.argv[1:]))
