"""HTTP of inspection: parse, authorise, call, present."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, StringConstraints

from chassis.auth import Principal, reader
from chassis.domain import Event
from chassis.http import WRITTEN, Body, Command, Db, Id, Page, Paged, Sha256, answer_json, at_least, command, listed
from chassis.moments import Moment, aggregate
from services.inspection import commands, queries
from services.inspection.domain import events
from services.inspection.domain.hazard import HAZARD, HazardState
from services.inspection.domain.inspection import INSPECTION, Answered, CheckIn, Conclusion, Finding, InspectionState
from services.inspection.domain.order import ORDER, Dated, ReInspection, Report

router = APIRouter(prefix="/v1", tags=["inspection"])

ONE_LINE = r"^[^\x00-\x1F\x7F]+$"
SOME_LINES = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]+$"

Officer = Annotated[Command, Depends(command("officer"))]
Approver = Annotated[Command, Depends(command("approver"))]
Adviser = Annotated[Command, Depends(command("expert", "officer"))]
Reporter = Annotated[Command, Depends(command("enterprise", "officer"))]
READERS = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator")
Reader = Annotated[Principal, Depends(reader(*READERS))]
LISTED = [Depends(reader(*READERS)), Depends(at_least)]  # in this order: nobody waits who may not read
ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{1,19}$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1)), WRITTEN]
Line = Annotated[str, StringConstraints(pattern=ONE_LINE, strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(pattern=SOME_LINES, strip_whitespace=True, min_length=1, max_length=4000)]


class PlanApprovalBody(Body):
    """How the inspection is to be carried out."""

    mode: events.Mode


class OfficerBody(Body):
    """An officer on site, and the certificate they showed."""

    officer_id: Id
    certificate_no: Line


class CheckInBody(Body):
    """Who is on site, where, and who received them."""

    officers: Annotated[list[OfficerBody], Field(min_length=1, max_length=20)]
    experts: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    place: Line
    representative: Line


class HazardBody(Body):
    """A hazard, under an id that the sender made."""

    hazard_id: Id
    severity: events.Severity
    fact: Text
    place: Line


class AnswerBody(Body):
    """The answer to one item."""

    item_code: ItemCode
    answer: events.Answer
    note: Text | None = None
    hazards: Annotated[tuple[HazardBody, ...], Field(max_length=50)] = ()


class AnswersBody(Body):
    """Answers to some items."""

    answers: Annotated[list[AnswerBody], Field(min_length=1, max_length=200)]


class AdviceBody(Body):
    """What an expert advises."""

    expert_id: Id
    advice: Text


class ConclusionBody(Body):
    """Who signed the record; or why the signature was refused, and who saw it."""

    signed_by: Line | None = None
    refused_reason: Line | None = None
    witness: Line | None = None


class DatedBody(Body):
    """A hazard, and the day by which it must be gone."""

    hazard_id: Id
    due_on: Day


class OrderBody(Body):
    """A rectification order, under an id that the sender made."""

    order_id: Id
    inspection_id: Id
    hazards: Annotated[list[DatedBody], Field(min_length=1, max_length=200)]


class ReportBody(Body):
    """What an enterprise reports; evidence by the hashes of its files."""

    hazard_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
    report: Text
    evidence: Annotated[tuple[Sha256, ...], Field(max_length=100)] = ()


class ResultBody(Body):
    """What was found about one hazard."""

    hazard_id: Id
    passed: bool
    note: Text | None = None


class ReInspectionBody(Body):
    """Who re-inspected, and what they found."""

    officers: Annotated[list[OfficerBody], Field(min_length=1, max_length=20)]
    results: Annotated[list[ResultBody], Field(min_length=1, max_length=200)]


class ReferralBody(Body):
    """Hazards to be referred, under an id that the sender made."""

    referral_id: Id
    inspection_id: Id
    hazard_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]


@router.post("/inspections/{inspection_id}/plan-approvals", status_code=201)
async def approve_plan(inspection_id: Id, body: PlanApprovalBody, command: Approver) -> Response:
    """Approve the plan of an inspection."""
    return await command.run(commands.approve_plan, inspection_id, body.mode, status=201)


@router.post("/inspections/{inspection_id}/check-ins", status_code=201)
async def check_in(inspection_id: Id, body: CheckInBody, command: Officer) -> Response:
    """Check in on site."""
    arrived = CheckIn(_officers(body.officers), body.experts, body.place, body.representative)
    return await command.run(commands.check_in, inspection_id, arrived, status=201)


@router.post("/inspections/{inspection_id}/answers", status_code=201)
async def answer(inspection_id: Id, body: AnswersBody, command: Officer) -> Response:
    """Answer items."""
    return await command.run(commands.answer, inspection_id, [_answered(each) for each in body.answers], status=201)


@router.post("/inspections/{inspection_id}/advice", status_code=201)
async def advise(inspection_id: Id, body: AdviceBody, command: Adviser) -> Response:
    """Record an expert's advice."""
    return await command.run(commands.advise, inspection_id, body.expert_id, body.advice, status=201)


