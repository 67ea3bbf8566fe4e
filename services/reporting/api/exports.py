"""Event logs for process mining, streamed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from chassis.auth import Principal, reader
from chassis.http import Db, IsoTime
from chassis.telemetry import log
from services.reporting.api.viewers import OVERSEERS, shows_at_least
from services.reporting.queries.copies import head_of
from services.reporting.queries.ocel import Part, log_of

router = APIRouter(prefix="/exports")
Overseer = Annotated[Principal, Depends(reader(*OVERSEERS))]
From = Annotated[IsoTime | None, Query(description="recorded at or after this time")]
Until = Annotated[IsoTime | None, Query(description="recorded before this time")]


@router.get("/ocel", response_class=StreamingResponse, dependencies=[Depends(shows_at_least)])
async def ocel(
    viewer: Overseer, db: Db, district: str | None = None, since: From = None, until: Until = None
) -> StreamingResponse:  # fmt: skip
    """The event log (OCEL 2.0, JSON) of a district or of all one may see, of a period or of the whole copy, as of now."""
    if district is not None:
        viewer.require_district(district)
    districts = viewer.seen_districts() if district is None else [district]
    part = Part((await head_of(db)).seq, districts, since, until)
    log.info("event_log_exported", by=viewer.id, district=district, seq=part.seq)
    headers = {"Content-Disposition": 'attachment; filename="casetrail.jsonocel"'}
    return StreamingResponse(log_of(db, part), media_type="application/json", headers=headers)
