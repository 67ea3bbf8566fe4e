"""Whoever listens under any filter, is cut off anywhere and comes back with Last-Event-ID hears everything once, in order."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chassis.domain import Actor
from chassis.envelope import Envelope, Recorded
from chassis.testing import NOON
from services.reporting.api import feed, listeners
from services.reporting.api.hub import Hub, entry_for
from services.reporting.api.views import View
from services.reporting.queries.copies import Copied, Head
from services.reporting.queries.following import Passed, Wanted

EPOCH = "e"
ACTOR = Actor(id="a", name="甲", role="officer")
TYPES = ("casetrail.tasks.task-started.v1", "casetrail.penalty.case-filed.v1")
PLACES = re.compile(rb"id: e-(\d+)\n\n")
ENTRIES = re.compile(rb'"seq":(\d+)')


def copied_at(seq: int, kind: int) -> Copied:
    """An event whose type, district, subject and correlation follow from one number."""
    wire, district = TYPES[kind % 2], ("donghu", "xihu")[kind // 2 % 2]
    envelope = Envelope(
        event_id=UUID(int=seq), command_id=UUID(int=seq), stream_id=f"s-{kind}", version=1, type=wire, district=district,
        organ="o", subject=f"e-{kind // 4 % 2}", occurred_at=NOON, recorded_at=NOON + timedelta(seconds=seq), actor=ACTOR,
        device=None, correlation_id=UUID(int=kind // 8 % 2), causation_id=UUID(int=seq), traceparent=None, rulebook=None,
    )  # fmt: skip
    return Copied(seq, wire.split(".")[1], Recorded(envelope, b"{}"))


wanted = st.builds(
    Wanted,
    districts=st.none() | st.frozensets(st.sampled_from(["donghu", "xihu"])),
    types=st.none() | st.frozensets(st.sampled_from(TYPES)),
    services=st.none() | st.frozensets(st.sampled_from(["tasks", "penalty"])),
    subject=st.none() | st.sampled_from(["e-0", "e-1"]),
    correlation=st.none() | st.sampled_from([UUID(int=0), UUID(int=1)]),
    matter=st.none() | st.tuples(st.sampled_from([UUID(int=0), UUID(int=1)]), st.sampled_from(["e-0", "e-1"])),
)
#: What happens, one after the other: events are copied; the hub takes a turn of some of them, or beats; the listener is cut off,
#: perhaps in the middle of what it was sent, and comes back.
steps = st.lists(
    st.one_of(
        st.tuples(st.just("copied"), st.lists(st.integers(0, 15), min_size=1, max_size=6)),
        st.tuples(st.just("turn"), st.integers(1, 5)), st.tuples(st.just("beat"), st.just(0)),
        st.tuples(st.just("cut"), st.integers(0, 2000)), st.tuples(st.just("back"), st.just(0)),
    ),
    max_size=30,
)  # fmt: skip


#: The listener has read further than the hub.
LAGGING = [("copied", [1, 2, 3, 4, 5]), ("back", 0)]


@dataclass
class World:
    """A copy in memory, the hub that follows it, and one listener who keeps what it heard and where it is."""

    view: View
    copy: list[Copied] = field(default_factory=list)
    hub: Hub = field(default_factory=lambda: Hub(None, None))  # type: ignore[arg-type]
    heard: list[int] = field(default_factory=list)
    last: int = 0
    waits: bytes = b""
    task: asyncio.Task[None] | None = None

    async def passed(self, _: Any, wanted: Wanted, after: int, upto: int) -> AsyncIterator[Passed]:
        """As the query, three positions at once."""
        while after < upto:
            until = min(after + 3, upto)
            yield Passed([one for one in self.copy[after:until] if wanted.holds(one)], until)
            await asyncio.sleep(0)
            after = until

    async def head_of(self, _: Any) -> Head:
        """As the query."""
        return Head(EPOCH, len(self.copy))

    async def listen(self) -> None:
        """Hear from where it is until it is cut off."""
        start = feed.Start(self.hub, None, self.view, EPOCH, self.last, anew=False)  # type: ignore[arg-type]
        async for chunk in feed._stream(start):
            self.waits += chunk

    async def settle(self) -> None:
        """Let everybody go on as far as they can."""
        for _ in range(40):
            await asyncio.sleep(0)

    def take(self, most: int | None = None) -> None:
        """Hear what was sent, or its first bytes: what is not whole counts for nothing."""
        whole, end, rest = self.waits[:most].rpartition(b"\n\n")
        self.heard += [int(seq) for seq in ENTRIES.findall(whole)]
        self.last = int([self.last, *PLACES.findall(whole + end)][-1])
        self.waits = rest if most is None else b""

    async def do(self, step: tuple[str, Any]) -> None:
        """One step."""
        match step:
            case "copied", kinds:
                self.copy += [copied_at(len(self.copy) + n, kind) for n, kind in enumerate(kinds, start=1)]
            case "turn", count:
                await self.turn(count)
            case "beat", _:
                self.hub.tell_places(time.monotonic() + listeners.SILENCE + 1)
            case "cut", most:
                self.take(most)
                await self.cut()
            case "back", _ if self.task is None:
                self.task = asyncio.create_task(self.listen())

    async def turn(self, count: int) -> None:
        """The hub reads a page of so many, if there are."""
        page = self.copy[self.hub.head.seq :][:count]
        if page:
            self.hub._offer([await entry_for(one, EPOCH, None) for one in page])  # type: ignore[arg-type]
            self.hub._head = Head(EPOCH, page[-1].seq)

    async def cut(self) -> None:
        """The listener is gone."""
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task
            self.task = None


@contextmanager
def stood_in(world: World) -> Iterator[None]:
    """The queries answered from memory."""
    with patch.object(feed, "passed", world.passed), patch.object(feed, "head_of", world.head_of):
        yield


async def lived(wanted: Wanted, steps: Sequence[tuple[str, Any]]) -> World:
    """A world after these steps, its listener back and told everything."""
    world = World(View(wanted, figures=()))
    world.hub._head = Head(EPOCH, 0)
    with stood_in(world):
        world.task = asyncio.create_task(world.listen())
        for step in steps:
            await world.do(step)
            await world.settle()
        await world.do(("back", 0))
        await world.turn(len(world.copy))
        await world.settle()
        world.take()
        await world.do(("beat", 0))
        await world.settle()
        world.take()
        await world.cut()
    return world


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted, steps)
@example(Wanted(), [("cut", 0), *LAGGING, ("beat", 0), ("cut", 2000), ("back", 0)])
@example(Wanted(), [("cut", 0), *LAGGING, ("turn", 2), ("turn", 2), ("cut", 2000), ("back", 0)])
def test_nothing_is_lost_and_nothing_doubled_whatever_is_wanted(wanted: Wanted, steps: list[tuple[str, Any]]) -> None:
    world = asyncio.run(lived(wanted, steps))
    assert world.heard == [one.seq for one in world.copy if wanted.holds(one)]
    assert world.last == len(world.copy), "it knows that it is at the end, also if nothing was for it"


def test_the_queue_is_large_enough_for_a_page() -> None:
    """A page of the copy, all of it this listener's, must not be what sends it away."""
    assert listeners.QUEUE > 500 * 2000
