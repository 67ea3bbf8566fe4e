"""The end of a penalty decided on the spot: closed by the approver, when nothing of it is left to be done."""

from __future__ import annotations

from datetime import datetime

from chassis.domain import Actor, Event, Guards, day_of
from services.penalty.domain.account import PaymentState
from services.penalty.domain.case import CaseState
from services.penalty.domain.guards import APPROVAL, require_not_handler
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.spot import FORM, SpotState, require_decided
from services.penalty.domain.spot_events import SpotPenaltyClosed
from services.penalty.domain.sums import yuan


def close_spot(
    state: SpotState, payment: PaymentState, reason: str, approver: Actor, at: datetime, rules: Rules, *, published: bool = True,
    hopeless: bool = False,
) -> list[Event]:  # fmt: skip
    """Close it: complete, paid in full, cash at the bank, published; by nobody who decided it on the spot (closing guards).

    `hopeless`: a court ended enforcement, or none can be asked any more; then it is closed unpaid.
    """
    told, guards = require_decided(state, rules), Guards()
    with guards:
        require_not_handler(CaseState(officers=told.officers), approver, rules, APPROVAL)
    with guards:
        rules.require(
            not state.missing, FORM, "spot-incomplete", "当场处罚决定未编号或者未报备，不得结案",
            "a decision without a number or a report is incomplete", missing=state.missing,
        )  # fmt: skip
    with guards:
        rules.require(
            not told.total_fen or payment.settled_on is not None or state.revoked or hopeless, "penalty-performed",
            "payment-not-settled", f"罚款尚未缴清，尚欠 {yuan(payment.outstanding_fen)}",
            "the fine is not paid in full", outstanding_fen=payment.outstanding_fen,
        )  # fmt: skip
    with guards:
        rules.require(
            not payment.credit_fen, "penalty-performed", "credit-open", "应退罚款尚未退还", "money is to be given back still",
            credit_fen=payment.credit_fen,
        )  # fmt: skip
    with guards:
        rules.require(
            state.collected is None or state.deposited is not None, "T15-cash-to-bank", "cash-not-deposited",
            "当场收缴的罚款尚未缴付银行", "the cash is not at the bank",
        )  # fmt: skip
    with guards:
        rules.require(
            published or "publication-done" not in rules.closing_guards, "publication-done", "not-published",
            "应当公示的处罚决定尚未公示", "the decision is not published yet",
        )  # fmt: skip
    guards.settle()
    return [SpotPenaltyClosed(spot_id=told.spot_id, reason=reason, closed_on=day_of(at))]
