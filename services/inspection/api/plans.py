"""The plan of an inspection over HTTP: drafted, reviewed, approved; the notice to the enterprise."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from chassis.http import Body, Command, Id, command
from services.inspection.api.reading import Approver, ItemCode, Line, Officer, Text
from services.inspection.commands import visits
from services.inspection.domain import events
from services.inspection.domain.onsite_plan import DraftPlan, Notice, OmittedItem

router = APIRouter(prefix="/v1", tags=["inspection"])
Reviewer = Annotated[Command, Depends(command("manager", "approver"))]


class OmittedBody(Body):
    """An item that applies and is not looked at, and why."""

    item_code: ItemCode
    reason: Text


class PlanDraftBody(Body):
    """What is to be looked at: each item that applies is chosen, or omitted with a reason."""

    mode: events.Mode
    items: Annotated[tuple[ItemCode, ...], Field(min_length=1, max_length=500)]
    omitted: Annotated[tuple[OmittedBody, ...], Field(max_length=500)] = ()
    places: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    remark: Text | None = None


class PlanReviewBody(Body):
    """Whether the drafted plan is right, and the opinion."""

    agreed: bool
    opinion: Text


class PlanApprovalBody(Body):
    """How the inspection is to be carried out."""

    mode: events.Mode


class NoticeBody(Body):
    """How the enterprise was told of the inspection, and how many there were this year."""

    notice_id: Id
    inspections_so_far: Annotated[int, Field(ge=0, le=1000)]
    handed_to: Line


@router.post("/inspections/{inspection_id}/plan-drafts", status_code=201)
async def draft_plan(inspection_id: Id, body: PlanDraftBody, command: Officer) -> Response:
    """Draft the plan of an inspection out of the items that apply."""
    omitted = tuple(OmittedItem(item_code=each.item_code, reason=each.reason) for each in body.omitted)
    drafted = DraftPlan(mode=body.mode, items=body.items, omitted=omitted, places=body.places, remark=body.remark)
    return await command.run(visits.draft_plan, inspection_id, drafted, status=201)


@router.post("/inspections/{inspection_id}/plan-reviews", status_code=201)
async def review_plan(inspection_id: Id, body: PlanReviewBody, command: Reviewer) -> Response:
    """Review the drafted plan."""
    return await command.run(visits.review_plan, inspection_id, body.agreed, body.opinion, status=201)


@router.post("/inspections/{inspection_id}/plan-approvals", status_code=201)
async def approve_plan(inspection_id: Id, body: PlanApprovalBody, command: Approver) -> Response:
    """Approve the plan of an inspection."""
    return await command.run(visits.approve_plan, inspection_id, body.mode, status=201)


@router.post("/inspections/{inspection_id}/notices", status_code=201)
async def notify(inspection_id: Id, body: NoticeBody, command: Officer) -> Response:
    """Tell the enterprise of the inspection."""
    notice = Notice(notice_id=body.notice_id, inspections_so_far=body.inspections_so_far, handed_to=body.handed_to)
    return await command.run(visits.notify, inspection_id, notice, status=201)
