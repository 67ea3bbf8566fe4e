"""What lags, by rules that are data (`bulletin_rules.json`): places of districts where that is fair, sentences, what is to do.

The rules are an example that nobody has issued (`unverified`): a city puts its own in their place, as a version with dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from services.reporting.queries.bulletins import LINES, Line
from services.reporting.queries.figures import value_of
from services.reporting.queries.sums import Sum

RULES = Path(__file__).with_name("bulletin_rules.json")
Status = Literal["settled", "recalled", "unverified"]


@dataclass(frozen=True, slots=True)
class Ranking:
    """A line by which districts are put in an order: those of which at least so many are counted."""

    line: str
    span: str
    fewest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """When a district lags in a line (one of `above`, `below`, `below_average` in points), how that is said, what it is to do."""

    line: str
    span: str
    text: str
    action: str
    fewest: int
    above: float | None = None
    below: float | None = None
    below_average: float | None = None

    def holds(self, value: float, average: float | None) -> bool:
        """Whether a value lags."""
        if self.above is not None:
            return value > self.above
        if self.below is not None:
            return value < self.below
        return self.below_average is not None and average is not None and value <= average - self.below_average


@dataclass(frozen=True, slots=True)
class Rules:
    """A version of the rules, and from when to when it is valid."""

    version: str
    valid_from: date
    valid_to: date | None
    status: Status
    source: str
    rankings: tuple[Ranking, ...]
    lags: tuple[Lag, ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """One thing in which one district lags."""

    district: str
    lag: Lag
    value: float
    average: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """A district's place by a line; None where too few are counted for a fair one."""

    district: str
    sum: Sum
    place: int | None


@cache
def versions() -> tuple[Rules, ...]:
    """All versions of the rules; ValueError if one names a line that there is not."""
    found = TypeAdapter(dict[str, tuple[Rules, ...]]).validate_json(RULES.read_bytes())["versions"]
    named = {one.line for rules in found for one in rules.rankings} | {one.line for rules in found for one in rules.lags}
    if unknown := named - LINES.keys():
        raise ValueError(f"no such lines: {sorted(unknown)}")
    return found


def rules_on(day: date) -> Rules | None:
    """The version that is valid on a day, the newest if several are."""
    valid = [one for one in versions() if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    return max(valid, key=lambda one: one.valid_from, default=None)


Sums = Callable[[str, str, Iterable[str]], Sum]
"""What a span and a line come to in some districts."""


def behind(rules: Rules, districts: Sequence[str], sums: Sums) -> list[Behind]:
    """In what each of these districts lags, in the order of the districts and of the rules."""
    found = []
    for district in districts:
        for lag in rules.lags:
            line = LINES[lag.line]
            own, all_ = sums(lag.span, lag.line, [district]), sums(lag.span, lag.line, districts)
            value, average = number_of(line, own), number_of(line, all_)
            if value is not None and _counted(line, own) >= lag.fewest and lag.holds(value, average):
                found.append(Behind(district, lag, value, average))
    return found


def ranked(ranking: Ranking, districts: Sequence[str], sums: Sums) -> list[Place]:
    """Districts by a line, the best first; equal ones share a place, those of which too few are counted have none, at the end."""
    line = LINES[ranking.line]
    counted = {district: sums(ranking.span, ranking.line, [district]) for district in districts}
    fair = {one: of for one, of in counted.items() if of[1] >= ranking.fewest and of[1] > 0}
    sign = -1 if line.better == "more" else 1
    order = sorted(fair, key=lambda one: (sign * Fraction(*fair[one]), districts.index(one)))
    places: list[Place] = []
    for number, one in enumerate(order, start=1):
        last = places[-1] if places else None
        equal = last is not None and last.sum[0] * fair[one][1] == fair[one][0] * last.sum[1]
        places.append(Place(one, fair[one], last.place if equal and last is not None else number))
    return [*places, *(Place(one, counted[one], None) for one in districts if one not in fair)]


def number_of(line: Line, of: Sum) -> float | None:
    """A line's value as a number; None if it is a share of nothing."""
    told: dict[str, Any] = value_of(line.of, *of)
    value: float | None = told["value"]
    return value


def _counted(line: Line, of: Sum) -> int:
    return of[1] if "out_of" in value_of(line.of, *of) else of[0]
