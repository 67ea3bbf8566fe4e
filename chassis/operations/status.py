"""How far each part of a service is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.clock import Clock
from chassis.deadlines import WAITING
from chassis.eventstore import Pool
from chassis.http import Db, answer_json
from chassis.operations.asker import Operator
from chassis.projector import newest
from chassis.sequencer import shard_heads
from chassis.service import Service
from chassis.sight import Sight
from chassis.versions import LIVE, generations

COUNTS = """
SELECT coalesce((SELECT max(idx) FROM ledger), 0) AS head, (SELECT count(*) FROM pending) AS pending,
       (SELECT position FROM checkpoints WHERE name = 'relay') AS relay,
       (SELECT count(*) FROM refusals) AS refusals
"""
CONSUMED = "SELECT source, shard, position FROM inbox WHERE consumer = $1"
COUNTED = ("subjects", "events", "waiting")
PARKED = """
SELECT q.consumer, count(DISTINCT q.subject) AS subjects, count(*) AS events,
       count(DISTINCT q.subject) FILTER (WHERE q.resumes) AS waiting
FROM parked_subjects q JOIN parked p USING (consumer, subject) GROUP BY q.consumer ORDER BY q.consumer
"""

router = APIRouter()


async def status_of(pool: Pool, service: Service, clock: Clock) -> dict[str, Any]:
    """How far each part of a service is, in one consistent look at its database."""
    async with Sight(pool, None).acquire(steady=True) as connection:  # deadlines have districts: a status is about all of them
        [counts] = await connection.fetch(COUNTS)
        [waiting] = await connection.fetch(WAITING, clock.now())
        shards = await shard_heads(connection)
        live = {found.name: found for found in await generations(connection) if found.state == LIVE}
        consumed: dict[str, dict[str, int]] = {source: {} for source in service.sources}
        for row in await connection.fetch(CONSUMED, service.consumer):
            consumed.setdefault(row["source"], {})[str(row["shard"])] = row["position"]
        followed = await service.feed.head(connection)
        parked = {row["consumer"]: {k: row[k] for k in COUNTED} for row in await connection.fetch(PARKED)}
    projected = {found.label: found.position for found in live.values()}
    expected = {f"{p.name}/{p.version}": 0 for p in newest(service.all_projections).values() if p.name not in live}
    return {
        "service": service.name,
        "ledger": {
            "head": counts["head"],
            "pending": counts["pending"],
            "shards": {str(k): v for k, v in shards.items()},
        },
        "relay": {"position": counts["relay"] or 0},
        "feed": {"head": followed},
        "projections": {**expected, **projected},
        "consumers": {service.consumer: consumed} if service.sources else {},
        "deadlines": {"due": waiting["due"], "next": waiting["next"]},
        "refusals": counts["refusals"],
        "parked": parked,
        "simulated": clock.simulated,
    }


@router.get("/status")
async def status(request: Request, _: Operator, db: Db) -> Response:
    """How far ledger, relay, projections, consumers and deadlines are."""
    return answer_json(await status_of(db, request.app.state.service, request.app.state.runner.clock))
