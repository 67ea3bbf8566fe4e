"""On three brokers of Apache Kafka, the topic holds each row of the ledger exactly once, whoever is killed or wakes up late."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from structlog.testing import capture_logs

from chassis.broker import topic_of
from chassis.relay.transactional import position_topic_of
from chassis.worker import running
from deploy.embedded.child import Child
from deploy.embedded.kafka import Kafka, cluster
from deploy.embedded.servers import APACHE, kafka_choice
from tests.system.relaying import AFTER, BEFORE, Play, playing, running_nodes, until

pytestmark = [
    pytest.mark.skipif(kafka_choice().kind != APACHE, reason="brokers of its own, by Maven: make test-kafka"),
    # When it is cancelled while it asks a broker for metadata, the Kafka client forgets to close that connection.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
REPLICAS = 3
TRANSACTIONS = "__transaction_state"
LEAD = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'relay'"""


@pytest_asyncio.fixture(scope="module")
async def brokers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Child]]:
    """Three brokers, each of which may be killed."""
    folder = tmp_path_factory.mktemp("brokers")
    async with running_nodes(cluster(folder, REPLICAS), folder) as children:
        yield children


@pytest_asyncio.fixture
async def play(brokers: list[Child], admin_dsn: str, tmp_path: Path) -> AsyncIterator[Play]:
    """A ledger and a consumer on the three."""
    async with playing(admin_dsn, bootstrap_of(brokers), REPLICAS, tmp_path) as made:
        yield made


def bootstrap_of(brokers: list[Child]) -> str:
    nodes = [child.program for child in brokers]
    return ",".join(node.bootstrap for node in nodes if isinstance(node, Kafka))


async def in_sync(play: Play) -> bool:
    """Whether every replica of our topics, and of the broker's own about transactions, has what its leader has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=play.source.settings.kafka_bootstrap, request_timeout_ms=5000)
    service = play.source.name
    try:
        await admin.start()
        topics = await admin.describe_topics([topic_of(service), position_topic_of(service), TRANSACTIONS])
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return all(len(partition["isr"]) == REPLICAS for topic in topics for partition in topic["partitions"])


async def test_brokers_and_relays_killed(play: Play, brokers: list[Child]) -> None:
    """Each broker once, and whichever relay leads before a commit and after one, while thousands of events flow."""
    relays = [await play.relay(name) for name in ("one", "other")]
    with capture_logs() as logs:
        async with running(play.copy.run()):
            await play.source.grow(500)
            await until(play.copy.done, "the first events")
            for child in random.sample(brokers, len(brokers)):
                before = child.restarts
                child.kill()
                for _ in range(10):
                    await play.source.grow(100)
                for when in (BEFORE, AFTER):
                    await play.hit(signal.SIGKILL, when)
                await until(partial(restarted, child, before), "a killed broker's restart")
                await child.ready(60)
                await play.source.grow(300)
                await until(partial(in_sync, play), "a killed broker that has caught up")
            await until(play.copy.done, "the last events")
    await play.check()
    assert sum(child.restarts for child in relays) >= 2 * len(brokers)
    assert len(await play.messages(committed=False)) > play.source.produced  # what was aborted can still be seen
    assert [line for line in logs if line["event"] in ("partition_read_anew", "topic_refilled")] == []


async def restarted(child: Child, before: int) -> bool:
    return child.restarts > before


async def test_a_zombie_is_fenced(play: Play) -> None:
    """A leader that is paused in the middle of a transaction, and goes on when another leads: nothing of it is ever seen."""
    relays = [await play.relay(name) for name in ("one", "other")]
    async with running(play.copy.run()):
        await play.source.grow(300)
        await until(play.copy.done, "the first events")
        await play.hit(signal.SIGSTOP, BEFORE)
        await until(partial(one_is_stopped, relays), "the stop")
        [zombie] = [child for child in relays if is_stopped(child)]
        await play.source.connection.execute(LEAD)
        await play.source.grow(300)
        await until(play.copy.done, "the events that the other relayed")
        zombie.kill(signal.SIGCONT)
        await until(partial(says, zombie, "relay_fenced"), "the zombie is told")
        await play.source.grow(300)
        await until(play.copy.done, "the last events")
    await play.check()
    assert len(await play.messages(committed=False)) > play.source.produced
    assert zombie.restarts == 0


def is_stopped(child: Child) -> bool:
    return bool(psutil.Process(child.pid).status() == psutil.STATUS_STOPPED)


async def one_is_stopped(children: list[Child]) -> bool:
    return any(is_stopped(child) for child in children)


async def says(child: Child, event: str) -> bool:
    return event in await asyncio.to_thread(child.log.read_text, "utf-8")
