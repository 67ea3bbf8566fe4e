"""Penalties decided on the spot 当场处罚 over HTTP: the steps, the list, and one with what may be done next."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, model_validator

from chassis.domain import day_of
from chassis.http import Body, Id, IsoDate, Paged, Seen, answer_json, listed
from chassis.invalid import not_as_meant
from chassis.moments import Moment, aggregate, related
from services.penalty import domain, queries
from services.penalty.api.charging import ChargeBody
from services.penalty.api.offered import NO_STEPS, now, offered
from services.penalty.api.payments import Reference
from services.penalty.api.reading import (
    LISTED,
    Approver,
    Code,
    Due,
    Fen,
    Finance,
    Known,
    Line,
    Officer,
    Reader,
    Text,
    day_told,
    districts_asked,
)
from services.penalty.commands import deciding, publishing, spots
from services.penalty.domain import cash, spot
from services.penalty.domain.publication import PUBLICATIONS, PublicationState
from services.penalty.domain.spot_events import SpotPartyKind, SpotPerson, Tick
from services.penalty.domain.spot_steps import Asked, spot_outlook

router = APIRouter(prefix="/v1", tags=["spot-penalties"])

Receipt = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,57}$")]
STEPS = {
    "number": ("numbers", "officer"), "report": ("reports", "officer"), "collect-cash": ("cash-collections", "officer"),
    "hand-over-cash": ("cash-handovers", "finance"), "deposit-cash": ("cash-deposits", "finance"),
    "receive-payment": ("payments", "finance"), "publish": ("publications", "officer"),
    "revoke": ("revocations", "approver"), "close": ("closings", "approver"),
}  # fmt: skip
"""Where each step is posted, and by which role."""


class PersonBody(Body):
    """当事人（个人）."""

    person_id: Id
    name: Line
    id_number: Line
    address: Line
    phone: Line | None = None


class SpotCharge(ChargeBody):
    """处罚事项: what was found (the hazard, where inspection keeps one), the provision, and the fine; 0 if only warned."""

    fact: Text
    hazard_id: Annotated[str, Field(max_length=64)] = ""
    amount_fen: Due


class SpotPenalty(Body):
    """当场处罚决定: form 32 for a unit, which the register names, form 33 for a person."""

    spot_id: Id
    enterprise_id: Id
    party_kind: SpotPartyKind
    person: PersonBody | None = None
    inspection_id: Id | None = None
    act_date: IsoDate
    catalogue: Line
    charges: Annotated[list[SpotCharge], Field(min_length=1, max_length=20)]
    kinds: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    officers: Annotated[tuple[Id, ...], Field(max_length=20)]
    cards_shown: bool
    heard: bool
    statement: Text | None = None
    handed_over: bool
    signed: bool
    refused_to_sign: Text | None = None
    remedies: Annotated[tuple[Line, ...], Field(max_length=4)]
    payment: Tick
    cash_reason: Code | None = None
    party_request: bool = False
    numbering: spots.Numbering = "series"
    number: Annotated[int, Field(ge=1, le=10**6)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.party_kind == "person") != (self.person is not None):
            raise not_as_meant("当事人为个人的，须填写 person；为单位的，不得填写", "a person is named, a unit is not")
        if (self.numbering == "device") != (self.number is not None):
            raise not_as_meant("由设备编号的，须填写 number；否则不得填写", "a device says its number, nobody else")
        return self


class NumberBody(Body):
    """补编文号: the next of the series."""


class ReportBody(Body):
    """报备."""

    reported_on: IsoDate


class CashBody(Body):
    """当场收缴."""

    amount_fen: Fen
    reason: Code
    party_request: bool = False
    receipt_no: Receipt | None = None
    collected_on: IsoDate


class HandoverBody(Body):
    """交至机关."""

    handed_over_on: IsoDate


class DepositBody(Body):
    """缴付银行."""

    bank_reference: Reference
    deposited_on: IsoDate


class SpotPayment(Body):
    """罚款入账."""

    amount_fen: Fen
    bank_reference: Reference
    paid_on: IsoDate


class SpotRevocation(Body):
    """撤销当场处罚决定."""

    cause: domain.Cause
    reason: Text


class SpotClosing(Body):
    """结案."""

    reason: Line


@router.post("/spot-penalties", status_code=201)
async def decide_on_spot(body: SpotPenalty, command: Officer) -> Response:
    """Fine or warn a party on the spot; two parties are two decisions."""
    return await command.run(spots.decide, _decision(body), spots.Numbered(body.numbering, body.number), status=201)


def _decision(body: SpotPenalty) -> spot.DecideOnSpot:
    return spot.DecideOnSpot(
        spot_id=body.spot_id, enterprise_id=body.enterprise_id, party_kind=body.party_kind, unit=None,
        person=None if body.person is None else SpotPerson(**body.person.model_dump()), organ_id="", organ="",
        act_date=body.act_date,
        acts=tuple(domain.CaseAct(hazard_id=one.hazard_id, item_code=one.item_code, fact=one.fact) for one in body.charges),
        catalogue=body.catalogue,
        charges=tuple(domain.Charge(**one.model_dump(exclude={"fact", "hazard_id"})) for one in body.charges),
        kinds=body.kinds, officer_ids=body.officers, cards_shown=body.cards_shown, heard=body.heard, statement=body.statement,
        handed_over=body.handed_over, signed=body.signed, refused_to_sign=body.refused_to_sign, remedies=body.remedies,
        payment=body.payment, cash_reason=body.cash_reason, party_request=body.party_request, inspection_id=body.inspection_id,
    )  # fmt: skip


@router.post("/spot-penalties/{spot_id}/numbers", status_code=201)
async def number(spot_id: Id, command: Officer, body: NumberBody | None = None) -> Response:  # noqa: ARG001 - empty
    """Number a decision that was handed over without a number."""
    return await command.run(spots.number, spot_id, status=201)


@router.post("/spot-penalties/{spot_id}/reports", status_code=201)
async def report(spot_id: Id, body: ReportBody, command: Officer) -> Response:
    """Put the decision on the organ's record."""
    return await command.run(spots.report, spot_id, body.reported_on, status=201)


