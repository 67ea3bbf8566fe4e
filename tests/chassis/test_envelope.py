"""Envelopes: canonical bytes that never change, the chain over them, time-ordered ids, shards."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Actor
from chassis.envelope import (
    GENESIS,
    SHARDS,
    Envelope,
    actor_bytes,
    actor_from,
    canonical,
    chain_hash,
    instant,
    leaf_hash,
    leaf_of_columns,
    shard_of,
    uuid7,
)

ENVELOPE = Envelope(
    event_id=UUID("01970000-0000-7000-8000-000000000001"), command_id=UUID("01970000-0000-7000-8000-000000000002"),
    stream_id="case:c-1", version=3, type="casetrail.penalty.case-filed.v1", district="donghu", organ="nanchang-emb",
    subject="e-0123456789abcdef0123", occurred_at=datetime(2021, 9, 6, 12, 0, 0, 120000, tzinfo=timezone(timedelta(hours=8))),
    recorded_at=datetime(2021, 9, 6, 4, 0, 5, tzinfo=UTC),
    actor=Actor(id="o-1", name='王"五\\', role="officer", certificate_no=None), device=None,
    correlation_id=UUID("01970000-0000-7000-8000-000000000003"), causation_id=UUID("01970000-0000-7000-8000-000000000004"),
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", rulebook="jiangxi-work-safety/2021.1",
)  # fmt: skip
DATA = b'{"case_id":"c-1"}'
CANONICAL = (
    '{"actor":{"certificate_no":null,"id":"o-1","name":"王\\"五\\\\","role":"officer"},'
    '"causation_id":"01970000-0000-7000-8000-000000000004","command_id":"01970000-0000-7000-8000-000000000002",'
    '"correlation_id":"01970000-0000-7000-8000-000000000003",'
    '"data_sha256":"077fab93b609b2737f29f2ca327dab3c694a5bfc441f3c3fcec5fbbab277f3ee","device":null,"district":"donghu",'
    '"event_id":"01970000-0000-7000-8000-000000000001","occurred_at":"2021-09-06T04:00:00.120000Z","organ":"nanchang-emb",'
    '"recorded_at":"2021-09-06T04:00:05.000000Z","rulebook":"jiangxi-work-safety/2021.1","stream_id":"case:c-1",'
    '"subject":"e-0123456789abcdef0123","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",'
    '"type":"casetrail.penalty.case-filed.v1","version":3}'
)
LEAF = "27c3e014ec70a6db4ffac3347ef2596265d306adf9e5631b39b3d81dcd65b8f0"
CHAIN = "6b783760bacbde39080c5dc9f94e8cc5fd71b3e5d4b8258ab86e27e880f8f77a"


def test_the_canonical_bytes_and_hashes_of_an_event_never_change() -> None:
    """Golden: what was written in any year must give the same hashes in any other."""
    assert canonical(ENVELOPE, DATA).decode() == CANONICAL
    assert leaf_hash(ENVELOPE, DATA).hex() == LEAF
    assert chain_hash(GENESIS, leaf_hash(ENVELOPE, DATA)).hex() == CHAIN


def test_canonical_bytes_are_those_of_an_independent_writer_of_json() -> None:
    """RFC 8785 for what an envelope holds: sorted keys, no space, no escape that is not needed."""
    written = json.loads(canonical(ENVELOPE, DATA))
    assert json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == CANONICAL
    assert written["data_sha256"] == hashlib.sha256(DATA).hexdigest()
    assert hashlib.sha256(b"\x00" + CANONICAL.encode()).hexdigest() == LEAF
    assert hashlib.sha256(b"\x01" + bytes(32) + bytes.fromhex(LEAF)).hexdigest() == CHAIN


OTHER: dict[type, Callable[[Any], Any]] = {
    str: lambda value: value + "x", int: lambda value: value + 1, UUID: lambda value: UUID(int=value.int ^ 1),
    datetime: lambda value: value + timedelta(microseconds=1), Actor: lambda value: replace(value, certificate_no="赣A-001"),
    type(None): lambda _: "x",
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in fields(Envelope)])
def test_every_field_is_hashed(name: str) -> None:
    value = getattr(ENVELOPE, name)
    changed = replace(ENVELOPE, **{name: OTHER[type(value)](value)})
    assert leaf_hash(changed, DATA) != leaf_hash(ENVELOPE, DATA)


def test_the_data_are_hashed() -> None:
    assert leaf_hash(ENVELOPE, DATA) != leaf_hash(ENVELOPE, DATA + b" ")


def test_a_time_is_the_same_in_any_zone() -> None:
    moved = replace(ENVELOPE, occurred_at=ENVELOPE.occurred_at.astimezone(UTC))
    assert canonical(moved, DATA) == canonical(ENVELOPE, DATA)


@given(at=st.datetimes(timezones=st.just(UTC)))
def test_an_instant_can_be_read_again(at: datetime) -> None:
    """Also of the first thousand years, which a device may claim."""
    text = instant(at)
    assert len(text) == len("2021-09-06T04:00:05.000000Z")
    assert datetime.fromisoformat(text) == at


@given(name=st.text(st.characters(exclude_categories=["Cs"])))
def test_an_actor_can_be_read_again(name: str) -> None:
    actor = Actor(id="a", name=name, role="officer")
    assert actor_from(actor_bytes(actor)) == actor
    assert actor_bytes(actor).decode() == json.dumps(
        {"certificate_no": None, "id": "a", "name": name, "role": "officer"}, separators=(",", ":"), ensure_ascii=False
    )


def test_ids_are_uuid7_in_the_order_of_time() -> None:
    before = time.time_ns() // 1_000_000
    ids = [uuid7() for _ in range(2000)]
    after = time.time_ns() // 1_000_000
    assert len(set(ids)) == 2000
    stamps = [each.int >> 80 for each in ids]
    assert stamps == sorted(stamps)
    assert before <= stamps[0]
    assert stamps[-1] <= after
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    assert len({each.int & (1 << 62) - 1 for each in ids}) == 2000
    assert len({each.int >> 64 & 0xFFF for each in ids}) > 500


@given(subject=st.text(st.characters(exclude_categories=["Cs"])))
def test_the_shard_of_a_subject(subject: str) -> None:
    assert shard_of(subject) == zlib.crc32(subject.encode()) % 64


def test_shards_are_for_ever() -> None:
    """Golden: a subject that changed its shard would lose its order."""
    assert SHARDS == 64
    assert [shard_of(s) for s in ("", "e-0123456789abcdef0123", "plan:p-2021", "nanchang", "东湖")] == [0, 32, 22, 47, 44]


def columns_of(envelope: Envelope, data: bytes) -> tuple[Any, ...]:
    """What the sequencer reads of an event, as PostgreSQL gives it: ids as text, times in UTC."""
    e = envelope
    return (
        e.stream_id, e.version, str(e.event_id), str(e.command_id), e.type, e.district, e.organ, e.subject,
        e.occurred_at.astimezone(UTC), e.recorded_at.astimezone(UTC), actor_bytes(e.actor).decode(), e.device,
        str(e.correlation_id), str(e.causation_id), e.traceparent, e.rulebook, hashlib.sha256(data).hexdigest(),
    )  # fmt: skip


WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]))  # noqa: DTZ001
ENVELOPES = st.builds(
    Envelope, event_id=st.uuids(), command_id=st.uuids(), stream_id=WORDS, version=st.integers(1, 2**31 - 1), type=WORDS,
    district=WORDS, organ=WORDS, subject=WORDS, occurred_at=TIMES, recorded_at=TIMES,
    actor=st.builds(Actor, id=WORDS, name=WORDS, role=WORDS, certificate_no=st.none() | WORDS), device=st.none() | WORDS,
    correlation_id=st.uuids(), causation_id=st.uuids(), traceparent=st.none() | WORDS, rulebook=st.none() | WORDS,
)  # fmt: skip


@given(ENVELOPES, st.binary(max_size=40))
def test_a_leaf_from_columns_is_that_of_the_event(envelope: Envelope, data: bytes) -> None:
    """Whoever gets the event over the wire computes the same."""
    assert leaf_of_columns(*columns_of(envelope, data)) == leaf_hash(envelope, data)


def test_times_of_another_zone_give_the_same_leaf() -> None:
    columns = list(columns_of(ENVELOPE, DATA))
    columns[8] = ENVELOPE.occurred_at
    assert columns[8].utcoffset() != timedelta(0)
    assert leaf_of_columns(*columns).hex() == LEAF


def test_an_actor_stored_in_another_form_gives_the_same_leaf() -> None:
    """Consumers get the actor parsed and written again."""
    columns = list(columns_of(ENVELOPE, DATA))
    columns[10] = json.dumps({"role": "officer", "id": "o-1", "name": '王"五\\'}, ensure_ascii=True, indent=1)
    assert leaf_of_columns(*columns).hex() == LEAF
