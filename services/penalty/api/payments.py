"""Payment of fines over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, IsoDate
from services.penalty import domain
from services.penalty.api.reading import Fen, Finance
from services.penalty.commands import payments

router = APIRouter(prefix="/v1", tags=["cases"])


class PaymentBody(Body):
    """罚款入账."""

    amount_fen: Fen
    bank_reference: Annotated[str, Field(min_length=1, max_length=64)]
    paid_on: IsoDate


@router.post("/cases/{case_id}/payments", status_code=201)
async def receive_payment(case_id: str, body: PaymentBody, command: Finance) -> Response:
    """Record a transfer of the party."""
    payment = domain.ReceivePayment(**body.model_dump())
    return await command.run(payments.receive_payment, case_id, payment, status=201)
