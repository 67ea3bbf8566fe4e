"""Assessment (督导考核) by a published scoring sheet: versioned data in `sheets/`, each line a share, a weight and two limits.

行政处罚法 2021，第七十四条: what is taken in fines has no part in an assessment. A sheet takes shares of work done alone; one
that names a line of money, or a mere number, which grows with a district's size, is refused when it is read. Guarded by
tests/service/reporting/test_scoring.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from services.reporting.queries.bulletins import LINES, Line
from services.reporting.queries.lagging import Status
from services.reporting.queries.periods import Period
from services.reporting.queries.sums import Sum

SHEETS = Path(__file__).parent / "sheets"
PERIOD, YEAR = "period", "year"
CENT = Decimal("0.01")
MONEY = "fen"
ASSESSABLE: Mapping[str, Line] = {
    name: line for name, line in LINES.items()
    if line.better is not None and line.of.unit == "%" and line.kind == "flow" and not line.weekly and not line.dim
}  # fmt: skip
"""Lines that a sheet may take: shares of days, of which it is known whether more of them is better."""


class Unusable(Exception):
    """A scoring sheet that may not be used, and why."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line: the share of `line` in the period, or in the year up to its end.

    Full points from `full_at` per cent on, none up to `none_at`, in between in proportion. `pro_rata`: both are for a whole year,
    of which the part is asked that its months up to the end of the period are.
    """

    code: str
    line: str
    span: Literal["period", "year"]
    pro_rata: bool
    weight: int
    none_at: int
    full_at: int
    status: Status
    source: str

    def limits(self, period: Period) -> tuple[Fraction, Fraction]:
        """From where on it has points, and from where on all of them, in per cent."""
        passed = Fraction(period.last.month, 12) if self.pro_rata else Fraction(1)
        return self.none_at * passed, self.full_at * passed

    def points(self, of: Sum, period: Period) -> Fraction | None:
        """What a share is worth; None if it is a share of nothing: then the line is left out."""
        counts, out_of = of
        if not out_of:
            return None
        none, full = self.limits(period)
        reached = (Fraction(100 * counts, out_of) - none) / (full - none)
        return self.weight * min(max(reached, Fraction(0)), Fraction(1))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A version of the scoring sheet, from when to when it is valid, and how far it can be relied on.

    A district with fewer than `fewest_sites` on file, or with lines of less than `fewest_weight` to be scored by, has no place.
    """

    version: str
    title: str
    title_en: str
    valid_from: date
    valid_to: date | None
    status: Status
    source: str
    fewest_sites: int
    fewest_weight: int
    lines: tuple[SheetLine, ...]
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """One line of one district: what it comes to, and the points; None where there is nothing to be scored."""

    line: SheetLine
    sum: Sum
    points: Fraction | None


@dataclass(frozen=True, slots=True)
class Score:
    """A district's score: its points out of the weight of the lines that it could be scored by, as of a hundred."""

    district: str
    sites: int
    lines: tuple[Scored, ...]
    weight: int
    score: Fraction | None
    place: int | None = None
    unplaced: Literal["few-sites", "few-lines"] | None = None


def read_sheet(content: bytes) -> Sheet:
    """A sheet from its JSON; Unusable if it takes what may not be assessed, or does not add up."""
    found = TypeAdapter(Sheet).validate_json(content)
    for line in found.lines:
        if line.line in LINES and LINES[line.line].of.unit == MONEY:
            raise Unusable(f"{line.code}: {line.line} is a sum of money")
        if line.line not in ASSESSABLE:
            raise Unusable(f"{line.code}: {line.line} is no share that districts are assessed by")
        more = ASSESSABLE[line.line].better == "more"
        if line.none_at == line.full_at or (line.none_at < line.full_at) != more or line.weight <= 0:
            raise Unusable(f"{line.code}: its limits or its weight are wrong")
    if sum(line.weight for line in found.lines) != 100 or len({line.code for line in found.lines}) != len(found.lines):
        raise Unusable("the weights of its lines must be 100 together, and no code twice")
    if found.status == "settled" and any(line.status != "settled" for line in found.lines):
        raise Unusable("a sheet is settled only if all its lines are")
    return Sheet(**{**{name: getattr(found, name) for name in found.__slots__}, "sha256": hashlib.sha256(content).hexdigest()})


@cache
def sheets() -> tuple[Sheet, ...]:
    """All versions of the scoring sheet, the oldest first."""
    found = [read_sheet(path.read_bytes()) for path in sorted(SHEETS.glob("*.json"))]
    return tuple(sorted(found, key=lambda sheet: (sheet.valid_from, sheet.version)))


def sheet_of(period: Period, version: str | None) -> Sheet | None:
    """The version named, else the newest that is valid on the last day of a period; None if there is none."""
    if version is not None:
        return next((sheet for sheet in sheets() if sheet.version == version), None)
    last = period.last
    valid = [one for one in sheets() if one.valid_from <= last and (one.valid_to is None or last <= one.valid_to)]
    return valid[-1] if valid else None


def scored(
    sheet: Sheet, period: Period, districts: Sequence[str], sum_of: Callable[[str, str, str], Sum], sites: Callable[[str], int]
) -> list[Score]:  # fmt: skip
    """The districts by their scores, the best first, those without a place behind them in the order given.

    `sum_of` says what a span and a line come to in a district. Equal scores, as they are told, share a place.
    """
    scores = [_score(sheet, period, one, sum_of, sites(one)) for one in districts]
    placed = sorted((one for one in scores if one.unplaced is None), key=lambda one: -(told(one.score) or 0))
    found: list[Score] = []
    for number, one in enumerate(placed, start=1):
        equal = bool(found) and told(found[-1].score) == told(one.score)
        found.append(_placed(one, (found[-1].place or number) if equal else number))
    return [*found, *(one for one in scores if one.unplaced is not None)]


def _score(sheet: Sheet, period: Period, district: str, sum_of: Callable[[str, str, str], Sum], sites: int) -> Score:
    lines = []
    for line in sheet.lines:
        of = sum_of(line.span, line.line, district)
        lines.append(Scored(line, of, line.points(of, period)))
    weight = sum(one.line.weight for one in lines if one.points is not None)
    points = sum((one.points for one in lines if one.points is not None), Fraction(0))
    unplaced: Literal["few-sites", "few-lines"] | None = None
    if sites < sheet.fewest_sites:
        unplaced = "few-sites"
    elif weight < sheet.fewest_weight:
        unplaced = "few-lines"
    return Score(district, sites, tuple(lines), weight, 100 * points / weight if weight else None, None, unplaced)


def _placed(score: Score, place: int) -> Score:
    return Score(score.district, score.sites, score.lines, score.weight, score.score, place, None)


def told(points: Fraction | None) -> float | None:
    """Points as they are told: with two digits, half a digit up."""
    if points is None:
        return None
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return float(exact.quantize(CENT, ROUND_HALF_UP))
