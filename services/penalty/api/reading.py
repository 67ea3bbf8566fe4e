"""What the endpoints of penalty share: who may call them, and the texts, sums and ids that bodies are made of."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, Field

from chassis.aggregates import AsOf, Loaded
from chassis.auth import Principal, reader
from chassis.domain import Unknown
from chassis.http import Command, IsoDate, at_least, command, pool_of
from chassis.invalid import not_as_meant
from chassis.moments import aggregate
from chassis.sight import Sight
from services.penalty.commands.opening import as_case
from services.penalty.domain import CASE, CaseState
from services.penalty.domain.spot import SPOTS
from services.penalty.domain.statement import MOST_FEN

Officer = Annotated[Command, Depends(command("officer"))]
Approver = Annotated[Command, Depends(command("approver"))]
ApproverGuarded = Annotated[Command, Depends(command("approver", guarded=True))]
Reviewer = Annotated[Command, Depends(command("legal-reviewer"))]
Recorder = Annotated[Command, Depends(command("officer", "legal-reviewer"))]
"""Who answers for the organ before reconsideration organs and courts."""
Host = Annotated[Command, Depends(command("officer", "legal-reviewer", "approver", "manager"))]
Finance = Annotated[Command, Depends(command("finance"))]
READERS = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator")
Reader = Annotated[Principal, Depends(reader(*READERS))]
LISTED = [Depends(reader(*READERS)), Depends(at_least)]  # in this order: nobody waits who may not read


async def known_to_all(request: Request) -> Sight:
    """FastAPI dependency: what decisions rest on, as they read it themselves, of every district; never what a list shows."""
    return Sight(pool_of(request), None)


Known = Annotated[Sight, Depends(known_to_all)]

LAST_YEAR = 2999


def _reckonable(day: date) -> date:
    if day.year > LAST_YEAR:
        raise not_as_meant(f"不计算 {LAST_YEAR} 年以后的期限", f"no period is counted beyond the year {LAST_YEAR}")
    return day


AnyDay = Annotated[IsoDate, AfterValidator(_reckonable)]
"""A day that may lie in the future; never so late that no day comes after it."""

Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Kind = Annotated[
    Code,
    Field(
        examples=[
            "warning", "fine", "confiscate-illegal-gains", "confiscate-large", "suspend-production", "suspend-for-rectification",
            "close-down", "revoke-licence", "downgrade-qualification", "restrict-practice",
        ]
    ),
]  # fmt: skip
"""A kind of penalty, as the rulebook calls it; held to it by tests/contracts/test_described.py, as the reasons for cash are."""
Kinds = Annotated[tuple[Kind, ...], Field(max_length=10)]
CashReason = Annotated[Code, Field(examples=["small-fine", "hard-to-execute-later", "remote-area"])]
Fen = Annotated[int, Field(ge=1, le=MOST_FEN, strict=True)]
Due = Annotated[int, Field(ge=0, le=MOST_FEN, strict=True)]
Optional = Annotated[str, Field(max_length=200)]
Reference = Annotated[str, Field(max_length=200)]
"""What another authority's paper goes by; empty if it is not known yet."""
Party = Annotated[
    str, Field(min_length=1, max_length=64, pattern="^[A-Za-z0-9._-]+$", description="Which party: `unit`, or a person's id.")
]


async def case_or_spot(request: Request, principal: Principal, key: str, as_of: AsOf | None) -> Loaded[CaseState]:
    """What a fine belongs to: a case, or a penalty decided on the spot, told as a case; Unknown if there is neither."""
    try:
        return await aggregate(request, principal, CASE, key, as_of)
    except Unknown as unknown:
        try:
            return as_case(await aggregate(request, principal, SPOTS, key, as_of))
        except Unknown:
            raise unknown from None


def districts_asked(principal: Principal, district: str | None) -> list[str] | None:
    """The districts to filter a list by: the one that is named (Forbidden if not theirs), else all that they see."""
    if district is None:
        return principal.seen_districts()
    principal.require_district(district)
    return [district]


def day_told(day: date) -> date | None:
    """A day of a list; PostgreSQL's infinity, which is read as the last date, is none: nothing is due."""
    return None if day == date.max else day