@router.post("/spot-penalties/{spot_id}/cash-collections", status_code=201)
async def collect_cash(spot_id: Id, body: CashBody, command: Officer) -> Response:
    """Take the fine in cash, against a receipt."""
    return await command.run(spots.collect_cash, spot_id, cash.CollectCash(**body.model_dump()), status=201)


@router.post("/spot-penalties/{spot_id}/cash-handovers", status_code=201)
async def hand_over_cash(spot_id: Id, body: HandoverBody, command: Finance) -> Response:
    """Confirm that the organ has the cash."""
    return await command.run(spots.hand_over_cash, spot_id, body.handed_over_on, status=201)


@router.post("/spot-penalties/{spot_id}/cash-deposits", status_code=201)
async def deposit_cash(spot_id: Id, body: DepositBody, command: Finance) -> Response:
    """Record that the cash was paid in at the bank."""
    return await command.run(spots.deposit_cash, spot_id, body.bank_reference, body.deposited_on, status=201)


@router.post("/spot-penalties/{spot_id}/payments", status_code=201)
async def receive_payment(spot_id: Id, body: SpotPayment, command: Finance) -> Response:
    """Record a transfer of the party at the bank."""
    return await command.run(spots.receive_payment, spot_id, domain.ReceivePayment(**body.model_dump()), status=201)


@router.post("/spot-penalties/{spot_id}/closings", status_code=201)
async def close(spot_id: Id, body: SpotClosing, command: Approver) -> Response:
    """Close it: numbered, reported, paid."""
    return await command.run(spots.close, spot_id, body.reason, status=201)


@router.post("/spot-penalties/{spot_id}/revocations", status_code=201)
async def revoke(spot_id: Id, body: SpotRevocation, command: Approver) -> Response:
    """Void the decision; it is made lighter by `/v1/cases/{spot_id}/decision-changes`."""
    voided = domain.RevokeDecision(cause=body.cause, reason=body.reason, anew=False)
    return await command.run(deciding.revoke_decision, spot_id, voided, status=201)


@router.get("/spot-penalties", dependencies=LISTED)
async def list_spot_penalties(
    request: Request, principal: Reader, seen: Seen, asked: Paged, state: Annotated[str | None, Query(max_length=40)] = None,
    district: Annotated[str | None, Query(max_length=64)] = None, organ_id: Annotated[str | None, Query(max_length=64)] = None,
    enterprise_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:  # fmt: skip
    """Penalties decided on the spot, those first whose next clock runs out first."""
    districts = districts_asked(principal, district)
    wanted = queries.CaseFilter(districts=districts, state=state, organ_id=organ_id, enterprise_id=enterprise_id)
    rows = await queries.spots(seen, wanted, asked.after_day, asked.limit + 1)
    items = [{**row, "clock_on": day_told(row["clock_on"])} for row in rows]
    return listed(request, asked, items, lambda row: [row["clock_on"] or date.max, row["spot_id"]])


@router.get("/spot-penalties/{spot_id}")
async def read_spot_penalty(spot_id: str, request: Request, principal: Reader, db: Known, as_of: Moment) -> Response:
    """One of them: the decision, what it lacks, its defects, its money, what may be done next, what not and why."""
    at = await aggregate(request, principal, spot.SPOTS, spot_id, as_of)
    payment = await related(request, domain.PAYMENTS, spot_id, as_of, at)
    publication = await related(request, PUBLICATIONS, spot_id, as_of, at)
    told = asdict(at.state)
    view = {
        "spot_id": spot_id, "state": at.state.state, "missing": at.state.missing, **told, "district": at.district,
        "version": at.version, "payment": asdict(payment.state) if payment.exists else None,
        "publication": publishing.told(publication.state) if publication.exists else None,
        **(NO_STEPS if as_of is not None
           else await offered(_outlook(db, at.state, payment.state, publication.state, now(request)), STEPS)),
    }  # fmt: skip
    return answer_json(view, version=at.version)


async def _outlook(
    db: Known, state: spot.SpotState, payment: domain.PaymentState, publication: PublicationState, at: datetime
) -> tuple[domain.Outlook, ...]:
    rules = await queries.rules_on(db.fetch, day_of(at))
    unpublished = await queries.unpublished(db.fetch, spot.served(state), {domain.UNIT: publication})
    return spot_outlook(
        Asked(state=state, payment=payment, at=at, rules=rules, publication=publication, published=not unpublished)
    )
