"""What operators did, append-only: who, when, what, to what, why, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from chassis.domain import Actor
from chassis.envelope import actor_bytes
from chassis.eventstore import Connection, Pool

RECORD = """
INSERT INTO operator_actions (actor, action, target, event_id, reason, outcome, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb)
"""
LIST = """
SELECT id, at, actor::json AS actor, action, target, event_id, reason, outcome, detail FROM operator_actions
WHERE id < $1 ORDER BY id DESC LIMIT $2
"""
NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAction:
    """One action: `action` names what was done (`parked-retry`), `target` to what (a consumer and subject, a projection)."""

    actor: Actor
    action: str
    target: str
    outcome: str
    event_id: UUID | None = None
    reason: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


async def record(connection: Connection, done: OperatorAction) -> None:
    """Record an action, in the transaction of its effects: either both are there or neither."""
    await connection.execute(
        RECORD, actor_bytes(done.actor).decode(), done.action, done.target, done.event_id, done.reason, done.outcome,
        orjson.dumps(done.detail, default=str).decode(),
    )  # fmt: skip


async def latest(pool: Pool, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Actions, newest first, before an id."""
    rows = await pool.fetch(LIST, NEWEST if before is None else before, limit)
    return [{**row, "actor": orjson.loads(row["actor"]), "detail": orjson.loads(row["detail"])} for row in rows]
