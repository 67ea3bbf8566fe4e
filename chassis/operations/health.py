"""The health of a service: what its self-check found last."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response

from chassis.clock import SystemClock
from chassis.http import Db, answer_json
from chassis.operations.asker import Operator
from chassis.selfcheck.keeping import LOOK_SECONDS, health_of
from chassis.service import Service

STALE = 12 * LOOK_SECONDS
"""Seconds after which nobody seems to be checking any more."""

router = APIRouter()


@router.get("/health")
async def health(request: Request, _: Operator, db: Db) -> Response:
    """Each check with its figures, what it found, and when; `fresh` tells whether the self-check itself still runs."""
    service: Service = request.app.state.service
    checks = await health_of(db)
    newest = max((check["checked_at"] for check in checks), default=None)
    now = SystemClock().now()
    fresh = newest is not None and (now.timestamp() - _seconds(newest)) < STALE
    sound = fresh and all(check["ok"] for check in checks)
    return answer_json({"service": service.name, "sound": sound, "fresh": fresh, "as_of": now.isoformat(), "checks": checks})


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
