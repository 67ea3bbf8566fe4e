"""What of a fine is in arrears on each day, and the surcharge on it: exact day by day, rounded once to the fen at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.penalty.domain.payment_events import Instalment, Span
from services.penalty.domain.rulebook import Rules, not_in_force

SECTION = "surcharge"
FROM_THE_NEXT_DAY = "day-after-due"
"""From when it counts, as the rulebook calls it; no other way of counting is known."""
PER = 1000  # a rate per mille of whole fen gives thousandths of a fen, which add up without rounding
"""Sums are kept in thousandths of a fen until the end: the rate is given in thousandths a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurchargeLaw:
    """The surcharge as the rulebook has it: the rate a day, the limit, whether a pending remedy stops it."""

    rate_permille: int
    cap_percent: int
    suspendable: bool = True

    def cap(self, fine_fen: int) -> int:
        """The most that it may come to, in thousandths of a fen."""
        return fine_fen * self.cap_percent * PER // 100


def surcharge_law(rules: Rules) -> SurchargeLaw:
    """The surcharge of the day (APL 2021, articles 72 and 73); Refused `no-rule-in-force` where the rulebook has none."""
    section = rules.section(SECTION)
    if section["counts_from"] != FROM_THE_NEXT_DAY:
        raise not_in_force(rules.day, f"{SECTION}: {section['counts_from']}")
    return SurchargeLaw(
        rate_permille=section["rate_permille_per_day"], cap_percent=section["cap_percent"],
        suspendable=bool(section["suspended_by"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What falls due when instead, from the day of the application on; `covered_fen` was paid before and is in no instalment."""

    applied_on: date
    covered_fen: int
    instalments: tuple[Instalment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """A fine as it falls due and was paid: `paid` are days and sums, in fen."""

    fine_fen: int
    due_on: date
    paid: tuple[tuple[date, int], ...] = ()
    plan: Plan | None = None

    def fallen_due(self, day: date) -> int:
        """What of the fine fell due before a day."""
        late = day > self.due_on
        if self.plan is None or day <= self.plan.applied_on:
            return self.fine_fen if late else 0
        parts = sum(part.amount_fen for part in self.plan.instalments if part.due_on < day)
        return min(self.fine_fen, parts + (self.plan.covered_fen if late else 0))

    def missing(self, day: date) -> int:
        """What is in arrears on a day: what fell due before it and was not paid before it; a payment counts from the next day."""
        return max(0, self.fallen_due(day) - sum(fen for paid_on, fen in self.paid if paid_on < day))

    def turns(self) -> set[date]:
        """The days on which what is in arrears may become another sum."""
        days = {self.due_on, *(paid_on for paid_on, _ in self.paid)}
        if self.plan is not None:
            days |= {self.plan.applied_on, *(part.due_on for part in self.plan.instalments)}
        return {_next(day) for day in days}


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A surcharge up to a day: in fen, over how many days on which something was in arrears and counted."""

    fen: int
    days: int


def reckon(debt: Debt, law: SurchargeLaw, until: date, pending: tuple[Span, ...] = ()) -> Reckoning:
    """min(cap, Σ rate × what is in arrears on each day up to `until`), half a fen and more rounded up once.

    APL 2021, article 72 paragraph 1 item 1; days of a pending remedy are not counted (article 73 paragraph 3).
    """
    thousandths = days = 0
    for first, last, missing in _stretches(debt, law, pending, until):
        if last is not None and missing:
            length = (last - first).days + 1
            thousandths, days = thousandths + missing * law.rate_permille * length, days + length
    return Reckoning((min(thousandths, law.cap(debt.fine_fen)) + PER // 2) // PER, days)


def cap_day(debt: Debt, law: SurchargeLaw, today: date, pending: tuple[Span, ...] = ()) -> date | None:
    """The day on which the surcharge reaches its limit if nothing more is paid; None if it never does.

    A remedy that still is pending is taken to end today, so the day is never too late: on that day it is reckoned anew.
    """
    ended = tuple(Span(span.first, span.last or max(today, span.first)) for span in pending)
    left = law.cap(debt.fine_fen)
    for first, last, missing in _stretches(debt, law, ended, None):
        daily = missing * law.rate_permille
        if not daily or not left:
            continue
        needed = -(-left // daily)
        if last is None or (last - first).days + 1 >= needed:
            return _later(first, needed - 1)
        left -= daily * ((last - first).days + 1)
    return None


def _stretches(
    debt: Debt, law: SurchargeLaw, pending: tuple[Span, ...], until: date | None
) -> Iterator[tuple[date, date | None, int]]:
    """Days on end with the same sum in arrears (none while a remedy is pending); without `until` the last one has no end."""
    spans = pending if law.suspendable else ()
    turns = debt.turns() | {span.first for span in spans} | {_next(span.last) for span in spans if span.last is not None}
    starts = sorted(day for day in turns if until is None or day <= until)
    for place, first in enumerate(starts):
        last = starts[place + 1] - timedelta(days=1) if place + 1 < len(starts) else until
        stopped = any(span.first <= first and (span.last is None or first <= span.last) for span in spans)
        yield first, last, 0 if stopped else debt.missing(first)


def _next(day: date) -> date:
    return _later(day, 1) or date.max


def _later(day: date, days: int) -> date | None:
    """The day so many days later; None beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
