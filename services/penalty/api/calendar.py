"""The calendar of clocks over HTTP: what is due when, for an officer, an organ, a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.domain import day_of
from chassis.http import IsoDate, Paged, Seen, listed
from services.penalty import domain, queries
from services.penalty.api.answers import ClockRow, Page, told
from services.penalty.api.clocks import end_of, rules_if_any
from services.penalty.api.offered import now
from services.penalty.api.reading import LISTED, Reader, districts_asked

router = APIRouter(prefix="/v1", tags=["calendar"])


@router.get("/deadlines", dependencies=LISTED, responses=told(Page[ClockRow]))
async def list_deadlines(
    request: Request, principal: Reader, db: Seen, asked: Paged,
    district: Annotated[str | None, Query(max_length=64)] = None, organ_id: Annotated[str | None, Query(max_length=64)] = None,
    officer_id: Annotated[str | None, Query(max_length=64)] = None, case_id: Annotated[str | None, Query(max_length=64)] = None,
    until: IsoDate | None = None,
) -> Response:  # fmt: skip
    """Clocks that run, or ran out with nothing done yet, the next first; each says what its end means.

    `rolls`: a last day that is no working day moves on; `rolls_unverified`: whether it does was not checked against the law yet.
    """
    districts = districts_asked(principal, district)
    wanted = queries.CalendarFilter(districts=districts, organ_id=organ_id, case_id=case_id, until=until, officer_id=officer_id)
    rows = await queries.calendar(db, wanted, asked.after_day, asked.limit + 1)
    today = day_of(now(request))
    rules = await rules_if_any(db, today)
    items = [_clock(dict(row), today, rules) for row in rows]
    return listed(request, asked, items, lambda row: [row["due_on"], row["clock_id"]])


def _clock(row: dict[str, Any], today: date, rules: domain.Rules | None) -> dict[str, Any]:
    """A clock, and what its end means by the rules of the day."""
    named = row.pop("period")
    return {**row, "passed": row["due_on"] < today, **end_of(row["kind"], named, rules)}
