"""The list of penalties decided on the spot, with what each still lacks and the clock that runs out first."""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.penalty.domain.spot import OF_ENTRY
from services.penalty.domain.spot_events import (
    CashCollected,
    CashCorrectionProposed,
    CashCorrectionRefused,
    CashCorrectionWithdrawn,
    CashDeposited,
    CashDepositOverdue,
    CashEntryStruck,
    CashHandedOver,
    CashHandoverOverdue,
    SpotPenaltyClosed,
    SpotPenaltyDecided,
    SpotPenaltyNumbered,
    SpotPenaltyReported,
    SpotReportOverdue,
)
from services.penalty.projections.spot_clocks import CASH_TO_BANK, CASH_TO_ORGAN, SPOT_REPORT

PREFIX = "spot:"
NO_CLOCK = "infinity"  # of PostgreSQL; sorts after every ISO date too


async def project_spots(batch: Batch) -> None:
    """Fold events into the list."""
    ours = [one for one in batch.events if one.envelope.stream_id.startswith(PREFIX)]
    rows = await batch.rows("spot_list", [one.envelope.stream_id.removeprefix(PREFIX) for one in ours])
    for one in ours:
        key, event = one.envelope.stream_id.removeprefix(PREFIX), batch.event(one)
        row = _decided(one, event) if isinstance(event, SpotPenaltyDecided) else rows.get(key)
        if row is not None:
            changed = {**row, **_changes(row, event), "version": one.envelope.version}
            rows.put(key, {**changed, **_told(changed)})


def _decided(sequenced: Sequenced, e: SpotPenaltyDecided) -> dict[str, Any]:
    named = e.unit or e.person
    return {
        "spot_id": e.spot_id, "district": sequenced.envelope.district, "state": "incomplete", "enterprise_id": e.enterprise_id,
        "party_kind": e.party_kind, "party_name": "" if named is None else named.name, "organ_id": e.organ_id, "organ": e.organ,
        "form_no": e.form_no, "document_no": e.document_no, "decided_on": e.decided_on.isoformat(), "kinds": list(e.kinds),
        "total_fen": e.total_fen, "cash_fen": 0, "report_by": e.report_by.isoformat(), "reported_on": None,
        "hand_over_by": None, "deposit_by": None, "defects": [], "closed_on": None, "clock": None, "clock_on": NO_CLOCK,
        "proposed": None, "struck": False, "version": 1,
    }  # fmt: skip


def _changes(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case SpotPenaltyNumbered() as e:
            return {"document_no": e.document_no, **_defect(row, "numbered-afterwards", True)}
        case SpotPenaltyReported() as e:
            return {"reported_on": e.reported_on.isoformat(), **_defect(row, "report-late", e.late)}
        case CashCollected() as e:
            return {"cash_fen": e.amount_fen, "hand_over_by": e.hand_over_by.isoformat()}
        case CashHandedOver() as e:
            handed = {"hand_over_by": None, "deposit_by": e.deposit_by.isoformat()}
            return {**handed, **_done(row, "cash-handover-late", e.late)}
        case CashDeposited() as e:
            return {"deposit_by": None, **_done(row, "cash-deposit-late", e.late)}
        case SpotReportOverdue():
            return _defect(row, "report-late", True)
        case CashHandoverOverdue():
            return _defect(row, "cash-handover-late", True)
        case CashDepositOverdue():
            return _defect(row, "cash-deposit-late", True)
        case SpotPenaltyClosed() as e:
            return {"closed_on": e.closed_on.isoformat()}
        case CashCorrectionProposed() as e:
            return {"proposed": e.kind}
        case CashCorrectionRefused() | CashCorrectionWithdrawn():
            return {"proposed": None}
        case CashEntryStruck() as e:
            return _struck(row, e)
        case _:
            return {}


def _struck(row: dict[str, Any], e: CashEntryStruck) -> dict[str, Any]:
    """Without the entry and what came after it; the period that counts again."""
    again: dict[str, Any] = {"hand_over_by": _day(e.hand_over_by), "deposit_by": _day(e.deposit_by), "struck": True}
    if e.entry != "deposit":
        again["proposed"] = None
    if e.entry == "collection":
        again["cash_fen"] = 0
    return {**again, "defects": [one for one in row["defects"] if one not in OF_ENTRY[e.entry]]}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _done(row: dict[str, Any], defect: str, late: bool) -> dict[str, Any]:
    """As `evolve_spot`: what is done in time was in time, though an entry before had been struck."""
    if late or not row["struck"]:
        return _defect(row, defect, late)
    return {"defects": [one for one in row["defects"] if one != defect]}


def _defect(row: dict[str, Any], defect: str, holds: bool) -> dict[str, Any]:
    return {"defects": [*row["defects"], defect]} if holds and defect not in row["defects"] else {}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Its state, and the clock that runs out first."""
    complete = row["document_no"] is not None and row["reported_on"] is not None
    report_by = None if row["reported_on"] else row["report_by"]
    running = [(report_by, SPOT_REPORT), (row["hand_over_by"], CASH_TO_ORGAN), (row["deposit_by"], CASH_TO_BANK)]
    due_on, clock = min(((due, kind) for due, kind in running if due is not None), default=(NO_CLOCK, None))
    state = "closed" if row["closed_on"] else "complete" if complete else "incomplete"
    return {"state": state, "clock": clock, "clock_on": due_on}
