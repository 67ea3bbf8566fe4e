"""What everybody may read of: campaigns and their coverage. Decisions are the penalty service's list, items the registry's."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import Principal, reader
from chassis.http import Paged, Seen, foreign_cursor, listed
from services.reporting.api.viewers import READERS, shown_by_now
from services.reporting.queries.campaigns import campaigns

router = APIRouter(prefix="/public")
EVERYBODY = (*READERS, "expert", "enterprise", "public-reader")
Everybody = Annotated[Principal, Depends(reader(*EVERYBODY))]
SHOWN = [Depends(reader(*EVERYBODY)), Depends(shown_by_now)]
NEWEST = (1 << 62) - 1


@router.get("/campaigns", dependencies=SHOWN)
async def list_campaigns(
    request: Request, everybody: Everybody, seen: Seen, asked: Paged, district: str | None = None
) -> Response:  # fmt: skip
    """Campaigns, the newest first: title, days, sectors, organ, and how many sites were inspected, by district.

    `begun`: the inspection of the site has begun (or is done); `sites`: those with a task of the campaign that was not
    cancelled. No enterprise is named.
    """
    if district is not None:
        everybody.require_district(district)
    districts = everybody.seen_districts() if district is None else [district]
    _, found = await campaigns(seen, districts, _before(asked.after), asked.limit + 1)
    return listed(request, asked, found, lambda row: [row["seq"]])


def _before(cursor: list[Any] | None) -> int:
    match cursor:
        case None:
            return NEWEST
        case [int(seq)] if 0 < seq <= NEWEST:
            return seq
        case _:
            raise foreign_cursor()
