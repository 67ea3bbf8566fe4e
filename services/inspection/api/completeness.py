"""Whether all files that belong to an inspection, a hazard or an order, or that its events name, are here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.aggregates import Loaded
from chassis.blobs import Blobs
from chassis.domain import Unknown
from chassis.http import Id, Seen, answer_json
from chassis.moments import aggregate
from chassis.paperwork import Files
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.reading import LISTED, LISTED_FOR_PARTIES, PartyReader, Reader, own_of
from services.inspection.domain.document import DOCUMENT
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, InspectionState
from services.inspection.domain.measures.measure import MEASURE
from services.inspection.domain.order import ORDER

router = APIRouter(prefix="/v1", tags=["inspection"])


@router.get("/inspections/{inspection_id}/evidence-status", dependencies=LISTED, responses=answers.told(answers.EvidenceStatus))
async def inspection_status(request: Request, inspection_id: Id, principal: Reader, db: Seen, blobs: Files) -> Response:
    """Whether every file of an inspection has arrived, and which has not.

    Those that belong to it, and those that its hazards, experts' advice, orders, measures, documents and their services name.
    """
    loaded = await aggregate(request, principal, INSPECTION, inspection_id, None)
    found = [await aggregate(request, principal, HAZARD, one, None, beside=loaded) for one in _noted(loaded.state)]
    ordered = sorted({one.state.order_id for one in found if one.state.order_id is not None})
    measures = [row["measure_id"] for row in await db.fetch(queries.MEASURES_OF, inspection_id)]
    documents = [row["document_id"] for row in await db.fetch(queries.DOCUMENTS_OF, inspection_id)]
    named = [*loaded.state.files, *(sha256 for one in found for sha256 in one.state.files)]
    for order in [await aggregate(request, principal, ORDER, key, None, beside=loaded) for key in ordered]:
        named += order.state.evidence
    for measure in [await aggregate(request, principal, MEASURE, key, None, beside=loaded) for key in measures]:
        named += measure.state.files
    papers = [
        sha256 for key in documents
        for sha256 in (await aggregate(request, principal, DOCUMENT, key, None, beside=loaded)).state.files
    ]  # fmt: skip
    return await _status(db, queries.MISSING_OF_INSPECTION, loaded, named, papers, blobs)


def _noted(state: InspectionState) -> list[str]:
    """The hazards of all answers, also of those that do not stand any more: their photos were taken all the same."""
    return sorted({hazard_id for answer in state.given.values() for hazard_id in answer.hazards})


@router.get("/hazards/{hazard_id}/evidence-status", dependencies=LISTED, responses=answers.told(answers.EvidenceStatus))
async def hazard_status(request: Request, hazard_id: Id, principal: Reader, db: Seen, blobs: Files) -> Response:
    """Whether every file that belongs to a hazard has arrived, and which has not."""
    loaded = await aggregate(request, principal, HAZARD, hazard_id, None)
    return await _status(db, queries.MISSING_OF_HAZARD, loaded, loaded.state.files, (), blobs)


@router.get("/orders/{order_id}/evidence-status", dependencies=LISTED_FOR_PARTIES, responses=answers.told(answers.EvidenceStatus))
async def order_status(request: Request, order_id: Id, principal: PartyReader, db: Seen, blobs: Files) -> Response:
    """Whether every file of an order's rectification reports has arrived, and which has not; an enterprise asks of its own."""
    loaded = await aggregate(request, principal, ORDER, order_id, None)
    issued, own = loaded.state.issued, own_of(principal)
    if own is not None and (issued is None or issued.enterprise_id != own):
        raise Unknown(ORDER.name, order_id)
    return await _status(db, queries.MISSING_OF_ORDER, loaded, loaded.state.evidence, (), blobs)


async def _status(
    db: Seen, own: str, about: Loaded[Any], named: Iterable[str], papers: Iterable[str], blobs: Blobs
) -> Response:  # fmt: skip
    """What is missing. `papers` are documents and what shows their service: they may lie in the store without being evidence."""
    told, kept = {*named, *papers}, {*papers}
    missing = await queries.missing(db, own, about.key, sorted(told))
    missing = [sha256 for sha256 in missing if sha256 not in kept or await blobs.size(sha256) is None]
    return answer_json({"complete": not missing, "missing": missing, "named": sorted(told)})
