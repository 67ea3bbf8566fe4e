"""The calendar of clocks over HTTP: what is due when, for an officer, an organ, a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.domain import Refused, day_of
from chassis.http import IsoDate, Paged, Seen, listed
from services.penalty import domain, queries
from services.penalty.api.offered import now
from services.penalty.api.reading import LISTED, Reader, districts_asked
from services.penalty.domain.expiries import ENGLISH
from services.penalty.projections.clocks import period_of

router = APIRouter(prefix="/v1", tags=["calendar"])


@router.get("/deadlines", dependencies=LISTED)
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
    rules = await _rules_on(db, today)
    items = [_clock(dict(row), today, rules) for row in rows]
    return listed(request, asked, items, lambda row: [row["due_on"], row["clock_id"]])


async def _rules_on(db: Any, day: date) -> domain.Rules | None:
    try:
        return await queries.rules_on(db.fetch, day)
    except Refused:  # clocks are told also on a day on which no rules are in force: then nobody says what their end means
        return None


def _clock(row: dict[str, Any], today: date, rules: domain.Rules | None) -> dict[str, Any]:
    """A clock, and what its end means by the rules of the day: article, code, and what follows in both languages."""
    named = row.pop("period")
    period = "" if rules is None else period_of(row["kind"], named, rules)
    length = None if rules is None else rules.periods.get(period)
    code, title = (None, None) if rules is None else rules.expiries.get(period, (None, None))
    return {
        **row, "passed": row["due_on"] < today, "article": None if rules is None or code is None else rules.cite(period),
        "on_expiry": code, "on_expiry_title": title, "on_expiry_title_en": None if code is None else ENGLISH.get(code, code),
        "rolls": None if length is None else length.rolls,
        "rolls_unverified": length is not None and length.rolls_unverified,
    }  # fmt: skip
