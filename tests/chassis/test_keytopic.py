"""The key topic on a real broker: keys reach every service, an erasure reaches every service, and nothing brings a key back."""

from __future__ import annotations

import gc
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from chassis import broker, keytopic
from chassis.broker import open_producer
from chassis.database import GONE, READS, connect, forever, open_pool
from chassis.domain import ERASED
from chassis.envelope import uuid7
from chassis.erasure import Purge, erase
from chassis.eventstore import Connection
from chassis.keytopic import KeyTopic, KeyTopicChanged, rewrap, take_keys
from chassis.personal import PENDING, MasterKeys
from chassis.settings import Settings
from chassis.testing import settings_for
from chassis.vault import Vault
from chassis.worker import running
from deploy.embedded.broker import Tansu
from deploy.embedded.child import Child
from tests.chassis.writing import AT, until

# When it is cancelled while it asks a broker for metadata, the Kafka client forgets to close that connection.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SERVERS = (*GONE, *broker.GONE, KeyTopicChanged)
WHO = "o-1"


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
def _own_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keytopic, "TOPIC", f"keys-{uuid.uuid4().hex}")
    monkeypatch.setattr(keytopic, "CHECK_SECONDS", 0.1)


@dataclass
class House:
    """A service with keys of its own."""

    settings: Settings
    connection: Connection
    vault: Vault
    purges: tuple[Purge, ...] = ()

    def topic(self) -> Any:
        return forever("keys", KeyTopic(self.settings, self.purges).run, gone=SERVERS)

    async def reads(self, token: str) -> str:
        self.vault.forget()
        text: str = json.loads(await self.vault.shown(orjson.dumps(token)))
        return text

    async def comes_to_read(self, token: str, text: str) -> None:
        async def so() -> bool:
            return await self.reads(token) == text

        await until(so)

    async def erase(self, person: str = WHO) -> None:
        async with self.connection.transaction():
            await erase(self.connection, person, uuid7(), AT)

    async def live(self, person: str = WHO) -> int:
        sql = "SELECT count(*) FROM person_keys WHERE person = $1 AND wrapped IS NOT NULL"
        count: int = await self.connection.fetchval(sql, person)
        return count

    async def told_all(self) -> bool:
        sql = """SELECT NOT EXISTS (SELECT FROM person_keys WHERE NOT published)
                 AND NOT EXISTS (SELECT FROM erasures WHERE NOT published OR followed_at IS NULL)"""
        return bool(await self.connection.fetchval(sql))

    async def followed(self) -> bool:
        return bool(await self.connection.fetchval("SELECT followed_at IS NOT NULL FROM erasures WHERE person = $1", WHO))


NewHouse = Callable[..., Awaitable[House]]


@pytest_asyncio.fixture
async def new_house(tansu: Child, new_database: Callable[[], AbstractAsyncContextManager[str]]) -> AsyncIterator[NewHouse]:
    """Services on one broker, each with a database of its own."""
    async with AsyncExitStack() as stack:

        async def made(purges: tuple[Purge, ...] = (), **changes: Any) -> House:
            dsn = await stack.enter_async_context(new_database())
            bootstrap = tansu.program.bootstrap  # type: ignore[attr-defined]
            settings = settings_for("notes", dsn, kafka_bootstrap=bootstrap, **changes)
            pool, connection = await open_pool(dsn, "house", 3, READS), await connect(dsn, "house")
            stack.push_async_callback(pool.close)
            stack.push_async_callback(connection.close)
            return House(settings, connection, Vault(pool, MasterKeys(settings.master_keys)), purges)

        yield made


async def test_a_key_reaches_the_other_service(new_house: NewHouse) -> None:
    maker, other = await new_house(), await new_house()
    token = await maker.vault.sealed_text(WHO, "王强")
    assert await other.reads(token) == PENDING
    async with running(maker.topic(), other.topic()):
        await other.comes_to_read(token, "王强")
    assert await other.vault.sealed_text(WHO, "王强") != token
    assert await other.live() == 1, "a second key, though there was one"


async def test_an_erasure_reaches_every_key_everywhere(new_house: NewHouse) -> None:
    """Both had made a key of their own before they heard of each other."""
    one, other = await new_house(), await new_house()
    tokens = [await one.vault.sealed_text(WHO, "王强"), await other.vault.sealed_text(WHO, "小王")]
    kept = await other.vault.sealed_text("o-2", "李娜")
    async with running(one.topic(), other.topic()):
        for house in (one, other):
            await house.comes_to_read(tokens[0], "王强")
            await house.comes_to_read(tokens[1], "小王")
        await one.erase()
        for house in (one, other):
            await until(house.followed)
            for token in tokens:
                assert await house.reads(token) == ERASED
            assert await house.live() == 0
            assert await house.reads(kept) == "李娜"


async def test_a_key_made_before_the_erasure_was_heard_of_dies_too(new_house: NewHouse) -> None:
    one, late = await new_house(), await new_house()
    await one.vault.sealed_text(WHO, "王强")
    await one.erase()
    token = await late.vault.sealed_text(WHO, "王强")
    async with running(one.topic(), late.topic()):
        await until(late.followed)
        assert await late.reads(token) == ERASED
        await one.comes_to_read(token, ERASED)
        await late.vault.sealed_text(WHO, "王强")
    assert (await one.live(), await late.live()) == (0, 0)


