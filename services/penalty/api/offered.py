"""What may be done next, as a reader is told it: where it is posted and by whom; what may not, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from fastapi import Request

from chassis.domain import CHINA, Refused, day_of
from chassis.offers import Steps, why
from chassis.problems import BadRequest
from chassis.runner import Runner
from services.penalty.domain import Outlook, Rules
from services.penalty.domain.step import forbidden
from services.penalty.domain.titles import ENGLISH


def now(request: Request) -> datetime:
    """The time of the service's clock."""
    runner: Runner = request.app.state.runner
    return runner.clock.now()


async def offered(
    asked: Awaitable[tuple[Rules, Iterable[Outlook]]], posted: Mapping[str, tuple[str, str]]
) -> tuple[Rules | None, Steps]:  # fmt: skip
    """The rules in force, and the steps that are permitted by them and those that are not; `posted`: path and role of each."""
    try:
        rules, steps = await asked
    except Refused as refused:  # no rules are in force: nothing may be done, and that is the reason
        return None, nothing(refused)
    told = [(step, _told(step, posted)) for step in steps]
    return rules, {
        "next_steps": [one for step, one in told if step.permitted],
        "forbidden_steps": [{**one, **_why(step)} for step, one in told if not step.permitted],
    }


def nothing(refused: Refused) -> Steps:
    """That no step at all is permitted, and why."""
    every = forbidden("*", "", refused)
    return {"next_steps": [], "forbidden_steps": [{"name": every.name, "article": every.basis, **_why(every)}]}


ON = "the day to ask about: today, where none is given, or one to come; of a day that has passed, `?as_of=` of the matter tells"
NOON = time(12)


def asked_time(request: Request, on: date | None) -> datetime:
    """The time that an outlook is of: now, or noon of a day to come. BadRequest `day-in-past`: nothing is done in the past."""
    current = now(request)
    if on is None or on == day_of(current):
        return current
    if on > day_of(current):
        return datetime.combine(on, NOON, CHINA)
    then = f"occurred:{on}T23:59:59+08:00"
    raise BadRequest(
        "day-in-past", f"{on} 已经过去，不再有可以办理的步骤；当时的情况请读取该案（事项），并填写 as_of={then}",
        f"{on} has passed: nothing is done in the past; how the matter was then is read with as_of={then}", status=422,
        on=on, as_of=then,
    )  # fmt: skip


def _why(step: Outlook) -> dict[str, Any]:
    return why(step.code, step.reason, step.reason_en, step.facts, step.also, step.basis)


def _told(step: Outlook, posted: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    path, role = posted[step.name]
    return {
        "name": step.name, "title": step.title, "title_en": ENGLISH[step.name], "path": path, "role": role,
        "article": step.basis, "party_id": step.party_id,
    }  # fmt: skip
