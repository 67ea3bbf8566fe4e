"""What a stress run left behind, read when everything has come to rest, and judged by the rules of `chassis.history`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from chassis.database import GONE, READS, connect
from chassis.envelope import Sequenced
from chassis.eventstore import ledger_after
from chassis.history import Attempt, Place, Violation, consumed, followed, judge, projected, tailed
from deploy.embedded.kafka import Kafka
from deploy.stress.arena import Arena
from deploy.stress.facts import MARKED, folded
from deploy.stress.journal import Record, record_of
from deploy.stress.nemesis import NAME
from deploy.stress.plan import COPY, ECHO, SINK, SOURCE, WRITERS

PAGE = 5000  # ledger rows
REST = 90.0  # seconds within which everything must come to rest

TAIL = "SELECT idx, event_id FROM ledger WHERE idx > $1 ORDER BY idx LIMIT 1000"
STANDS_SOURCE = """
SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM pending) AS pending,
       (SELECT count(*) FROM ledger) AS ledger,
       (SELECT position FROM checkpoints WHERE name = 'relay') AS relay,
       (SELECT sum(events) FROM tallies)::bigint AS projection
"""
STANDS_SINK = """
SELECT (SELECT count(*) FROM events) AS echoes, (SELECT count(*) FROM pending) AS pending,
       (SELECT count(*) FROM ledger) AS echo_ledger,
       (SELECT sum(position) FROM inbox WHERE consumer = $1)::bigint AS copy,
       (SELECT sum(position) FROM inbox WHERE consumer = $2)::bigint AS echo
"""
APPLIED = "SELECT shard, shard_idx, event_id FROM applied WHERE consumer = $1 ORDER BY n"
TALLIES = "SELECT stream_id, events, total, digest FROM tallies"


class Tail:
    """Follows the ledger by `idx > last`, as any reader may, over every loss of its connection."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.met: list[Place] = []

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except GONE:
                await asyncio.sleep(0.1)

    async def _follow(self) -> None:
        connection = await connect(self._dsn, "stress-tail", role=READS)
        try:
            while True:
                rows = await connection.fetch(TAIL, self.met[-1][0] if self.met else 0)
                self.met += [(row["idx"], UUID(bytes=row["event_id"].bytes)) for row in rows]
                if not rows:
                    await asyncio.sleep(0.01)
        finally:
            connection.terminate()


@dataclass(slots=True)
class Evidence:
    """Everything that is judged."""

    stands: dict[str, Any]
    records: dict[str, Record]
    source: list[Sequenced] = field(default_factory=list)
    sink: list[Sequenced] = field(default_factory=list)
    met: Sequence[Place] = ()
    applied: dict[str, list[tuple[int, int, UUID]]] = field(default_factory=dict)
    tallies: dict[str, dict[str, Any]] = field(default_factory=dict)
    died: dict[str, int] = field(default_factory=dict)
    deadlocks: int = 0
    holes: int = 0  #: in the topic, which consumers filled from the ledger: as they are meant to
    durable_topic: bool = False  #: whether the broker keeps its topics over a restart: then there may be no hole

    @property
    def attempts(self) -> list[Attempt]:
        """What all writers tried."""
        return [attempt for record in self.records.values() for attempt in record.attempts]


async def at_rest(arena: Arena, tail: Tail) -> dict[str, Any]:
    """Wait until everything has caught up with the ledger; answers where everything stands, also if it never did."""
    give_up = time.monotonic() + REST
    stands: dict[str, Any] = {}
    while time.monotonic() < give_up:
        try:
            stands = await _stands(arena) | {"tail": len(tail.met)}
        except GONE:
            await asyncio.sleep(0.2)
            continue
        if not unrested(stands):
            break
        await asyncio.sleep(0.1)
    return stands


def unrested(stands: dict[str, Any]) -> list[str]:
    """What has not caught up."""
    head = stands.get("events", 0)
    wanted = {"pending": 0, "echo_pending": 0, "echo_ledger": stands.get("echoes"),
              **dict.fromkeys(("ledger", "relay", "projection", "copy", "echo", "tail"), head)}  # fmt: skip
    return [f"{name} stands at {stands.get(name)}, not at {at}" for name, at in wanted.items() if (stands.get(name) or 0) != at]


