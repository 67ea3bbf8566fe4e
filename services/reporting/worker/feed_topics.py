"""A topic for each district, for dashboards outside: the entries of the feed, personal data masked, in order, at least once.

Who reads one holds each entry against the last `seq` that it took, and passes over what is not larger (docs/feed.md).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Sequence

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from chassis.broker import administration, close_producer, cluster_of, ensure_topic, open_consumer, open_producer, recreate_topic
from chassis.clock import Clock
from chassis.database import LEDGER, WakeUp, leadership
from chassis.eventstore import Connection, Pool
from chassis.personal import revealed
from chassis.settings import Settings
from chassis.telemetry import log
from services.reporting.queries.copies import Copied, copied_after, head_of
from services.reporting.queries.entries import MASK, entry_of

TYPE = "casetrail.reporting.feed-entry.v1"
SCHEMA = "/contracts/feed/feed-entry.v1.json"
LEFT_OUT = ".file-read.v1"  # who looks at which file is told to auditors
PLAIN = re.compile(r"^[A-Za-z0-9._-]{1,200}$")  # what a topic may be called
PARTITION = 0  # one, because a district's entries are in order
PAGE = 500
CHECK_SECONDS = 5.0  # between two looks whether the topics still hold what was put there
SEND_SECONDS = 30.0  # in which a page must be taken by the broker

NOTED = "SELECT district, cluster, epoch, seq FROM feed_topics"
FORGET = "DELETE FROM feed_topics"
NOTE = """
INSERT INTO feed_topics (district, cluster, epoch, seq) SELECT d, $3, $4, s FROM unnest($1::text[], $2::bigint[]) AS t(d, s)
ON CONFLICT (district) DO UPDATE SET cluster = EXCLUDED.cluster, epoch = EXCLUDED.epoch, seq = EXCLUDED.seq
"""


class TopicLost(Exception):
    """A topic is empty that should not be, or the cluster is another one: the loop begins anew and fills it."""


def topic_for(district: str) -> str:
    """The topic of a district's entries."""
    return f"casetrail.feed.{district}.v1"


async def run_feed_topics(settings: Settings, pool: Pool, clock: Clock) -> None:  # noqa: ARG001 - the signature of loops
    """Fill the topics for as long as database and broker live; where nobody wants them, nothing is done."""
    if not settings.feed_topics:
        await asyncio.Event().wait()
        return
    async with leadership(settings.dsn, "feed-topics") as connection, administration(settings) as admin:
        reader, producer = await open_consumer(settings), await open_producer(settings)
        try:
            await _FeedTopics(settings, connection, admin, reader, producer).run()
        finally:
            await close_producer(producer)
            await reader.stop()


