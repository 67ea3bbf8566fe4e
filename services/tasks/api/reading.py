"""What the endpoints of tasks share: bounds of fields, who may ask and command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Depends, Request, Response
from pydantic import Field

from chassis.auth import Principal, reader
from chassis.http import WRITTEN, Body, Command, Page, at_least, command, foreign_cursor, listed
from chassis.sight import Sight
from services.tasks.queries.lists import EVER, Days, Listing, listed_rows

LAST_DAY = date(2100, 12, 31)  # of plans and due dates: a typing mistake, not a deadline, lies behind it
Day = Annotated[date, Field(le=LAST_DAY), WRITTEN]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Sector = Literal["steel", "aluminium", "dust", "confined-space"]
Sectors = Annotated[tuple[Sector, ...], Field(min_length=1, max_length=4)]
Count = Annotated[int, Field(ge=1, le=100_000)]

Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")]
Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")]

Manager = Annotated[Command, Depends(command("manager"))]
ManagerGuarded = Annotated[Command, Depends(command("manager", guarded=True))]
OfficerGuarded = Annotated[Command, Depends(command("officer", guarded=True))]
ApproverGuarded = Annotated[Command, Depends(command("approver", guarded=True))]
READERS = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator")
Reader = Annotated[Principal, Depends(reader(*READERS))]
LISTED = [Depends(reader(*READERS)), Depends(at_least)]  # in this order: nobody waits who may not read


class NothingBody(Body):
    """No content is needed."""


class ReasonBody(Body):
    """Why."""

    reason: Reason


async def a_page(
    request: Request, principal: Principal, db: Sight, asked: Page, listing: Listing, wanted: Mapping[str, Any],
    days: Days = EVER,
) -> Response:  # fmt: skip
    """A page of a list by day and id, of the districts the caller may see; `days`: the first and the last one."""
    seen = principal.seen_districts()
    rows = await listed_rows(db.fetch, listing, seen, wanted, asked.after_day, asked.limit + 1, days)
    return listed(request, asked, rows, lambda row: [row[listing.day], row[listing.key]])


def after_place(asked: Page) -> tuple[str, date, str] | None:
    """The place in a list sorted by district, day and id; raises BadRequest for the cursor of another list."""
    try:
        match asked.after:
            case None:
                return None
            case [str(district), str(day), str(key)] if "\0" not in district + key:
                return district, date.fromisoformat(day), key
            case _:
                raise ValueError(asked.after)
    except ValueError as error:
        raise foreign_cursor() from error


def after_id(asked: Page) -> str:
    """The id after which a list sorted by id goes on, empty at the start; raises BadRequest for the cursor of another list."""
    match asked.after:
        case None:
            return ""
        case [str(key)] if "\0" not in key:
            return key
        case _:
            raise foreign_cursor()
