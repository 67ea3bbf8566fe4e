"""Prior approval of inspections, and how often an enterprise was inspected in a year, over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from chassis.http import Body, Command, Id, Paged, Seen, answer_json, command, listed
from chassis.moments import Moment, aggregate
from services.tasks.api import answers
from services.tasks.api.reading import LISTED, ApproverGuarded, Day, NothingBody, Reader, Reason, ReasonBody, a_page, after_id
from services.tasks.commands import permits as commands
from services.tasks.domain.approval import APPROVAL, RequestApproval
from services.tasks.domain.caps import COUNT, count_key
from services.tasks.queries.inspecting import counts_of
from services.tasks.queries.lists import APPROVALS

Applicant = Annotated[Command, Depends(command("officer", "manager"))]
Item = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Year = Annotated[int, Path(ge=2000, le=2100)]

router = APIRouter(prefix="/v1", tags=["tasks"])


class ApprovalBody(Body):
    """What is to be inspected and when; `urgent_reason` if it cannot wait, `over_cap_reason` if it goes beyond the yearly cap."""

    planned_on: Day
    items: tuple[Item, ...] = Field(default=(), max_length=1000)
    urgent_reason: Reason | None = None
    over_cap_reason: Reason | None = None


@router.post("/tasks/{task_id}/approval-requests", status_code=201)
async def request_approval(task_id: Id, body: ApprovalBody, command: Applicant) -> Response:
    """Ask the head of the body to approve an inspection."""
    return await command.run(commands.request, task_id, RequestApproval(**body.model_dump()), status=201)


@router.post("/tasks/{task_id}/approvals", status_code=201)
async def approve(task_id: Id, _: NothingBody, command: ApproverGuarded) -> Response:
    """Approve an inspection that somebody else asked for; an urgent one is regularised by it."""
    return await command.run(commands.decide, task_id, status=201)


@router.post("/tasks/{task_id}/approval-rejections", status_code=201)
async def reject(task_id: Id, body: ReasonBody, command: ApproverGuarded) -> Response:
    """Turn a request down."""
    return await command.run(commands.decide, task_id, body.reason, status=201)


@router.get("/approvals", dependencies=LISTED, responses=answers.told(answers.Page[answers.ApprovalRow]))
async def list_approvals(
    request: Request, principal: Reader, asked: Paged, db: Seen, organ_id: Id | None = None, enterprise_id: Id | None = None,
    district: Id | None = None, state: Literal["requested", "approved", "rejected"] | None = None, overdue: bool | None = None,
) -> Response:  # fmt: skip
    """Approvals by the planned day, the latest request of each task."""
    wanted = {
        "organ_id": organ_id, "enterprise_id": enterprise_id, "district": district, "state": state, "overdue": overdue,
    }  # fmt: skip
    return await a_page(request, principal, db, asked, APPROVALS, wanted)


@router.get("/inspection-counts", dependencies=LISTED, responses=answers.told(answers.Page[answers.CountRow]))
async def list_counts(
    request: Request, principal: Reader, asked: Paged, db: Seen, year: Annotated[int, Query(ge=2000, le=2100)]
) -> Response:
    """How often each enterprise was inspected in a year, by enterprise id."""
    rows = await counts_of(db.fetch, year, principal.seen_districts(), after_id(asked), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["enterprise_id"]])


@router.get("/tasks/{task_id}/approval", responses=answers.told(answers.ApprovalAnswer))
async def get_approval(task_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """How far the approval of a task's inspection is."""
    approval = await aggregate(request, principal, APPROVAL, task_id, as_of)
    return answer_json({**asdict(approval.state), "version": approval.version}, version=approval.version)


@router.get("/enterprises/{enterprise_id}/inspections/{year}", responses=answers.told(answers.CountAnswer))
async def get_inspections(enterprise_id: Id, year: Year, request: Request, principal: Reader, as_of: Moment) -> Response:
    """The inspections of an enterprise in a year: which count, which are exempt, which went beyond the cap."""
    count = await aggregate(request, principal, COUNT, count_key(enterprise_id, year), as_of)
    state = count.state
    return answer_json({
        "enterprise_id": enterprise_id, "year": year, "maximum": state.maximum, "counted": state.counted,
        "exempt": state.exempt, "overridden": state.overridden, "tasks": dict(state.tasks), "version": count.version,
    }, version=count.version)  # fmt: skip
