"""Payment of fines over HTTP: transfers, refunds, deferral and instalments, the surcharge; what each party owes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from chassis.aggregates import AsOf, Loaded
from chassis.domain import day_of
from chassis.http import Body, Db, Id, IsoDate, Seen, answer_json
from chassis.moments import Moment, related
from services.penalty import domain, queries
from services.penalty.api.offered import now
from services.penalty.api.reading import AnyDay, Approver, Fen, Finance, Officer, Reader, Text, case_or_spot
from services.penalty.commands import payments
from services.penalty.domain import CaseState, PaymentState, bank, deferral, payment, surcharge
from services.penalty.domain.arrears import SurchargeLaw
from services.penalty.domain.payment_events import Span
from services.penalty.domain.remedy import REMEDIES

router = APIRouter(prefix="/v1", tags=["payments"])

Reference = Annotated[str, Field(pattern=bank.IDS)]


class PartyBody(Body):
    """Whose fine it is about: the unit's, or a person's."""

    party_id: Id = domain.UNIT
    """Which party: `unit`, or the id of a person who joined the case."""


class PaymentBody(PartyBody):
    """罚款入账."""

    amount_fen: Fen
    """What came, in fen."""
    bank_reference: Reference
    """The bank's number of the transfer 流水号: known once in the account of the organ."""
    paid_on: IsoDate
    """The day of the transfer; not before the decision was received."""


class RefundBody(PartyBody):
    """退还罚款."""

    amount_fen: Fen
    """What was given back, in fen; not more than is to be."""
    bank_reference: Reference
    """The bank's number of the transfer by which it went back."""
    refunded_on: IsoDate
    """The day of that transfer."""


class PartBody(Body):
    """What is to be paid until when."""

    due_on: AnyDay
    """The last day for this part; after the one before."""
    amount_fen: Fen
    """What is due then, in fen."""


Parts = Annotated[tuple[PartBody, ...], Field(min_length=1, max_length=60)]


class DeferralBody(PartyBody):
    """延期（分期）缴纳申请: all of it later, or in parts."""

    reason: Text
    """Why the party cannot pay now (行政处罚法 66)."""
    instalments: Parts
    """One part: all of it later 延期; several: in parts 分期. Together exactly what is owed."""
    applied_on: IsoDate
    """The day on which the party applied; not before it received the decision."""


class DeferralAnswerBody(PartyBody):
    """延期（分期）缴纳审批: as it was asked for, or in other parts."""

    agreed: bool
    """Whether it may pay later."""
    opinion: Text
    """What the approver says (forms 38, 39)."""
    instalments: Parts | None = None
    """Other parts than were asked for; together exactly what is owed."""


class SurchargeBody(PartyBody):
    """加处罚款决定: up to today, if no day is named."""

    until: IsoDate | None = None
    """Up to which day the surcharge 加处罚款 is decided, counted; today where none is said (行政处罚法 72)."""


class RemissionBody(PartyBody):
    """减免加处罚款."""

    amount_fen: Fen
    """How much of the surcharge is let off, in fen; never of the fine (行政强制法 42)."""
    reason: Text
    """What was agreed, and how the party performs it."""


@router.post("/cases/{case_id}/payments", status_code=201)
async def receive_payment(case_id: str, body: PaymentBody, command: Finance) -> Response:
    """Record a transfer of a party: in part, in time or late; what is more than it owes is to be given back."""
    came = domain.ReceivePayment(amount_fen=body.amount_fen, bank_reference=body.bank_reference, paid_on=body.paid_on)
    return await command.run(payments.receive_payment, case_id, body.party_id, came, status=201)


@router.post("/cases/{case_id}/refunds", status_code=201)
async def make_refund(case_id: str, body: RefundBody, command: Finance) -> Response:
    """Record that money was given back, at most what is to be."""
    back = payment.MakeRefund(amount_fen=body.amount_fen, bank_reference=body.bank_reference, refunded_on=body.refunded_on)
    return await command.run(payments.make_refund, case_id, body.party_id, back, status=201)


@router.post("/cases/{case_id}/deferrals", status_code=201)
async def request_deferral(case_id: str, body: DeferralBody, command: Officer) -> Response:
    """Record that a party asks to pay later, or in parts, and why."""
    asked = deferral.RequestDeferral(reason=body.reason, parts=_parts(body.instalments), applied_on=body.applied_on)
    return await command.run(payments.request_deferral, case_id, body.party_id, asked, status=201)


