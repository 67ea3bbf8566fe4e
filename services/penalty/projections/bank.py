"""The list of bank transfers: matched to a fine, waiting for somebody to say what they are for, or sent back."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event
from chassis.projector import Batch
from services.penalty.domain.bank_events import (
    BankTransferAssigned,
    BankTransferCorrected,
    BankTransferCorrectionProposed,
    BankTransferCorrectionRefused,
    BankTransferCorrectionWithdrawn,
    BankTransferReported,
    BankTransferReturned,
)

PREFIX = "bank-transfer:"


async def project_transfers(batch: Batch) -> None:
    """Fold events into the list of transfers."""
    ours = [one for one in batch.events if one.envelope.stream_id.startswith(PREFIX)]
    rows = await batch.rows("bank_transfers", [one.envelope.stream_id.removeprefix(PREFIX) for one in ours])
    for one in ours:
        key, event = one.envelope.stream_id.removeprefix(PREFIX), batch.event(one)
        if isinstance(event, BankTransferReported):
            where = {"district": one.envelope.district, "organ_id": one.envelope.organ, "version": one.envelope.version}
            rows.put(key, {**_reported(event), **where, "bank_reference": key})
        rows.patch(key, **_changes(event), version=one.envelope.version)


def _reported(e: BankTransferReported) -> dict[str, Any]:
    return {
        "state": "unmatched" if e.case_id is None else "matched", "amount_fen": e.amount_fen,
        "paid_on": e.paid_on.isoformat(), "payer": e.payer, "remark": e.remark, "reason": e.unmatched,
        "statement_id": e.statement_id, "line": e.line, "case_id": e.case_id, "party_id": e.party_id,
        "returned_on": None, "proposed": None,
    }  # fmt: skip


def _changes(event: Event) -> dict[str, Any]:
    match event:
        case BankTransferAssigned() as e:
            return {"state": "matched", "reason": None, "case_id": e.case_id, "party_id": e.party_id}
        case BankTransferReturned() as e:
            return {"state": "returned", "returned_on": e.returned_on.isoformat()}
        case BankTransferCorrectionProposed() as e:
            return {"proposed": e.kind}
        case BankTransferCorrectionRefused() | BankTransferCorrectionWithdrawn():
            return {"proposed": None}
        case BankTransferCorrected() as e:
            state = "struck" if e.kind == "mistyped" else "unmatched"
            return {"state": state, "reason": "corrected", "case_id": None, "party_id": None, "proposed": None}
        case _:
            return {}
