"""Payment of the fine: money received, and missed."""

from __future__ import annotations

from typing import Any

from chassis.deadlines import Deadline
from chassis.runner import Work
from services.penalty import domain
from services.penalty.commands.opening import due_on, opened
from services.penalty.domain import PAYMENTS


async def receive_payment(work: Work, case_id: str, command: domain.ReceivePayment) -> dict[str, Any]:
    """The bank reports a transfer."""
    case, rules = await opened(work, case_id)
    decision = domain.require_served(case.state, rules)
    domain.require_not_before(command.paid_on, decision.decided_on, rules, "fine-separation")
    payment = await work.load(PAYMENTS, case_id)
    after = work.append(payment, domain.receive_payment(payment.state, command, work.at, rules)).state
    return {"outstanding_fen": after.outstanding_fen, "settled": after.settled_on is not None}


async def flag_payment_overdue(work: Work, deadline: Deadline) -> None:
    """The payment period has passed."""
    work.rulebook = deadline.detail.get("rulebook")
    payment = await work.existing(PAYMENTS, deadline.key)
    work.append(payment, domain.flag_payment_overdue(payment.state, due_on(deadline), work.at))
