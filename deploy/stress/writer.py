"""A writer process: commands through group commit as an API has them, and policy-like transactions that think before they read.

It may be killed at any line. When it comes back it sends each command again that was sent and never answered, under the same
key, and looks up in its inbox what became of each transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from chassis.clock import SystemClock
from chassis.database import GONE, READS, WORKS, forever, open_pool, writer_connection
from chassis.domain import Refused
from chassis.envelope import uuid7
from chassis.eventstore import Connection, Verdict, WriteSet, append, load
from chassis.policy import Run, advance
from chassis.runner import Conflict, Context, Runner
from chassis.worker import Nudge, running
from chassis.writer import IN_THE_WAY, GroupCommit
from deploy.stress.counters import COUNTERS, Generations, beat, command, move, shared
from deploy.stress.facts import ACTOR, FULL, counted, stream_id, write_set
from deploy.stress.journal import ROLLED_BACK, Journal, unanswered, undecided
from deploy.stress.plan import SOURCE, Plan

COMMANDERS, POLICIES = 5, 2  # tasks of a process
AGAIN = 0.1  # share of the answered commands that are sent again: their client did not get the answer
SHARED = 0.1  # seconds between two commands that both writers send
BEAT = 0.02  # seconds between two commands on the writer's own counter
THINKING = 0.03  # longest seconds between a policy's first write and its reading
GIVEN_UP = 0.15  # share of the policies' transactions that are rolled back at the end
ELSEWHERE = "elsewhere"

BEGIN_INBOX = """
INSERT INTO inbox (consumer, source, shard, position) VALUES ($1, 'elsewhere', $2, 0)
ON CONFLICT (consumer, source, shard) DO NOTHING
"""
# FOR UPDATE waits for a transaction whose COMMIT was sent by the process that was killed: only then is the position its last.
POSITION = "SELECT position FROM inbox WHERE consumer = $1 AND source = 'elsewhere' AND shard = $2 FOR UPDATE"


class Noting(GroupCommit):
    """Group commit that notes each write set before and after."""

    journal: Journal

    async def append(self, write_set: WriteSet) -> Verdict:
        """As group commit does."""
        assert write_set.record is not None  # noqa: S101 - group commit refuses it otherwise
        name = self.journal.attempt(write_set.record.key, write_set)
        verdict = await super().append(write_set)
        self.journal.verdict(name, verdict)
        return verdict


class Writer:
    """One incarnation of a writer."""

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan, self.name = plan, name
        self.journal = Journal(plan.journal(name))
        self.left_over = unanswered(self.journal.path)
        self.undecided = undecided(self.journal.path)
        self.generations = Generations({})
        self.chance = random.Random(f"{plan.seed} {name} {len(self.left_over)}")

    async def run(self) -> None:
        """Write until it is enough, then stay until ended."""
        dsn = self.plan.dsns[SOURCE]
        reading = await open_pool(dsn, "stress-api", COMMANDERS, READS)
        self.pool = await open_pool(dsn, "stress-policy", POLICIES + 1, WORKS)
        self.nudge = Nudge(reading)
        writer = Noting(lambda: writer_connection(dsn), self.nudge)
        writer.journal = self.journal
        self.runner = Runner(reading, writer, SystemClock())
        async with running(writer.run(), forever("nudge", self.nudge.run)), asyncio.TaskGroup() as group:
            for key, given in self.left_over.items():
                group.create_task(self._carry_out(key, given))
            for _ in range(COMMANDERS):
                group.create_task(self._command(lambda: command(self.chance, self.generations), 0.0))
            group.create_task(self._command(lambda: beat(self.name, self.generations), BEAT))
            group.create_task(self._shared())
            for number in range(POLICIES):
                group.create_task(Policy(self, number).run())
        self.plan.finished(self.name).touch()
        await asyncio.Event().wait()

    @property
    def enough(self) -> bool:
        """Whether to finish."""
        return self.plan.enough.exists()

    async def _shared(self) -> None:
        """Send what the other writer sends at the same time, under the same key: one of the two is written."""
        last = 0
        while not self.enough:
            number = int(time.time() / SHARED)
            if number > last:
                last, given = number, shared(number)
                self.journal.send(f"shared-{number}", given)
                await self._carry_out(f"shared-{number}", given)
            await asyncio.sleep(0.005)

    async def _command(self, next_one: Callable[[], dict[str, Any]], pause: float) -> None:
        while not self.enough:
            given = next_one()
            key = uuid7().hex
            self.journal.send(key, given)
            await self._carry_out(key, given)
            await asyncio.sleep(pause)

    async def _carry_out(self, key: str, given: dict[str, Any]) -> None:
        """Send a command until it is answered, as a client does whose connection broke; some are sent again when they were."""
        while True:
            try:
                answer = await self.runner.run(_context(key, given), lambda work: move(work, given))
                self.journal.end(key, orjson.loads(answer.body)["event_id"])
                if self.chance.random() > AGAIN:
                    return
            except Refused as refused:
                self.generations.full(refused.facts["key"])
                self.journal.end(key, None)
                return
            except Conflict:
                await asyncio.sleep(self.chance.random() * 0.02)
            except GONE:
                await asyncio.sleep(0.1)


class Policy:
    """A consumer in the manner of policies: its inbox row first, which takes the transaction's id, then thought, then reading."""

    def __init__(self, writer: Writer, number: int) -> None:
        self._writer, self._number = writer, number
        self._consumer = f"{writer.name}-{number}"
        self._undecided = {key: name for key, name in writer.undecided.items() if key.startswith(f"{self._consumer}#")}
        self._attempt: str | None = None

    async def run(self) -> None:
        """React until it is enough."""
        position: int | None = None
        while not self._writer.enough or self._undecided:
            try:
                if position is None:
                    position = await self._found_out()
                position = await self._react(position)
            except GONE:
                position = None
                await asyncio.sleep(0.1)

    async def _found_out(self) -> int:
        """The inbox's position, which also says which of the last transactions was committed."""
        async with self._writer.pool.acquire() as connection:
            await connection.execute(BEGIN_INBOX, self._consumer, self._number)
            position: int = await connection.fetchval(POSITION, self._consumer, self._number)
        for key, name in self._undecided.items():
            reached = int(key.partition("#")[2]) <= position
            self._writer.journal.verdict(name, Verdict.ACCEPTED if reached else ROLLED_BACK)
        self._undecided = {}
        return position

    async def _react(self, position: int) -> int:
        """One transaction; answers the new position. What became of it is undecided while an error of the connection lasts."""
        key = f"{self._consumer}#{position + 1}"
        try:
            async with self._writer.pool.acquire() as connection, connection.transaction():
                await self._transact(connection, key, position)
        except (_GivenUp, *IN_THE_WAY):
            for name in self._undecided.values():
                self._writer.journal.verdict(name, ROLLED_BACK)
            self._undecided = {}
            return position
        self._writer.journal.verdict(self._undecided.pop(key), Verdict.ACCEPTED)
        self._writer.nudge()
        return position + 1

    async def _transact(self, connection: Connection, key: str, position: int) -> None:
        chance = self._writer.chance
        await advance(connection, self._consumer, [(Run(ELSEWHERE, self._number, position, ()), position + 1)])
        await asyncio.sleep(chance.random() * THINKING)
        counter = self._writer.generations.key(chance.randrange(COUNTERS))
        after = len(await load(connection, stream_id(counter)))
        if after >= FULL:
            self._writer.generations.full(counter)
            raise _GivenUp
        given = write_set(counted(counter, after, chance.randint(1, 3)), after)
        self._undecided[key] = self._writer.journal.attempt(key, given)
        [verdict] = await append(connection, [given])
        if verdict is not Verdict.ACCEPTED or chance.random() < GIVEN_UP:
            raise _GivenUp


class _GivenUp(Exception):
    """The transaction is rolled back on purpose: somebody was faster, or the policy changed its mind."""


def _context(key: str, given: dict[str, Any]) -> Context:
    command_id = uuid7()
    return Context(
        command_id=command_id, actor=ACTOR, organ="donghu-emb", districts=frozenset({"*"}), occurred_at=datetime.now(UTC),
        causation_id=command_id, key=key, fingerprint=hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).digest(),
    )  # fmt: skip