async def _stands(arena: Arena) -> dict[str, Any]:
    source = await arena.connected(SOURCE)
    sink = await arena.connected(SINK)
    try:
        stands = dict((await source.fetch(STANDS_SOURCE))[0])
        echoes = dict((await sink.fetch(STANDS_SINK, COPY, ECHO))[0])
    finally:
        await source.close()
        await sink.close()
    return stands | echoes | {"pending": stands["pending"], "echo_pending": echoes["pending"]}


async def gather(arena: Arena, tail: Tail, stands: dict[str, Any]) -> Evidence:
    """Read everything."""
    records = {name: record_of(arena.plan.journal(name)) for name in (*WRITERS, NAME)}
    evidence = Evidence(stands, records, met=tail.met, died=arena.died_alone())
    evidence.deadlocks = _logged(b"deadlock detected", arena.folder / f"{arena.postgres.name}.log")
    evidence.holes = _logged(b"events_lost_in_transport", *arena.folder.glob("consumer-*.log"))
    evidence.durable_topic = isinstance(arena.broker, Kafka)
    source = await arena.connected(SOURCE)
    sink = await arena.connected(SINK)
    try:
        evidence.source, evidence.sink = await _ledger(source), await _ledger(sink)
        evidence.tallies = {row["stream_id"]: dict(row) for row in await source.fetch(TALLIES)}
        for consumer in (COPY, ECHO):
            evidence.applied[consumer] = [tuple(row) for row in await sink.fetch(APPLIED, consumer)]
    finally:
        await source.close()
        await sink.close()
    return evidence


async def _ledger(connection: asyncpg.Connection[asyncpg.Record]) -> list[Sequenced]:
    rows: list[Sequenced] = []
    while page := await ledger_after(connection, rows[-1].idx if rows else 0, PAGE):
        rows += page
    return rows


def _logged(what: bytes, *logs: Path) -> int:
    return sum(log.read_bytes().count(what) for log in logs)


def violations(evidence: Evidence) -> list[Violation]:
    """Every broken guarantee."""
    found = [Violation("unfinished", what) for what in unrested(evidence.stands)]
    found += [Violation("died", f"{name} ended by itself, {times} times") for name, times in evidence.died.items()]
    if evidence.holes and evidence.durable_topic:
        found.append(Violation("relay", f"consumers met {evidence.holes} holes in a topic of which nothing was lost"))
    if evidence.deadlocks:
        found.append(Violation("deadlock", f"PostgreSQL had to end {evidence.deadlocks} deadlocks"))
    found += judge(evidence.attempts, evidence.source)
    found += tailed(evidence.source, evidence.met)
    found += consumed(evidence.source, _by_shard(evidence.applied[COPY]))
    found += _echoed(evidence)
    found += projected("tallies", dict(evidence.tallies), dict(folded(evidence.source)))
    return found


def _by_shard(applied: Sequence[tuple[int, int, UUID]]) -> dict[int, list[Place]]:
    places: dict[int, list[Place]] = {}
    for shard, shard_idx, event_id in applied:
        places.setdefault(shard, []).append((shard_idx, event_id))
    return places


def _echoed(evidence: Evidence) -> Iterator[Violation]:
    """The echo noted each marked event once, shard by shard in order, and its own ledger has exactly one reaction to each."""
    yield from judge([], evidence.sink, closed=False)
    marked = [row for row in evidence.source if row.envelope.type == MARKED]
    truth = _by_shard([(row.shard, row.shard_idx, row.envelope.event_id) for row in marked])
    noted = _by_shard(evidence.applied[ECHO])
    where = {row.envelope.event_id: (row.shard, row.shard_idx) for row in marked}
    reactions = [row.envelope.causation_id for row in evidence.sink]
    reacted = _by_shard([(*where.get(cause, (-1, 0)), cause) for cause in reactions])
    for shard in sorted(truth.keys() | noted.keys() | reacted.keys()):
        yield from followed(f"policy tables (shard {shard})", truth.get(shard, []), noted.get(shard, []))
        yield from followed(f"policy events (shard {shard})", truth.get(shard, []), reacted.get(shard, []))
