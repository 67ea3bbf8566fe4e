"""Campaigns as everybody may read of them: what was announced, and how far each district has come; no enterprise is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from chassis.eventstore import Connection
from chassis.sight import Sight
from services.reporting.queries.facts import SECTORS
from services.reporting.queries.figures import AsOf, as_of, listed_first, names_of, value_of
from services.reporting.queries.measures.tasks import CAMPAIGN_COVERAGE

OPENED = """
SELECT e.seq, e.stream_id, e.district, e.data FROM ledger_copy e
WHERE e.type = 'casetrail.tasks.campaign-opened.v1' AND e.seq < $1 AND e.seq <= $2 AND (
    $3::text[] IS NULL OR e.district = ANY($3) OR EXISTS (
        SELECT FROM fact_tasks t
        WHERE t.campaign_id = substr(e.stream_id, length('campaign:') + 1) AND t.district = ANY($3)))
ORDER BY e.seq DESC LIMIT $4
"""
CLOSED = """
SELECT e.stream_id, e.data FROM ledger_copy e
WHERE e.type = 'casetrail.tasks.campaign-closed.v1' AND e.seq <= $2 AND e.stream_id = ANY($1)
"""
# As the measure campaign_coverage has it: tests/service/reporting/test_campaigns.py holds one against the other.
COVERED = """
SELECT t.campaign_id, t.district, count(*) AS sites, count(*) FILTER (WHERE t.state IN ('started', 'completed')) AS begun,
       count(*) FILTER (WHERE t.state = 'completed') AS completed
FROM fact_tasks t
WHERE t.campaign_id = ANY($1) AND t.state <> 'cancelled' AND t.kind IN ('campaign', 'superior-campaign')
  AND ($2::text[] IS NULL OR t.district = ANY($2))
GROUP BY t.campaign_id, t.district
"""


async def campaigns(
    sight: Sight, districts: Sequence[str] | None, before: int, limit: int
) -> tuple[AsOf, list[dict[str, Any]]]:  # fmt: skip
    """Campaigns that were opened, the newest first, with their coverage by district; all as of one moment.

    `districts`: a campaign is told if it is one of theirs, or has sites in one, and then of those districts; None: of all.
    """
    async with sight.acquire(steady=True) as connection:
        at = await as_of(connection)
        opened = await connection.fetch(OPENED, before, at.seq, districts, limit)
        told = [(row, orjson.loads(row["data"])) for row in opened]
        ends = await _ends(connection, [row["stream_id"] for row in opened], at.seq)
        coverage = await _coverage(connection, [data["campaign_id"] for _, data in told], districts)
        return at, [
            _told(row, data, ends.get(row["stream_id"]), coverage[data["campaign_id"]], at.day) for row, data in told
        ]  # fmt: skip


async def _ends(connection: Connection, streams: Sequence[str], upto: int) -> dict[str, Any]:
    return {row["stream_id"]: orjson.loads(row["data"]) for row in await connection.fetch(CLOSED, streams, upto)}


async def _coverage(
    connection: Connection, ids: Sequence[str], districts: Sequence[str] | None
) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
    names = await names_of(connection)
    order = listed_first(names)
    found = defaultdict(list)
    for row in await connection.fetch(COVERED, ids, districts):
        district = row["district"]
        found[row["campaign_id"]].append({"district": district, "name": names.get(district, district), **_shares(dict(row))})
    for rows in found.values():
        rows.sort(key=lambda one: (order.get(one["district"], len(order)), one["district"]))
    return found


def _shares(counted: dict[str, int]) -> dict[str, Any]:
    sites, begun, completed = (counted[name] for name in ("sites", "begun", "completed"))
    return {
        "sites": sites, "begun": begun, "completed": completed, "coverage_percent": _percent(begun, sites),
        "completion_percent": _percent(completed, sites),
    }  # fmt: skip


def _percent(counts: int, out_of: int) -> float | None:
    value: float | None = value_of(CAMPAIGN_COVERAGE, counts, out_of)["value"]
    return value


def _told(
    row: Any, data: dict[str, Any], end: dict[str, Any] | None, by_district: list[dict[str, Any]], today: date | None
) -> dict[str, Any]:  # fmt: skip
    sums = {name: sum(one[name] for one in by_district) for name in ("sites", "begun", "completed")}
    starts, ends = data["starts_on"], data["ends_on"]
    running = "running" if today is None or today.isoformat() >= starts else "announced"
    return {
        "seq": row["seq"], "campaign_id": data["campaign_id"], "title": data["title"], "organ": data["city_organ"],
        "district": row["district"], "starts_on": starts, "ends_on": ends, "state": running if end is None else "closed",
        "sectors": [{"sector": one, "title": SECTORS.get(one, (one, one))[0]} for one in data["sectors"]],
        "items": data.get("items", []), "closed_on": None if end is None else end["closed_on"],
        "conclusion": None if end is None else end["conclusion"], **_shares(sums), "by_district": by_district,
    }  # fmt: skip