async def test_a_key_that_arrives_after_the_erasure_never_lives(new_house: NewHouse) -> None:
    house = await new_house()
    await house.erase()
    await take_keys(house.connection, [MasterKeys(house.settings.master_keys).make(WHO)])
    assert await house.live() == 0
    assert not await house.told_all(), "the others are not told that this key is dead, too"


async def test_a_broker_that_lost_everything_brings_no_key_back(new_house: NewHouse, tansu: Child) -> None:
    one, other = await new_house(), await new_house()
    dead, alive = await one.vault.sealed_text(WHO, "王强"), await one.vault.sealed_text("o-2", "李娜")
    async with running(one.topic(), other.topic()):
        await other.comes_to_read(alive, "李娜")
        await one.erase()
        await until(other.followed)
        tansu.kill()
        newcomer = await new_house()
        async with running(newcomer.topic()):
            await newcomer.comes_to_read(alive, "李娜")
            await newcomer.comes_to_read(dead, ERASED)
            assert await newcomer.live() == 0
    assert (await one.live(), await other.live()) == (0, 0)


async def test_whoever_comes_later_knows_erased_from_not_arrived(new_house: NewHouse) -> None:
    """Compaction took the key out of the topic: only the word about the person tells what it was."""
    one, late = await new_house(), await new_house()
    token = await one.vault.sealed_text(WHO, "王强")
    await one.erase()
    row = await one.connection.fetchrow(keytopic.ERASURES, 1)
    await KeyTopic(late.settings).take(late.connection, [(f"erased/{WHO}".encode(), KeyTopic(one.settings).erasure_record(row))])
    assert await late.reads(token) == ERASED


async def test_of_two_who_know_different_keys_both_come_to_know_all(new_house: NewHouse) -> None:
    """Each told only of its own: whoever knows of more tells it again."""
    one, other = await new_house(), await new_house()
    tokens = [await house.vault.sealed_text(WHO, "王强") for house in (one, other)]
    await one.erase()
    await other.erase()
    async with running(one.topic(), other.topic()):
        for house in (one, other):
            for token in tokens:
                await house.comes_to_read(token, ERASED)


@pytest.mark.parametrize("forged", ["a tombstone", "an erasure", "a key", "no JSON"])
async def test_who_does_not_hold_the_master_key_can_order_nothing(new_house: NewHouse, forged: str) -> None:
    one, stranger = await new_house(), await new_house(master_keys={1: b"x" * 32})
    token = await one.vault.sealed_text(WHO, "王强")
    key_id = token.split(":")[2]
    async with running(one.topic()):
        await until(one.told_all)
        with capture_logs() as logs:
            if forged == "an erasure":
                await stranger.erase()
            if forged == "a key":
                await stranger.vault.sealed_text(WHO, "假")
            producer = await open_producer(one.settings)
            if forged == "a tombstone":
                await producer.send_and_wait(keytopic.TOPIC, key=f"key/{key_id}".encode(), value=None, partition=0)
            if forged == "no JSON":
                await producer.send_and_wait(keytopic.TOPIC, key=f"erased/{WHO}".encode(), value=b"yes", partition=0)
            await producer.stop()
            async with running(stranger.topic()):
                await until(stranger.told_all)
                marked = await one.vault.sealed_text("o-9", "末")
                await until(one.told_all)
                late = await new_house()
                async with running(late.topic()):
                    await late.comes_to_read(marked, "末")
        assert await one.reads(token) == "王强"
        assert await one.connection.fetchval("SELECT count(*) FROM erasures") == 0
    if forged != "a tombstone":
        assert any(log["event"] == "key_record_foreign" for log in logs)


async def test_an_erasure_purges_what_lies_in_plain_and_lists_what_is_sealed(new_house: NewHouse) -> None:
    async def purge(connection: Connection, person: str) -> int:
        return int((await connection.execute("DELETE FROM things WHERE thing_id = $1", person)).split()[1])

    house = await new_house((Purge("things", purge),))
    token = await house.vault.sealed_text(WHO, "王强")
    await house.connection.execute("INSERT INTO things VALUES ($1, 1), ('o-2', 1)", WHO)
    await house.connection.execute("INSERT INTO things VALUES ($1, 1)", f"见 {token}")
    await house.erase()
    async with running(house.topic()):
        await until(house.followed)
    purged = json.loads(await house.connection.fetchval("SELECT purged FROM erasures"))
    assert purged == [
        {"place": "things.thing_id", "rows": 1, "how": "sealed"},
        {"place": "things", "rows": 1, "how": "removed"},
    ]
    assert await house.connection.fetchval("SELECT count(*) FROM things") == 2


async def test_keys_are_wrapped_anew_by_a_newer_master_key(new_house: NewHouse) -> None:
    """After that the old one may be destroyed, and with it every old copy of a key, erased ones in backups among them."""
    house = await new_house()
    tokens = [await house.vault.sealed_text(f"p-{n}", "王强") for n in range(3)]
    await house.erase("p-2")
    both = MasterKeys({2: b"2" * 32, 1: bytes(32)})
    assert await rewrap(house.connection, both) == 2
    assert await rewrap(house.connection, both) == 0
    renewed = Vault(house.vault._pool, MasterKeys({2: b"2" * 32}))
    assert await renewed.plain(*tokens) == ["王强", "王强", ERASED]
    with pytest.raises(LookupError, match="master key 2"):
        await house.reads(tokens[0])
