"""The hearing of a party over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field

from chassis.domain import Actor
from chassis.http import Body, Id, Sha256
from services.penalty import domain
from services.penalty.api.reading import Host, Line, Officer, Party, Text
from services.penalty.commands import hearings

router = APIRouter(prefix="/v1", tags=["hearings"])


class PartyBody(Body):
    """Of which party."""

    party_id: Party = domain.UNIT


class ConvocationBody(Body):
    """听证会通知."""

    party_id: Party = domain.UNIT
    held_at: AwareDatetime
    """When it is held, with zone: long enough after the party is told (行政处罚法 64)."""
    place: Line
    """Where."""
    host: Id
    """Who hosts it 主持人, by id: no handler of the case (行政处罚法 64)."""
    clerk: Id
    """Who keeps the record 记录员, by id."""
    public: bool = True
    """Whether it is public; it is, unless there is a reason (行政处罚法 64)."""
    closed_reason: Line | None = None
    """Why it is not public: state secret, trade secret or privacy (行政处罚法 64)."""


class RepresentativeBody(Body):
    """委托代理人, under an id that the sender made."""

    representative_id: Id
    """The id of the representative, made by the sender."""
    name: Line
    """Name; sealed for the person."""
    relation: Line
    """What binds the person to the party: lawyer, employee, …."""


class RecordBody(Body):
    """听证笔录."""

    party_id: Party = domain.UNIT
    representatives: Annotated[tuple[RepresentativeBody, ...], Field(max_length=20)] = ()
    """Who spoke for the party: at most two (行政处罚法 64)."""
    record_sha256: Sha256
    """SHA-256 of the record 听证笔录."""
    signed: bool = True
    """Whether the party signed the record."""
    unsigned_reason: Line | None = None
    """Why it did not sign, as the host notes it."""


class AbsenceBody(Body):
    """听证终止."""

    party_id: Party = domain.UNIT
    how: domain.Absence
    """`absent`: did not come without a good reason; `left`: left the hearing without leave (行政处罚法 64)."""


class ReportBody(Body):
    """听证会报告."""

    party_id: Party = domain.UNIT
    opinion: Text
    """What the host proposes (听证会报告)."""


@router.post("/cases/{case_id}/hearing-requests", status_code=201)
async def request_hearing(case_id: str, body: PartyBody, command: Officer) -> Response:
    """Record that the party asks to be heard."""
    return await command.run(hearings.request_hearing, case_id, body.party_id, status=201)


@router.post("/cases/{case_id}/hearing-convocations", status_code=201)
async def convene_hearing(case_id: str, body: ConvocationBody, command: Officer) -> Response:
    """Tell the party when, where and before whom."""
    convene = domain.Convene(
        held_at=body.held_at, place=body.place, host=Actor(id=body.host, name="", role="hearing-host"), clerk=body.clerk,
        public=body.public, closed_reason=body.closed_reason,
    )  # fmt: skip
    return await command.run(hearings.convene_hearing, case_id, body.party_id, convene, status=201)


@router.post("/cases/{case_id}/hearing-records", status_code=201)
async def hold_hearing(case_id: str, body: RecordBody, command: Host) -> Response:
    """Record what was heard."""
    hold = domain.Hold(
        representatives=tuple(domain.Representative(**one.model_dump()) for one in body.representatives),
        record_sha256=body.record_sha256, signed=body.signed, unsigned_reason=body.unsigned_reason,
    )  # fmt: skip
    return await command.run(hearings.hold_hearing, case_id, body.party_id, hold, status=201)


@router.post("/cases/{case_id}/hearing-absences", status_code=201)
async def abandon_hearing(case_id: str, body: AbsenceBody, command: Host) -> Response:
    """Record that the party stayed away, or left."""
    return await command.run(hearings.abandon_hearing, case_id, body.party_id, body.how, status=201)


@router.post("/cases/{case_id}/hearing-withdrawals", status_code=201)
async def withdraw_hearing(case_id: str, body: PartyBody, command: Officer) -> Response:
    """Record that the party takes its request back."""
    return await command.run(hearings.withdraw_hearing, case_id, body.party_id, status=201)


@router.post("/cases/{case_id}/hearing-reports", status_code=201)
async def report_hearing(case_id: str, body: ReportBody, command: Host) -> Response:
    """Report to the head what was heard, as the host."""
    return await command.run(hearings.report_hearing, case_id, body.party_id, body.opinion, status=201)
