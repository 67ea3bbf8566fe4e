"""The key topic: wrapped keys reach the other services, and that a person was erased; compacted, filled anew from the tables.

`key/<key id>` holds a wrapped key, or nothing once it was erased (a tombstone). `erased/<person>` says that a person was erased
and which keys those were, locked under the master key, so that nobody else can order an irreversible thing. A tombstone alone
destroys nothing here.
"""

from __future__ import annotations

import base64
import time
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError
from cryptography.exceptions import InvalidTag

from chassis.broker import administration, cluster_of, open_consumer, open_producer
from chassis.database import leadership
from chassis.erasure import Purge, erase, follow_next
from chassis.eventstore import Connection
from chassis.personal import MasterKeys, Wrapped
from chassis.settings import Settings
from chassis.telemetry import log
from chassis.vault import LOCK_PERSONS

TOPIC = "casetrail.person-keys.v1"
PAGE = 500  # records
CHECK_SECONDS = 1.0  # between two looks whether the cluster is still the same

# What this service answers for: the keys that it made, and that keys and persons were erased.
TELL_ALL = """
WITH keys AS (UPDATE person_keys SET published = false WHERE published AND (made_here OR wrapped IS NULL))
UPDATE erasures SET published = false WHERE published
"""
KEYS = "SELECT key_id, person, wrapping, wrapped FROM person_keys WHERE NOT published ORDER BY key_id LIMIT $1"
# Only what is still as it was sent counts as told: an erasure in between is told next.
KEYS_TOLD = """
UPDATE person_keys k SET published = true FROM unnest($1::text[], $2::int[], $3::boolean[]) AS sent(key_id, wrapping, live)
WHERE k.key_id = sent.key_id AND k.wrapping = sent.wrapping AND (k.wrapped IS NOT NULL) = sent.live
"""
ERASURES = """
SELECT person, event_id, erased_at, ARRAY(SELECT key_id FROM person_keys k WHERE k.person = e.person ORDER BY 1) AS keys
FROM erasures e WHERE NOT published ORDER BY person LIMIT $1
"""
ERASURES_TOLD = "UPDATE erasures SET published = true WHERE person = ANY($1)"
# Invariant: a key that arrives after its person was erased never lives here. Guarded by tests/chassis/test_keytopic.py.
TAKE = """
INSERT INTO person_keys AS k (key_id, person, wrapping, wrapped, made_here, published, erased_at)
SELECT t.key_id, t.person, t.wrapping, CASE WHEN e.person IS NULL THEN t.wrapped END, false, e.person IS NULL,
       CASE WHEN e.person IS NOT NULL THEN now() END
FROM unnest($1::text[], $2::text[], $3::int[], $4::bytea[]) AS t(key_id, person, wrapping, wrapped)
LEFT JOIN erasures e USING (person) ORDER BY t.key_id
ON CONFLICT (key_id) DO UPDATE SET wrapped = EXCLUDED.wrapped, wrapping = EXCLUDED.wrapping
WHERE k.wrapped IS NOT NULL AND EXCLUDED.wrapped IS NOT NULL AND k.wrapping < EXCLUDED.wrapping
"""
# Whoever knows of more keys of an erased person than were told tells it again, until everybody tells of the same.
TAKE_ERASED = """
INSERT INTO person_keys (key_id, person, wrapping, wrapped, made_here, published, erased_at)
SELECT t.key_id, $1, 0, NULL, false, true, now() FROM unnest($2::text[]) AS t(key_id) ORDER BY 1 ON CONFLICT (key_id) DO NOTHING
"""
TELL_MORE = """
UPDATE erasures e SET published = false WHERE person = $1
AND EXISTS (SELECT FROM person_keys k WHERE k.person = e.person AND k.key_id <> ALL($2::text[]))
"""
TELL_AGAIN = "UPDATE erasures SET published = false WHERE person = ANY($1)"
OLD_WRAPPING = """
SELECT key_id, person, wrapping, wrapped FROM person_keys WHERE wrapped IS NOT NULL AND wrapping <> $1 ORDER BY key_id LIMIT $2
"""
REWRAP = """
UPDATE person_keys SET wrapped = $2, wrapping = $3, published = published AND NOT made_here
WHERE key_id = $1 AND wrapping = $4 AND wrapped IS NOT NULL
"""


