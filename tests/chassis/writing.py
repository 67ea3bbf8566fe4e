"""Write sets, places to wait for, and the check of everything that a ledger promises."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from math import inf
from uuid import UUID

from chassis.codec import encode
from chassis.domain import Actor
from chassis.envelope import GENESIS, Envelope, Recorded, Sequenced, canonical, chain_hash, leaf_hash, shard_of, uuid7
from chassis.eventstore import Connection, IdempotencyRecord, WriteSet, ledger_after
from chassis.history import Attempt, Outcome, Seen, judge
from tests.chassis.notes import NoteMade

AT = datetime(2021, 9, 6, 4, 0, tzinfo=UTC)
OFFICER = Actor(id="o-1", name="甲", role="officer", certificate_no="赣A-001")
PATIENCE = 20.0  # seconds until a condition that does not come fails the test


def recorded(
    stream_id: str, version: int, *, command_id: UUID | None = None, subject: str | None = None, causation_id: UUID | None = None,
    data: bytes = encode(NoteMade(note_id="n", text="字")), wire: str = NoteMade.__wire__,
) -> Recorded:  # fmt: skip
    """An event as it is stored."""
    command_id = command_id or uuid7()
    envelope = Envelope(
        event_id=uuid7(), command_id=command_id, stream_id=stream_id, version=version, type=wire, district="donghu",
        organ="donghu-emb", subject=subject or stream_id, occurred_at=AT, recorded_at=AT, actor=OFFICER, device=None,
        correlation_id=command_id, causation_id=causation_id or command_id, traceparent=None, rulebook=None,
    )  # fmt: skip
    return Recorded(envelope, data)


def write_set(
    *parts: tuple[str, int, int], key: str | None = None, subject: str | None = None, causation_id: UUID | None = None
) -> WriteSet:
    """A command's write set; of each part: the stream, the version it must have, how many events are added."""
    command_id = uuid7()
    events = tuple(
        recorded(stream_id, expected + n + 1, command_id=command_id, subject=subject, causation_id=causation_id)
        for stream_id, expected, count in parts
        for n in range(count)
    )
    expected = tuple((stream_id, version) for stream_id, version, _ in parts)
    return WriteSet(expected, events, IdempotencyRecord(key or command_id.hex, b"payload", command_id, b"{}", AT))


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Return when the condition holds; fails after PATIENCE."""
    give_up = time.monotonic() + PATIENCE
    while not await condition():
        assert time.monotonic() < give_up, "the condition did not come"
        await asyncio.sleep(0.005)


async def waits_for_a_lock(connection: Connection, role: str) -> int | None:
    """The process id of the backend of this role that waits for a lock in this database, if one does."""
    sql = """SELECT pid FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'"""
    pid: int | None = await connection.fetchval(sql, role)
    return pid


async def streams(connection: Connection) -> dict[str, list[int]]:
    """The versions stored of each stream."""
    rows = await connection.fetch("SELECT stream_id, array_agg(version ORDER BY version) AS v FROM events GROUP BY 1")
    return {row["stream_id"]: row["v"] for row in rows}


async def check_ledger(connection: Connection, attempts: Sequence[Attempt] = ()) -> int:
    """Fail unless the ledger keeps every promise (`chassis.history`); answers how many rows it has."""
    rows = await ledger_after(connection, 0, 10_000_000)
    assert await connection.fetchval("SELECT count(*) FROM pending") == 0
    assert await connection.fetchval("SELECT count(*) FROM events") == len(rows)
    assert judge(attempts, rows) == []
    assert all(json.loads(canonical(r.envelope, r.recorded.data))["event_id"] == str(r.envelope.event_id) for r in rows)
    return len(rows)


def alone(events: Sequence[Recorded]) -> WriteSet:
    """A write set of these events that expects nothing and has no record."""
    return WriteSet((), tuple(events), None)


def sequenced(events: Sequence[Recorded]) -> list[Sequenced]:
    """The ledger of these events, in this order."""
    rows: list[Sequenced] = []
    within: dict[int, int] = {}
    chain = GENESIS
    for idx, recorded in enumerate(events, start=1):
        shard, leaf = shard_of(recorded.envelope.subject), leaf_hash(recorded.envelope, recorded.data)
        chain = chain_hash(chain, leaf)
        within[shard] = within.get(shard, 0) + 1
        rows.append(Sequenced(idx, shard, within[shard], leaf, chain, recorded))
    return rows


def attempt(
    given: WriteSet, outcome: Outcome = Outcome.ACKNOWLEDGED, begun: float = -inf, *, command: str | None = None
) -> Attempt:
    """What its writer records of a write set; one that was begun at a time of the monotonic clock has ended by now."""
    seen = tuple(Seen(r.envelope.event_id, r.envelope.stream_id, r.envelope.version) for r in given.events)
    ended = inf if begun == -inf else time.monotonic()
    return Attempt(command or str(given.events[0].envelope.command_id), outcome, seen, given.expected, begun, ended)
