"""Corrections of cash that was taken on the spot, over HTTP; its deposit is corrected as the bank transfer that it is."""

from __future__ import annotations

from fastapi import APIRouter, Response

from chassis.http import Body, Id
from services.penalty.api.bank import CorrectionAnswerBody, CorrectionWithdrawalBody
from services.penalty.api.reading import Approver, Finance, Text
from services.penalty.commands import corrections
from services.penalty.domain.payment_events import Misrecorded
from services.penalty.domain.spot_events import CashStep

router = APIRouter(prefix="/v1", tags=["spot-penalties"])


class CashCorrectionBody(Body):
    """收缴更正申请: which entry is recorded wrongly, and in what."""

    entry: CashStep
    """`collection` 收缴: that it was taken; `handover` 交至机关: that the organ has it."""
    kind: Misrecorded
    """`misassigned` 记错: the cash is another penalty's; `mistyped` 录入有误: receipt, reason or day was typed wrongly."""
    reason: Text
    """What is wrong, and how that was found out."""


@router.post("/spot-penalties/{spot_id}/cash-corrections", status_code=201)
async def propose_cash_correction(spot_id: Id, body: CashCorrectionBody, command: Finance) -> Response:
    """Propose to correct cash that is recorded wrongly, also of a penalty that is closed; nothing changes before the answer.

    What was paid in at the bank is corrected there first (`cash-deposited`).
    """
    return await command.run(
        corrections.propose_cash_correction, spot_id, body.entry, body.kind, body.reason, status=201
    )  # fmt: skip


@router.post("/spot-penalties/{spot_id}/cash-correction-withdrawals", status_code=201)
async def withdraw_cash_correction(spot_id: Id, body: CorrectionWithdrawalBody, command: Finance) -> Response:
    """Withdraw a correction that waits to be decided, by whoever proposed it; nothing has changed."""
    return await command.run(corrections.withdraw_cash_correction, spot_id, body.reason, status=201)


@router.post("/spot-penalties/{spot_id}/cash-correction-answers", status_code=201)
async def answer_cash_correction(spot_id: Id, body: CorrectionAnswerBody, command: Approver) -> Response:
    """Agree or not, by somebody else than who proposed it, who did not decide the penalty.

    If agreed, the entry is as if it had never been there: its period counts again; with that of the cash itself its receipt is
    free and the party owes. A closed penalty stays closed; its cash may be recorded anew, what is owed may be paid.
    """
    return await command.run(corrections.answer_cash_correction, spot_id, body.agreed, body.opinion, status=201)
