"""The visit over HTTP: approved, on site, answered, advised, concluded; read from its own events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.http import Body, Db, Id, Paged, answer_json, listed
from chassis.moments import Moment, aggregate
from services.inspection import queries
from services.inspection.api.hazards import hazard_view
from services.inspection.api.reading import (
    LISTED,
    Adviser,
    Approver,
    ItemCode,
    Line,
    Officer,
    OfficerBody,
    Reader,
    Text,
    asked_of,
    facts_of,
    officers_of,
)
from services.inspection.commands import visits
from services.inspection.domain import events
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, Answered, CheckIn, Conclusion, Finding, InspectionState

router = APIRouter(prefix="/v1", tags=["inspection"])


class PlanApprovalBody(Body):
    """How the inspection is to be carried out."""

    mode: events.Mode


class CheckInBody(Body):
    """Who is on site, where, and who received them."""

    officers: Annotated[list[OfficerBody], Field(min_length=1, max_length=20)]
    experts: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    place: Line
    representative: Line


class HazardBody(Body):
    """A hazard, under an id that the sender made."""

    hazard_id: Id
    severity: events.Severity
    fact: Text
    place: Line


class AnswerBody(Body):
    """The answer to one item."""

    item_code: ItemCode
    answer: events.Answer
    note: Text | None = None
    hazards: Annotated[tuple[HazardBody, ...], Field(max_length=50)] = ()


class AnswersBody(Body):
    """Answers to some items."""

    answers: Annotated[list[AnswerBody], Field(min_length=1, max_length=200)]


class AdviceBody(Body):
    """What an expert advises."""

    expert_id: Id
    advice: Text


class ConclusionBody(Body):
    """Who signed the record; or why the signature was refused, and who saw it."""

    signed_by: Line | None = None
    refused_reason: Line | None = None
    witness: Line | None = None


@router.post("/inspections/{inspection_id}/plan-approvals", status_code=201)
async def approve_plan(inspection_id: Id, body: PlanApprovalBody, command: Approver) -> Response:
    """Approve the plan of an inspection."""
    return await command.run(visits.approve_plan, inspection_id, body.mode, status=201)


@router.post("/inspections/{inspection_id}/check-ins", status_code=201)
async def check_in(inspection_id: Id, body: CheckInBody, command: Officer) -> Response:
    """Check in on site."""
    arrived = CheckIn(officers_of(body.officers), body.experts, body.place, body.representative)
    return await command.run(visits.check_in, inspection_id, arrived, status=201)


@router.post("/inspections/{inspection_id}/answers", status_code=201)
async def answer(inspection_id: Id, body: AnswersBody, command: Officer) -> Response:
    """Answer items."""
    return await command.run(visits.answer, inspection_id, [_answered(each) for each in body.answers], status=201)


@router.post("/inspections/{inspection_id}/advice", status_code=201)
async def advise(inspection_id: Id, body: AdviceBody, command: Adviser) -> Response:
    """Record an expert's advice."""
    return await command.run(visits.advise, inspection_id, body.expert_id, body.advice, status=201)


@router.post("/inspections/{inspection_id}/conclusions", status_code=201)
async def conclude(inspection_id: Id, body: ConclusionBody, command: Officer) -> Response:
    """Close the record."""
    conclusion = Conclusion(body.signed_by, body.refused_reason, body.witness)
    return await command.run(visits.conclude, inspection_id, conclusion, status=201)


def _answered(body: AnswerBody) -> Answered:
    hazards = tuple(Finding(each.hazard_id, each.severity, each.fact, each.place) for each in body.hazards)
    return Answered(body.item_code, body.answer, body.note, hazards)


InspectionStage = Literal["prepared", "approved", "checked-in", "concluded", "called-off"]


@router.get("/inspections", dependencies=LISTED)
async def list_inspections(
    request: Request, principal: Reader, db: Db, asked: Paged, state: InspectionStage | None = None, district: Id | None = None
) -> Response:
    """Inspections by planned day."""
    rows = await queries.page(db, queries.INSPECTIONS, asked_of(principal, asked, state, district))
    return listed(request, asked, rows, lambda row: [row["planned_on"], row["inspection_id"]])


@router.get("/inspections/{inspection_id}")
async def get_inspection(request: Request, inspection_id: Id, principal: Reader, as_of: Moment) -> Response:
    """An inspection from its own events: plan, items with answers, hazards, conclusion."""
    loaded = await aggregate(request, principal, INSPECTION, inspection_id, as_of)
    hazards = loaded.state.hazards
    found = [await aggregate(request, principal, HAZARD, hazard_id, as_of, beside=loaded) for hazard_id in hazards]
    view = {**_inspection(loaded.state), "hazards": [hazard_view(hazard.state) for hazard in found]}
    return answer_json({**view, "district": loaded.district, "version": loaded.version}, version=loaded.version)


def _inspection(state: InspectionState) -> dict[str, Any]:
    items = [
        {
            "code": item.code, "title": item.title, "key_item_code": item.key_item_code, "is_major_hazard": item.is_major_hazard,
            "answer": answered.answer if answered else None, "note": answered.note if answered else None,
            "hazards": answered.hazards if answered else (),
        }
        for item in state.items.values()
        for answered in [state.answers.get(item.code)]
    ]  # fmt: skip
    return {
        **facts_of(state.plan), "items": items, "state": state.stage, "mode": state.mode, "check_in": state.check_in,
        "advice": state.advice, "conclusion": state.conclusion,
    }  # fmt: skip