class _FeedTopics:
    """One lead. `_told` says what was put last into each topic; everything up to `_position` is in the topics."""

    def __init__(
        self, settings: Settings, connection: Connection, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer,
        producer: AIOKafkaProducer,
    ) -> None:  # fmt: skip
        self._settings, self._connection, self._admin = settings, connection, admin
        self._reader, self._producer = reader, producer
        self._told: dict[str, int] = {}
        self._position = 0
        self._cluster = self._epoch = ""

    async def run(self) -> None:
        """Go on behind what is noted, or begin anew; then follow the copy."""
        wake = WakeUp(self._settings.poll_seconds * 5)
        await self._connection.add_listener(LEDGER, wake)
        await self._begin()
        checked = time.monotonic()
        while True:
            if time.monotonic() - checked > CHECK_SECONDS:
                await self._check()
                checked = time.monotonic()
            if await self._follow() < PAGE:
                await wake.wait()

    async def _begin(self) -> None:
        self._cluster, self._epoch = await cluster_of(self._admin), (await head_of(self._connection)).epoch
        rows = await self._connection.fetch(NOTED)
        if any((row["cluster"], row["epoch"]) != (self._cluster, self._epoch) for row in rows):
            await self._connection.execute(FORGET)
            rows = []
        # A page is noted whole, so behind the last entry of all topics nothing was put anywhere.
        self._told = {row["district"]: row["seq"] for row in rows}
        self._position = max(self._told.values(), default=0)
        for district in {*await self._empty(), *(district for district, seq in self._told.items() if not seq)}:
            await self._refill(district)

    async def _check(self) -> None:
        if await cluster_of(self._admin) != self._cluster or (lost := await self._empty()):
            raise TopicLost("the cluster is another one" if not lost else ", ".join(lost))

    async def _empty(self) -> list[str]:
        """The districts whose topic has nothing in it, although something was put there."""
        places = {TopicPartition(topic_for(district), PARTITION): district for district, seq in self._told.items() if seq}
        known = set(await self._admin.list_topics())
        gone = [district for place, district in places.items() if place.topic not in known]
        ends = await self._reader.end_offsets([place for place in places if place.topic in known])
        return sorted([*gone, *(places[place] for place, end in ends.items() if not end)])

    async def _refill(self, district: str) -> None:
        """Put everything of a district into its topic again, up to where the others are; noted as empty until that is done."""
        log.warning("feed_topic_refilled", district=district)
        await self._note({district: 0})
        await ensure_topic(self._admin, self._settings, topic_for(district), partitions=1)
        after, told = 0, 0
        while page := await copied_after(self._connection, after, self._position, [district], PAGE):
            after, told = page[-1].seq, (await self._send(page)).get(district, told)
        await self._note({district: told})

    async def _follow(self) -> int:
        head = await head_of(self._connection)
        if head.epoch != self._epoch:
            raise TopicLost("the copy was replaced")
        page = await copied_after(self._connection, self._position, head.seq, None, PAGE)
        for district in {copied.envelope.district for copied in page} - self._told.keys():
            await self._open(district)
        # Invariant: noted only when the broker has all of it, so a process that dies puts entries there twice, never not at all.
        # Guarded by tests/service/reporting/test_feed_topics.py.
        await self._note(await self._send(page))
        self._position = page[-1].seq if page else self._position
        return len(page)

    async def _open(self, district: str) -> None:
        """The topic of a district that was told nothing yet; what is in it is of another copy."""
        self._told[district] = 0
        if not PLAIN.match(district):
            log.error("feed_topic_impossible", district=district)
            return
        place = TopicPartition(topic_for(district), PARTITION)
        if place.topic in await self._admin.list_topics() and (await self._reader.end_offsets([place]))[place]:
            await recreate_topic(self._admin, self._settings, place.topic)
        await ensure_topic(self._admin, self._settings, place.topic, partitions=1)

    async def _send(self, page: Sequence[Copied]) -> dict[str, int]:
        """Put a page into its topics; answers the last `seq` of each district when the broker has all of it."""
        wanted = [copied for copied in page if self._is_told(copied)]
        async with asyncio.timeout(SEND_SECONDS):
            await asyncio.gather(*[await self._put(copied) for copied in wanted])
        return {copied.envelope.district: copied.seq for copied in wanted}

    @staticmethod
    def _is_told(copied: Copied) -> bool:
        return PLAIN.match(copied.envelope.district) is not None and not copied.envelope.type.endswith(LEFT_OUT)

    async def _put(self, copied: Copied) -> asyncio.Future[object]:
        entry = entry_of(copied)
        value = revealed(orjson.dumps(entry), {}, missing=MASK)
        future: asyncio.Future[object] = await self._producer.send(
            topic_for(copied.envelope.district), value, copied.envelope.subject.encode(), PARTITION,
            headers=list(_headers(entry, f"{self._epoch}-{copied.seq}")),
        )  # fmt: skip
        return future

    async def _note(self, told: dict[str, int]) -> None:
        if told:
            await self._connection.execute(NOTE, list(told), list(told.values()), self._cluster, self._epoch)
            self._told |= told


def _headers(entry: dict[str, str], event_id: str) -> Iterable[tuple[str, bytes]]:
    """CloudEvents 1.0, binary mode."""
    yield "content-type", b"application/json"
    for name, value in (
        ("specversion", "1.0"), ("id", event_id), ("source", "/services/reporting"), ("type", TYPE), ("dataschema", SCHEMA),
        ("subject", entry["subject"]), ("time", entry["occurred_at"]), ("district", entry["district"]),
        ("eventtype", entry["type"]),
    ):  # fmt: skip
        yield f"ce_{name}", value.encode()
