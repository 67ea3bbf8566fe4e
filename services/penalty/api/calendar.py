"""The calendar of clocks over HTTP: what is due when, for an officer, an organ, a case."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.domain import day_of
from chassis.http import Db, IsoDate, Paged, listed
from services.penalty import queries
from services.penalty.api.offered import now
from services.penalty.api.reading import LISTED, Reader, districts_asked
from services.penalty.projections.clocks import DECISION, TIMERS

router = APIRouter(prefix="/v1", tags=["calendar"])


@router.get("/deadlines", dependencies=LISTED)
async def list_deadlines(
    request: Request, principal: Reader, db: Db, asked: Paged,
    district: Annotated[str | None, Query(max_length=64)] = None, organ_id: Annotated[str | None, Query(max_length=64)] = None,
    officer_id: Annotated[str | None, Query(max_length=64)] = None, case_id: Annotated[str | None, Query(max_length=64)] = None,
    until: IsoDate | None = None,
) -> Response:  # fmt: skip
    """Clocks that run, or ran out with nothing done yet, the next first; each says what its end means."""
    districts = districts_asked(principal, district)
    wanted = queries.CalendarFilter(districts=districts, organ_id=organ_id, case_id=case_id, until=until, officer_id=officer_id)
    rows = await queries.calendar(db, wanted, asked.after_day, asked.limit + 1)
    today = day_of(now(request))
    meanings = await queries.expiries(db.fetch, today)
    items = [{**row, "passed": row["due_on"] < today, **_meaning(row["kind"], meanings)} for row in rows]
    return listed(request, asked, items, lambda row: [row["due_on"], row["clock_id"]])


def _meaning(kind: str, meanings: queries.Expiries) -> dict[str, Any]:
    """What the end of a clock means, in the rulebook's words."""
    period = meanings.limit if kind == DECISION else TIMERS.get(kind, "")
    code, title = meanings.of.get(period, (None, None))
    return {"on_expiry": code, "on_expiry_title": title}
