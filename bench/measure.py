"""Rounds: the variants of a path run back to back in each, so that what they are compared by is paired and not the weather."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Generic, TypeVar

S = TypeVar("S")
FSYNC, COPY = "fsync", "COPY"  # the limits of the machine that are measured in every round


@dataclass(frozen=True, slots=True)
class Sample:
    """One slice of one variant: events per second, and the latencies of its calls in seconds, if calls were timed."""

    rate: float
    latencies: Sequence[float] = ()

    @property
    def p50(self) -> float:
        """Half of the calls took at most this many seconds."""
        return percentile(self.latencies, 0.50)

    @property
    def p99(self) -> float:
        """99 % of the calls took at most this many seconds."""
        return percentile(self.latencies, 0.99)


Round = Mapping[str, Sample]
"""The samples of one round, by variant."""

Variant = Callable[[], Awaitable[Sample]]


class Absent(Exception):
    """A path cannot be measured here; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure computed from one round, the floor it may not miss and the aim it should reach."""

    title: str
    floor: float
    aim: float
    value: Callable[[Round], float]
    unit: str = ""
    less_is_better: bool = False

    def meets(self, value: float, bar: float) -> bool:
        """Whether a value is on the good side of a bar, or on it."""
        return value <= bar if self.less_is_better else value >= bar


@dataclass(frozen=True, slots=True)
class Path(Generic[S]):
    """What is measured under one name: what exactly is included, its targets, what prepares its variants, what rates count."""

    name: str
    title: str
    included: str
    targets: Sequence[Target]
    prepared: Callable[[S], AbstractAsyncContextManager[Mapping[str, Variant]]]
    large: bool = False
    unit: str = "events/s"


@dataclass(frozen=True, slots=True)
class Result:
    """The rounds of one path, or why there are none; beside each round the limits of the machine measured in it."""

    path: Path[Any]
    rounds: Sequence[Round] = ()
    limits: Sequence[Mapping[str, float]] = ()
    absent: str = ""

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of each target."""
        return [Outcome.of(target, [target.value(r) for r in self.rounds]) for target in self.path.targets] if self.rounds else []

    def spread(self, variant: str) -> Spread:
        """The rates of one variant."""
        return Spread.of([r[variant].rate for r in self.rounds])

    def limit(self, name: str) -> float:
        """The median of one limit, in the rounds of this path."""
        return median(each[name] for each in self.limits)


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of one figure over the rounds."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of these values, at least one."""
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A target and what the rounds gave: the floor is held against the median of the paired figures."""

    target: Target
    spread: Spread

    @classmethod
    def of(cls, target: Target, values: Sequence[float]) -> Outcome:
        """The outcome of a target over rounds."""
        return cls(target, Spread.of(values))

    @property
    def missed(self) -> bool:
        """Whether the floor was missed."""
        return not self.target.meets(self.spread.middle, self.target.floor)

    @property
    def reached(self) -> bool:
        """Whether the aim was reached."""
        return self.target.meets(self.spread.middle, self.target.aim)


@dataclass(slots=True)
class Rounds:
    """Runs the variants of a path round by round; each round begins with another variant, so that none is always the first."""

    variants: Mapping[str, Variant]
    limits: Callable[[], Awaitable[Mapping[str, float]]]
    done: Callable[[], None] = lambda: None
    rounds: list[Round] = field(default_factory=list)
    measured_limits: list[Mapping[str, float]] = field(default_factory=list)

    async def run(self, count: int) -> None:
        """Run `count` rounds."""
        for number in range(count):
            self.measured_limits.append(await self.limits())
            self.rounds.append(await self._round(number))

    async def _round(self, number: int) -> Round:
        samples = {}
        for name in turned(list(self.variants), number):
            samples[name] = await self.variants[name]()
            self.done()
        return samples


def turned(names: Sequence[str], by: int) -> list[str]:
    """The names in their cyclic order, beginning `by` places later."""
    start = by % len(names)
    return [*names[start:], *names[:start]]


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that `share` of the values do not exceed (nearest rank); ValueError if there are none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = -(-share * len(ordered) // 1)  # the ceiling
    return ordered[max(int(rank) - 1, 0)]


def ratio(above: str, below: str) -> Callable[[Round], float]:
    """The rate of one variant over that of another in the same round."""
    return lambda samples: samples[above].rate / samples[below].rate


def tail_ratio(above: str, below: str) -> Callable[[Round], float]:
    """The p99 latency of one variant over that of another in the same round."""
    return lambda samples: samples[above].p99 / samples[below].p99
