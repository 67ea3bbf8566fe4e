"""The topics of the districts: everything in order, masked, through deaths, lost topics and an empty broker."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.broker import administration, open_consumer
from chassis.clock import FixedClock
from chassis.database import forever
from chassis.personal import Key, seal
from chassis.settings import Settings
from chassis.testing import NOON, settings_for
from deploy.embedded.broker import Tansu
from deploy.embedded.child import Child
from services.reporting.queries.entries import MASK
from services.reporting.worker import feed_topics
from services.reporting.worker.feed_topics import run_feed_topics, topic_for
from tests.chassis.writing import until
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, jurisdictions, small_year

ROOT = Path(__file__).parents[3]
CLIENT = ROOT / "docs" / "examples" / "feed_client.py"
SCHEMA = json.loads((ROOT / "contracts" / "feed" / "feed-entry.v1.json").read_text(encoding="utf-8"))


@dataclass
class World:
    """Reporting beside a broker of its own."""

    reporting: Reporting
    broker: Child
    settings: Settings

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """The loop runs for the length of a block; then it dies wherever it is."""
        running = asyncio.create_task(self.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])

    async def run(self) -> None:
        """As a worker runs it: when it fails it is begun anew."""
        await forever(
            "feed-topics", lambda: run_feed_topics(self.settings, self.reporting.pool, FixedClock(NOON)), gone=(Exception,)
        )

    async def read(self, district: str) -> list[Any]:
        """What lies in the topic of a district."""
        async with administration(self.settings) as admin:
            if topic_for(district) not in await admin.list_topics():
                return []
        consumer = await open_consumer(self.settings)
        try:
            place = TopicPartition(topic_for(district), 0)
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            found: list[Any] = []
            while page := (await consumer.getmany(place, timeout_ms=300)).get(place):
                found += page
            return found
        finally:
            await consumer.stop()

    def told(self, ledgers: Ledgers, district: str) -> list[str]:
        """The events that a district's topic is to tell, in the order of the copy; those recorded are received as they stand."""
        return [str(one.envelope.event_id) for one in ledgers.recorded if one.envelope.district == district]

    async def tells(self, ledgers: Ledgers, district: str) -> None:
        """Wait until a reader that keeps to the rules has each of these events."""

        async def so() -> bool:
            ids = [entry["event_id"] for entry in once(await self.read(district))]
            return sorted(ids) == sorted(self.told(ledgers, district))

        await until(so)


def once(messages: Iterable[Any]) -> list[dict[str, Any]]:
    """The entries as a reader takes them that keeps to docs/feed.md."""
    epoch, last = b"", 0
    taken: list[dict[str, Any]] = []
    for message in messages:
        entry = json.loads(message.value)
        copy = dict(message.headers)["ce_id"].rpartition(b"-")[0]
        if copy != epoch:
            epoch, last, taken = copy, 0, []
        if entry["seq"] > last:
            last = entry["seq"]
            taken.append(entry)
    return taken


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_topics, "CHECK_SECONDS", 0.05)


@pytest_asyncio.fixture
async def world(reporting: Reporting, tmp_path: Path) -> AsyncIterator[World]:
    program = Tansu()
    child = Child(program, tmp_path / "broker.log")
    await child.start()
    await child.ready()
    dsn = reporting.under_test.dsn
    settings = settings_for("reporting", dsn, kafka_bootstrap=program.bootstrap, feed_topics=True)
    try:
        yield World(reporting, child, settings)
    finally:
        await child.stop()


async def test_each_district_is_told_its_own_in_order_and_as_described(world: World) -> None:
    ledgers = small_year()
    await world.reporting.receive(ledgers.recorded)
    async with world.telling():
        for district in {one.envelope.district for one in ledgers.recorded}:
            await world.tells(ledgers, district)
            entries = once(await world.read(district))
            assert [entry["seq"] for entry in entries] == sorted({entry["seq"] for entry in entries})
            for entry in entries:
                jsonschema.validate(entry, SCHEMA)
                assert entry["district"] == district


