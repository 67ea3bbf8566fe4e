"""Hazards over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from chassis.http import Db, Id, Paged, answer_json, listed
from chassis.moments import Moment, aggregate
from services.inspection import queries
from services.inspection.api.reading import LISTED, Reader, asked_of, facts_of
from services.inspection.domain.hazard import HAZARD, HazardState

router = APIRouter(prefix="/v1", tags=["inspection"])


HazardStatus = Literal["found", "ordered", "reported", "rectified", "failed"]


@router.get("/hazards", dependencies=LISTED)
async def list_hazards(
    request: Request, principal: Reader, db: Db, asked: Paged, state: HazardStatus | None = None, district: Id | None = None
) -> Response:
    """Hazards by the day on which they were found."""
    rows = await queries.page(db, queries.HAZARDS, asked_of(principal, asked, state, district))
    return listed(request, asked, rows, lambda row: [row["found_on"], row["hazard_id"]])


@router.get("/hazards/{hazard_id}")
async def get_hazard(request: Request, hazard_id: Id, principal: Reader, as_of: Moment) -> Response:
    """A hazard from its own events."""
    loaded = await aggregate(request, principal, HAZARD, hazard_id, as_of)
    view = {**hazard_view(loaded.state), "district": loaded.district, "version": loaded.version}
    return answer_json(view, version=loaded.version)


def hazard_view(state: HazardState) -> dict[str, Any]:
    """A hazard as an answer: how it was found, how far it is."""
    return {
        **facts_of(state.found), "state": state.status, "order_id": state.order_id, "due_on": state.due_on,
        "referral_id": state.referral_id,
    }  # fmt: skip
