"""A campaign's other work over HTTP: implementation plans, demonstration visits, expert guidance."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from chassis.http import Body, Command, Id, Paged, Seen, Sha256, answer_json, command
from chassis.moments import Moment, aggregate
from services.tasks.api import answers
from services.tasks.api.reading import (
    LISTED,
    ApproverGuarded,
    Day,
    Manager,
    ManagerGuarded,
    NothingBody,
    Reader,
    ReasonBody,
    Text,
    Title,
    a_page,
)
from services.tasks.commands import fieldwork as commands
from services.tasks.domain.demonstration import DEMONSTRATION, PlanDemonstration
from services.tasks.domain.guidance import GUIDANCE, ArrangeGuidance, GuidanceFinding, ReportGuidance
from services.tasks.domain.implementation import IMPLEMENTATION, DraftImplementation, implementation_key
from services.tasks.queries.lists import DEMONSTRATIONS, IMPLEMENTATIONS
from services.tasks.queries.lists import GUIDANCE as GUIDANCE_VISITS

Reporter = Annotated[Command, Depends(command("expert", "officer", "manager", guarded=True))]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$")]

router = APIRouter(prefix="/v1", tags=["tasks"])


class ImplementationBody(Body):
    """The next version of a district's plan; `sha256` is that of the paper."""

    title: Title
    text: str = Field(min_length=1, max_length=100_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")
    sha256: Sha256 | None = None


class DemonstrationBody(Body):
    """An inspection that others come to watch; `task_id` is its task."""

    demonstration_id: Id
    campaign_id: Id
    enterprise_id: Id
    task_id: Id | None = None
    planned_on: Day
    topic: Title


class ObserversBody(Body):
    """Officers who come to watch."""

    officer_ids: tuple[Id, ...] = Field(min_length=1, max_length=200)


class HeldBody(Body):
    """When it took place, which of those named came, what was learnt."""

    held_on: Day
    present: tuple[Id, ...] = Field(min_length=1, max_length=200)
    lessons: Text


class GuidanceBody(Body):
    """Experts, an enterprise, a day."""

    guidance_id: Id
    campaign_id: Id
    enterprise_id: Id
    planned_on: Day
    expert_ids: tuple[Id, ...] = Field(min_length=1, max_length=20)


class FindingBody(Body):
    """What the experts saw and advise; `serious` asks the organ to look itself."""

    fact: Text
    advice: Text
    item_code: Code | None = None
    serious: bool = False


class FindingsBody(Body):
    """What came of a guidance visit; nothing found is an answer too."""

    visited_on: Day
    findings: tuple[FindingBody, ...] = Field(default=(), max_length=200)


@router.post("/campaigns/{campaign_id}/implementations", status_code=201)
async def draft_implementation(campaign_id: Id, body: ImplementationBody, command: Manager) -> Response:
    """Draft the next version of the plan of the caller's district."""
    return await command.run(commands.draft_implementation, campaign_id, DraftImplementation(**body.model_dump()), status=201)


@router.get(
    "/campaigns/{campaign_id}/implementations",
    dependencies=LISTED,
    responses=answers.told(answers.Page[answers.ImplementationRow]),
)
async def list_implementations(
    campaign_id: Id, request: Request, principal: Reader, asked: Paged, db: Seen, district: Id | None = None,
    state: Literal["drafted", "approved", "returned"] | None = None,
) -> Response:  # fmt: skip
    """Districts' plans by the day of their newest version."""
    wanted = {"campaign_id": campaign_id, "district": district, "state": state}
    return await a_page(request, principal, db, asked, IMPLEMENTATIONS, wanted)


@router.get("/campaigns/{campaign_id}/districts/{district}/implementation", responses=answers.told(answers.ImplementationAnswer))
async def get_implementation(campaign_id: Id, district: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A district's plan; earlier versions by `as_of`."""
    plan = await aggregate(request, principal, IMPLEMENTATION, implementation_key(campaign_id, district), as_of)
    return answer_json({**asdict(plan.state), "version": plan.version}, version=plan.version)


@router.post("/campaigns/{campaign_id}/districts/{district}/implementation/approvals", status_code=201)
async def approve_implementation(campaign_id: Id, district: Id, _: NothingBody, command: ApproverGuarded) -> Response:
    """Approve the version that waits."""
    return await command.run(commands.approve_implementation, campaign_id, district, status=201)


@router.post("/campaigns/{campaign_id}/districts/{district}/implementation/returns", status_code=201)
async def return_implementation(campaign_id: Id, district: Id, body: ReasonBody, command: ApproverGuarded) -> Response:
    """Return the version that waits."""
    return await command.run(commands.return_implementation, campaign_id, district, body.reason, status=201)


@router.post("/demonstrations", status_code=201)
async def plan_demonstration(body: DemonstrationBody, command: Manager) -> Response:
    """Plan a demonstration visit."""
    return await command.run(commands.plan_demonstration, PlanDemonstration(**body.model_dump()), status=201)


@router.get("/demonstrations", dependencies=LISTED, responses=answers.told(answers.Page[answers.DemonstrationRow]))
async def list_demonstrations(
    request: Request, principal: Reader, asked: Paged, db: Seen, campaign_id: Id | None = None, district: Id | None = None,
    state: Literal["planned", "held", "cancelled"] | None = None,
) -> Response:  # fmt: skip
    """Demonstration visits by day."""
    wanted = {"campaign_id": campaign_id, "district": district, "state": state}
    return await a_page(request, principal, db, asked, DEMONSTRATIONS, wanted)


@router.get("/demonstrations/{demonstration_id}", responses=answers.told(answers.DemonstrationAnswer))
async def get_demonstration(demonstration_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A demonstration visit and who came to watch."""
    visit = await aggregate(request, principal, DEMONSTRATION, demonstration_id, as_of)
    return answer_json({**asdict(visit.state), "version": visit.version}, version=visit.version)


@router.post("/demonstrations/{demonstration_id}/observers", status_code=201)
async def name_observers(demonstration_id: Id, body: ObserversBody, command: Manager) -> Response:
    """Name officers who come to watch."""
    return await command.run(commands.name_observers, demonstration_id, body.officer_ids, status=201)


@router.post("/demonstrations/{demonstration_id}/holdings", status_code=201)
async def hold_demonstration(demonstration_id: Id, body: HeldBody, command: ManagerGuarded) -> Response:
    """Record that the visit took place."""
    return await command.run(commands.hold_demonstration, demonstration_id, body.held_on, body.present, body.lessons, status=201)


@router.post("/demonstrations/{demonstration_id}/cancellations", status_code=201)
async def cancel_demonstration(demonstration_id: Id, body: ReasonBody, command: ManagerGuarded) -> Response:
    """Call the visit off."""
    return await command.run(commands.cancel_demonstration, demonstration_id, body.reason, status=201)


@router.post("/guidance-visits", status_code=201)
async def arrange_guidance(body: GuidanceBody, command: Manager) -> Response:
    """Send experts to an enterprise."""
    return await command.run(commands.arrange_guidance, ArrangeGuidance(**body.model_dump()), status=201)


@router.get("/guidance-visits", dependencies=LISTED, responses=answers.told(answers.Page[answers.GuidanceRow]))
async def list_guidance(
    request: Request, principal: Reader, asked: Paged, db: Seen, campaign_id: Id | None = None, district: Id | None = None,
    monday: Day | None = None, state: Literal["arranged", "reported", "cancelled"] | None = None,
) -> Response:  # fmt: skip
    """Guidance visits by day, with what they found."""
    wanted = {"campaign_id": campaign_id, "district": district, "monday": monday, "state": state}
    return await a_page(request, principal, db, asked, GUIDANCE_VISITS, wanted)


@router.get("/guidance-visits/{guidance_id}", responses=answers.told(answers.GuidanceAnswer))
async def get_guidance(guidance_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A guidance visit and what it found."""
    visit = await aggregate(request, principal, GUIDANCE, guidance_id, as_of)
    return answer_json({**asdict(visit.state), "version": visit.version}, version=visit.version)


@router.post("/guidance-visits/{guidance_id}/findings", status_code=201)
async def report_guidance(guidance_id: Id, body: FindingsBody, command: Reporter) -> Response:
    """Report what the experts found; it binds nobody."""
    found = tuple(GuidanceFinding(**finding.model_dump()) for finding in body.findings)
    asked = ReportGuidance(visited_on=body.visited_on, findings=found)
    return await command.run(commands.report_guidance, guidance_id, asked, status=201)


@router.post("/guidance-visits/{guidance_id}/cancellations", status_code=201)
async def cancel_guidance(guidance_id: Id, body: ReasonBody, command: ManagerGuarded) -> Response:
    """Call the visit off."""
    return await command.run(commands.cancel_guidance, guidance_id, body.reason, status=201)
