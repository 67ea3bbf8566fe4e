"""Readers of an event store as others build them, beside ours, and transactions staged step by step: no luck is needed to see.

Each write goes into our event store and, in the same transaction, into a table as popular stores have it: a position from a
sequence, and the transaction's id. All readers are asked at the same moments.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Protocol

from chassis.database import connect
from chassis.envelope import uuid7
from chassis.eventstore import Connection, append, ledger_after
from chassis.history import Attempt, Outcome, Seen, Violation, judge, ordered
from chassis.sequencer import read_head, sequence_once
from tests.chassis.writing import until, write_set

TABLE = """
CREATE TABLE IF NOT EXISTS positions (
    position bigserial PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    event_id uuid NOT NULL, stream_id text NOT NULL, version integer NOT NULL)
"""
WRITE = "INSERT INTO positions (event_id, stream_id, version) VALUES ($1, $2, $3)"
HEAD = "SELECT coalesce(max(version), 0) FROM events WHERE stream_id = $1"
TAKE_AN_ID = "SELECT pg_current_xact_id()"  # as the row of an inbox does, written before anything is read
BY_POSITION = "SELECT * FROM positions WHERE position > $1 ORDER BY position"
BY_POSITION_BELOW_HORIZON = """
SELECT * FROM positions WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) AND position > $1 ORDER BY position
"""
BY_TRANSACTION_BELOW_HORIZON = """
SELECT *, xid::text AS xid_text FROM positions
WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) AND (xid, position) > ($1::text::xid8, $2) ORDER BY xid, position
"""


class Reader(Protocol):
    """Follows a store."""

    met: list[Seen]

    async def read(self, connection: Connection) -> None:
        """Take what is new."""
        ...


@dataclass
class ByPosition:
    """Remembers the last position, with or without a horizon of transaction ids."""

    sql: str
    position: int = 0
    met: list[Seen] = field(default_factory=list)

    async def read(self, connection: Connection) -> None:
        for row in await connection.fetch(self.sql, self.position):
            self.position = row["position"]
            self.met.append(Seen(row["event_id"], row["stream_id"], row["version"]))


@dataclass
class ByTransaction:
    """Remembers the last (transaction id, position), below the horizon."""

    checkpoint: tuple[str, int] = ("0", 0)
    met: list[Seen] = field(default_factory=list)

    async def read(self, connection: Connection) -> None:
        for row in await connection.fetch(BY_TRANSACTION_BELOW_HORIZON, *self.checkpoint):
            self.checkpoint = (row["xid_text"], row["position"])
            self.met.append(Seen(row["event_id"], row["stream_id"], row["version"]))


@dataclass
class Ours:
    """Follows the ledger; a sequencer's pass goes before each look."""

    idx: int = 0
    met: list[Seen] = field(default_factory=list)

    async def read(self, connection: Connection) -> None:
        while await sequence_once(connection, await read_head(connection)):
            pass
        for row in await ledger_after(connection, self.idx, 10_000):
            self.idx = row.idx
            self.met.append(Seen(row.envelope.event_id, row.envelope.stream_id, row.envelope.version))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `begin`, `write` (to a stream), `commit` or `rollback` of a transaction, or `read` of all readers."""

    do: str
    transaction: str = ""
    stream: str = ""


@dataclass
class Stage:
    """Transactions that are carried out step by step; a step that makes no sense, or would have to wait, is left out."""

    dsn: str
    connection: Connection
    readers: dict[str, Reader]
    streams: str = field(default_factory=lambda: uuid7().hex)  #: the prefix of its own
    done: list[Attempt] = field(default_factory=list)
    _connections: dict[str, Connection] = field(default_factory=dict)
    _open: dict[str, tuple[Any, Connection, list[Attempt]]] = field(default_factory=dict)
    _now: int = 0

    async def play(self, steps: Sequence[Step]) -> None:
        """Carry out these steps, end what is open, and let the readers catch up; once only."""
        for step in [*steps, *(Step("commit", transaction) for transaction in "ABCD")]:
            self._now += 1
            await getattr(self, f"_{step.do}")(step)
        await self._read(Step("read"))
        written = sum(len(attempt.events) for attempt in self.done if attempt.outcome is Outcome.ACKNOWLEDGED)

        async def caught_up() -> bool:  # a horizon may be held by the server's own transactions for a moment
            await self._read(Step("read"))
            return all(len(reader.met) >= written for reader in self.readers.values() if not isinstance(reader, ByPosition))

        await until(caught_up)
        for connection in self._connections.values():
            await connection.close()

    def rules(self, name: str) -> set[str]:
        """The rules that a reader breaks."""
        return {violation.rule for violation in self.found(name)}

    def found(self, name: str) -> list[Violation]:
        """What the history checker says of a reader."""
        return ordered(self.done, self.readers[name].met)

    async def judged(self) -> list[Violation]:
        """What it says of our ledger."""
        return judge(self.done, await ledger_after(self.connection, 0, 10_000))

    async def _begin(self, step: Step) -> None:
        if step.transaction not in self._open:
            connection = self._connections.get(step.transaction) or await connect(self.dsn, "staged")
            self._connections[step.transaction] = connection
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(TAKE_AN_ID)
            self._open[step.transaction] = (transaction, connection, [])

    async def _write(self, step: Step) -> None:
        stream_id = f"{self.streams}:{step.stream}"
        taken = {seen.stream_id for name, (_, _, tried) in self._open.items() if name != step.transaction for a in tried
                 for seen in a.events}  # fmt: skip
        if step.transaction not in self._open or stream_id in taken:
            return
        _, own, attempts = self._open[step.transaction]
        version = await own.fetchval(HEAD, stream_id)
        given = write_set((stream_id, version, 1))
        await append(own, [given])
        seen = [Seen(r.envelope.event_id, r.envelope.stream_id, r.envelope.version) for r in given.events]
        for each in seen:
            await own.execute(WRITE, each.event_id, each.stream_id, each.version)
        command = f"{step.transaction} at {self._now}"
        attempts.append(Attempt(command, Outcome.UNKNOWN, tuple(seen), given.expected, self._now, inf))

    async def _commit(self, step: Step) -> None:
        await self._end(step, Outcome.ACKNOWLEDGED)

    async def _rollback(self, step: Step) -> None:
        await self._end(step, Outcome.REFUSED)

    async def _end(self, step: Step, outcome: Outcome) -> None:
        if step.transaction in self._open:
            transaction, _, attempts = self._open.pop(step.transaction)
            await (transaction.commit() if outcome is Outcome.ACKNOWLEDGED else transaction.rollback())
            self.done += [replace(attempt, outcome=outcome, ended=self._now) for attempt in attempts]

    async def _read(self, _: Step) -> None:
        for reader in self.readers.values():
            await reader.read(self.connection)


def everybody() -> dict[str, Reader]:
    """The readers, by what they go by."""
    return {
        "position": ByPosition(BY_POSITION),
        "position below horizon": ByPosition(BY_POSITION_BELOW_HORIZON),
        "transaction and position": ByTransaction(),
        "ledger": Ours(),
    }


async def staged(dsn: str, connection: Connection) -> Stage:
    """A stage on a database, whose readers begin at its present end."""
    await connection.execute(TABLE)
    stage = Stage(dsn, connection, everybody())
    for reader in stage.readers.values():
        await reader.read(connection)
        reader.met.clear()
    return stage


def load(seed: int, length: int) -> list[Step]:
    """A random load: four transactions at a time that overlap in every way, on three streams; the same for the same seed."""
    chance = random.Random(seed)
    kinds = ["begin"] * 4 + ["write"] * 6 + ["commit"] * 2 + ["rollback", "read"]
    return [Step(chance.choice(kinds), chance.choice("ABCD"), chance.choice("stu")) for _ in range(length)]