@router.post("/inspections/{inspection_id}/conclusions", status_code=201)
async def conclude(inspection_id: Id, body: ConclusionBody, command: Officer) -> Response:
    """Close the record."""
    conclusion = Conclusion(body.signed_by, body.refused_reason, body.witness)
    return await command.run(commands.conclude, inspection_id, conclusion, status=201)


@router.post("/orders", status_code=201)
async def issue_order(body: OrderBody, command: Officer) -> Response:
    """Issue a rectification order; the answer holds its document number."""
    dated = [Dated(hazard.hazard_id, hazard.due_on) for hazard in body.hazards]
    return await command.run(commands.issue_order, body.order_id, body.inspection_id, dated, status=201)


@router.post("/orders/{order_id}/rectification-reports", status_code=201)
async def report_rectification(order_id: Id, body: ReportBody, command: Reporter) -> Response:
    """Report hazards as rectified; an enterprise reports on its own orders only."""
    own = (command.principal.enterprise_id or "") if command.role == "enterprise" else None
    report = Report(tuple(body.hazard_ids), body.report, body.evidence)
    return await command.run(commands.report_rectification, order_id, report, own, status=201)


@router.post("/orders/{order_id}/re-inspections", status_code=201)
async def re_inspect(order_id: Id, body: ReInspectionBody, command: Officer) -> Response:
    """Record a re-inspection."""
    results = tuple(
        events.ReinspectionResult(hazard_id=result.hazard_id, passed=result.passed, note=result.note) for result in body.results
    )
    return await command.run(commands.re_inspect, order_id, ReInspection(_officers(body.officers), results), status=201)


@router.post("/referrals", status_code=201)
async def refer(body: ReferralBody, command: Officer) -> Response:
    """Refer hazards to penalty."""
    return await command.run(commands.refer, body.referral_id, body.inspection_id, body.hazard_ids, status=201)


def _officers(bodies: Sequence[OfficerBody]) -> tuple[events.CheckedInOfficer, ...]:
    return tuple(events.CheckedInOfficer(officer_id=body.officer_id, certificate_no=body.certificate_no) for body in bodies)


def _answered(body: AnswerBody) -> Answered:
    hazards = tuple(Finding(each.hazard_id, each.severity, each.fact, each.place) for each in body.hazards)
    return Answered(body.item_code, body.answer, body.note, hazards)


InspectionStage = Literal["prepared", "approved", "checked-in", "concluded", "called-off"]
HazardStatus = Literal["found", "ordered", "reported", "rectified", "failed"]


@router.get("/inspections", dependencies=LISTED)
async def list_inspections(
    request: Request, principal: Reader, db: Db, asked: Paged, state: InspectionStage | None = None, district: Id | None = None
) -> Response:
    """Inspections by planned day."""
    rows = await queries.page(db, queries.INSPECTIONS, _asked(principal, asked, state, district))
    return listed(request, asked, rows, lambda row: [row["planned_on"], row["inspection_id"]])


