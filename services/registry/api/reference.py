"""HTTP for jurisdictions, officers, experts and enterprises."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from chassis.auth import Principal, reader
from chassis.http import Body, Command, Id, IsoDate, Page, Paged, Seen, answer_json, at_least, command, foreign_cursor, listed
from chassis.moments import Moment, aggregate
from services.registry import queries
from services.registry.commands import reference
from services.registry.domain.changes import Sector
from services.registry.domain.jurisdictions import JurisdictionEstablished, JurisdictionKind
from services.registry.domain.people import (
    ExpertEnrolled,
    OfficerEnrolled,
    RecusalDeclared,
)
from services.registry.domain.site_file import ENTERPRISE

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
READERS = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator")
Administrator = Annotated[Command, Depends(command("administrator"))]
Reader = Annotated[Principal, Depends(reader(*READERS))]
PUBLIC = [Depends(reader(*READERS))]
LISTED = [*PUBLIC, Depends(at_least)]  # in this order: nobody waits who may not read
PUBLISHED = [Depends(reader(*READERS, "expert", "enterprise", "public-reader"))]
"""Law in force, lists of items and districts: whoever has a token, a website for everybody among them."""
PUBLISHED_LISTS = [*PUBLISHED, Depends(at_least)]
Name = Annotated[str, Field(pattern=PRINTABLE, max_length=100)]
Text = Annotated[str, Field(pattern=PRINTABLE, max_length=500)]
CertificateNo = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{4,30}$")]
Specialities = Annotated[tuple[Name, ...], Field(max_length=20)]

router = APIRouter(prefix="/v1")


class JurisdictionBody(Body):
    """A jurisdiction with its organ."""

    jurisdiction_id: Id
    name: Name
    short_name: Name
    kind: JurisdictionKind
    parent: Id | None = None
    national_code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None
    organ: Name
    organ_id: Id
    document_abbreviation: Name
    valid_from: IsoDate | None = None
    valid_to: IsoDate | None = None
    confidence: Name
    source: Text


class OfficerBody(Body):
    """An officer with their certificate."""

    officer_id: Id
    name: Name
    organ_id: Id
    organ: Name
    district: Id
    certificate_no: CertificateNo
    certificate_valid_to: IsoDate
    specialities: Specialities = ()


class RecusalBody(Body):
    """The enterprise an officer keeps away from, and why."""

    enterprise_id: Id
    reason: Text


class ExpertBody(Body):
    """An expert."""

    expert_id: Id
    name: Name
    district: Id
    specialities: Specialities = ()


@router.post("/jurisdictions", status_code=201)
async def establish_jurisdiction(body: JurisdictionBody, command: Administrator) -> Response:
    """Register a jurisdiction."""
    return await command.run(reference.establish_jurisdiction, JurisdictionEstablished(**body.model_dump()), status=201)


@router.post("/officers", status_code=201)
async def enrol_officer(body: OfficerBody, command: Administrator) -> Response:
    """Enrol an officer."""
    return await command.run(reference.enrol_officer, OfficerEnrolled(**body.model_dump()), status=201)


@router.post("/officers/{officer_id}/recusals", status_code=201)
async def declare_recusal(officer_id: Id, body: RecusalBody, command: Administrator) -> Response:
    """Declare that an officer keeps away from an enterprise."""
    fact = RecusalDeclared(officer_id=officer_id, **body.model_dump())
    return await command.run(reference.declare_recusal, fact, status=201)


@router.post("/experts", status_code=201)
async def enrol_expert(body: ExpertBody, command: Administrator) -> Response:
    """Enrol an expert."""
    return await command.run(reference.enrol_expert, ExpertEnrolled(**body.model_dump()), status=201)


@router.get("/jurisdictions", dependencies=PUBLISHED_LISTS)
async def jurisdictions(request: Request, db: Seen, asked: Paged) -> Response:
    """All jurisdictions: they are public."""
    rows = await db.fetch(queries.JURISDICTIONS, *after(asked, 1), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["jurisdiction_id"]])


@router.get("/officers", dependencies=LISTED)
async def officers(request: Request, principal: Reader, db: Seen, asked: Paged, district: Id | None = None) -> Response:
    """The officers of the asker's districts, with the enterprises each keeps away from."""
    rows = await db.fetch(queries.OFFICERS, principal.seen_districts(), district, *after(asked, 1), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["officer_id"]])


@router.get("/experts", dependencies=LISTED)
async def experts(request: Request, principal: Reader, db: Seen, asked: Paged, district: Id | None = None) -> Response:
    """The experts of the asker's districts."""
    rows = await db.fetch(queries.EXPERTS, principal.seen_districts(), district, *after(asked, 1), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["expert_id"]])


@router.get("/enterprises", dependencies=LISTED)
async def enterprises(
    request: Request, principal: Reader, db: Seen, asked: Paged, district: Id | None = None, sector: Sector | None = None,
    q: Annotated[str | None, Query(pattern=PRINTABLE, max_length=100)] = None,
) -> Response:  # fmt: skip
    """The enterprises of the asker's districts by name; `q` is part of a name or the beginning of a USCC."""
    rows = await db.fetch(queries.ENTERPRISES, principal.seen_districts(), district, sector, q, *after(asked, 2), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["name"], row["enterprise_id"]])


@router.get("/enterprises/{enterprise_id}")
async def enterprise(request: Request, enterprise_id: Id, principal: Reader, as_of: Moment) -> Response:
    """One enterprise's file, from its events."""
    loaded = await aggregate(request, principal, ENTERPRISE, enterprise_id, as_of)
    return answer_json(loaded.state.registered, version=loaded.version)


def after(asked: Page, count: int) -> list[str]:
    """The sort key that a page begins after, `count` texts; empty texts at the start. Raises BadRequest for a foreign cursor."""
    if asked.after is None:
        return [""] * count
    if len(asked.after) != count or not all(isinstance(part, str) and "\0" not in part for part in asked.after):
        raise foreign_cursor()
    return asked.after
