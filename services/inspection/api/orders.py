"""Rectification orders over HTTP: issued, reported on, re-inspected; and referrals to penalty."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.domain import Unknown
from chassis.http import Body, Id, Paged, Seen, Sha256, answer_json, listed
from chassis.moments import Moment, aggregate
from chassis.offers import NO_STEPS
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.offers import of_order, offered
from services.inspection.api.reading import (
    LISTED_FOR_PARTIES,
    Approver,
    Day,
    Officer,
    OfficerBody,
    PartyReader,
    Reporter,
    Text,
    asked_of_party,
    facts_of,
    officers_of,
    own_of,
)
from services.inspection.commands import orders, referrals
from services.inspection.domain import events
from services.inspection.domain.extension import AskExtension, ExtensionGround
from services.inspection.domain.order import ORDER, Dated, ReInspection, Report

router = APIRouter(prefix="/v1", tags=["inspection"])


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


class ExtensionRequestBody(Body):
    """Which hazards need more time, until when, and why."""

    hazard_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
    until: Day
    ground: ExtensionGround
    reason: Text


class ExtensionBody(Body):
    """The answer to a request for more time."""

    granted: bool
    reason: Text


class ReferralBody(Body):
    """Hazards to be referred, under an id that the sender made."""

    referral_id: Id
    inspection_id: Id
    hazard_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]


@router.post("/orders", status_code=201)
async def issue_order(body: OrderBody, command: Officer) -> Response:
    """Issue a rectification order; the answer holds its document number."""
    dated = [Dated(hazard.hazard_id, hazard.due_on) for hazard in body.hazards]
    return await command.run(orders.issue_order, body.order_id, body.inspection_id, dated, status=201)


@router.post("/orders/{order_id}/rectification-reports", status_code=201)
async def report_rectification(order_id: Id, body: ReportBody, command: Reporter) -> Response:
    """Report hazards as rectified; an enterprise reports on its own orders only."""
    own = (command.principal.enterprise_id or "") if command.role == "enterprise" else None
    report = Report(tuple(body.hazard_ids), body.report, body.evidence)
    return await command.run(orders.report_rectification, order_id, report, own, status=201)


@router.post("/orders/{order_id}/re-inspections", status_code=201)
async def re_inspect(order_id: Id, body: ReInspectionBody, command: Officer) -> Response:
    """Record a re-inspection."""
    results = tuple(
        events.ReinspectionResult(hazard_id=result.hazard_id, passed=result.passed, note=result.note) for result in body.results
    )
    return await command.run(orders.re_inspect, order_id, ReInspection(officers_of(body.officers), results), status=201)


@router.post("/orders/{order_id}/extension-requests", status_code=201)
async def ask_extension(order_id: Id, body: ExtensionRequestBody, command: Reporter) -> Response:
    """Ask for more time; an enterprise asks for its own orders only."""
    own = (command.principal.enterprise_id or "") if command.role == "enterprise" else None
    asked = AskExtension(hazard_ids=tuple(body.hazard_ids), until=body.until, ground=body.ground, reason=body.reason)
    return await command.run(orders.ask_extension, order_id, asked, own, status=201)


@router.post("/orders/{order_id}/extensions", status_code=201)
async def answer_extension(order_id: Id, body: ExtensionBody, command: Approver) -> Response:
    """Grant or deny the extension that was asked for."""
    if body.granted:
        return await command.run(orders.grant_extension, order_id, body.reason, status=201)
    return await command.run(orders.deny_extension, order_id, body.reason, status=201)


@router.post("/referrals", status_code=201)
async def refer(body: ReferralBody, command: Officer) -> Response:
    """Refer hazards to penalty."""
    return await command.run(referrals.refer, body.referral_id, body.inspection_id, body.hazard_ids, status=201)


@router.get("/orders", dependencies=LISTED_FOR_PARTIES, responses=answers.told(answers.Page[answers.OrderRow]))
async def list_orders(
    request: Request, principal: PartyReader, db: Seen, asked: Paged,
    state: Literal["open", "closed"] | None = None, district: Id | None = None, enterprise_id: Id | None = None,
) -> Response:  # fmt: skip
    """Rectification orders by the day of issue; an enterprise is shown its own."""
    rows = await queries.orders(db, asked_of_party(principal, asked, state, district, enterprise_id))
    return listed(request, asked, rows, lambda row: [row["issued_on"], row["order_id"]])


@router.get("/orders/{order_id}", responses=answers.told(answers.OrderAnswer))
async def get_order(request: Request, order_id: Id, principal: PartyReader, as_of: Moment) -> Response:
    """A rectification order from its own events, with the progress of each hazard, and what may be done now.

    An enterprise is shown its own, and its own steps.
    """
    loaded = await aggregate(request, principal, ORDER, order_id, as_of)
    own = own_of(principal)
    if own not in (None, loaded.subject):
        raise Unknown(ORDER.name, order_id)
    state = loaded.state
    steps = NO_STEPS
    if as_of is None:
        steps = await offered(request, principal, partial(of_order, state, own), loaded.organ or "")
    view = {
        **facts_of(state.issued), "state": "closed" if state.closed else "open", "progress": state.progress,
        "overdue": state.overdue, "due": state.due, "extension_asked": state.asked,
        "re_inspection_due_on": state.re_inspection_due_on,
        "re_inspection_missed_on": state.re_inspection_missed_on, "district": loaded.district,
        "version": loaded.version, **steps,
    }  # fmt: skip
    return answer_json(view, version=loaded.version)
