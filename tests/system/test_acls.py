"""On an Apache Kafka that asks who comes and what they may: each service's list is enough for its work, and for nothing more."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from chassis.broker import administration, ensure_topic, open_consumer, open_producer, topic_of
from chassis.database import CHASSIS_MIGRATIONS, connect, migrate
from chassis.settings import SERVICES, Settings
from chassis.testing import drop_database, fresh_database, settings_for
from chassis.worker import running
from deploy.embedded.kafka import Kafka, java
from deploy.embedded.servers import APACHE, kafka_choice
from tests.chassis.copying import Source
from tests.system.relaying import running_nodes, until

pytestmark = [
    pytest.mark.skipif(kafka_choice().kind != APACHE, reason="a broker of its own, by Maven: make test-kafka"),
    # When it is refused while it asks a broker for metadata, the Kafka client forgets to close that connection.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
ROOT = Path(__file__).parents[2]
PASSWORDS = {name: secrets.token_hex(8) for name in ("administrator", *SERVICES)}
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"


def guarded() -> dict[str, str]:
    """Properties of a node that lets nobody do anything that was not granted; between itself it is not asked."""
    users = " ".join(f'user_{name}="{password}"' for name, password in PASSWORDS.items())
    own = f'username="administrator" password="{PASSWORDS["administrator"]}"'
    return {
        "listener.security.protocol.map": "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT", "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.plaintext.plain.sasl.jaas.config": f"{LOGIN} {own} {users};",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:administrator;User:ANONYMOUS",
    }  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Such a broker, on which every service was granted what its list names, by the command that an operator uses."""
    folder = tmp_path_factory.mktemp("guarded")
    node = Kafka(folder, further=guarded())
    async with running_nodes([node], folder):
        who = folder / "administrator.properties"
        login = f'{LOGIN} username="administrator" password="{PASSWORDS["administrator"]}";'
        who.write_text(f"security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config={login}\n", encoding="ascii")
        command = " ".join([*java("-Xmx128m", "-XX:TieredStopAtLevel=1"), "org.apache.kafka.tools.AclCommand"])
        granting = await asyncio.create_subprocess_exec(
            str(ROOT / "deploy/kafka/grant"), node.bootstrap, "--command-config", str(who),
            env={**os.environ, "KAFKA_ACLS": command}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told, _ = await granting.communicate()
        assert granting.returncode == 0
        assert [line.split(":")[0] for line in told.decode().splitlines()] == sorted(SERVICES)
        yield node.bootstrap


def known(service: str, bootstrap: str, dsn: str = "postgresql:///none", **changes: Any) -> Settings:
    """A service's settings at this broker."""
    settings = settings_for(
        service, dsn, kafka_bootstrap=bootstrap, kafka_replication=1, kafka_idempotent=True, kafka_transactions=True,
        kafka_security="sasl_plaintext", kafka_mechanism="PLAIN", kafka_user=service, kafka_password=PASSWORDS[service],
    )  # fmt: skip
    return replace(settings, **changes)


@pytest_asyncio.fixture
async def registry(bootstrap: str, admin_dsn: str) -> AsyncIterator[Source]:
    """A ledger of the registry with twenty events in it."""
    async with AsyncExitStack() as ends:
        dsn = await fresh_database(admin_dsn)
        ends.push_async_callback(drop_database, admin_dsn, dsn)
        await migrate(dsn, [CHASSIS_MIGRATIONS])
        connection = await connect(dsn, "test")
        ends.push_async_callback(connection.close)
        source = Source(known("registry", bootstrap, dsn), connection)
        await source.grow(20)
        yield source


async def read(settings: Settings, topic: str) -> int:
    """How many messages of a topic a service reads; KafkaError if it may not."""
    kafka = await open_consumer(settings)
    try:
        places = [TopicPartition(topic, n) for n in range(settings.kafka_partitions)]
        kafka.assign(places)
        ends = await kafka.end_offsets(places)
        await kafka.seek_to_beginning(*places)
        found = 0
        while any([await kafka.position(place) < ends[place] for place in places]):
            found += sum(len(records) for records in (await kafka.getmany(timeout_ms=200)).values())
        return found
    finally:
        await kafka.stop()


async def test_what_a_service_needs_it_may(registry: Source, bootstrap: str) -> None:
    """It makes its topic and fills it in transactions; whoever hears of it reads it."""
    topic, tasks = topic_of("registry"), known("tasks", bootstrap)

    async def arrived() -> bool:
        async with administration(registry.settings) as admin:
            return topic in await admin.list_topics() and await read(tasks, topic) == 20

    async with running(registry.relay()):
        await until(arrived, "the events of the registry at tasks")


async def test_what_it_does_not_need_it_may_not(bootstrap: str) -> None:
    """Nobody writes into another's topic, or reads what no reaction of theirs is about."""
    topic = topic_of("registry")
    async with administration(known("registry", bootstrap)) as admin:
        await ensure_topic(admin, known("registry", bootstrap), topic)
    forger = await open_producer(known("tasks", bootstrap))
    try:
        with pytest.raises(TopicAuthorizationFailedError):
            await forger.send_and_wait(topic, b"{}")
    finally:
        await forger.stop()
    with pytest.raises(KafkaError):
        await read(known("tasks", bootstrap), topic_of("reporting"))
    async with administration(known("tasks", bootstrap)) as admin:
        assert {error for _, error, *_ in (await admin.delete_topics([topic])).topic_error_codes} != {0}
    async with administration(known("registry", bootstrap)) as admin:
        assert topic in await admin.list_topics()


async def test_who_comes_under_a_wrong_password_is_not_let_in(bootstrap: str) -> None:
    with pytest.raises((KafkaError, TimeoutError)):
        await read(known("registry", bootstrap, kafka_password="guessed"), topic_of("registry"))
