"""What a stack's databases hold after a run, and which of the platform's guarantees it breaks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import asyncpg

from chassis.audit import audit_ledger, unsequenced
from chassis.settings import settings_from
from chassis.signednote import Verifier
from deploy.embedded.stack import Stack

RECORDING = ("registry", "tasks", "inspection", "penalty")
LEDGER = """
SELECT l.idx, l.shard, l.shard_idx, l.stream_id, l.version, l.event_id, l.chain, e.type, e.command_id, e.causation_id,
       e.correlation_id, e.traceparent
FROM ledger l JOIN events e USING (stream_id, version) ORDER BY l.idx
"""
COUNTS = """
SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM pending) AS pending,
       (SELECT array_agg(consumer || ' ' || type || ' ' || code) FROM refusals) AS refusals,
       (SELECT count(*) FROM fired_deadlines) AS fired
"""
COSIGNED = "SELECT note FROM cosigned WHERE source = $1 ORDER BY size"
LOGS_COSIGNED = "SELECT count(DISTINCT source) FROM cosigned"
PATIENCE = 75.0  # seconds: longer than an announcement to a broker that lost it takes to be repeated
COPY = "SELECT source, idx, shard, shard_idx, event_id, chain FROM ledger_copy ORDER BY source, idx"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ledger:
    """One service's ledger with the events it sequences, and what else its database tells."""

    rows: Sequence[Row]
    counts: Row

    @property
    def types(self) -> Counter[str]:
        """How many events of each type there are."""
        return Counter(str(row["type"]) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ledgers of the services, reporting's copies of them, and what an audit of each says."""

    ledgers: Mapping[str, Ledger]
    copies: Mapping[str, Sequence[Row]]
    audits: Mapping[str, Sequence[str]]

    @property
    def types(self) -> Counter[str]:
        """How many events of each type there are, in all services."""
        return sum((ledger.types for ledger in self.ledgers.values()), Counter())


async def evidence_of(stack: Stack) -> Evidence:
    """Read everything; the stack must have caught up."""
    ledgers = {name: await _ledger(stack.dsn(name)) for name in RECORDING}
    connection = await asyncpg.connect(stack.dsn("reporting"))
    try:
        copied = [dict(row) for row in await connection.fetch(COPY)]
        await _until_cosigned(connection)
        cosigned = {name: [row["note"] for row in await connection.fetch(COSIGNED, name)] for name in RECORDING}
    finally:
        await connection.close()
    audits = {name: await _audit(stack, name, cosigned[name]) for name in RECORDING}
    return Evidence(ledgers, {name: [row for row in copied if row["source"] == name] for name in RECORDING}, audits)


async def _until_cosigned(connection: Any) -> None:
    """A short year may end before a log's first head was cosigned; none within the patience is a finding."""
    try:
        async with asyncio.timeout(PATIENCE):
            while await connection.fetchval(LOGS_COSIGNED) < len(RECORDING):
                await asyncio.sleep(0.1)
    except TimeoutError:
        return


def keys_of(stack: Stack) -> tuple[Verifier, ...]:
    """The public keys of a stack's logs and of their witness."""
    lines = (stack.folder.path / "environment").read_text(encoding="utf-8").splitlines()
    return settings_from("reporting", dict(line.split("=", 1) for line in lines)).trusted


async def _audit(stack: Stack, name: str, cosigned: Sequence[str]) -> list[str]:
    """The ledger computed anew, against its signed heads and what the witness cosigned."""
    connection = await asyncpg.connect(stack.dsn(name))
    try:
        audit = await audit_ledger(connection, verifiers=keys_of(stack), cosigned=cosigned)
        found = [*audit.findings, *await unsequenced(connection)]
    finally:
        await connection.close()
    return [f"{finding.where}: {finding.en}" for finding in found] + ([] if cosigned else ["no head was cosigned"])


async def _ledger(dsn: str) -> Ledger:
    connection = await asyncpg.connect(dsn)
    try:
        [counts] = await connection.fetch(COUNTS)
        return Ledger([dict(row) for row in await connection.fetch(LEDGER)], dict(counts))
    finally:
        await connection.close()


def violations(evidence: Evidence) -> list[str]:
    """Every guarantee that is broken, with where; empty if all hold."""
    found = []
    for name, ledger in evidence.ledgers.items():
        broken = (*_holes(ledger), *_disorder(ledger), *_unfinished(ledger), *_untraced(ledger))
        broken = (*broken, *_miscopied(ledger, evidence.copies[name]), *evidence.audits[name])
        found += [f"{name}: {what}" for what in broken]
    return found


def _holes(ledger: Ledger) -> list[str]:
    """An acknowledged append is in the ledger exactly once; `idx` and each `(shard, shard_idx)` have no hole."""
    found = []
    if [row["idx"] for row in ledger.rows] != list(range(1, len(ledger.rows) + 1)):
        found.append("idx has a hole")
    shards: dict[int, list[int]] = {}
    for row in ledger.rows:
        shards.setdefault(row["shard"], []).append(row["shard_idx"])
    found += [f"shard {shard} has a hole" for shard, seen in shards.items() if seen != list(range(1, len(seen) + 1))]
    if ledger.counts["events"] != len(ledger.rows):
        found.append(f"{ledger.counts['events']} events, {len(ledger.rows)} in the ledger")
    return found


def _disorder(ledger: Ledger) -> list[str]:
    """The ledger respects each stream's version order, and no cause comes after its effect."""
    found: list[str] = []
    streams: dict[str, list[int]] = {}
    place = {row["event_id"]: row["idx"] for row in ledger.rows}
    for row in ledger.rows:
        streams.setdefault(row["stream_id"], []).append(row["version"])
        if place.get(row["causation_id"], 0) > row["idx"]:
            found.append(f"event {row['idx']} comes before its cause")
    found += [f"{stream} is out of order" for stream, seen in streams.items() if seen != list(range(1, len(seen) + 1))]
    # A command's events are one write set: nothing comes between them.
    changes = sum(one["command_id"] != other["command_id"] for one, other in pairwise(ledger.rows)) + 1
    if ledger.rows and changes != len({row["command_id"] for row in ledger.rows}):
        found.append("a write set is torn")
    return found


def _unfinished(ledger: Ledger) -> list[str]:
    """Nothing waits for its place, and no reaction was refused."""
    waiting = [f"{ledger.counts['pending']} events are pending"] if ledger.counts["pending"] else []
    return waiting + [f"refused: {refusal}" for refusal in ledger.counts["refusals"] or ()]


def _untraced(ledger: Ledger) -> list[str]:
    """Every event says to which matter and to which trace it belongs."""
    bare = [row["idx"] for row in ledger.rows if not row["traceparent"] or not row["correlation_id"]]
    return [f"events without trace or correlation: {bare[:5]}"] if bare else []


def _miscopied(ledger: Ledger, copy: Sequence[Row]) -> list[str]:
    """Reporting's copy is the ledger."""
    fields = ("idx", "shard", "shard_idx", "event_id", "chain")
    theirs = [tuple(row[field] for field in fields) for row in copy]
    ours = [tuple(row[field] for field in fields) for row in ledger.rows]
    return [] if ours == theirs else [f"reporting holds another copy ({len(theirs)} of {len(ours)} events)"]
