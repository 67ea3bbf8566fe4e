"""Consuming and relaying on a real broker: every event once and in order, whatever is doubled, lost, killed or begun anew."""

from __future__ import annotations

import gc
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from typing import Any, cast

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.admin import NewTopic
from structlog.testing import capture_logs

from chassis.broker import FILLING, Received, administration, cluster_of, headers_of, topic_of
from chassis.consumer import Consumer
from chassis.database import connect
from chassis.eventstore import Connection, ledger_after
from chassis.policy import Run
from chassis.relay.noted import FILLED
from chassis.settings import Settings
from chassis.testing import settings_for
from chassis.worker import running
from deploy.embedded.broker import Tansu
from deploy.embedded.child import Child
from tests.chassis.copying import Copy, Source, direct, put
from tests.chassis.writing import until

# When it is cancelled while it asks a broker for metadata, the Kafka client forgets to close that connection.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
NewDatabase = Callable[[], AbstractAsyncContextManager[str]]


@pytest_asyncio.fixture(scope="module")
async def tansu(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Child]:
    """The embedded broker; killed, it comes back empty on the same port."""
    child = Child(Tansu(), tmp_path_factory.mktemp("broker") / "broker.log")
    await child.start()
    await child.ready()
    yield child
    await child.stop()


@pytest.fixture(autouse=True)
def _forgotten_here() -> Iterator[None]:
    """What the client forgot is collected in the test where it did."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.consumer.CHECK_SECONDS", 0.1)
    monkeypatch.setattr("chassis.relay.lead.CHECK_SECONDS", 0.1)


World = Callable[..., Awaitable[tuple[list[Source], Copy]]]


@pytest_asyncio.fixture
async def world(new_database: NewDatabase, tansu: Child) -> AsyncIterator[World]:
    """Makes sources and one consumer of them, each with its own database."""
    async with AsyncExitStack() as stack:

        async def opened(name: str) -> tuple[Settings, Connection]:
            dsn = await stack.enter_async_context(new_database())
            connection = await connect(dsn, "test")
            stack.push_async_callback(connection.close)
            program = tansu.program
            assert isinstance(program, Tansu)
            return settings_for(name, dsn, kafka_bootstrap=program.bootstrap), connection

        async def make(count: int = 1) -> tuple[list[Source], Copy]:
            unique = uuid.uuid4().hex[:8]
            sources = [Source(*await opened(f"source{n}x{unique}")) for n in range(count)]
            settings, connection = await opened(f"copyx{unique}")
            await connection.execute(
                "CREATE TABLE applied (n bigserial, consumer text, source text, shard int, shard_idx bigint, event_id uuid)"
            )
            pool = await asyncpg.create_pool(settings.dsn, min_size=1, max_size=3)
            stack.push_async_callback(pool.close)
            return sources, Copy(pool, "copy", connection, sources, settings)

        yield make


async def test_the_ledgers_of_two_services_arrive_once_and_in_order(world: World) -> None:
    sources, copy = await world(2)
    async with running(*(source.relay() for source in sources), copy.run()):
        for size in (1, 250, 3, 40):
            for source in sources:
                await source.grow(size)
        await until(copy.done)
    await copy.check()
    assert copy.repaired == []


async def test_a_broker_killed_and_begun_empty_loses_and_doubles_nothing(world: World, tansu: Child) -> None:
    """Killed twice while events flow; nobody is told but by the cluster's new name.

    Until it notices, the relay's last page may go to the empty broker, and what was read of it shows a hole: the ledger fills it.
    Whoever comes later gets everything from the topic alone.
    """
    sources, copy = await world(2)
    async with running(*(source.relay() for source in sources), copy.run()):
        for _ in range(2):
            before = await copy.count()
            for source in sources:
                await source.grow(150)
            await until(partial(counted_more_than, copy, before))
            tansu.kill()
            for source in sources:
                await source.grow(70)
            await tansu.ready()
            for source in sources:
                await source.grow(30)
            await until(copy.done)
        await until(partial(filled_again, sources))
    await copy.check()
    later = Copy(copy.pool, "later", copy.connection, sources, copy.settings)
    async with running(later.run()):
        await until(later.done)
    await later.check()
    assert later.repaired == []


async def filled_again(sources: Sequence[Source]) -> bool:
    """Whether each relay has filled its topic in the cluster that answers now."""
    async with administration(sources[0].settings) as admin:
        cluster = await cluster_of(admin)
    filled = [await s.connection.fetchrow(FILLED, topic_of(s.name)) for s in sources]
    return all(row and (row["cluster"], row["position"]) == (cluster, s.produced) for row, s in zip(filled, sources, strict=True))


async def counted_more_than(copy: Copy, before: int) -> bool:
    return await copy.count() > before


async def test_a_relay_killed_again_and_again(world: World) -> None:
    """Between producing and noting it: it produces again what it does not remember."""
    [source], copy = await world()
    async with running(copy.run()):
        for n in range(8):
            async with running(source.relay()):
                await source.grow(100)
                if n % 2:
                    await source.kill_relay()
                await until(partial(counted_more_than, copy, 50 * n))
        async with running(source.relay()):
            await until(copy.done)
    await copy.check()
    assert copy.repaired == []


async def test_a_consumer_killed_again_and_again(world: World) -> None:
    [source], copy = await world()
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    async with running(source.relay(), copy.run(), copy.run()):
        for _ in range(5):
            before = await copy.count()
            await source.grow(60)
            await until(partial(counted_more_than, copy, before))
            await copy.connection.execute(kill)
        await until(copy.done)
    await copy.check()
    assert copy.repaired == []


async def test_a_topic_deleted_and_created_again_is_refilled(world: World) -> None:
    """Who had read it goes on, who comes later gets everything from the topic alone."""
    [source], copy = await world()
    topic = topic_of(source.name)
    async with running(source.relay()):
        async with running(copy.run()):
            await source.grow(120)
            await until(copy.done)
            async with administration(source.settings) as admin:
                await admin.delete_topics([topic])
                await admin.create_topics([NewTopic(topic, 4, 1)])
            await source.grow(80)
            await until(copy.done)
            await copy.check()
        later = Copy(copy.pool, "later", copy.connection, copy.sources, copy.settings)
        async with running(later.run()):
            await until(later.done)
        await later.check()
    assert copy.repaired == later.repaired == []


@pytest.mark.parametrize("more", [170, 5], ids=["past the place where it stopped", "not as far"])
async def test_a_topic_filled_anew_while_a_consumer_was_away(world: World, more: int) -> None:
    """It would read on in the middle of other messages, if messages did not say which filling they belong to; or wait for ever.

    The first filling holds each message twice, so that a place in it is further on in the second.
    """
    [source], copy = await world()
    topic = topic_of(source.name)
    await source.grow(30)
    async with direct(source.settings) as producer:
        for row in await ledger_after(source.connection, 0, 100):
            await put(producer, source, row, filling=1)
            await put(producer, source, row, filling=1)
    async with running(copy.run()):
        await until(lambda: copy.connection.fetchval("SELECT sum(next_offset) = 60 FROM offsets"))
    async with administration(source.settings) as admin:
        await admin.delete_topics([topic])
        await admin.create_topics([NewTopic(topic, 4, 1)])
    await source.grow(more)
    async with direct(source.settings) as producer:
        for row in await ledger_after(source.connection, 0, 1000):
            await put(producer, source, row, filling=2)
    async with running(copy.run()):
        await until(copy.done)
    await copy.check()
    assert copy.repaired == []


async def test_a_straggler_of_an_older_filling_is_read_over(world: World) -> None:
    """A relay that was replaced and did not know it: its last word does not make anybody begin anew for ever."""
    [source], copy = await world()
    await source.grow(6)
    rows = [row for row in await ledger_after(source.connection, 0, 100)]
    with capture_logs() as logs:
        async with direct(source.settings) as producer:
            for n, row in enumerate(rows):
                await put(producer, source, row, filling=2)
                if n % 2:
                    await put(producer, source, row, filling=1)
            async with running(copy.run()):
                await until(copy.done)
                await source.grow(2)
                for row in await ledger_after(source.connection, 6, 100):
                    await put(producer, source, row, filling=2)
                await until(copy.done)
    await copy.check()
    assert [line for line in logs if line["event"] == "partition_read_anew"] == []


async def test_a_hole_is_filled_from_the_ledger_and_a_double_is_skipped(world: World) -> None:
    [source], copy = await world()
    await source.grow(40)
    rows = await ledger_after(source.connection, 0, 100)
    longest = max({row.shard for row in rows}, key=lambda shard: sum(row.shard == shard for row in rows))
    lost = [row for row in rows if row.shard == longest][1:3]
    async with direct(source.settings) as producer:
        for row in rows:
            if row not in lost:
                await put(producer, source, row)
                await put(producer, source, row)
        with capture_logs() as logs:
            async with running(copy.run()):
                await until(copy.done)
    await copy.check()
    assert copy.repaired == [(source.name, longest, 1, 3)]
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["events_lost_in_transport"]


async def test_a_hole_that_cannot_be_filled_now_is_filled_later(world: World) -> None:
    """Nothing behind it is applied meanwhile, and nothing is forgotten."""
    [source], copy = await world()
    await source.grow(40)
    rows = await ledger_after(source.connection, 0, 100)
    repair, tries = copy.repair, 0

    async def away(*args: Any) -> list[Received]:
        nonlocal tries
        tries += 1
        return [] if tries == 1 else (await repair(*args)) if tries > 2 else await refuse()

    async def refuse() -> list[Received]:
        raise ConnectionRefusedError("the source is away")

    copy.repair = away  # type: ignore[method-assign, assignment]
    async with direct(source.settings) as producer:
        first = rows[0].shard
        for row in [row for row in rows if row.shard != first or row.shard_idx != 2]:
            await put(producer, source, row)
        async with running(copy.run()):
            await until(copy.done)
    await copy.check()
    assert tries == 3


async def test_a_message_that_is_not_ours_is_skipped(world: World) -> None:
    [source], copy = await world()
    await source.grow(12)
    rows = await ledger_after(source.connection, 0, 100)
    rubbish: list[list[tuple[str, bytes]]] = [
        [], [("ce_id", b"\xff")], [(FILLING, b"many")], [*headers_of(source.name, rows[0])[:-3], ("ce_hash", b"no hex")],
    ]  # fmt: skip
    async with direct(source.settings) as producer:
        with capture_logs() as logs:
            for n, row in enumerate(rows):
                await producer.send_and_wait(topic_of(source.name), b"x", partition=row.shard % 4, headers=rubbish[n % 4])
                await put(producer, source, row)
            async with running(copy.run()):
                await until(copy.done)
    await copy.check()
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["message_malformed"] * 12


async def test_a_full_backlog_does_not_keep_out_what_it_waits_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One source waits for an event of the other, which comes behind more events than a backlog holds."""
    monkeypatch.setattr("chassis.consumer.BACKLOG", 5)
    monkeypatch.setattr("chassis.consumer.FETCH", 10)
    (one, other), copy = await world(2)
    await one.grow(200)
    await other.grow(40)
    awaited = (await ledger_after(other.connection, 0, 100))[-1].envelope.event_id

    class Waiting:
        async def apply(self, runs: Sequence[Run]) -> Mapping[tuple[str, int], int]:
            here = await copy.pool.fetchval("SELECT EXISTS (SELECT FROM applied WHERE event_id = $1)", awaited)
            able = [run for run in runs if here or run.source == other.name]
            return {(run.source, run.shard): run.after for run in runs} | dict(await copy.apply(able) if able else {})

    async with running(one.relay(), other.relay(), copy.run(Waiting())):
        await until(copy.done)
    await copy.check()
    assert copy.repaired == []