class KeyTopicChanged(Exception):
    """The topic is another one than a moment ago: everything this service answers for is told anew."""


class KeyTopic:
    """One service's end of the key topic: tells what it made and erased, takes what others did."""

    def __init__(self, settings: Settings, purges: Sequence[Purge] = ()) -> None:
        """`purges` are the service's places that hold personal data in plain."""
        self._settings = settings
        self._masters = MasterKeys(settings.master_keys)
        self._purges = purges
        self._places = [TopicPartition(TOPIC, n) for n in range(settings.kafka_partitions)]
        self._marks: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        """Lead, tell and take for as long as database and broker live and the cluster is the same."""
        async with leadership(self._settings.dsn, "person-keys") as connection, administration(self._settings) as admin:
            await self._ensure(admin)
            reader = await open_consumer(self._settings)
            try:
                producer = await open_producer(self._settings)
                try:
                    await self._follow(connection, admin, reader, producer)
                finally:
                    await producer.stop()
            finally:
                await reader.stop()

    async def _ensure(self, admin: AIOKafkaAdminClient) -> None:
        if TOPIC in await admin.list_topics():
            return
        configs = {"cleanup.policy": "compact"}
        new = NewTopic(TOPIC, self._settings.kafka_partitions, self._settings.kafka_replication, topic_configs=configs)
        try:
            await admin.create_topics([new])
        except TopicAlreadyExistsError:
            return  # another process was faster

    async def _follow(
        self, connection: Connection, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer, producer: AIOKafkaProducer
    ) -> None:
        cluster, checked = await cluster_of(admin), time.monotonic()
        reader.assign(self._places)
        for place in self._places:
            reader.seek(place, 0)
        self._marks.clear()
        await rewrap(connection, self._masters)
        await connection.execute(TELL_ALL)
        while True:
            await self._tell(connection, producer)
            await self._follow_erasures(connection)
            pause = int(self._settings.poll_seconds * 1000)
            for place, records in (await reader.getmany(timeout_ms=pause, max_records=PAGE)).items():
                await self.take(connection, [(record.key or b"", record.value) for record in records])
                self._marks[place] = records[-1].offset + 1
            if time.monotonic() - checked > CHECK_SECONDS:
                checked = time.monotonic()
                await self._check(admin, reader, cluster)

    async def _check(self, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer, cluster: str) -> None:
        """Neither producer nor consumer is told that a broker came back empty, or that the topic was made anew."""
        cut = [place for place, mark in self._marks.items() if (reader.highwater(place) or mark) < mark]
        if cut or await cluster_of(admin) != cluster:
            raise KeyTopicChanged(TOPIC)

    async def _follow_erasures(self, connection: Connection) -> None:
        while (person := await follow_next(connection, self._purges)) is not None:
            log.info("erasure_followed", person=person)
            await connection.execute("VACUUM person_keys")  # the bytes of the key leave the table too

    async def _tell(self, connection: Connection, producer: AIOKafkaProducer) -> None:
        while rows := await connection.fetch(KEYS, PAGE):
            await self._send(producer, [(f"key/{row['key_id']}", _key_record(row)) for row in rows])
            live = [row["wrapped"] is not None for row in rows]
            await connection.execute(KEYS_TOLD, [row["key_id"] for row in rows], [row["wrapping"] for row in rows], live)
        while rows := await connection.fetch(ERASURES, PAGE):
            await self._send(producer, [(f"erased/{row['person']}", self.erasure_record(row)) for row in rows])
            await connection.execute(ERASURES_TOLD, [row["person"] for row in rows])

    async def _send(self, producer: AIOKafkaProducer, records: Iterable[tuple[str, bytes | None]]) -> None:
        """Send records and wait for all of them; one key is always in one partition, so that its last word stays the last."""
        sent = []
        for name, value in records:
            key = name.encode()
            sent.append(await producer.send(TOPIC, key=key, value=value, partition=zlib.crc32(key) % len(self._places)))
        for future in sent:
            await future

    def erasure_record(self, row: Any) -> bytes:
        """What is told of an erasure (a row of ERASURES): by which event, when, and which keys those were."""
        told = {"event_id": str(row["event_id"]), "erased_at": row["erased_at"].isoformat(), "keys": row["keys"]}
        locked = self._masters.lock(orjson.dumps(told), _about(row["person"]))
        return orjson.dumps({"wrapping": self._masters.current, "locked": base64.b64encode(locked).decode()})

    async def take(self, connection: Connection, records: Sequence[tuple[bytes, bytes | None]]) -> None:
        """Take what others told; whatever was not made with our master key is left alone, loudly."""
        keys: dict[str, Wrapped] = {}
        for key, value in records:
            kind, _, name = key.decode(errors="replace").partition("/")
            try:
                if kind == "key" and value is not None:
                    keys[name] = self._wrapped(name, value)
                elif kind == "erased" and value is not None:
                    await self._take_erasure(connection, name, value)
            except (InvalidTag, LookupError, ValueError, TypeError) as error:
                log.error("key_record_foreign", record=f"{kind}/{name}"[:100], error=repr(error))
        if keys:
            await take_keys(connection, list(keys.values()))

    def _wrapped(self, key_id: str, value: bytes) -> Wrapped:
        told = orjson.loads(value)
        wrapped = Wrapped(key_id, told["person"], told["wrapping"], base64.b64decode(told["wrapped"]))
        self._masters.unwrap(wrapped)
        return wrapped

    async def _take_erasure(self, connection: Connection, person: str, value: bytes) -> None:
        record = orjson.loads(value)
        told = orjson.loads(self._masters.unlock(record["wrapping"], base64.b64decode(record["locked"]), _about(person)))
        async with connection.transaction():
            await erase(connection, person, UUID(told["event_id"]), datetime.fromisoformat(told["erased_at"]))
            await connection.execute(TAKE_ERASED, person, told["keys"])
            await connection.execute(TELL_MORE, person, told["keys"])


