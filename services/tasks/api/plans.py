"""Annual plans over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.http import WRITTEN, Body, Id, Paged, Seen, answer_json
from chassis.moments import Moment, aggregate
from chassis.offers import NO_STEPS, offered
from services.tasks.api import answers
from services.tasks.api.offers import of_plan
from services.tasks.api.reading import (
    LAST_DAY,
    LISTED,
    ApproverGuarded,
    Manager,
    ManagerGuarded,
    NothingBody,
    Reader,
    Reason,
    ReasonBody,
    Sectors,
    Title,
    a_page,
)
from services.tasks.commands import plans as commands
from services.tasks.domain import PLAN
from services.tasks.domain.capacity import CapacityTerms
from services.tasks.domain.planning import AmendPlan, DraftPlan
from services.tasks.queries.lists import PLANS

Days = Annotated[int, Field(ge=0, le=10_000_000)]
Visits = Annotated[int, Field(ge=1, le=1_000_000)]
EnterpriseIds = Annotated[tuple[Id, ...], Field(max_length=20_000)]

router = APIRouter(prefix="/v1", tags=["tasks"])


class CapacityBody(Body):
    """How much the organ can inspect: officers, days of the year nobody works, officer-days of other duties, the split."""

    officers: int = Field(ge=1, le=10_000)
    rest_days: int = Field(ge=0, le=366)
    holidays: int = Field(ge=0, le=366)
    other_enforcement_days: Days
    non_enforcement_days: Days
    key_days: Days
    general_days: Days
    days_per_inspection: int | None = Field(default=None, ge=1, le=1000)


class PlanBody(Body):
    """An annual plan of the caller's organ; `planned_inspections` counts visits. Key enterprises: by sector, and by name."""

    plan_id: Id
    year: int = Field(ge=2000, le=LAST_DAY.year)
    title: Title
    sectors: Sectors
    planned_inspections: Visits
    capacity: CapacityBody | None = None
    key_sectors: Sectors | tuple[()] = ()
    key_enterprises: EnterpriseIds = ()


class FilingBody(Body):
    """With whom the plan was filed, when, under which number."""

    filed_with: Title
    filed_on: Annotated[date, Field(le=LAST_DAY, ge=date(2000, 1, 1)), WRITTEN]
    reference: Title


class AmendmentBody(Body):
    """What is to change, and why; what is left out stays."""

    reason: Reason
    sectors: Sectors | None = None
    planned_inspections: Visits | None = None
    key_added: EnterpriseIds = ()
    key_removed: EnterpriseIds = ()


@router.post("/plans", status_code=201)
async def draft_plan(body: PlanBody, command: Manager) -> Response:
    """Draft an annual plan."""
    given = body.model_dump()
    terms = CapacityTerms(**given.pop("capacity")) if body.capacity is not None else given.pop("capacity")
    return await command.run(commands.draft_plan, DraftPlan(**given, capacity=terms), status=201)


@router.get("/plans", dependencies=LISTED, responses=answers.told(answers.Page[answers.PlanRow]))
async def list_plans(
    request: Request, principal: Reader, asked: Paged, db: Seen, organ_id: Id | None = None,
    state: Literal["drafted", "approved", "filed"] | None = None,
) -> Response:  # fmt: skip
    """Plans by year."""
    return await a_page(request, principal, db, asked, PLANS, {"organ_id": organ_id, "state": state})


@router.post("/plans/{plan_id}/approvals", status_code=201)
async def approve_plan(plan_id: Id, _: NothingBody, command: ApproverGuarded) -> Response:
    """Approve a plan that somebody else drafted."""
    return await command.run(commands.approve_plan, plan_id, status=201)


@router.post("/plans/{plan_id}/filings", status_code=201)
async def file_plan(plan_id: Id, body: FilingBody, command: ManagerGuarded) -> Response:
    """File the revision in force with the superior authority."""
    return await command.run(commands.file_plan, plan_id, body.filed_with, body.filed_on, body.reference, status=201)


@router.post("/plans/{plan_id}/amendments", status_code=201)
async def propose_amendment(plan_id: Id, body: AmendmentBody, command: ManagerGuarded) -> Response:
    """Propose an amendment of an approved plan; nothing changes before it is approved."""
    return await command.run(commands.propose_amendment, plan_id, AmendPlan(**body.model_dump()), status=201)


@router.post("/plans/{plan_id}/amendment-approvals", status_code=201)
async def approve_amendment(plan_id: Id, _: NothingBody, command: ApproverGuarded) -> Response:
    """Approve the amendment that somebody else proposed."""
    return await command.run(commands.approve_amendment, plan_id, status=201)


@router.post("/plans/{plan_id}/amendment-rejections", status_code=201)
async def reject_amendment(plan_id: Id, body: ReasonBody, command: ApproverGuarded) -> Response:
    """Turn the proposed amendment down."""
    return await command.run(commands.reject_amendment, plan_id, body.reason, status=201)


@router.get("/plans/{plan_id}", responses=answers.told(answers.PlanAnswer))
async def get_plan(plan_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A plan: its capacity, the register it was drafted from, its filings, the amendment that waits; what may be done now."""
    plan = await aggregate(request, principal, PLAN, plan_id, as_of)
    steps = NO_STEPS
    if as_of is None:
        steps = await offered(request, principal, partial(of_plan, plan.state), plan.state.organ_id)
    view = {**asdict(plan.state), "stage": plan.state.stage, "version": plan.version, **steps}
    return answer_json(view, version=plan.version)
