"""The list of payments: what each party owes, until when, what was paid, what is to be given back."""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Rows
from services.penalty.domain import (
    CaseFiled,
    ClueRegistered,
    FilingRequested,
    HandlersChanged,
    PaymentOpened,
    PaymentState,
    UrgentInvestigationBegun,
    region_key,
)
from services.penalty.domain.arrears import Plan
from services.penalty.domain.bank import number_key
from services.penalty.domain.payment import after
from services.penalty.domain.payment_events import DeferralApproved, Instalment

PREFIX = "payment:"
HANDLED = FilingRequested | UrgentInvestigationBegun | HandlersChanged
NOTHING: dict[str, Any] = {"payments": []}
NO_DAY = "infinity"  # of PostgreSQL; sorts after every ISO date too
SUMS = (
    "imposed_fen", "amount_fen", "confiscated_fen", "confiscation_fen", "surcharged_fen", "surcharge_fen", "remitted_fen",
    "received_fen", "refunded_fen",
)  # fmt: skip


async def project_payments(batch: Batch) -> None:
    """Fold events of cases and payments into the list."""
    decoded = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    told = [(sequenced, event) for sequenced, event in decoded if _is_payment(sequenced) or _is_told(event)]
    cases = await batch.rows("payment_cases", [str(event.case_id) for _, event in told])  # type: ignore[attr-defined]
    opened = {key for _, event in told if isinstance(event, HANDLED) for key in (cases.get(event.case_id) or NOTHING)["payments"]}
    ours = [_key(sequenced) for sequenced, _ in told if _is_payment(sequenced)]
    rows = await batch.rows("payment_list", [*ours, *sorted(opened)])
    for sequenced, event in told:
        if _is_payment(sequenced):
            _fold(rows, cases, sequenced, event)
        else:
            _tell(cases, rows, sequenced, event)


def _is_payment(sequenced: Sequenced) -> bool:
    return sequenced.envelope.stream_id.startswith(PREFIX)


def _is_told(event: Event) -> bool:
    return isinstance(event, ClueRegistered | CaseFiled | HANDLED)


def _key(sequenced: Sequenced) -> str:
    return sequenced.envelope.stream_id.removeprefix(PREFIX)


def _tell(cases: Rows, rows: Rows, sequenced: Sequenced, event: Event) -> None:
    match event:
        case ClueRegistered() as e:
            cases.put(e.case_id, {
                "case_id": e.case_id, "district": sequenced.envelope.district, "organ_id": e.organ_id, "organ": e.organ,
                "officers": [], "case_no": None, "payments": [],
            })  # fmt: skip
        case FilingRequested() | UrgentInvestigationBegun() | HandlersChanged() as e:
            officers = [officer.officer_id for officer in e.officers]
            cases.patch(e.case_id, officers=officers)
            for key in (cases.get(e.case_id) or NOTHING)["payments"]:
                rows.patch(key, officers=officers)
        case CaseFiled() as e:
            cases.patch(e.case_id, case_no=e.case_no)


def _fold(rows: Rows, cases: Rows, sequenced: Sequenced, event: Event) -> None:
    key = _key(sequenced)
    if isinstance(event, PaymentOpened):
        case = cases.get(event.case_id) or NOTHING
        rows.put(key, {**_opened(case, sequenced, event), **_kept(rows.get(key))})
        cases.patch(event.case_id, payments=sorted({*case["payments"], key}))
    row = rows.get(key)
    if row is not None:
        rows.put(key, {**row, **_after(row, event), "version": sequenced.envelope.version})


def _opened(case: dict[str, Any], sequenced: Sequenced, e: PaymentOpened) -> dict[str, Any]:
    case_no = case.get("case_no")
    return {
        "payment_key": region_key(e.case_id, e.party_id), "case_id": e.case_id, "party_id": e.party_id,
        "district": sequenced.envelope.district, "state": "open", "enterprise_id": e.enterprise_id,
        "organ_id": case.get("organ_id", ""), "organ": case.get("organ", ""), "officers": case.get("officers", []),
        "case_no": case_no, "document_no": e.document_no, "case_key": None if case_no is None else number_key(case_no),
        "document_key": number_key(e.document_no), **dict.fromkeys(SUMS, 0), "outstanding_fen": 0, "credit_fen": 0,
        "opened_due_on": e.due_on.isoformat(), "plan": None, "due_on": e.due_on.isoformat(), "overdue": False,
        "flagged": False, "settled_on": None, "version": 0,
    }  # fmt: skip


def _kept(former: dict[str, Any] | None) -> dict[str, Any]:
    """Of a decision that was revoked before this one was made anew: what came, and what went back."""
    return {} if former is None else {name: former[name] for name in ("received_fen", "refunded_fen")}


def _after(row: dict[str, Any], event: Event) -> dict[str, Any]:
    """What an event changes: by the fold that decides, on the sums and days that the row keeps."""
    state = after(_state(row), event)
    owing = state.outstanding_fen > 0
    changes: dict[str, Any] = {
        **{name: getattr(state, name) for name in SUMS}, "outstanding_fen": state.outstanding_fen, "credit_fen": state.credit_fen,
        "flagged": state.overdue, "overdue": state.overdue and owing, "settled_on": _iso(state.settled_on),
        "due_on": (_iso(state.next_due_on) if owing else None) or NO_DAY,
        "state": "revoked" if state.revoked_on or row["state"] == "revoked" else "open" if owing else "settled",
    }  # fmt: skip
    return {**changes, "plan": _plan(event)} if isinstance(event, DeferralApproved) else changes


def _state(row: dict[str, Any]) -> PaymentState:
    plan = row["plan"]
    return PaymentState(
        due_on=date.fromisoformat(row["opened_due_on"]), **{name: row[name] for name in SUMS}, overdue=row["flagged"],
        revoked_on=date.min if row["state"] == "revoked" else None,  # which day it was, nothing here asks
        settled_on=None if row["settled_on"] is None else date.fromisoformat(row["settled_on"]),
        plan=None if plan is None else Plan(
            applied_on=date.fromisoformat(plan["applied_on"]), covered_fen=plan["covered_fen"],
            instalments=tuple(Instalment(**{**one, "due_on": date.fromisoformat(one["due_on"])}) for one in plan["instalments"]),
        ),
    )  # fmt: skip


def _plan(e: DeferralApproved) -> dict[str, Any]:
    parts = [
        {"number": one.number, "due_on": one.due_on.isoformat(), "amount_fen": one.amount_fen, "remaining_fen": one.remaining_fen}
        for one in e.instalments
    ]
    return {"applied_on": e.applied_on.isoformat(), "covered_fen": e.covered_fen, "instalments": parts}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
