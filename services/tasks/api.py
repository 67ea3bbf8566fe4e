"""Tasks over HTTP: plans, campaigns, draws, tasks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, model_validator

from chassis.auth import Principal, reader
from chassis.http import Body, Command, Db, Id, Paged, Sha256, answer_json, at_least, command, listed
from chassis.moments import Moment, aggregate
from services.tasks import commands, domain, queries
from services.tasks.domain import CAMPAIGN, DRAW, PLAN, TASK

LAST_DAY = date(2100, 12, 31)  # of plans and due dates: a typing mistake, not a deadline, lies behind it
Day = Annotated[date, Field(le=LAST_DAY)]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Sector = Literal["steel", "aluminium", "dust"]
Sectors = Annotated[tuple[Sector, ...], Field(min_length=1, max_length=3)]
Count = Annotated[int, Field(ge=1, le=100_000)]

Manager = Annotated[Command, Depends(command("manager"))]
ApproverGuarded = Annotated[Command, Depends(command("approver", guarded=True))]
READERS = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator")
Reader = Annotated[Principal, Depends(reader(*READERS))]
LISTED = [Depends(reader(*READERS)), Depends(at_least)]  # in this order: nobody waits who may not read

router = APIRouter(prefix="/v1", tags=["tasks"])


class PlanBody(Body):
    """An annual plan of the caller's organ; `planned_inspections` counts visits."""

    plan_id: Id
    year: int = Field(ge=2000, le=LAST_DAY.year)
    title: Title
    sectors: Sectors
    planned_inspections: int = Field(ge=1, le=1_000_000)


class NothingBody(Body):
    """No content is needed."""


class CampaignBody(Body):
    """A campaign of an approved plan, both days included."""

    campaign_id: Id
    plan_id: Id
    title: Title
    sectors: Sectors
    starts_on: Day
    ends_on: Day


class ApportionmentBody(Body):
    """The seed of the order, and how many enterprises the campaign must cover."""

    seed: str = Field(min_length=1, max_length=200)
    expected_enterprises: int = Field(ge=1, le=1_000_000)


class PickBody(Body):
    """`task_id`, `planned_on` (and `expert_ids`) where officers are drawn; `due_on` (and `district`) where enterprises are."""

    count: Count
    task_id: Id | None = None
    planned_on: Day | None = None
    expert_ids: tuple[Id, ...] = Field(default=(), max_length=20)
    district: Id | None = None
    due_on: Day | None = None


class DrawBody(Body):
    """The commitment to a draw: who or what is drawn, and the SHA-256 (hex) of a seed text that stays secret until revealed."""

    draw_id: Id
    purpose: Literal["officers", "enterprises"]
    organ_id: Id
    campaign_id: Id | None = None
    seed_sha256: Sha256
    picks: tuple[PickBody, ...] = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _picks_fit_the_purpose(self) -> Self:
        officers = self.purpose == "officers"
        for pick in self.picks:
            given = {name for name, value in pick if value not in (None, ())} - {"count"}
            wanted, allowed = ({"task_id", "planned_on"}, {"expert_ids"}) if officers else ({"due_on"}, {"district"})
            if not wanted <= given <= wanted | allowed:
                raise ValueError(f"a pick of {self.purpose} has {', '.join(sorted(wanted))}, may have {', '.join(allowed)}")
        return self


class RevealBody(Body):
    """The seed text that was committed to."""

    seed: str = Field(min_length=16, max_length=200)


@router.post("/plans", status_code=201)
async def draft_plan(body: PlanBody, command: Manager) -> Response:
    """Draft an annual plan."""
    return await command.run(commands.draft_plan, domain.DraftPlan(**body.model_dump()), status=201)


@router.post("/plans/{plan_id}/approvals", status_code=201)
async def approve_plan(plan_id: Id, _: NothingBody, command: ApproverGuarded) -> Response:
    """Approve a plan that somebody else drafted."""
    return await command.run(commands.approve_plan, plan_id, status=201)


@router.get("/plans/{plan_id}")
async def get_plan(plan_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A plan."""
    plan = await aggregate(request, principal, PLAN, plan_id, as_of)
    return answer_json({**asdict(plan.state), "version": plan.version}, version=plan.version)


@router.post("/campaigns", status_code=201)
async def open_campaign(body: CampaignBody, command: Manager) -> Response:
    """Open a campaign of an approved plan."""
    return await command.run(commands.open_campaign, domain.OpenCampaign(**body.model_dump()), status=201)


@router.post("/campaigns/{campaign_id}/apportionments", status_code=201)
async def apportion(campaign_id: Id, body: ApportionmentBody, command: Manager) -> Response:
    """Give every enterprise its enforcing body and generate the campaign's tasks."""
    return await command.run(commands.apportion, campaign_id, domain.Apportion(**body.model_dump()), status=201)


@router.get("/campaigns/{campaign_id}", dependencies=LISTED)
async def get_campaign(campaign_id: Id, request: Request, principal: Reader, db: Db, as_of: Moment) -> Response:
    """A campaign, and how far each district is with its tasks."""
    campaign = await aggregate(request, principal, CAMPAIGN, campaign_id, as_of)
    coverage = await queries.coverage_of(db.fetch, campaign_id) if as_of is None else []  # a read model, which has no past
    view = {**asdict(campaign.state), "coverage": coverage, "version": campaign.version}
    return answer_json(view, version=campaign.version)


@router.post("/draws", status_code=201)
async def commit_draw(body: DrawBody, command: Manager) -> Response:
    """Commit to a draw: the pool is fixed now, the seed is revealed later."""
    picks = tuple(domain.Pick(**pick.model_dump()) for pick in body.picks)
    asked = domain.CommitDraw(**{**body.model_dump(), "picks": picks})
    return await command.run(commands.commit_draw, asked, status=201)


@router.post("/draws/{draw_id}/reveals", status_code=201)
async def reveal_draw(draw_id: Id, body: RevealBody, command: Manager) -> Response:
    """Reveal the seed: officers are assigned to their tasks, or tasks generated for the enterprises drawn."""
    return await command.run(commands.reveal_draw, draw_id, body.seed, status=201)


@router.get("/draws/{draw_id}")
async def get_draw(draw_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A draw with everything that is needed to repeat it."""
    draw = await aggregate(request, principal, DRAW, draw_id, as_of)
    return answer_json({**asdict(draw.state), "version": draw.version}, version=draw.version)


@router.get("/tasks", dependencies=LISTED)
async def list_tasks(
    request: Request,
    principal: Reader,
    asked: Paged,
    db: Db,
    state: Literal["generated", "assigned", "started", "completed"] | None = None,
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


@router.get("/tasks/{task_id}")
async def get_task(task_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A task, from its events."""
    task = await aggregate(request, principal, TASK, task_id, as_of)
    return answer_json({**_task_view(task.state), "version": task.version}, version=task.version)


def _task_view(task: domain.TaskState) -> dict[str, Any]:
    assigned = asdict(task.assigned) if task.assigned is not None else {}
    return {
        **asdict(task.facts), "state": task.state, "overdue": task.overdue, "planned_on": assigned.get("planned_on"),
        "assigned_by": assigned.get("draw_id"), "officers": assigned.get("officers", ()),
        "experts": assigned.get("experts", ()), "inspection_id": task.inspection_id, "completed_on": task.completed_on,
    }  # fmt: skip
