"""Closed cases against the order that the law requires of their steps; the rules are data (`required_order.json`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from chassis.calendar import WorkingDays
from chassis.domain import day_of
from chassis.eventstore import Pool

CLOSED = """
SELECT e.seq, e.stream_id, e.district, e.occurred_at, e.event_id FROM ledger_copy e
WHERE e.type = 'casetrail.penalty.case-closed.v1' AND e.seq > $1 AND ($2::text[] IS NULL OR e.district = ANY($2))
ORDER BY e.seq LIMIT $3
"""
STEPS = """
SELECT e.stream_id, e.version, e.event_id, e.type, e.occurred_at, e.data FROM ledger_copy e
WHERE e.source = 'penalty' AND e.stream_id = ANY($1::text[]) ORDER BY e.stream_id, e.version
"""
# Rulebooks say of single days whether they are working days; what was published last about a day holds.
RULEBOOKS = "SELECT e.data FROM ledger_copy e WHERE e.type = 'casetrail.registry.rulebook-published.v1' ORDER BY e.seq"
UNIT = "unit"
"""The party of events that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is required of each step of a kind; `of`: whether for the case or for each party. Which fields count, `kind` says.

    before: one of `needs` happened earlier. answered: after the last `when`, if there was one, one of `needs` happened.
    working-days: its own `own_day` is not before as many have passed since the day `day` of the last `begins`. not-after: its
    `own_day` is not after the day `day` that `begins` told last. calendar-days: `own_day` lies at least so many after its `day`.
    """

    rule: str
    kind: str
    article: str
    title: str
    each: str
    of: str
    needs: tuple[str, ...] = ()
    when: str = ""
    begins: tuple[str, ...] = ()
    day: str = ""
    own_day: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """An event of a case, as far as rules look at it."""

    event_id: Any
    name: str
    version: int
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def party(self) -> str:
        """Whom it is about."""
        person = self.data.get("person")
        return str(self.data.get("party_id") or (person.get("party_id") if isinstance(person, dict) else None) or UNIT)

    def day(self, name: str) -> date:
        """The day that it tells in a field; if it tells none, the one on which it happened."""
        told = self.data.get(name)
        return date.fromisoformat(told[:10]) if isinstance(told, str) else day_of(self.at)


@cache
def rules() -> tuple[Rule, ...]:
    """The required order, as it is shipped."""
    told = orjson.loads((Path(__file__).parent / "required_order.json").read_bytes())
    lists = ("needs", "begins")
    read: list[dict[str, Any]] = [{name: tuple(one[name]) if name in lists else one[name] for name in one} for one in told]
    return tuple(Rule(**one) for one in read)


def deviations(steps: Sequence[Step], days: WorkingDays | None = None) -> list[tuple[Rule, Step]]:
    """Each step of a case that is not where the order requires it, by rule and time; `days`: which days are worked.

    Steps go by when they happened, what happened at once by version: a step that was recorded late is held to its time.
    """
    ordered = sorted(steps, key=lambda step: (step.at, step.version))
    calendar = days or WorkingDays()
    return [(rule, step) for rule in rules() for n, step in enumerate(ordered)
            if step.name == rule.each and not HOLDS[rule.kind](rule, step, _seen(rule, step, ordered[:n]), calendar)]  # fmt: skip


def _seen(rule: Rule, step: Step, earlier: Sequence[Step]) -> list[Step]:
    return [one for one in earlier if rule.of == "case" or one.party == step.party]


def _before(rule: Rule, _: Step, seen: Sequence[Step], __: WorkingDays) -> bool:
    return any(one.name in rule.needs for one in seen)


def _answered(rule: Rule, step: Step, seen: Sequence[Step], days: WorkingDays) -> bool:
    asked = [n for n, one in enumerate(seen) if one.name == rule.when]
    return not asked or _before(rule, step, seen[asked[-1] + 1 :], days)


def _working_days(rule: Rule, step: Step, seen: Sequence[Step], days: WorkingDays) -> bool:
    begun = [one for one in seen if one.name in rule.begins]
    return bool(begun) and step.day(rule.own_day) >= days.due(begun[-1].day(rule.day), rule.days, "working-day").day


def _not_after(rule: Rule, step: Step, seen: Sequence[Step], _: WorkingDays) -> bool:
    told = [one for one in seen if one.name in rule.begins and one.data.get(rule.day)]
    return not told or step.day(rule.own_day) <= told[-1].day(rule.day)


def _calendar_days(rule: Rule, step: Step, _: Sequence[Step], __: WorkingDays) -> bool:
    return not step.data.get(rule.own_day) or step.day(rule.own_day) >= step.day(rule.day) + timedelta(days=rule.days)


HOLDS: dict[str, Callable[[Rule, Step, Sequence[Step], WorkingDays], bool]] = {
    "before": _before, "answered": _answered, "working-days": _working_days, "not-after": _not_after,
    "calendar-days": _calendar_days,
}  # fmt: skip


async def closed_cases(pool: Pool, districts: Sequence[str] | None, after: int, limit: int) -> list[dict[str, Any]]:
    """Closed cases in these districts (None: all) in the order of their closing, each with its deviations; after a position."""
    closed = await pool.fetch(CLOSED, after, districts, limit)
    days = WorkingDays(_overrides(await pool.fetch(RULEBOOKS)))
    steps: dict[str, list[Step]] = {}
    for row in await pool.fetch(STEPS, sorted({row["stream_id"] for row in closed})):
        steps.setdefault(row["stream_id"], []).append(_step(row))
    return [
        {
            "seq": row["seq"], "case_id": row["stream_id"].removeprefix("case:"), "district": row["district"],
            "closed_at": row["occurred_at"], "steps": len(steps[row["stream_id"]]),
            "deviations": [*_told(deviations(steps[row["stream_id"]], days))],
        }
        for row in closed
    ]  # fmt: skip


def _overrides(books: Sequence[Any]) -> dict[date, bool]:
    """The days whose kind rulebooks fix: day -> working."""
    rows = [row for book in books for row in (_data(book).get("content") or {}).get("calendar_overrides", ())]
    return {date.fromisoformat(row["date"]): row["working"] for row in rows}


def _step(row: Any) -> Step:
    name = row["type"].removeprefix("casetrail.penalty.").rpartition(".v")[0]
    return Step(row["event_id"], name, row["version"], row["occurred_at"], _data(row))


def _data(row: Any) -> dict[str, Any]:
    """What an event tells; nothing if nobody can read it: the copy takes whatever was recorded."""
    try:
        data = orjson.loads(row["data"])
    except orjson.JSONDecodeError:
        return {}
    return data if isinstance(data, dict) else {}


def _told(found: Sequence[tuple[Rule, Step]]) -> Iterator[dict[str, Any]]:
    for rule, step in found:
        yield {
            "rule": rule.rule, "article": rule.article, "title": rule.title, "event_id": step.event_id, "step": step.name,
            "party": step.party, "occurred_at": step.at,
        }  # fmt: skip
