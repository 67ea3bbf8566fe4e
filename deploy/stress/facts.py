"""What the stress run records: events by hand, without their classes, for those who write past the command runner."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from chassis.domain import Actor
from chassis.envelope import Envelope, Recorded, Sequenced, shard_of, uuid7
from chassis.eventstore import WriteSet
from chassis.history import Seen

COUNTED = "casetrail.stress.counted.v1"
MARKED = "casetrail.stress.marked.v1"  # the echo reacts to these
ECHOED = "casetrail.echo.echoed.v1"
ACTOR = Actor(id="stress", name="压力测试", role="officer")
SUBJECTS = 24
FULL = 30  # events after which a stream is left for its next generation


def stream_id(key: str) -> str:
    """The id of a counter's stream."""
    return f"counter:{key}"


def subject_of(key: str) -> str:
    """The enterprise that a counter is about: some counters share one, so that shards hold several streams."""
    return f"enterprise-{shard_of(key) % SUBJECTS}"


def counted(key: str, after: int, count: int, amount: int = 1) -> tuple[Recorded, ...]:
    """Events of a counter that has `after` events, as one command's."""
    command_id = uuid7()
    return tuple(_recorded(key, after + n + 1, command_id, amount) for n in range(count))


def write_set(events: tuple[Recorded, ...], after: int) -> WriteSet:
    """Events of one stream as a write set without idempotency record, as policies append."""
    return WriteSet(((events[0].envelope.stream_id, after),), events, None)


def _recorded(key: str, version: int, command_id: Any, amount: int) -> Recorded:
    now = datetime.now(UTC)
    envelope = Envelope(
        event_id=uuid7(), command_id=command_id, stream_id=stream_id(key), version=version, type=COUNTED, district="donghu",
        organ="donghu-emb", subject=subject_of(key), occurred_at=now, recorded_at=now, actor=ACTOR, device=None,
        correlation_id=command_id, causation_id=command_id, traceparent=None, rulebook=None,
    )  # fmt: skip
    return Recorded(envelope, orjson.dumps({"amount": amount}))


def seen(recorded: Recorded) -> Seen:
    """An event as its writer knows it."""
    e = recorded.envelope
    return Seen(e.event_id, e.stream_id, e.version)


def tallied(before: Mapping[str, Any] | None, row: Sequenced) -> dict[str, Any]:
    """The row of `tallies` after one more event: the one fold, used by the projection and by the check of it."""
    e = row.envelope
    amount = orjson.loads(row.recorded.data).get("amount", 0)
    digest = hashlib.sha256(f"{before['digest'] if before else ''}{e.event_id}".encode()).hexdigest()
    return {
        "stream_id": e.stream_id,
        "events": (before["events"] if before else 0) + 1,
        "total": (before["total"] if before else 0) + amount,
        "digest": digest,
    }


def folded(ledger: Iterable[Sequenced]) -> dict[str, dict[str, Any]]:
    """`tallies`, from the beginning."""
    rows: dict[str, dict[str, Any]] = {}
    for row in ledger:
        rows[row.envelope.stream_id] = tallied(rows.get(row.envelope.stream_id), row)
    return rows