class Ending:
    """A Kafka client whose fetches name one end of the partition, and the broker, asked for it, another."""

    def __init__(self, highwater: int | None, end: int) -> None:
        self._highwater, self._end = highwater, end
        self.sought: dict[TopicPartition, int] = {}

    def highwater(self, place: TopicPartition) -> int | None:
        return self._highwater

    async def end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self._end)

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.sought[place] = offset


@pytest.mark.parametrize(
    ("highwater", "end", "anew"),
    [(None, 0, False), (10, 10, False), (9, 10, False), (9, 12, False), (9, 9, True), (0, 0, True)],
    ids=["nothing fetched", "at the end", "a new leader lags", "a new leader lags far", "cut", "emptied"],
)
async def test_only_a_partition_that_ends_before_us_is_read_anew(highwater: int | None, end: int, anew: bool) -> None:
    """The high watermark of a replica that has just become the leader may lag behind what its predecessor let us read."""
    place = TopicPartition(topic_of("source"), 0)
    settings = settings_for("copy", "", kafka_partitions=1)
    consumer = Consumer(settings, "copy", ["source"], cast("Any", None), cast("Any", None))
    consumer._offsets = {place: 10}
    kafka = Ending(highwater, end)
    await consumer._read_cut_partitions_anew(kafka)
    assert kafka.sought == ({place: 0} if anew else {})
    assert consumer._offsets[place] == (0 if anew else 10)
