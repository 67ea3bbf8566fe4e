"""Lists by a day and an id: one statement for all of them, so that every list pages and filters alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.tasks.queries.known import Read

Days = tuple[date | None, date | None]
EVER: Days = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A read table as a list: the day and the id it is ordered by, what may be filtered, which columns hold JSON."""

    table: str
    day: str
    key: str
    filters: frozenset[str]
    json: tuple[str, ...] = ()
    only: str = ""


PLANS = Listing(table="plan_list", day="begins_on", key="plan_id", filters=frozenset({"organ_id", "state"}))
CAMPAIGNS = Listing(table="campaign_list", day="starts_on", key="campaign_id", filters=frozenset({"state"}))
CLAIMS = Listing(
    table="claim_list", day="claimed_on", key="claim_id",
    filters=frozenset({"campaign_id", "enterprise_id", "organ_id", "level"}), only="organ_id IS NOT NULL",
)  # fmt: skip
WEEKS = Listing(
    table="week_list", day="monday", key="week_id", filters=frozenset({"campaign_id", "district", "monday"}),
    json=("problems", "suggestions", "supplements"),
)  # fmt: skip
PROBLEMS = Listing(table="problem_list", day="monday", key="problem_id", filters=frozenset({"campaign_id", "district", "state"}))
BULLETINS = Listing(table="bulletin_list", day="monday", key="bulletin_id", filters=frozenset({"campaign_id"}), json=("figures",))
IMPLEMENTATIONS = Listing(
    table="implementation_list", day="drafted_on", key="implementation_id",
    filters=frozenset({"campaign_id", "district", "state"}),
)  # fmt: skip
DEMONSTRATIONS = Listing(
    table="demonstration_list", day="planned_on", key="demonstration_id",
    filters=frozenset({"campaign_id", "district", "state"}), json=("observers", "present"),
)  # fmt: skip
GUIDANCE = Listing(
    table="guidance_list", day="planned_on", key="guidance_id",
    filters=frozenset({"campaign_id", "district", "state", "monday"}), json=("experts", "findings"),
)  # fmt: skip
TRAININGS = Listing(
    table="training_list", day="planned_on", key="training_id", filters=frozenset({"campaign_id", "state"}), json=("modules",)
)
MODULE_USERS = Listing(
    table="module_users", day="granted_on", key="grant_id", filters=frozenset({"officer_id", "module", "district", "state"})
)
APPROVALS = Listing(
    table="approval_list", day="planned_on", key="task_id",
    filters=frozenset({"organ_id", "enterprise_id", "district", "state", "overdue"}),
)  # fmt: skip
DRAWS = Listing(
    table="draw_list",
    day="committed_on",
    key="draw_id",
    filters=frozenset({"district", "organ_id", "campaign_id", "plan_id", "purpose", "state"}),
)
DUTIES = Listing(
    table="officer_tasks", day="due_on", key="duty_id", filters=frozenset({"officer_id", "district", "state", "overdue"}),
    only="mine",
)  # fmt: skip


async def listed_rows(
    read: Read, listing: Listing, seen: list[str] | None, wanted: Mapping[str, Any], after: tuple[date, str] | None, limit: int,
    days: Days = EVER,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows by day, then id, after a place in that order; at most `limit`. `wanted` values of None do not filter.

    `days` are the first and the last day, both included, None where there is no such bound; `seen` are the districts the asker
    may see (None: all). KeyError for a filter that the list does not have.
    """
    conditions = [listing.only] if listing.only else []
    values: list[Any] = []
    if seen is not None:
        values.append(seen)
        conditions.append(f"district = ANY(${len(values)})")
    for name, value in wanted.items():
        if name not in listing.filters:
            raise KeyError(name)
        if value is not None:
            values.append(value)
            conditions.append(f"{name} = ${len(values)}")
    for bound, day in zip((">=", "<="), days, strict=True):
        if day is not None:
            values.append(day)
            conditions.append(f"{listing.day} {bound} ${len(values)}")
    if after is not None:
        values += after
        conditions.append(f"({listing.day}, {listing.key}) > (${len(values) - 1}, ${len(values)})")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = f"SELECT * FROM {listing.table} {where} ORDER BY {listing.day}, {listing.key} LIMIT ${len(values) + 1}"  # noqa: S608 - names above
    return [_row(listing, row) for row in await read(sql, *values, limit)]


def _row(listing: Listing, row: Any) -> dict[str, Any]:
    return {**row, **{name: orjson.loads(row[name]) for name in listing.json}}
