"""The load: one event of a usual size, commands that record it, and writers that send one after the other."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from bench.measure import Sample
from chassis.aggregates import Loaded, nothing
from chassis.codec import encode
from chassis.domain import Actor, Event, Stream, event
from chassis.envelope import actor_bytes, uuid7
from chassis.eventstore import Verdict, WriteSet
from chassis.runner import Context, Work
from chassis.writer import GroupCommit

S = TypeVar("S")
AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
OFFICER = Actor(id="officer-0012", name="熊建国", role="officer", certificate_no="赣A-0100234")
ACTOR = actor_bytes(OFFICER).decode()
ORGAN = "donghu-emb"
DISTRICT = "360102"
RULEBOOK = "2026.1"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
DISTRICTS = frozenset({"*"})
FINDING = {
    "enterprise": "江西省南昌市东湖区滕王阁烟花爆竹经营有限公司",
    "place": "一号仓库东侧装卸平台，消火栓与应急照明配电箱之间",
    "finding": "安全出口处堆放货物，疏散通道净宽不足一点四米；应急照明灯具断电后未能自动点亮，现场负责人称上月已报修，无记录",
    "article": "《安全生产法》第三十六条第一款",
}


@event("casetrail.bench.finding-noted.v1", title="记录检查发现", summary="{enterprise}：{finding}")
class FindingNoted(Event):
    """A finding of an inspection, with the usual number of fields: about 570 bytes as stored."""

    finding_id: str
    enterprise: str
    place: str
    finding: str
    article: str
    number: int
    severity: str
    fine_fen: int
    photographs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingState:
    """What a command needs to know of earlier findings."""

    count: int = 0


FINDING_STREAM = Stream("finding", FindingState(), lambda state, _: FindingState(state.count + 1))


def facts(finding_id: str, number: int) -> dict[str, Any]:
    """The fields of an event, for us and for the peer."""
    return {
        "finding_id": finding_id, **FINDING, "number": number, "severity": "general", "fine_fen": 1_999_900 - number,
        "photographs": (f"{finding_id}-1.jpg", f"{finding_id}-2.jpg"),
    }  # fmt: skip


SIZE = len(encode(FindingNoted(**facts(str(UUID(int=0)), 1))))
"""Bytes of one event's data."""


class NothingYet:
    """Where a command on a new stream reads: there is nothing, and no round trip to learn so."""

    async def aggregate(self, stream: Stream[S], key: str) -> Loaded[S]:
        """An aggregate without events."""
        return nothing(stream, key)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """No rows."""
        raise LookupError(f"nothing is read here: {sql} {args}")


def context(key: str) -> Context:
    """Who commands; every command carries a trace, as behind HTTP."""
    command_id = uuid7()
    return Context(
        command_id=command_id, actor=OFFICER, organ=ORGAN, districts=DISTRICTS, occurred_at=AT, causation_id=command_id,
        traceparent=TRACEPARENT, key=key, fingerprint=b"\x07" * 32,
    )  # fmt: skip


async def note(work: Work, finding_id: str, events: int) -> dict[str, Any]:
    """The handler of the command: load, decide, append."""
    loaded = await work.load(FINDING_STREAM, finding_id)
    decided = [FindingNoted(**facts(finding_id, loaded.version + n + 1)) for n in range(events)]
    work.append(loaded, decided, district=DISTRICT)
    return {"finding_id": finding_id}


@dataclass(slots=True)
class Append:
    """Appends write sets through a process's group commit; counts what was accepted."""

    writer: GroupCommit
    events: int
    accepted: int = 0

    async def __call__(self) -> int:
        """A command on a new stream, from the event objects to the verdict; answers how many events were accepted."""
        finding_id = str(uuid7())
        work = Work(context(finding_id), NothingYet(), datetime.now(UTC), rulebook=RULEBOOK)
        return await self.write(work, await note(work, finding_id, self.events))

    async def write(self, work: Work, result: dict[str, Any]) -> int:
        """Append what a command decided."""
        verdict = await self.writer.append(work.write_set(work.answer(result)))
        return self.events if verdict is Verdict.ACCEPTED else 0


@dataclass(slots=True)
class Clashing:
    """As Append, but a share of the commands was decided on a stream that has moved since."""

    append: Append
    share: float
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    moved: str | None = None

    async def __call__(self) -> int:
        """A command; answers how many events were accepted."""
        if self.moved is None or self.chance.random() >= self.share:
            self.moved = self.moved or await self._first()
            return await self.append()
        return await self._append_to_moved(self.moved)

    async def _first(self) -> str:
        finding_id = str(uuid7())
        work = Work(context(finding_id), NothingYet(), AT, rulebook=RULEBOOK)
        await self.append.write(work, await note(work, finding_id, 1))
        return finding_id

    async def _append_to_moved(self, finding_id: str) -> int:
        work = Work(context(str(uuid7())), NothingYet(), datetime.now(UTC), rulebook=RULEBOOK)
        return await self.append.write(work, await note(work, finding_id, self.append.events))


@dataclass(slots=True)
class Further:
    """As Append, but every second command goes to a stored stream, anywhere in the table, on a page not touched lately."""

    append: Append
    stored: Stored
    turn: int = 0

    async def __call__(self) -> int:
        """A command; answers how many events were accepted."""
        self.turn += 1
        return await (self.append() if self.turn % 2 else self._append_to_stored())

    async def _append_to_stored(self) -> int:
        number, version = self.stored.take()
        finding_id = stored_id(number)
        work = Work(context(finding_id), NothingYet(), datetime.now(UTC), rulebook=RULEBOOK)
        given = work.write_set(work.answer(await note(work, finding_id, self.append.events)))
        [(stream_id, _)] = given.expected
        events = tuple(replace(r, envelope=replace(r.envelope, version=version + n)) for n, r in enumerate(given.events, start=1))
        record = None if given.record is None else replace(given.record, key=uuid7().hex)
        accepted = await self.append.writer.append(WriteSet(((stream_id, version),), events, record)) is Verdict.ACCEPTED
        written = self.append.events if accepted else 0
        self.stored.give_back(number, version + written)
        return written


@dataclass(slots=True)
class Stored:
    """Streams that are in the table, each with its version: taken at random, and never by two writers at once."""

    count: int
    version: int  # of each, as filled
    seed: int = 11
    _chance: random.Random = field(init=False)
    _grown: dict[int, int] = field(default_factory=dict)
    _taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def take(self) -> tuple[int, int]:
        """The number and version of a stream that no other writer has; to be given back."""
        while (number := self._chance.randrange(self.count)) in self._taken:
            pass
        self._taken.add(number)
        return number, self._grown.get(number, self.version)

    def give_back(self, number: int, version: int) -> None:
        """Let others take this stream, which has this version now."""
        self._taken.remove(number)
        self._grown[number] = version


def stored_id(number: int) -> str:
    """The key of the stored stream of this number; bench/stored.py writes the same in SQL."""
    return f"{number:012d}"


async def drive(writers: int, seconds: float, once: Callable[[], Awaitable[int]]) -> Sample:
    """Let this many writers call `once` one after the other for so many seconds; `once` answers how many events it wrote."""
    latencies: list[float] = []
    written = 0
    begun = time.perf_counter()
    until = begun + seconds

    async def write() -> None:
        nonlocal written
        while (at := time.perf_counter()) < until:
            now_written = await once()
            written += now_written
            latencies.append(time.perf_counter() - at)

    await asyncio.gather(*(write() for _ in range(writers)))
    return Sample(written / (time.perf_counter() - begun), latencies)
