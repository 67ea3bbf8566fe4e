"""What may be done next, as a reader is told it: where it is posted and by whom; what may not, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request

from chassis.domain import Refused
from chassis.runner import Runner
from services.penalty.domain import Outlook

NO_STEPS: dict[str, list[dict[str, Any]]] = {"next_steps": [], "forbidden_steps": []}
"""Nothing is done in the past."""


def now(request: Request) -> datetime:
    """The time of the service's clock."""
    runner: Runner = request.app.state.runner
    return runner.clock.now()


async def offered(asked: Awaitable[Iterable[Outlook]], posted: Mapping[str, tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """The steps that are permitted and those that are not; `posted`: path and role of each."""
    try:
        steps = tuple(await asked)
    except Refused as refused:  # no rules are in force: nothing may be done, and that is the reason
        nothing = {"name": "*", "code": refused.code, "reason": refused.zh, "article": refused.basis}
        return {"next_steps": [], "forbidden_steps": [nothing]}
    return {
        "next_steps": [_told(step, posted) for step in steps if step.permitted],
        "forbidden_steps": [
            {**_told(step, posted), "code": step.code, "reason": step.reason} for step in steps if not step.permitted
        ],
    }  # fmt: skip


def _told(step: Outlook, posted: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    path, role = posted[step.name]
    return {"name": step.name, "title": step.title, "path": path, "role": role, "article": step.basis, "party_id": step.party_id}
