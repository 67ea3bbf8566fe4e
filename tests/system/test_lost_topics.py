"""On Apache Kafka too: topics that were lost, cut or forgotten are noticed and filled again, and nothing is doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.records_to_delete import RecordsToDelete

from chassis.broker import administration, topic_of
from chassis.relay.transactional import position_topic_of
from chassis.worker import running
from deploy.embedded.child import Child
from deploy.embedded.kafka import Kafka
from deploy.embedded.servers import APACHE, kafka_choice
from tests.chassis.copying import Copy
from tests.system.relaying import Play, playing, running_nodes, until

pytestmark = [
    pytest.mark.skipif(kafka_choice().kind != APACHE, reason="a broker of its own, by Maven: make test-kafka"),
    # When it is cancelled while it asks a broker for metadata, the Kafka client forgets to close that connection.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Loss = Callable[[AIOKafkaAdminClient, Play], Awaitable[None]]


@pytest_asyncio.fixture(scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Child]:
    """One broker."""
    folder = tmp_path_factory.mktemp("broker")
    async with running_nodes([Kafka(folder)], folder) as [child]:
        yield child


@pytest_asyncio.fixture
async def play(node: Child, admin_dsn: str, tmp_path: Path) -> AsyncIterator[Play]:
    """A ledger and a consumer on it."""
    assert isinstance(node.program, Kafka)
    async with playing(admin_dsn, node.program.bootstrap, 1, tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.relay.lead.CHECK_SECONDS", 0.1)
    monkeypatch.setattr("chassis.relay.lead.PAGE_SECONDS", 5.0)
    monkeypatch.setattr("chassis.consumer.CHECK_SECONDS", 0.1)


async def recreated(admin: AIOKafkaAdminClient, play: Play) -> None:
    """The events' topic was deleted, and somebody made it again."""
    await admin.delete_topics([topic_of(play.source.name)])
    await admin.create_topics([NewTopic(topic_of(play.source.name), 4, 1)])


async def deleted(admin: AIOKafkaAdminClient, play: Play) -> None:
    """The events' topic was deleted."""
    await admin.delete_topics([topic_of(play.source.name)])


async def cut(admin: AIOKafkaAdminClient, play: Play) -> None:
    """Some of the events were deleted, from the beginning."""
    topic = topic_of(play.source.name)
    await admin.delete_records({TopicPartition(topic, n): RecordsToDelete(before_offset=5) for n in range(4)})


async def emptied(admin: AIOKafkaAdminClient, play: Play) -> None:
    """All of the events were deleted, and offsets go on."""
    topic = topic_of(play.source.name)
    await admin.delete_records({TopicPartition(topic, n): RecordsToDelete(before_offset=-1) for n in range(4)})


async def position_lost(admin: AIOKafkaAdminClient, play: Play) -> None:
    """The position's topic was deleted, the events' is there."""
    await admin.delete_topics([position_topic_of(play.source.name)])


LOSSES = [recreated, deleted, cut, emptied, position_lost]


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("running_then", [True, False], ids=["while it runs", "while it is away"])
async def test_what_is_lost_is_filled_again(lose: Loss, running_then: bool, play: Play) -> None:
    """Who had read the topic goes on, who comes later gets everything from the topic alone."""
    source, copy = play.source, play.copy
    async with running(copy.run()):
        async with running(source.relay()):
            await source.grow(120)
            await until(copy.done, "the first events")
            if running_then:
                await lost(lose, play)
                await until(partial(refilled, play), "the topic is filled again")
        if not running_then:
            await lost(lose, play)
        async with running(source.relay()):
            await source.grow(80)
            await until(copy.done, "the last events")
            await until(partial(refilled, play), "the topic is filled again")
            later = Copy(copy.pool, "later", copy.connection, copy.sources, copy.settings)
            async with running(later.run()):
                await until(later.done, "all events, for one that comes later")
    await play.check()
    await later.check()
    assert later.repaired == []
    assert await filling(play) == 2


async def lost(lose: Loss, play: Play) -> None:
    async with administration(play.source.settings) as admin:
        await lose(admin, play)


async def filling(play: Play) -> int:
    number: int = await play.source.connection.fetchval("SELECT filling FROM fillings")
    return number


async def refilled(play: Play) -> bool:
    return await filling(play) == 2


async def test_a_wiped_broker_is_filled_again(node: Child, play: Play) -> None:
    """Everything on it is gone, positions too; the number of the filling comes from the database."""
    source, copy = play.source, play.copy
    assert isinstance(node.program, Kafka)
    async with running(source.relay(), copy.run()):
        await source.grow(120)
        await until(copy.done, "the first events")
        await node.stop(0)
        await asyncio.to_thread(node.program.erase)
        await node.start()
        await node.ready(60)
        await source.grow(80)
        await until(copy.done, "the last events")
        await until(partial(refilled, play), "the topic is filled again")
        await until(partial(holds_everything, play), "the topic holds the ledger")
    await play.check()


async def holds_everything(play: Play) -> bool:
    return len(await play.messages(committed=True)) == play.source.produced
