"""Tasks over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.http import Body, Id, Paged, Seen, answer_json, listed
from chassis.moments import Moment, aggregate
from chassis.offers import NO_STEPS, offered
from services.tasks import domain
from services.tasks.api import answers
from services.tasks.api.offers import of_task
from services.tasks.api.reading import (
    LISTED,
    Day,
    Manager,
    ManagerGuarded,
    NothingBody,
    OfficerGuarded,
    Reader,
    Reason,
    ReasonBody,
    Title,
    a_page,
    after_id,
    after_place,
)
from services.tasks.commands import tasklife as commands
from services.tasks.domain import TASK
from services.tasks.domain.tasklife import ReassignTask
from services.tasks.queries import tasklist as queries
from services.tasks.queries.duties import duties_by_place, load_of
from services.tasks.queries.lists import DUTIES

State = Literal["generated", "assigned", "accepted", "returned", "started", "completed", "cancelled"]

router = APIRouter(prefix="/v1", tags=["tasks"])


class OrderBody(Body):
    """One inspection by the caller's organ: planned by `plan_id`, or outside the plan for a `reason` with its `reference`."""

    task_id: Id
    kind: Literal["planned", "report", "superior-campaign", "re-inspection"]
    enterprise_id: Id
    due_on: Day
    plan_id: Id | None = None
    campaign_id: Id | None = None
    reason: Reason | None = None
    reference: Title | None = None


class ReassignmentBody(Body):
    """Who goes instead, when, and why."""

    planned_on: Day
    officer_ids: tuple[Id, ...] = Field(min_length=1, max_length=20)
    expert_ids: tuple[Id, ...] = Field(default=(), max_length=20)
    reason: Reason


@router.post("/tasks", status_code=201)
async def order_task(body: OrderBody, command: Manager) -> Response:
    """Order one inspection."""
    return await command.run(commands.order_task, commands.OrderTask(**body.model_dump()), status=201)


@router.post("/tasks/{task_id}/acceptances", status_code=201)
async def accept_task(task_id: Id, _: NothingBody, command: OfficerGuarded) -> Response:
    """Take an assigned task on, as one of its officers."""
    return await command.run(commands.accept_task, task_id, status=201)


@router.post("/tasks/{task_id}/returns", status_code=201)
async def return_task(task_id: Id, body: ReasonBody, command: OfficerGuarded) -> Response:
    """Give a task back, as one of its officers."""
    return await command.run(commands.return_task, task_id, body.reason, status=201)


@router.post("/tasks/{task_id}/reassignments", status_code=201)
async def reassign_task(task_id: Id, body: ReassignmentBody, command: ManagerGuarded) -> Response:
    """Give a task to other officers of its organ."""
    return await command.run(commands.reassign_task, task_id, ReassignTask(**body.model_dump()), status=201)


@router.post("/tasks/{task_id}/cancellations", status_code=201)
async def cancel_task(task_id: Id, body: ReasonBody, command: ManagerGuarded) -> Response:
    """Cancel a task that has not begun."""
    return await command.run(commands.cancel_task, task_id, body.reason, status=201)


@router.get("/officers/load", dependencies=LISTED, responses=answers.told(answers.Page[answers.LoadRow]))
async def officers_load(request: Request, principal: Reader, asked: Paged, db: Seen, organ_id: Id, on: Day) -> Response:
    """How much each officer of an organ has to do, by officer id; `due_in_a_week` counts from the day `on`."""
    rows = await load_of(db.fetch, organ_id, principal.seen_districts(), after_id(asked), on, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["officer_id"]])


@router.get("/officers/{officer_id}/tasks", dependencies=LISTED, responses=answers.told(answers.Page[answers.DutyRow]))
async def officers_tasks(
    officer_id: Id, request: Request, principal: Reader, asked: Paged, db: Seen, state: State | None = None,
    district: Id | None = None, overdue: bool | None = None,
) -> Response:  # fmt: skip
    """An officer's tasks by due date."""
    wanted = {"officer_id": officer_id, "state": state, "district": district, "overdue": overdue}
    return await a_page(request, principal, db, asked, DUTIES, wanted)


@router.get("/officers/{officer_id}/tasks-by-place", dependencies=LISTED, responses=answers.told(answers.Page[answers.DutyRow]))
async def officers_tasks_by_place(officer_id: Id, request: Request, principal: Reader, asked: Paged, db: Seen) -> Response:
    """An officer's tasks by district, then due date: what lies on one way."""
    rows = await duties_by_place(db.fetch, officer_id, principal.seen_districts(), after_place(asked), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["district"], row["due_on"], row["duty_id"]])


@router.get("/tasks", dependencies=LISTED, responses=answers.told(answers.Page[answers.TaskRow]))
async def list_tasks(
    request: Request,
    principal: Reader,
    asked: Paged,
    db: Seen,
    state: State | None = None,
    district: Id | None = None,
    organ_id: Id | None = None,
    campaign_id: Id | None = None,
    overdue: bool | None = None,
) -> Response:
    """Tasks by due date, of the districts the caller may see."""
    wanted = queries.TaskFilter(
        seen=principal.seen_districts(), state=state, district=district, organ_id=organ_id, campaign_id=campaign_id,
        overdue=overdue,
    )  # fmt: skip
    rows = await queries.tasks(db.fetch, wanted, asked.after_day, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["due_on"], row["task_id"]])


@router.get("/tasks/{task_id}", responses=answers.told(answers.TaskAnswer))
async def get_task(task_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A task, from its events, and what may be done with it now, the approval of its inspection included."""
    task = await aggregate(request, principal, TASK, task_id, as_of)
    steps = NO_STEPS
    if as_of is None:
        steps = await offered(request, principal, partial(of_task, task.state), task.state.facts.organ_id)
    return answer_json({**_task_view(task.state), "version": task.version, **steps}, version=task.version)


def _task_view(task: domain.TaskState) -> dict[str, Any]:
    assigned = asdict(task.assigned) if task.assigned is not None else {}
    return {
        **asdict(task.facts), "state": task.state, "overdue": task.overdue, "planned_on": assigned.get("planned_on"),
        "accepted_by": task.accepted_by, "warned": task.warned, "last_reason": task.reason,
        "assigned_by": assigned.get("draw_id"), "officers": assigned.get("officers", ()),
        "experts": assigned.get("experts", ()), "inspection_id": task.inspection_id, "completed_on": task.completed_on,
    }  # fmt: skip
