"""What may be done next, as a reader is told it: where it is posted and by whom; what may not, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request

from chassis.aggregates import Loaded
from chassis.domain import Refused, day_of
from chassis.runner import Runner
from services.penalty.domain import Outlook
from services.penalty.domain.step import forbidden

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
        return nothing(refused)
    return {
        "next_steps": [_told(step, posted) for step in steps if step.permitted],
        "forbidden_steps": [{**_told(step, posted), **_why(step)} for step in steps if not step.permitted],
    }


def nothing(refused: Refused) -> dict[str, list[dict[str, Any]]]:
    """That no step at all is permitted, and why."""
    every = forbidden("*", "", refused)
    return {"next_steps": [], "forbidden_steps": [{"name": every.name, "article": every.basis, **_why(every)}]}


def before_it_began(of: Loaded[Any], at: datetime) -> dict[str, list[dict[str, Any]]] | None:
    """Of a day before there was anything to be done: that this is so, and since when there is. None for any other day."""
    if of.began_at is None or day_of(at) >= day_of(of.began_at):
        return None
    day, began_on = day_of(at), day_of(of.began_at)
    zh = f"该案（事项）{began_on} 才登记，{day} 尚不存在，没有可以办理的步骤"
    en = f"it has been known since {began_on} only: on {day} there was nothing to be done yet"
    return nothing(Refused("not-begun-yet", zh, en, on=day, began_on=began_on))


def _why(step: Outlook) -> dict[str, Any]:
    """A refusal as it would be told to whoever took the step: its code, in Chinese and English, its facts, and the rest."""
    also = [
        {"code": one.code, "reason": one.zh, "reason_en": one.en, "article": one.basis or step.basis, "facts": one.facts}
        for one in step.also
    ]
    return {"code": step.code, "reason": step.reason, "reason_en": step.reason_en, "facts": step.facts, "also": also}


def _told(step: Outlook, posted: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    path, role = posted[step.name]
    return {"name": step.name, "title": step.title, "path": path, "role": role, "article": step.basis, "party_id": step.party_id}
