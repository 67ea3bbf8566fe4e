"""Cases over HTTP up to their filing: clues, asked for, granted or not; the people of a case; its limit extended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id, IsoDate
from services.penalty import domain
from services.penalty.api.reading import Approver, Code, Line, Officer, Optional, Text
from services.penalty.commands import filing

router = APIRouter(prefix="/v1", tags=["cases"])

Officers = Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]


class ActBody(Body):
    """违法行为: which item, and the fact."""

    item_code: Code
    fact: Text
    hazard_id: Id | None = None


class ClueBody(Body):
    """线索登记: what was reported, transferred or assigned, under an id that the sender made."""

    case_id: Id
    origin: domain.Origin
    enterprise_id: Id
    act_date: IsoDate
    discovered_on: IsoDate
    source: Line
    harm: bool = False
    acts: Annotated[list[ActBody], Field(min_length=1, max_length=100)]
    catalogue: Line


class NamedOfficer(Body):
    """An officer by id."""

    officer_id: Id


class FilingRequest(Body):
    """立案审批申请."""

    cause: Line
    officers: Annotated[list[NamedOfficer], Field(max_length=20)]
    opinion: Text


class UrgentBody(Body):
    """先行调查."""

    officers: Officers
    reason: Text


class Nothing(Body):
    """A command that needs no more than its address."""


class ReasonBody(Body):
    """Why."""

    reason: Text


class PersonBody(Body):
    """追加当事人: a natural person, under an id that the sender made; before a decision the address must be known."""

    party_id: Id
    name: Line
    id_number: Annotated[str, Field(min_length=1, max_length=40)]
    capacity: domain.Capacity
    sex: Optional = ""
    age: Annotated[int, Field(ge=0, le=150)] | None = None
    employer: Optional = ""
    post: Optional = ""
    address: Optional = ""
    phone: Optional = ""
    reason: Text


class RecusalBody(Body):
    """申请回避."""

    officer_id: Id
    office: domain.Office
    reason: Text


class RecusalDecisionBody(Body):
    """决定回避."""

    officer_id: Id
    granted: bool
    reason: Text


class HandlersBody(Body):
    """更换承办人."""

    officers: Officers
    reason: Text


@router.post("/clues", status_code=201)
async def register_report(body: ClueBody, command: Officer) -> Response:
    """Register what was reported, transferred or assigned."""
    acts = tuple(domain.CaseAct(hazard_id=a.hazard_id or "", item_code=a.item_code, fact=a.fact) for a in body.acts)
    told = filing.Reported(
        case_id=body.case_id, origin=body.origin, enterprise_id=body.enterprise_id, act_date=body.act_date,
        discovered_on=body.discovered_on, source=body.source, harm=body.harm, acts=acts, catalogue=body.catalogue,
    )  # fmt: skip
    return await command.run(filing.register_report, told, status=201)


@router.post("/cases/{case_id}/filing-requests", status_code=201)
async def request_filing(case_id: str, body: FilingRequest, command: Officer) -> Response:
    """Ask for the case to be filed."""
    ids = tuple(officer.officer_id for officer in body.officers)
    wanted = domain.RequestFiling(cause=body.cause, officer_ids=ids, opinion=body.opinion)
    return await command.run(filing.request_filing, case_id, wanted, status=201)


@router.post("/cases/{case_id}/urgent-investigations", status_code=201)
async def begin_urgently(case_id: str, body: UrgentBody, command: Officer) -> Response:
    """Investigate before the filing, which is made up for in time."""
    return await command.run(filing.begin_urgently, case_id, body.officers, body.reason, status=201)


@router.post("/cases/{case_id}/filings", status_code=201)
async def file_case(case_id: str, command: Approver, body: Nothing | None = None) -> Response:  # noqa: ARG001 - empty
    """File the case."""
    return await command.run(filing.file_case, case_id, status=201)


@router.post("/cases/{case_id}/filing-refusals", status_code=201)
async def refuse_filing(case_id: str, body: ReasonBody, command: Approver) -> Response:
    """Do not file the case."""
    return await command.run(filing.refuse_filing, case_id, body.reason, status=201)


@router.post("/cases/{case_id}/parties", status_code=201)
async def join_party(case_id: str, body: PersonBody, command: Officer) -> Response:
    """Make a natural person a party of the case."""
    told = body.model_dump()
    reason = told.pop("reason")
    return await command.run(filing.join_party, case_id, domain.Person(**told), reason, status=201)


@router.post("/cases/{case_id}/party-amendments", status_code=201)
async def amend_party(case_id: str, body: PersonBody, command: Officer) -> Response:
    """Put right what is known of a person who is a party, all of it anew, until it is decided against; `capacity` stays."""
    told = body.model_dump()
    reason = told.pop("reason")
    return await command.run(filing.amend_party, case_id, domain.Person(**told), reason, status=201)


@router.post("/cases/{case_id}/recusal-requests", status_code=201)
async def request_recusal(case_id: str, body: RecusalBody, command: Officer) -> Response:
    """Ask that somebody keep away from the case; the investigation goes on."""
    wanted = domain.RequestRecusal(officer_id=body.officer_id, office=body.office, reason=body.reason)
    return await command.run(filing.request_recusal, case_id, wanted, status=201)


@router.post("/cases/{case_id}/recusal-decisions", status_code=201)
async def decide_recusal(case_id: str, body: RecusalDecisionBody, command: Approver) -> Response:
    """Decide whether somebody keeps away."""
    return await command.run(filing.decide_recusal, case_id, body.officer_id, body.granted, body.reason, status=201)


@router.post("/cases/{case_id}/handlers", status_code=201)
async def change_handlers(case_id: str, body: HandlersBody, command: Approver) -> Response:
    """Let other officers handle the case."""
    return await command.run(filing.change_handlers, case_id, body.officers, body.reason, status=201)


@router.post("/cases/{case_id}/extensions", status_code=201)
async def extend_case(case_id: str, body: ReasonBody, command: Approver) -> Response:
    """Extend the limit for the decision, as head or as superior organ."""
    return await command.run(filing.extend_case, case_id, body.reason, status=201)
