"""Training over HTTP: sessions, attendance, who may use which module."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.http import Body, Id, Paged, Seen, answer_json
from chassis.moments import Moment, aggregate
from services.tasks.api import answers
from services.tasks.api.reading import LISTED, Day, Manager, ManagerGuarded, Reader, Reason, ReasonBody, Title, a_page
from services.tasks.commands import training as commands
from services.tasks.domain.training import TRAINING, Module, PlanTraining
from services.tasks.queries.lists import MODULE_USERS, TRAININGS

router = APIRouter(prefix="/v1", tags=["tasks"])


class TrainingBody(Body):
    """A session about some modules on a day."""

    training_id: Id
    campaign_id: Id
    title: Title
    modules: Annotated[tuple[Module, ...], Field(min_length=1, max_length=5)]
    planned_on: Day


class AttendedBody(Body):
    """An officer who came, and whether they passed."""

    officer_id: Id
    passed: bool


class AttendanceBody(Body):
    """When the session took place, and who came."""

    held_on: Day
    attended: tuple[AttendedBody, ...] = Field(min_length=1, max_length=500)


class RevocationBody(Body):
    """Which permission ends, and why."""

    module: Module
    reason: Reason


@router.post("/trainings", status_code=201)
async def plan_training(body: TrainingBody, command: Manager) -> Response:
    """Plan a session."""
    return await command.run(commands.plan_training, PlanTraining(**body.model_dump()), status=201)


@router.get("/trainings", dependencies=LISTED, responses=answers.told(answers.Page[answers.TrainingRow]))
async def list_trainings(
    request: Request, principal: Reader, asked: Paged, db: Seen, campaign_id: Id | None = None,
    state: Literal["planned", "held", "cancelled"] | None = None,
) -> Response:  # fmt: skip
    """Sessions by day."""
    return await a_page(request, principal, db, asked, TRAININGS, {"campaign_id": campaign_id, "state": state})


@router.get("/trainings/{training_id}", responses=answers.told(answers.TrainingAnswer))
async def get_training(training_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A session and who came."""
    session = await aggregate(request, principal, TRAINING, training_id, as_of)
    return answer_json({**asdict(session.state), "version": session.version}, version=session.version)


@router.post("/trainings/{training_id}/attendances", status_code=201)
async def hold_training(training_id: Id, body: AttendanceBody, command: ManagerGuarded) -> Response:
    """Record who came; who passed may use the session's modules."""
    attended = tuple(commands.Attended(**one.model_dump()) for one in body.attended)
    return await command.run(commands.hold_training, training_id, body.held_on, attended, status=201)


@router.post("/trainings/{training_id}/cancellations", status_code=201)
async def cancel_training(training_id: Id, body: ReasonBody, command: ManagerGuarded) -> Response:
    """Call a session off."""
    return await command.run(commands.cancel_training, training_id, body.reason, status=201)


@router.get("/module-users", dependencies=LISTED, responses=answers.told(answers.Page[answers.ModuleUserRow]))
async def list_module_users(
    request: Request, principal: Reader, asked: Paged, db: Seen, officer_id: Id | None = None, module: Module | None = None,
    district: Id | None = None, state: Literal["granted", "revoked"] | None = None,
) -> Response:  # fmt: skip
    """Who may use which module, by the day it was granted."""
    wanted = {"officer_id": officer_id, "module": module, "district": district, "state": state}
    return await a_page(request, principal, db, asked, MODULE_USERS, wanted)


@router.post("/module-users/{officer_id}/revocations", status_code=201)
async def revoke_module(officer_id: Id, body: RevocationBody, command: Manager) -> Response:
    """End an officer's permission to use a module."""
    return await command.run(commands.revoke_module, officer_id, body.module, body.reason, status=201)
