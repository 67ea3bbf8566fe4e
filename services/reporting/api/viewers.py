"""Who may look, and the wait of a list until the copy holds and shows a certain event."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from chassis.auth import Principal, principal_of, reader
from chassis.http import AT_LEAST_WAIT, pool_of

READERS = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator")
OVERSEERS = ("auditor", "manager", "administrator")
Viewer = Annotated[Principal, Depends(reader(*READERS))]

SHOWN = """
SELECT l.seq <= coalesce((SELECT min(c.position) FROM projections p JOIN checkpoints c ON c.name = p.checkpoint
                          WHERE p.state = 'live'), 0)
FROM ledger_copy l WHERE l.event_id = $1
"""


async def shown_by_now(
    request: Request, _: Annotated[Principal, Depends(principal_of)], at_least: UUID | None = None
) -> None:  # fmt: skip
    """FastAPI dependency: `?at_least=<event_id>` of any service waits until that event is copied and projected.

    It belongs behind a `reader` in the path's dependencies: whoever may not read does not wait.
    """
    if at_least is None:
        return
    pool = pool_of(request)
    async with asyncio.timeout(AT_LEAST_WAIT):
        while not await pool.fetchval(SHOWN, at_least):
            await asyncio.sleep(0.01)


async def shows_at_least(request: Request, viewer: Viewer, at_least: UUID | None = None) -> None:
    """FastAPI dependency: as `shown_by_now`, for whoever may look at figures."""
    await shown_by_now(request, viewer, at_least)
