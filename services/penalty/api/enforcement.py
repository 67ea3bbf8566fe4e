"""Enforcement over HTTP: demands, the application to a court; and the list of what is pending per party."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from chassis.http import Id, IsoDate, Paged, Seen, answer_json, listed
from chassis.moments import Moment, related
from services.penalty import domain, queries
from services.penalty.api.payments import PartyBody
from services.penalty.api.reading import (
    LISTED,
    Approver,
    Line,
    Officer,
    Reader,
    Recorder,
    Reference,
    Text,
    case_or_spot,
    day_told,
    districts_asked,
)
from services.penalty.commands import enforcement
from services.penalty.domain import enforcing
from services.penalty.domain.enforcement import ENFORCEMENTS
from services.penalty.domain.enforcement_events import Purpose, Termination

router = APIRouter(prefix="/v1", tags=["enforcement"])


class DemandBody(PartyBody):
    """催告: 催缴 (form 36), 申请强制执行前催告 (form 41)."""

    purpose: Purpose
    """`payment`: 催缴 (form 36); `court`: before a court is asked (form 41; 行政强制法 54)."""


class DemandServiceBody(PartyBody):
    """催告书送达."""

    document_no: Line
    """The number of the demand."""
    served_on: IsoDate
    """The day it was received: from then the waiting time counts (行政强制法 54)."""
    manner: domain.Manner
    """How it was served: direct, left 留置, entrusted 委托, post, electronic, announcement 公告."""
    recipient: Line
    """Who took it."""
    announced_on: IsoDate | None = None
    """Of an announcement: the day it began (民事诉讼法 95)."""


class DemandStatementBody(PartyBody):
    """对催告的陈述申辩."""

    document_no: Line
    """The number of the demand that the party answers."""
    text: Text
    """What the party says."""


class ApplicationBody(PartyBody):
    """强制执行申请."""

    court: Line
    """Which court is asked (行政强制法 53, 54)."""


class CourtAnswerBody(PartyBody):
    """法院受理、裁定."""

    step: enforcing.Step
    """`accepted`: whether it takes the application; `ruled`: whether it allows the enforcement."""
    granted: bool
    """Whether it did."""
    reference_no: Reference = ""
    """The number there; empty if it is not known."""
    answered_on: IsoDate
    """The day of the answer."""
    reason: Annotated[str, Field(max_length=4000)] = ""
    """Why not."""


class EndingBody(PartyBody):
    """撤回、执行完毕、终结执行."""

    ending: Literal["withdrawn", "enforced", "terminated"]
    """`withdrawn` 撤回, `enforced` 执行完毕, `terminated` 终结执行."""
    termination: Termination | None = None
    """Of a termination: why (行政强制法 40)."""
    reason: Text
    """In words."""
    ended_on: IsoDate
    """The day."""


@router.post("/cases/{case_id}/demands", status_code=201)
async def draft_demand(case_id: str, body: DemandBody, command: Officer) -> Response:
    """Demand what is in arrears: of a plan, the instalments whose day is over; the answer tells number, sum and which."""
    return await command.run(enforcement.draft_demand, case_id, body.party_id, body.purpose, status=201)


@router.post("/cases/{case_id}/demands/services", status_code=201)
async def serve_demand(case_id: str, body: DemandServiceBody, command: Officer) -> Response:
    """Note that a demand reached the party; the answer tells until when a court is not to be asked."""
    served = enforcing.ServeDemand(**body.model_dump(exclude={"party_id"}))
    return await command.run(enforcement.serve_demand, case_id, body.party_id, served, status=201)


@router.post("/cases/{case_id}/demands/statements", status_code=201)
async def answer_demand(case_id: str, body: DemandStatementBody, command: Officer) -> Response:
    """Note what the party says of a demand."""
    return await command.run(enforcement.answer_demand, case_id, body.party_id, body.document_no, body.text, status=201)


@router.post("/cases/{case_id}/court-applications", status_code=201)
async def ask_court(case_id: str, body: ApplicationBody, command: Approver) -> Response:
    """Ask a court to enforce what is unpaid; the answer holds the document number."""
    return await command.run(enforcement.ask_court, case_id, body.party_id, body.court, status=201)


@router.post("/cases/{case_id}/court-applications/answers", status_code=201)
async def answer_of_court(case_id: str, body: CourtAnswerBody, command: Recorder) -> Response:
    """Note that the court accepted the application, ruled on it, or said no."""
    answer = enforcing.AnswerOfCourt(**body.model_dump(exclude={"party_id"}))
    return await command.run(enforcement.answer_of_court, case_id, body.party_id, answer, status=201)


@router.post("/cases/{case_id}/court-applications/endings", status_code=201)
async def end_enforcement(case_id: str, body: EndingBody, command: Recorder) -> Response:
    """Note that it was withdrawn, carried out, or terminated."""
    ending = enforcing.EndEnforcement(**body.model_dump(exclude={"party_id"}))
    return await command.run(enforcement.end_enforcement, case_id, body.party_id, ending, status=201)


@router.get("/cases/{case_id}/enforcements")
async def read_enforcement(
    case_id: str, request: Request, principal: Reader, as_of: Moment, party_id: Id = domain.UNIT
) -> Response:  # fmt: skip
    """A party's enforcement: demands, applications, until when a court may be asked."""
    case = await case_or_spot(request, principal, case_id, as_of)
    found = await related(request, ENFORCEMENTS, domain.region_key(case_id, party_id), as_of, case)
    view = {
        **asdict(found.state), "case_id": case_id, "party_id": party_id, "state": found.state.status, "version": found.version
    }  # fmt: skip
    return answer_json(view, version=found.version)


@router.get("/party-matters", dependencies=LISTED)
async def list_matters(
    request: Request, principal: Reader, db: Seen, asked: Paged,
    region: Literal["remedy", "enforcement"] | None = None, state: Annotated[str | None, Query(max_length=40)] = None,
    organ_id: Id | None = None, district: Id | None = None, case_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:  # fmt: skip
    """Remedies and enforcement of every party, those first whose next clock runs out first."""
    wanted = queries.MatterFilter(
        districts=districts_asked(principal, district), region=region, state=state, organ_id=organ_id, case_id=case_id
    )
    rows = await queries.matters(db, wanted, asked.after_day, asked.limit + 1)
    items = [{**row, "clock_on": day_told(row["clock_on"])} for row in rows]
    return listed(request, asked, items, lambda row: [row["clock_on"] or date.max, row["matter"]])