@router.post("/cases/{case_id}/deferral-answers", status_code=201)
async def answer_deferral(case_id: str, body: DeferralAnswerBody, command: Approver) -> Response:
    """Agree or not; the answer holds the number of the approval and the instalments with those of theirs."""
    answer = deferral.AnswerDeferral(
        approver=command.principal.actor(command.role), agreed=body.agreed, opinion=body.opinion,
        parts=None if body.instalments is None else _parts(body.instalments),
    )  # fmt: skip
    return await command.run(payments.answer_deferral, case_id, body.party_id, answer, status=201)


@router.post("/cases/{case_id}/surcharges", status_code=201)
async def decide_surcharge(case_id: str, body: SurchargeBody, command: Approver) -> Response:
    """Decide what has accrued of the surcharge; the answer holds the number of the decision."""
    return await command.run(payments.decide_surcharge, case_id, body.party_id, body.until, status=201)


@router.post("/cases/{case_id}/surcharge-remissions", status_code=201)
async def remit_surcharge(case_id: str, body: RemissionBody, command: Approver) -> Response:
    """Let a party off a part of the surcharge, by agreement."""
    return await command.run(payments.remit_surcharge, case_id, body.party_id, body.amount_fen, body.reason, status=201)


def _parts(bodies: tuple[PartBody, ...]) -> tuple[deferral.Part, ...]:
    return tuple(deferral.Part(part.due_on, part.amount_fen) for part in bodies)


@router.get("/cases/{case_id}/payments")
async def read_payments(
    case_id: str, request: Request, principal: Reader, db: Db, seen: Seen, as_of: Moment,
    on: Annotated[AnyDay | None, Query(description="up to which day the surcharge is reckoned; today, if none is named")] = None,
) -> Response:  # fmt: skip
    """What each party of a case owes: every transfer, instalment and decision, and the surcharge up to a day."""
    case = await case_or_spot(request, principal, case_id, as_of)
    day = on or day_of(now(request))
    law = await queries.surcharge_law_on(db.fetch, day)
    parties = [await _party(request, case, party_id, as_of) for party_id in await queries.paying_parties(seen, case_id)]
    items = [_told(owed.state, law, day, await _pending(request, case, owed.key, as_of)) for owed in parties if owed.exists]
    return answer_json({"case_id": case_id, "on": day, "parties": items}, version=case.version)


async def _party(request: Request, case: Loaded[CaseState], party_id: str, as_of: AsOf | None) -> Loaded[PaymentState]:
    return await related(request, domain.PAYMENTS, domain.region_key(case.key, party_id), as_of, case)


async def _pending(request: Request, case: Loaded[CaseState], key: str, as_of: AsOf | None) -> tuple[Span, ...]:
    return surcharge.pending_days((await related(request, REMEDIES, key, as_of, case)).state)


def _told(state: PaymentState, law: SurchargeLaw | None, day: date, pending: tuple[Span, ...]) -> dict[str, Any]:
    """A party's payment with what follows from it; of the surcharge, what has accrued and what of it is not decided yet."""
    return {
        **asdict(state), "payment_code": domain.region_key(state.case_id, state.party_id),
        "outstanding_fen": state.outstanding_fen, "fine_due_fen": state.fine_due_fen,
        "confiscation_due_fen": state.confiscation_due_fen, "surcharge_due_fen": state.surcharge_due_fen,
        "credit_fen": state.credit_fen, "revoked_fen": state.revoked_fen,
        "next_due_on": state.next_due_on, "final_due_on": state.final_due_on,
        "accrued": None if law is None else _accrued(state, law, day, pending),
    }  # fmt: skip


def _accrued(state: PaymentState, law: SurchargeLaw, day: date, pending: tuple[Span, ...]) -> dict[str, Any]:
    found = surcharge.accrued(state, law, day, pending)
    missing = 0 if state.debt is None else state.debt.missing(day)
    return {
        "on": day, "in_arrears_fen": missing, "days": found.days, "surcharge_fen": found.fen,
        "undecided_fen": max(0, found.fen - state.surcharge_fen), "limit_on": surcharge.limit_day(state, law, day, pending),
    }  # fmt: skip
