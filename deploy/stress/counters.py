"""The commands of a stress run, as a service has them: events, a stream, a decision. Imported by writer processes only.

Importing this registers event types; whoever generates contracts from the registered types must not import it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from chassis.domain import Event, Refused, Stream, event
from chassis.runner import Work
from deploy.stress.facts import COUNTED, FULL, MARKED, subject_of

COUNTERS = 24  # that are written to at any time


@event(COUNTED, title="计数", summary="计数 {amount}")
class Counted(Event):
    """A counter was moved."""

    amount: int


@event(MARKED, title="标记", summary="标记 {amount}")
class Marked(Event):
    """A counter was moved, and somebody else is to react."""

    amount: int


@dataclass(frozen=True, slots=True)
class Counter:
    """How often, and how far a counter was moved."""

    events: int = 0
    total: int = 0


def evolve(state: Counter, happened: Event) -> Counter:
    """The counter after an event."""
    match happened:
        case Counted(amount=amount) | Marked(amount=amount):
            return replace(state, events=state.events + 1, total=state.total + amount)
    return state


COUNTER = Stream("counter", Counter(), evolve)


@dataclass(slots=True)
class Generations:
    """Which generation of each counter is written to: a stream that is full is left for a new one."""

    of: dict[str, int]

    def key(self, counter: object) -> str:
        """The key of a counter's present stream."""
        return f"{counter}-{self.of.get(str(counter), 0)}"

    def full(self, key: str) -> None:
        """A stream was found full."""
        counter, _, generation = key.rpartition("-")
        self.of[counter] = max(self.of.get(counter, 0), int(generation) + 1)


def command(chance: random.Random, generations: Generations) -> dict[str, Any]:
    """A command: which counters it moves, in which order, by how many events, and which it only reads.

    The order is random, so that two processes take the same streams in opposite orders.
    """
    numbers = chance.sample(range(COUNTERS), 4)
    moved = numbers[: chance.choice((1, 1, 1, 2, 3))]
    return {
        "moved": [(generations.key(n), chance.choice((1, 1, 2, 4))) for n in moved],
        "read": [generations.key(numbers[3])] if chance.random() < 0.3 else [],
        "amount": chance.randint(-9, 9),
        "marked": chance.random() < 0.15,
    }


def beat(writer: str, generations: Generations) -> dict[str, Any]:
    """A command on a counter that nobody else touches: whatever is in the way of others, it must go on."""
    return {"moved": [(generations.key(f"beat-{writer}"), 1)], "read": [], "amount": 1, "marked": False}


def shared(number: int) -> dict[str, Any]:
    """A command that both writers send, each on its own, under one key: it depends on its number only."""
    keys = [f"shared-{number % 7}-{number // 70}", f"shared-{(number + 3) % 7}-{number // 70}"]
    return {"moved": [(key, 1) for key in keys], "read": [], "amount": number % 5, "marked": False}


async def move(work: Work, command: dict[str, Any]) -> None:
    """Carry it out; Refused if a counter is full."""
    for key in command["read"]:
        await work.load(COUNTER, key)
    for key, count in command["moved"]:
        counter = await work.load(COUNTER, key)
        if counter.version >= FULL:
            raise Refused("counter-full", "计数器已满", "the counter is full", key=key)
        events: list[Event] = [Counted(amount=command["amount"]) for _ in range(count)]
        if command["marked"]:
            events.append(Marked(amount=1))
        work.append(counter, events, subject=subject_of(key), district="donghu")
