"""Events that cannot be applied for a while, what applies them, connections that die: what the tests of parking are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from chassis.broker import Received
from chassis.database import GONE, WORKS, connect
from chassis.envelope import shard_of
from chassis.eventstore import Connection
from chassis.parking import Queue
from chassis.policy import NotYet, Overtaken, PolicyRuns, Run
from chassis.runner import Work
from chassis.testing import ServiceUnderTest
from tests.chassis.notes import NOTE, NoteMade, ThingHappened


def beside(subject: str) -> str:
    """Another subject of the same shard."""
    return next(other for n in range(10_000) if shard_of(other := f"beside-{n}") == shard_of(subject))


@dataclass
class Patient:
    """A consumer of policies whose reaction fails on `poison` and waits for what `needs` names; what it applied is its log."""

    sut: ServiceUnderTest
    consumer: str = "notes-policies"
    poison: set[str] = field(default_factory=set)
    error: type[Exception] = ArithmeticError
    tried: list[str] = field(default_factory=list)
    topics: dict[tuple[str, int], list[Received]] = field(default_factory=dict)
    positions: dict[tuple[str, int], int] = field(default_factory=dict)
    runs: PolicyRuns = field(init=False)

    def __post_init__(self) -> None:
        reactions = {ThingHappened.__wire__: self.react}
        pool, clock = self.sut.worker_pool, self.sut.clock
        self.runs = PolicyRuns("notes", self.consumer, pool, clock, reactions, lambda: None)

    async def react(self, work: Work, received: Received) -> None:
        """Log the event in a stream per consumer, source and subject: its versions are the order in which events took effect."""
        thing = received.read(ThingHappened)
        self.tried.append(thing.thing_id)
        key = f"{self.consumer}/{received.source}/{received.envelope.subject}"
        if thing.after and not await work.read("SELECT FROM things WHERE thing_id = $1", f"{self.consumer}/{thing.after}"):
            raise NotYet(f"thing {thing.after}")
        await work.change("INSERT INTO things VALUES ($1, 1)", f"{self.consumer}/{thing.thing_id}")
        log = await work.load(NOTE, key)
        work.append(log, [NoteMade(note_id=key, text=thing.thing_id)], district="donghu")
        if thing.thing_id in self.poison:
            raise self.error(thing.thing_id)

    def thing(self, thing_id: str, subject: str, *, source: str = "things", after: str | None = None) -> Received:
        """Something happens elsewhere; it is next in its topic."""
        event = ThingHappened(thing_id=thing_id, after=after)
        return self.arrives(self.sut.received(source, ThingHappened.__wire__, event, subject=subject))

    def arrives(self, received: Received) -> Received:
        """It is next in its topic."""
        topic = self.topics.setdefault((received.source, received.shard), [])
        self.positions.setdefault((received.source, received.shard), received.shard_idx - 1)
        topic.append(received)
        return received

    def waiting(self, place: tuple[str, int]) -> list[Received]:
        """What has not been applied or parked yet of a source's shard."""
        return [event for event in self.topics.get(place, []) if event.shard_idx > self.positions[place]]

    async def consume(self, places: Iterable[tuple[str, int]] | None = None) -> None:
        """One round of a consumer over what waits."""
        wanted = list(self.topics if places is None else places)
        runs = [Run(*place, self.positions[place], tuple(self.waiting(place))) for place in wanted if self.waiting(place)]
        self.positions |= await self.runs.apply(runs)

    async def reread(self) -> None:
        """Begin anew, as a consumer does that lost its server or its lead."""
        sql = "SELECT source, shard, position FROM inbox WHERE consumer = $1"
        for row in await self.sut.connection.fetch(sql, self.consumer):
            self.positions[row["source"], row["shard"]] = row["position"]

    async def consume_all(self, rounds: int = 40) -> None:
        """Rounds until nothing waits, or so many."""
        for _ in range(rounds):
            if not any(self.waiting(place) for place in self.topics):
                return
            await self.consume()

    def queue(self, subject: str) -> Queue:
        """The queue of a subject."""
        return Queue(self.sut.worker_pool, self.consumer, subject, self.runs.reapply)

    async def applied(self, subject: str, source: str = "things") -> list[str]:
        """What took effect for a subject, in order."""
        sql = "SELECT convert_from(data, 'UTF8')::json->>'text' AS text FROM events WHERE stream_id = $1 ORDER BY version"
        return [row["text"] for row in await self.sut.connection.fetch(sql, f"note:{self.consumer}/{source}/{subject}")]

    async def parked(self, subject: str) -> list[tuple[str, int, bool]]:
        """What is parked: which error, how often it was tried, whether it waits for a reference; in order."""
        sql = "SELECT error_class, tries, waits FROM parked WHERE consumer = $1 AND subject = $2 ORDER BY id"
        return [tuple(row) for row in await self.sut.connection.fetch(sql, self.consumer, subject)]

    async def resumes(self, subject: str) -> bool | None:
        """Whether a subject's queue goes on by itself; None if it flows."""
        sql = "SELECT resumes FROM parked_subjects WHERE consumer = $1 AND subject = $2"
        found: bool | None = await self.sut.connection.fetchval(sql, self.consumer, subject)
        return found


LOST = (*GONE, Overtaken)


class Killer:
    """Ends the backend of a pool's connection after its nth statement: before the next one, or before the commit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, by: Connection, name: str = "tests") -> None:
        self._by = by
        self._name = name
        self._left: int | None = None
        execute = getattr(asyncpg.Connection, "_execute")  # noqa: B009 - every statement with arguments goes through it

        async def counted(connection: Any, *args: Any, **named: Any) -> Any:
            mine = connection is not by and connection.get_settings().application_name == name
            answer = await execute(connection, *args, **named)
            if mine:
                await self._perhaps(connection)
            return answer

        monkeypatch.setattr(asyncpg.Connection, "_execute", counted)

    def at(self, n: int | None) -> None:
        """Kill once, at this point, counted from here."""
        self._left = n

    @property
    def struck(self) -> bool:
        """Whether the point was reached."""
        return self._left is None

    async def _perhaps(self, connection: Any) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self._left = None
            await self._by.execute(f"SELECT pg_terminate_backend({connection.get_server_pid()}, 5000)")


async def worker(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    """A connection as the projector's."""
    return await connect(dsn, "tests", role=WORKS)
