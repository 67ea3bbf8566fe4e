"""What the endpoints of inspection share: bounds of fields, who may ask and command, events as answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field, StringConstraints

from chassis.auth import Principal, reader
from chassis.domain import Event
from chassis.http import WRITTEN, Body, Command, Id, Page, at_least, command
from services.inspection import queries
from services.inspection.commands.evidence import Outsider
from services.inspection.domain import events

ONE_LINE = r"^[^\x00-\x1F\x7F]+$"
SOME_LINES = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]+$"

Officer = Annotated[Command, Depends(command("officer"))]
Approver = Annotated[Command, Depends(command("approver"))]
Adviser = Annotated[Command, Depends(command("expert", "officer"))]
Reporter = Annotated[Command, Depends(command("enterprise", "officer"))]
Taker = Annotated[Command, Depends(command("enterprise", "officer", "expert"))]
READERS = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator")
Reader = Annotated[Principal, Depends(reader(*READERS))]
PARTIES = (*READERS, "enterprise")
PartyReader = Annotated[Principal, Depends(reader(*PARTIES))]
LISTED = [Depends(reader(*READERS)), Depends(at_least)]  # in this order: nobody waits who may not read
LISTED_FOR_PARTIES = [Depends(reader(*PARTIES)), Depends(at_least)]
TakerReader = Annotated[Principal, Depends(reader(*PARTIES, "expert"))]
TEAMS = (*READERS, "expert")
TeamReader = Annotated[Principal, Depends(reader(*TEAMS))]
LISTED_FOR_TEAMS = [Depends(reader(*TEAMS)), Depends(at_least)]
ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{1,19}$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1)), WRITTEN]
Line = Annotated[str, StringConstraints(pattern=ONE_LINE, strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(pattern=SOME_LINES, strip_whitespace=True, min_length=1, max_length=4000)]


class OfficerBody(Body):
    """An officer on site, and the certificate they showed."""

    officer_id: Id
    certificate_no: Line


def officers_of(bodies: Sequence[OfficerBody]) -> tuple[events.CheckedInOfficer, ...]:
    """The officers of a request, as events name them."""
    return tuple(events.CheckedInOfficer(officer_id=body.officer_id, certificate_no=body.certificate_no) for body in bodies)


def facts_of(event: Event | None) -> dict[str, Any]:
    """The fields of an event as they are, nested values too."""
    names: tuple[str, ...] = () if event is None else tuple(event.__slots__)
    return {name: getattr(event, name) for name in names}


def asked_of(principal: Principal, asked: Page, state: str | None, district: str | None) -> queries.Asked:
    """What a list is asked for, of the districts that the caller may see."""
    return queries.Asked(
        state=state, district=district, seen=principal.seen_districts(), after=asked.after_day, limit=asked.limit
    )


def own_of(principal: Principal) -> str | None:
    """The enterprise of which alone the principal may read; None for people of an organ."""
    return None if principal.roles & set(READERS) else principal.enterprise_id or ""


def expert_of(principal: Principal) -> str | None:
    """The expert whose own visits alone the principal may read; None for people of an organ."""
    return None if principal.roles & set(READERS) or "expert" not in principal.roles else principal.id


def outsider_of(command: Command) -> Outsider | None:
    """Who takes evidence in the role of the command, if it is somebody of no organ."""
    return None if command.role == "officer" else _outsider(command.principal, command.role)


def outsider(principal: Principal) -> Outsider | None:
    """The principal as somebody of no organ who takes evidence; None for people of an organ."""
    if principal.roles & set(READERS):
        return None
    return _outsider(principal, "enterprise" if "enterprise" in principal.roles else "expert")


def _outsider(principal: Principal, role: str) -> Outsider:
    return Outsider(expert_id=principal.id) if role == "expert" else Outsider(enterprise_id=principal.enterprise_id or "")


def asked_of_party(
    principal: Principal, asked: Page, state: str | None, district: str | None, enterprise_id: str | None,
    inspection_id: str | None = None,
) -> queries.AskedOfParty:  # fmt: skip
    """As `asked_of`, of an enterprise; one that asks itself is told of itself alone."""
    own = own_of(principal)
    return queries.AskedOfParty(
        state=state, district=district, seen=principal.seen_districts(), after=asked.after_day, limit=asked.limit,
        enterprise_id=enterprise_id if own is None else own, inspection_id=inspection_id, by_party=own is not None,
    )  # fmt: skip