@router.get("/hazards", dependencies=LISTED)
async def list_hazards(
    request: Request, principal: Reader, db: Db, asked: Paged, state: HazardStatus | None = None, district: Id | None = None
) -> Response:
    """Hazards by the day on which they were found."""
    rows = await queries.page(db, queries.HAZARDS, _asked(principal, asked, state, district))
    return listed(request, asked, rows, lambda row: [row["found_on"], row["hazard_id"]])


@router.get("/orders", dependencies=LISTED)
async def list_orders(
    request: Request, principal: Reader, db: Db, asked: Paged,
    state: Literal["open", "closed"] | None = None, district: Id | None = None,
) -> Response:  # fmt: skip
    """Rectification orders by the day of issue."""
    rows = await queries.page(db, queries.ORDERS, _asked(principal, asked, state, district))
    return listed(request, asked, rows, lambda row: [row["issued_on"], row["order_id"]])


def _asked(principal: Principal, asked: Page, state: str | None, district: str | None) -> queries.Asked:
    return queries.Asked(
        state=state, district=district, seen=principal.seen_districts(), after=asked.after_day, limit=asked.limit
    )


@router.get("/inspections/{inspection_id}")
async def get_inspection(request: Request, inspection_id: Id, principal: Reader, as_of: Moment) -> Response:
    """An inspection from its own events: plan, items with answers, hazards, conclusion."""
    loaded = await aggregate(request, principal, INSPECTION, inspection_id, as_of)
    hazards = loaded.state.hazards
    found = [await aggregate(request, principal, HAZARD, hazard_id, as_of, beside=loaded) for hazard_id in hazards]
    view = {**_inspection(loaded.state), "hazards": [_hazard(hazard.state) for hazard in found]}
    return answer_json({**view, "district": loaded.district, "version": loaded.version}, version=loaded.version)


@router.get("/hazards/{hazard_id}")
async def get_hazard(request: Request, hazard_id: Id, principal: Reader, as_of: Moment) -> Response:
    """A hazard from its own events."""
    loaded = await aggregate(request, principal, HAZARD, hazard_id, as_of)
    view = {**_hazard(loaded.state), "district": loaded.district, "version": loaded.version}
    return answer_json(view, version=loaded.version)


@router.get("/orders/{order_id}")
async def get_order(request: Request, order_id: Id, principal: Reader, as_of: Moment) -> Response:
    """A rectification order from its own events, with the progress of each hazard."""
    loaded = await aggregate(request, principal, ORDER, order_id, as_of)
    state = loaded.state
    view = {
        **_facts(state.issued), "state": "closed" if state.closed else "open", "progress": state.progress,
        "overdue": state.overdue, "re_inspection_due_on": state.re_inspection_due_on,
        "re_inspection_missed_on": state.re_inspection_missed_on, "district": loaded.district,
        "version": loaded.version,
    }  # fmt: skip
    return answer_json(view, version=loaded.version)


def _facts(event: Event | None) -> dict[str, Any]:
    """The fields of an event as they are, nested values too."""
    names: tuple[str, ...] = () if event is None else tuple(event.__slots__)
    return {name: getattr(event, name) for name in names}


def _inspection(state: InspectionState) -> dict[str, Any]:
    items = [
        {
            "code": item.code, "title": item.title, "key_item_code": item.key_item_code, "is_major_hazard": item.is_major_hazard,
            "answer": answered.answer if answered else None, "note": answered.note if answered else None,
            "hazards": answered.hazards if answered else (),
        }
        for item in state.items.values()
        for answered in [state.answers.get(item.code)]
    ]  # fmt: skip
    return {
        **_facts(state.plan), "items": items, "state": state.stage, "mode": state.mode, "check_in": state.check_in,
        "advice": state.advice, "conclusion": state.conclusion,
    }  # fmt: skip


def _hazard(state: HazardState) -> dict[str, Any]:
    return {
        **_facts(state.found), "state": state.status, "order_id": state.order_id, "due_on": state.due_on,
        "referral_id": state.referral_id,
    }  # fmt: skip
