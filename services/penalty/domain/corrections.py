"""A transfer that was recorded wrongly: finance proposes its correction, an approver decides; nothing that was told is edited.

What holds for corrections of cash too stands here: one waits at a time, somebody else decides it, nobody else withdraws it.
"""

from __future__ import annotations

from datetime import date

from chassis.domain import Event, Refused
from services.penalty.domain.bank import TransferState, reference_known, struck
from services.penalty.domain.bank_events import (
    BankTransferCorrected,
    BankTransferCorrectionProposed,
    BankTransferCorrectionRefused,
    BankTransferCorrectionWithdrawn,
)
from services.penalty.domain.payment_events import Misrecorded


def propose_correction(state: TransferState, kind: Misrecorded, reason: str, proposed_by: str, day: date) -> list[Event]:
    """Say that it is another's fine (`misassigned`), or that sum, day or reference were typed in wrongly (`mistyped`).

    Refused `transfer-not-assigned`, `transfer-of-statement`, `correction-proposed-already`.
    """
    if state.sent is not None:
        raise reference_known(state.sent.bank_reference)
    reported = state.reported
    if reported is None:
        raise struck(state)
    if state.case_id is None or state.party_id is None:
        raise Refused("transfer-not-assigned", "该笔入账未记在任何罚款账户上", "the transfer is recorded for no fine")
    require_none_waits(None if state.asked is None else state.asked.kind)
    if kind == "mistyped" and reported.statement_id is not None:
        raise Refused(
            "transfer-of-statement", "该笔入账来自银行对账单，金额、日期和流水号以银行为准；只能更正认领（misassigned）",
            "the bank told this transfer itself: only whose fine it is for can be corrected (misassigned)",
            statement_id=reported.statement_id, line=reported.line,
        )  # fmt: skip
    return [
        BankTransferCorrectionProposed(
            bank_reference=reported.bank_reference, kind=kind, case_id=state.case_id, party_id=state.party_id, reason=reason,
            proposed_by=proposed_by, proposed_on=day,
        )
    ]  # fmt: skip


def require_proposed(state: TransferState) -> BankTransferCorrectionProposed:
    """The correction that waits to be decided; Refused `correction-not-proposed`."""
    if state.asked is None:
        raise none_waits()
    return state.asked


def withdraw_correction(state: TransferState, reason: str, withdrawn_by: str, day: date) -> list[Event]:
    """Who proposed it does not any more. Refused `not-the-proposer`, `correction-not-proposed`."""
    asked = require_proposed(state)
    require_proposer(asked.proposed_by, withdrawn_by)
    return [
        BankTransferCorrectionWithdrawn(
            bank_reference=asked.bank_reference, reason=reason, withdrawn_by=withdrawn_by, withdrawn_on=day
        )
    ]  # fmt: skip


def answer_correction(state: TransferState, agreed: bool, opinion: str, answered_by: str, day: date) -> list[Event]:
    """Agree or not, by somebody else than who proposed it. Refused `own-correction`, `correction-not-proposed`."""
    asked = require_proposed(state)
    require_another(asked.proposed_by, answered_by)
    if not agreed:
        return [
            BankTransferCorrectionRefused(
                bank_reference=asked.bank_reference, opinion=opinion, refused_by=answered_by, refused_on=day
            )
        ]
    return [
        BankTransferCorrected(
            bank_reference=asked.bank_reference, kind=asked.kind, case_id=asked.case_id, party_id=asked.party_id,
            opinion=opinion, proposed_by=asked.proposed_by, approved_by=answered_by, corrected_on=day,
        )
    ]  # fmt: skip


def require_none_waits(kind: Misrecorded | None) -> None:
    """One correction waits at a time. Refused `correction-proposed-already`."""
    if kind is not None:
        zh, en = "该笔款项已有待决定的更正申请", "a correction of this money waits to be decided"
        raise Refused("correction-proposed-already", zh, en, kind=kind)


def none_waits() -> Refused:
    """The refusal of an answer to nothing."""
    return Refused("correction-not-proposed", "该笔款项没有待决定的更正申请", "no correction of this money is proposed")


def require_another(proposed_by: str, who: str) -> None:
    """Nobody decides what they proposed. Refused `own-correction`."""
    if proposed_by == who:
        raise Refused("own-correction", "申请人不得批准自己申请的更正", "who proposed a correction may not decide it")


def require_proposer(proposed_by: str, who: str) -> None:
    """Nobody withdraws what another proposed: that is answered. Refused `not-the-proposer`."""
    if proposed_by != who:
        zh, en = "更正申请只能由申请人本人撤回", "a correction is withdrawn by whoever proposed it"
        raise Refused("not-the-proposer", zh, en, proposed_by=proposed_by)
