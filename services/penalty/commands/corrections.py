"""Money that was recorded wrongly: its correction proposed by finance, decided by an approver, carried out in one write set."""

from __future__ import annotations

from typing import Any

from chassis.domain import day_of
from chassis.runner import Work
from services.penalty.commands.enforceable import begin_court_period
from services.penalty.commands.payments import account, law_by, reckoned, told
from services.penalty.domain import corrections, reversal
from services.penalty.domain.bank import TRANSFERS, TransferState
from services.penalty.domain.guards import require_approver, require_not_before
from services.penalty.domain.payment import RULE
from services.penalty.domain.payment_events import Misrecorded


async def propose_correction(work: Work, bank_reference: str, kind: Misrecorded, reason: str) -> dict[str, Any]:
    """Finance found that a transfer is recorded wrongly; nothing changes before somebody else has decided."""
    transfer = await work.existing(TRANSFERS, bank_reference)
    events = corrections.propose_correction(transfer.state, kind, reason, work.actor.id, day_of(work.at))
    case_id, party_id = _whose(transfer.state)
    of = await account(work, case_id, party_id)
    reversal.require_reversible(of.payment.state, bank_reference, of.rules)
    work.append(transfer, events)
    return {"case_id": case_id, "party_id": party_id, **told(of.payment.state)}


async def answer_correction(work: Work, bank_reference: str, agreed: bool, opinion: str) -> dict[str, Any]:
    """The approver agrees or not: the payment is taken back, the transfer is for no fine again, or none at all.

    Not on a day before it was proposed. What could not be enforced while it seemed paid may be again.
    """
    transfer = await work.existing(TRANSFERS, bank_reference)
    asked = corrections.require_proposed(transfer.state)
    of = await account(work, asked.case_id, asked.party_id)
    require_approver(of.case.state, work.actor, of.rules)
    require_not_before(day_of(work.at), asked.proposed_on, of.rules, RULE)
    events = corrections.answer_correction(transfer.state, agreed, opinion, work.actor.id, day_of(work.at))
    state = of.payment.state
    if agreed:
        command = reversal.ReversePayment(
            bank_reference=bank_reference, kind=asked.kind, reason=asked.reason, proposed_by=asked.proposed_by,
            approver=work.actor,
        )  # fmt: skip
        taken = work.append(of.payment, reversal.reverse_payment(of.case.state, state, command, work.at, of.rules))
        state = await reckoned(work, taken, law_by(of.rules))
        await begin_court_period(work, of.case, asked.party_id)
    work.append(transfer, events)
    return {"case_id": asked.case_id, "party_id": asked.party_id, "corrected": agreed, **told(state)}


def _whose(state: TransferState) -> tuple[str, str]:
    return state.case_id or "", state.party_id or ""