async def take_keys(connection: Connection, keys: Sequence[Wrapped]) -> None:
    """Keep keys that others made; those of persons who were erased are kept as erased."""
    columns = [[k.key_id for k in keys], [k.person for k in keys], [k.wrapping for k in keys], [k.wrapped for k in keys]]
    async with connection.transaction():
        await connection.execute(LOCK_PERSONS, [key.person for key in keys])
        await connection.execute(TAKE, *columns)
        await connection.execute(TELL_AGAIN, [key.person for key in keys])


async def rewrap(connection: Connection, masters: MasterKeys) -> int:
    """Wrap every live key by the current master key; answers how many were not. Raises LookupError if an old one is gone."""
    count = 0
    while rows := await connection.fetch(OLD_WRAPPING, masters.current, PAGE):
        for row in rows:
            old = Wrapped(row["key_id"], row["person"], row["wrapping"], bytes(row["wrapped"]))
            new = masters.wrap(old.key_id, old.person, masters.unwrap(old))
            await connection.execute(REWRAP, new.key_id, new.wrapped, new.wrapping, old.wrapping)
        count += len(rows)
    return count


def _about(person: str) -> bytes:
    return f"erased|{person}".encode()


def _key_record(row: Any) -> bytes | None:
    if row["wrapped"] is None:
        return None
    wrapped = base64.b64encode(row["wrapped"]).decode()
    return orjson.dumps({"person": row["person"], "wrapping": row["wrapping"], "wrapped": wrapped})
