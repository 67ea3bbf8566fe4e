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
from chassis.moments import Moment, aggregate
from chassis.offers import NO_STEPS
from services.penalty import domain, queries
from services.penalty.api import answers
from services.penalty.api.cases import STEPS as CASE_STEPS
from services.penalty.api.cases import regions_beside
from services.penalty.api.charging import ChargeBody
from services.penalty.api.clocks import passed_by, ruled, rules_if_any, running_on_the_spot
from services.penalty.api.offered import ON, asked_time, now, offered
from services.penalty.api.papers import Papered
from services.penalty.api.payments import Reference
from services.penalty.api.reading import (
    LISTED,
    AnyDay,
    Approver,
    CashReason,
    Due,
    Fen,
    Finance,
    Kinds,
    Known,
    Line,
    Officer,
    Reader,
    Text,
    day_told,
    districts_asked,
)
from services.penalty.commands import deciding, publishing, spots
from services.penalty.commands.opening import as_case
from services.penalty.domain import cash, spot
from services.penalty.domain.following import unfollowed
from services.penalty.domain.regions import Regions
from services.penalty.domain.spot_events import SpotPartyKind, SpotPerson, Tick
from services.penalty.domain.spot_steps import Asked, spot_outlook

router = APIRouter(prefix="/v1", tags=["spot-penalties"])

Receipt = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,57}$")]
STEPS = {
    "number": ("numbers", "officer"), "report": ("reports", "officer"), "collect-cash": ("cash-collections", "officer"),
    "hand-over-cash": ("cash-handovers", "finance"), "deposit-cash": ("cash-deposits", "finance"),
    "propose-cash-correction": ("cash-corrections", "finance"),
    "answer-cash-correction": ("cash-correction-answers", "approver"),
    "withdraw-cash-correction": ("cash-correction-withdrawals", "finance"),
    "receive-payment": ("payments", "finance"), "publish": ("publications", "officer"),
    "revoke": ("revocations", "approver"), "revoke-as-decided": ("revocations", "approver"), "close": ("closings", "approver"),
}  # fmt: skip
"""Where each step is posted, and by which role."""


class PersonBody(Papered):
    """当事人（个人）."""

    person_id: Id
    """The id of the person, made by the sender; never that of an enterprise."""
    name: Line
    """Name 姓名; sealed for the person."""
    address: Line
    """住址; sealed for the person."""
    phone: Line | None = None
    """联系电话."""


class SpotCharge(ChargeBody):
    """处罚事项: what was found (the hazard, where inspection keeps one), the provision, and the fine; 0 if only warned."""

    fact: Text
    """What was found 违法事实, in words."""
    hazard_id: Annotated[str, Field(max_length=64)] = ""
    """The hazard of the inspection service that the act showed as; empty if there is none."""
    amount_fen: Due
    """The fine in fen; 0 where the act is only warned about. All together up to the limit for the party (行政处罚法 51)."""


class SpotPenalty(Body):
    """当场处罚决定: form 32 for a unit, which the register names, form 33 for a person."""

    spot_id: Id
    """The id of the penalty, made by the sender; never that of a case."""
    enterprise_id: Id
    """The enterprise (site) of the register at which it was found."""
    party_kind: SpotPartyKind
    """Who is punished: the `unit` (form 32), or a natural `person` (form 33)."""
    person: PersonBody | None = None
    """The natural person; only of a penalty against one."""
    inspection_id: Id | None = None
    """The inspection at which it was found, if there is one."""
    act_date: IsoDate
    """The day of the act."""
    catalogue: Line
    """The edition of the catalogue whose codes the charges name."""
    charges: Annotated[list[SpotCharge], Field(min_length=1, max_length=20)]
    """What is punished, each item once."""
    kinds: Kinds = ()
    """`warning` 警告 where one is given, alone or beside the fine (行政处罚法 51)."""
    officers: Annotated[tuple[Id, ...], Field(max_length=20)]
    """Who decides: at least two qualified officers (行政处罚法 42)."""
    cards_shown: bool
    """Whether they showed their enforcement cards (行政处罚法 52)."""
    heard: bool
    """Whether the party was told of its rights and heard on the spot (行政处罚法 44, 45)."""
    statement: Text | None = None
    """What the party said, if it said anything."""
    handed_over: bool
    """Whether the decision was handed over on the spot (行政处罚法 52)."""
    signed: bool
    """Whether the party signed for it."""
    refused_to_sign: Text | None = None
    """How a refusal to sign was noted on the decision (行政处罚法 52)."""
    remedies: Annotated[tuple[Line, ...], Field(max_length=4)]
    """Before which organs and court it can be fought, as the form says (行政处罚法 59)."""
    payment: Tick
    """How the fine is paid: `on-the-spot` in cash, or at the `bank` (行政处罚法 67, 68)."""
    cash_reason: CashReason | None = None
    """Why it may be taken in cash, by a reason of the rulebook (`cash_reasons`; 行政处罚法 68, 69)."""
    party_request: bool = False
    """Whether the party asked to pay on the spot (行政处罚法 69)."""
    numbering: spots.Numbering = "series"
    """Where the number comes from: the `series` of the organ, the block of a `device`; or `none`: it is numbered later."""
    number: Annotated[int, Field(ge=1, le=10**6)] | None = None
    """The number that the device took out of its block."""

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
    """The day on which the organ had it on its record; not before the decision (行政处罚法 52)."""