async def test_what_is_personal_is_masked_and_who_read_what_is_not_told(world: World) -> None:
    ledgers = Ledgers()
    jurisdictions(ledgers, "donghu")
    token = seal(Key("k" * 16, "p-1", AESGCM(bytes(32))), "张三")
    party = {"party": {"name": token}, "inspection_id": "t-1", "case_id": "c-1", "enterprise_id": "e-1"}
    ledgers.record("penalty", "clue-registered", party, stream="case:c-1", subject="e-1")
    read = ledgers.record("penalty", "file-read", {"thing": "case"}, stream="access:1", subject="e-1")
    await world.reporting.receive(ledgers.recorded)
    ledgers.recorded.remove(read)
    async with world.telling():
        await world.tells(ledgers, "donghu")
    messages = await world.read("donghu")
    assert once(messages)[-1]["summary"] == f"检查 t-1 移送线索，当事人 {MASK}"
    assert all(token.encode() not in message.value and "张三".encode() not in message.value for message in messages)


async def test_a_process_that_dies_anywhere_leaves_nothing_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_topics, "PAGE", 3)
    ledgers = small_year()
    half = len(ledgers.recorded) // 2
    noted: Callable[..., Awaitable[None]] = feed_topics._FeedTopics._note
    deaths = iter([True, False, True, True, False, False, True])

    async def dies(lead: Any, told: dict[str, int]) -> None:
        if next(deaths, False):
            raise ConnectionResetError("dies before it is noted")
        await noted(lead, told)

    monkeypatch.setattr(feed_topics._FeedTopics, "_note", dies)
    await world.reporting.receive(ledgers.recorded[:half])
    async with world.telling():
        await world.reporting.receive(ledgers.recorded[half:])
        for district in {one.envelope.district for one in ledgers.recorded}:
            await world.tells(ledgers, district)
    assert next(deaths, None) is None, "it died where it was to"


async def test_a_topic_or_a_broker_that_comes_back_empty_is_filled_again(world: World) -> None:
    ledgers = small_year()
    await world.reporting.receive(ledgers.recorded)
    districts = sorted({one.envelope.district for one in ledgers.recorded})
    async with world.telling():
        for district in districts:
            await world.tells(ledgers, district)
        async with administration(world.settings) as admin:
            await admin.delete_topics([topic_for("donghu")])
        await world.tells(ledgers, "donghu")
        await world.broker.stop()
        await world.broker.start()
        await world.broker.ready()
        for district in districts:
            await world.tells(ledgers, district)


async def test_the_client_of_the_guide_prints_everything_once(world: World) -> None:
    ledgers = small_year()
    await world.reporting.receive(ledgers.recorded)
    async with world.telling():
        await world.tells(ledgers, "donghu")
        client = await asyncio.create_subprocess_exec(
            sys.executable, str(CLIENT), world.settings.kafka_bootstrap, "donghu", stdout=asyncio.subprocess.PIPE
        )
        assert client.stdout is not None
        try:
            lines = [(await client.stdout.readline()).decode() for _ in world.told(ledgers, "donghu")]
            titles = [entry["title"] for entry in once(await world.read("donghu"))]
            assert [line.split(" ")[2] for line in lines] == titles
            jurisdictions(ledgers, "donghu")  # told while the client listens
            await world.reporting.receive(ledgers.recorded[-1:])
            assert "donghu区" in (await client.stdout.readline()).decode()
        finally:
            client.terminate()
            await client.wait()
    assert len(CLIENT.read_text(encoding="utf-8").splitlines()) <= 30


async def test_nobody_is_told_anything_unless_it_is_switched_on(world: World) -> None:
    await world.reporting.receive(small_year().recorded)
    quiet = settings_for("reporting", world.reporting.under_test.dsn, kafka_bootstrap="127.0.0.1:1")
    running = asyncio.create_task(run_feed_topics(quiet, world.reporting.pool, FixedClock(NOON)))
    done, _ = await asyncio.wait([running], timeout=0.2)
    running.cancel()
    assert not done
    assert await world.read("donghu") == []
