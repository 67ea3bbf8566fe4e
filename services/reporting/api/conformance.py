"""Whether closed cases kept the order that the law requires of their steps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import Principal, reader
from chassis.http import Db, Paged, answer_json, foreign_cursor, listed
from services.reporting.api.answers import answers
from services.reporting.api.answers_audit import ClosedCases
from services.reporting.api.viewers import OVERSEERS, shows_at_least
from services.reporting.queries.conformance import closed_cases, rules

router = APIRouter(prefix="/conformance")
Reviewer = Annotated[Principal, Depends(reader(*OVERSEERS, "legal-reviewer"))]


@router.get("/rules")
async def required(_: Reviewer) -> Response:
    """The order that is required, each rule with its article."""
    return answer_json({"items": [asdict(rule) for rule in rules()]})


@router.get("/cases", dependencies=[Depends(shows_at_least)], responses=answers(ClosedCases))
async def cases(request: Request, viewer: Reviewer, db: Db, asked: Paged, district: str | None = None) -> Response:
    """Closed cases in the order of their closing, each with the steps that are not where the order requires them."""
    if district is not None:
        viewer.require_district(district)
    districts = viewer.seen_districts() if district is None else [district]
    found = await closed_cases(db, districts, _after(asked.after), asked.limit + 1)
    return listed(request, asked, found, lambda row: [row["seq"]])


def _after(cursor: list[Any] | None) -> int:
    match cursor:
        case None:
            return 0
        case [int(seq)] if 0 <= seq < 1 << 62:
            return seq
        case _:
            raise foreign_cursor()