class CashBody(Body):
    """当场收缴."""

    amount_fen: Fen
    """What was taken, in fen: all that is owed."""
    reason: CashReason
    """Why in cash, by a reason of the rulebook (`cash_reasons`; 行政处罚法 68, 69)."""
    party_request: bool = False
    """Whether the party asked for it (行政处罚法 69)."""
    receipt_no: Receipt | None = None
    """The number of the receipt 专用票据, which is given once (行政处罚法 70)."""
    collected_on: IsoDate
    """The day it was taken."""


class HandoverBody(Body):
    """交至机关."""

    handed_over_on: IsoDate
    """The day on which the organ had the cash (行政处罚法 71)."""


class DepositBody(Body):
    """缴付银行."""

    bank_reference: Reference
    """The bank's number of the deposit."""
    deposited_on: IsoDate
    """The day it was paid in at the bank (行政处罚法 71)."""


class SpotPayment(Body):
    """罚款入账."""

    amount_fen: Fen
    """What came, in fen."""
    bank_reference: Reference
    """The bank's number of the transfer: known once in the account of the organ."""
    paid_on: IsoDate
    """The day of the transfer; not before the decision."""


class SpotRevocation(Body):
    """撤销当场处罚决定."""

    cause: domain.Cause
    """By whose word: self-correction, reconsideration, litigation, supervision."""
    reason: Text
    """Why."""


class SpotClosing(Body):
    """结案."""

    reason: Line
    """In words."""


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


@router.get("/spot-penalties", dependencies=LISTED, responses=answers.told(answers.Page[answers.SpotRow]))
async def list_spot_penalties(
    request: Request, principal: Reader, seen: Seen, asked: Paged, state: Annotated[str | None, Query(max_length=40)] = None,
    district: Annotated[str | None, Query(max_length=64)] = None, organ_id: Annotated[str | None, Query(max_length=64)] = None,
    enterprise_id: Annotated[str | None, Query(max_length=64)] = None, proposed: bool | None = None,
) -> Response:  # fmt: skip
    """Penalties decided on the spot, those first whose next clock runs out first.

    `proposed`: those of whose cash a correction waits to be decided.
    """
    districts = districts_asked(principal, district)
    wanted = queries.CaseFilter(districts=districts, state=state, organ_id=organ_id, enterprise_id=enterprise_id)
    rows = await queries.spots(seen, wanted, proposed, asked.after_day, asked.limit + 1)
    items = [{**row, "clock_on": day_told(row["clock_on"])} for row in rows]
    return listed(request, asked, items, lambda row: [row["clock_on"] or date.max, row["spot_id"]])


@router.get("/spot-penalties/{spot_id}", responses=answers.told(answers.SpotAnswer))
async def read_spot_penalty(spot_id: str, request: Request, principal: Reader, db: Known, as_of: Moment) -> Response:
    """One of them: the decision, what it lacks, its defects, its money, what may be done next, what not and why."""
    at = await aggregate(request, principal, spot.SPOTS, spot_id, as_of)
    told, case = asdict(at.state), as_case(at)
    regions = await regions_beside(request, case, as_of)
    payment, publication = regions.payments.get(domain.UNIT), regions.publications.get(domain.UNIT)
    if as_of is None:
        rules, steps = await offered(_outlook(db, at.state, regions, now(request)), posted_of(spot_id))
    else:
        rules, steps = await rules_if_any(db, day_of(now(request))), NO_STEPS
    view = {
        "spot_id": spot_id, "state": at.state.state, "missing": at.state.missing, **told, "district": at.district,
        "version": at.version, "payment": payment, "closure": regions.standing.closure,
        "clocks": ruled(running_on_the_spot(at.state, regions), rules),
        "publication": None if publication is None else publishing.told(publication),
        "unfollowed": unfollowed(case.state, regions.remedies), **steps,
    }  # fmt: skip
    return answer_json(view, version=at.version)


@router.get("/spot-penalties/{spot_id}/outlook", responses=answers.told(answers.SpotOutlook))
async def foresee(
    spot_id: str, request: Request, principal: Reader, db: Known,
    on: Annotated[AnyDay | None, Query(description=ON)] = None,
) -> Response:  # fmt: skip
    """What may be done with it on a day, were nothing done until then: what is permitted, what is not and why, the clocks.

    Today, or a day to come: of one that has passed it is refused (422 `day-in-past`), as nothing is done in the past. How it
    was then tells `GET /v1/spot-penalties/{spot_id}?as_of=`.
    """
    at = await aggregate(request, principal, spot.SPOTS, spot_id, None)
    regions, then = await regions_beside(request, as_case(at), None), asked_time(request, on)
    rules, steps = await offered(_outlook(db, at.state, regions, then), posted_of(spot_id))
    clocks = passed_by(ruled(running_on_the_spot(at.state, regions), rules), then)
    view = {"spot_id": spot_id, "on": day_of(then), "clocks": clocks, **steps}
    return answer_json(view, version=at.version)


def posted_of(spot_id: str) -> dict[str, tuple[str, str]]:
    """Where each step is posted, and by which role: its own below its address, those that cases have too by their whole path."""
    beside = {name: (f"/v1/cases/{spot_id}/{path}", role) for name, (path, role) in CASE_STEPS.items() if name not in STEPS}
    return {**beside, **STEPS}


async def _outlook(
    db: Known, state: spot.SpotState, regions: Regions, at: datetime
) -> tuple[domain.Rules, tuple[domain.Outlook, ...]]:  # fmt: skip
    rules = await queries.rules_on(db.fetch, day_of(at))
    unpublished = await queries.unpublished(db.fetch, spot.served(state), regions.publications)
    return rules, spot_outlook(Asked(state=state, regions=regions, at=at, rules=rules, unpublished=unpublished))
