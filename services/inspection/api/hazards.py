"""Hazards over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.domain import Unknown
from chassis.http import Body, Id, Paged, Seen, Sha256, answer_json, listed
from chassis.moments import Moment, aggregate
from chassis.offers import NO_STEPS
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.offers import of_hazard, offered
from services.inspection.api.reading import (
    LISTED_FOR_PARTIES,
    Approver,
    Day,
    Line,
    Officer,
    PartyReader,
    Text,
    asked_of_party,
    facts_of,
    own_of,
)
from services.inspection.commands import hazards
from services.inspection.domain.hazard import HAZARD, HazardState, Supervise
from services.inspection.domain.hazard_events import Ground

router = APIRouter(prefix="/v1", tags=["inspection"])


HazardStatus = Literal["found", "withdrawn", "ordered", "reported", "rectified", "failed", "closed"]


class CorrectionBody(Body):
    """How a hazard was put right at once; photos by the hashes of their files."""

    how: Text
    photos: Annotated[tuple[Sha256, ...], Field(max_length=50)] = ()


class ClosingBody(Body):
    """Why a hazard is not followed any further."""

    ground: Ground
    reason: Text


class SupervisionBody(Body):
    """Which organ supervises the cure of a major hazard, what is to be done, by when; under an id that the sender made."""

    supervision_id: Id
    organ_id: Id
    organ: Line
    measures: Text
    due_on: Day


class LiftingBody(Body):
    """Why the supervision ends."""

    reason: Text


@router.post("/hazards/{hazard_id}/corrections", status_code=201)
async def correct(hazard_id: Id, body: CorrectionBody, command: Officer) -> Response:
    """Note that a hazard was put right at once."""
    return await command.run(hazards.correct, hazard_id, body.how, body.photos, status=201)


@router.post("/hazards/{hazard_id}/closings", status_code=201)
async def close(hazard_id: Id, body: ClosingBody, command: Approver) -> Response:
    """Decide that a hazard is not followed any further, and why."""
    return await command.run(hazards.close, hazard_id, body.ground, body.reason, status=201)


@router.post("/hazards/{hazard_id}/supervisions", status_code=201)
async def supervise(hazard_id: Id, body: SupervisionBody, command: Approver) -> Response:
    """List a major hazard and supervise its cure."""
    supervised = Supervise(
        supervision_id=body.supervision_id, organ_id=body.organ_id, organ=body.organ, measures=body.measures,
        due_on=body.due_on,
    )  # fmt: skip
    return await command.run(hazards.supervise, hazard_id, supervised, status=201)


@router.post("/hazards/{hazard_id}/supervision-liftings", status_code=201)
async def lift_supervision(hazard_id: Id, body: LiftingBody, command: Approver) -> Response:
    """End the supervision of a hazard that is rectified."""
    return await command.run(hazards.lift_supervision, hazard_id, body.reason, status=201)


@router.get("/hazards", dependencies=LISTED_FOR_PARTIES, responses=answers.told(answers.Page[answers.HazardRow]))
async def list_hazards(
    request: Request, principal: PartyReader, db: Seen, asked: Paged, state: HazardStatus | None = None,
    district: Id | None = None, enterprise_id: Id | None = None,
) -> Response:  # fmt: skip
    """Hazards by the day on which they were found; an enterprise is shown its own, once they are ordered or ended."""
    wanted = asked_of_party(principal, asked, state, district, enterprise_id)
    rows = await queries.hazards(db, wanted)
    told = [_without_referral(row) for row in rows] if wanted.by_party else rows
    return listed(request, asked, told, lambda row: [row["found_on"], row["hazard_id"]])


def _without_referral(row: Mapping[str, Any]) -> dict[str, Any]:
    """As the party may know it: of penalty it is told by penalty's own notice."""
    return {**row, "referral_id": None}


@router.get("/hazards/{hazard_id}", responses=answers.told(answers.HazardAnswer))
async def get_hazard(request: Request, hazard_id: Id, principal: PartyReader, as_of: Moment) -> Response:
    """A hazard from its own events, and what may be done now; an enterprise is shown its own, once it is ordered or has ended."""
    loaded = await aggregate(request, principal, HAZARD, hazard_id, as_of)
    own, state = own_of(principal), loaded.state
    if own is not None and (loaded.subject != own or not state.is_told):
        raise Unknown(HAZARD.name, hazard_id)
    steps = NO_STEPS
    if as_of is None:
        steps = await offered(request, principal, partial(of_hazard, state), loaded.organ or "")
    view = {**hazard_view(state), "district": loaded.district, "version": loaded.version, **steps}
    return answer_json(view if own is None else _without_referral(view), version=loaded.version)


def hazard_view(state: HazardState) -> dict[str, Any]:
    """A hazard as an answer: how it was found, how far it is."""
    return {
        **facts_of(state.found), "state": state.status, "order_id": state.order_id, "due_on": state.due_on,
        "referral_id": state.referral_id, "supervision": state.supervision, "closed": state.closed,
    }  # fmt: skip
