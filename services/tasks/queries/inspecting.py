"""What single inspections are decided by: the rules of a day, published items, grades, how often a year so far."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import orjson

from services.tasks.domain import Barred
from services.tasks.domain.caps import CapRule, InspectionRules, cap_of, inspection_rules_on
from services.tasks.queries.known import Read

RULES = "SELECT * FROM inspection_rules ORDER BY rulebook, version"
PUBLISHED = """
SELECT DISTINCT unnest(items) AS item FROM item_lists WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)
"""
GRADE = "SELECT standardisation_grade FROM enterprises WHERE enterprise_id = $1"
COUNTED = """
SELECT c.enterprise_id, c.counted, e.sector, e.standardisation_grade
FROM inspection_counts c JOIN enterprises e ON e.enterprise_id = c.enterprise_id
WHERE c.year = $1 AND c.enterprise_id = ANY($2) ORDER BY c.enterprise_id
"""
COUNTS = """
SELECT enterprise_id, year, district, counted, exempt, overridden FROM inspection_counts
WHERE year = $1 AND enterprise_id > $2 ORDER BY enterprise_id LIMIT $3
"""
COUNTS_OF_DISTRICTS = """
SELECT enterprise_id, year, district, counted, exempt, overridden FROM inspection_counts
WHERE year = $1 AND enterprise_id > $2 AND district = ANY($4) ORDER BY enterprise_id LIMIT $3
"""


async def inspection_rules(read: Read) -> list[InspectionRules]:
    """What all published versions of the rules demand of an inspection."""
    return [_rules(row) for row in await read(RULES)]


async def published_items(read: Read, day: date) -> list[str]:
    """The codes of all items that are on a published list in force on a day."""
    return [row["item"] for row in await read(PUBLISHED, day)]


async def grade_of(read: Read, enterprise_id: str) -> str:
    """The standardisation grade of an enterprise; `none` if it has none."""
    rows = await read(GRADE, enterprise_id)
    return rows[0]["standardisation_grade"] if rows else "none"


async def counts_of(read: Read, year: int, seen: list[str] | None, after: str, limit: int) -> list[Any]:
    """How often each enterprise was inspected in a year, by enterprise after an id; of the districts `seen` (None: all)."""
    if seen is None:
        return list(await read(COUNTS, year, after, limit))
    return list(await read(COUNTS_OF_DISTRICTS, year, after, limit, seen))


async def at_their_cap(read: Read, enterprise_ids: Collection[str], day: date) -> list[Barred]:
    """Those of these enterprises whose cap is reached in the year of a day, as far as it is shown here."""
    rules = inspection_rules_on(await inspection_rules(read), day)
    if rules is None or not rules.caps:
        return []
    rows = await read(COUNTED, day.year, list(enterprise_ids))
    caps = [(row, cap_of(rules, row["sector"], row["standardisation_grade"], day)) for row in rows]
    return [
        Barred(enterprise_id=row["enterprise_id"], reason="cap-reached")
        for row, cap in caps
        if cap is not None and cap.reached(row["counted"])
    ]


def _rules(row: Any) -> InspectionRules:
    return InspectionRules(**{**row, "caps": tuple(_cap(one) for one in orjson.loads(row["caps"]))})


def _cap(told: dict[str, Any]) -> CapRule:
    """A cap as it was kept; those kept before caps had days of their own hold as long as their rulebook."""
    return CapRule(**{
        **told, "sectors": None if told["sectors"] is None else tuple(told["sectors"]),
        "exempt_kinds": tuple(told["exempt_kinds"]), "valid_from": _day(told.get("valid_from")),
        "valid_to": _day(told.get("valid_to")),
    })  # fmt: skip


def _day(told: str | None) -> date | None:
    return None if told is None else date.fromisoformat(told)
