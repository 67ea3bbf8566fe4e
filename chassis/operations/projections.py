"""The versions of a service's projections: what is live, what is being built and how far it is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.eventstore import Pool
from chassis.http import Db, answer_json
from chassis.operations.asker import Operator
from chassis.parking import parked_count
from chassis.service import Service
from chassis.versions import Generation, generations

router = APIRouter()


async def versions_of(pool: Pool, service: Service) -> dict[str, Any]:
    """Every generation of every projection, in one consistent look: state, position, and what is parked or stopped it."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        found = await generations(connection)
        head = await service.feed.head(connection)
        parked = {one.checkpoint: await parked_count(connection, one.checkpoint) for one in found}
    return {"service": service.name, "head": head, "items": [_told(one, parked[one.checkpoint]) for one in found]}


def _told(one: Generation, parked: int) -> dict[str, Any]:
    return {
        "name": one.name, "version": one.version, "generation": one.generation, "state": one.state, "position": one.position,
        "tables": list(one.tables), "schema": one.schema, "began_at": one.began_at, "stopped": one.stopped,
        "accepted": one.accepted, "parked": parked,
    }  # fmt: skip


@router.get("/projections")
async def projections(request: Request, _: Operator, db: Db) -> Response:
    """Each projection's versions and how far each is: live, building, retired or cancelled."""
    return answer_json(await versions_of(db, request.app.state.service))
