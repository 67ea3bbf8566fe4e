"""The calendar: every clock of every case that runs, or ran out with nothing done; and who handles which case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.projector import Batch, Rows
from services.penalty.domain import ClueRegistered, FilingRequested, HandlersChanged, UrgentInvestigationBegun
from services.penalty.projections.cases import case_id_of, clocks_after, is_about_a_case

Clocks = dict[str, list[str]]


async def project_calendar(batch: Batch) -> None:
    """Fold events into the calendar; what runs in a case is kept beside it, so that no event has to look for its clocks."""
    decoded = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    about = [(sequenced, event) for sequenced, event in decoded if is_about_a_case(sequenced, event)]
    cases = await batch.rows("calendar_cases", [case_id_of(event) for _, event in about])
    clocks = await batch.rows("calendar", [])
    officers = await batch.rows("calendar_officers", [])
    for sequenced, event in about:
        case_id = case_id_of(event)
        case = _opened(event, sequenced.envelope.district) if isinstance(event, ClueRegistered) else cases.get(case_id)
        if case is None:
            continue
        after = {**case, "clocks": clocks_after(case["clocks"], sequenced, event), **_named(event)}
        if isinstance(event, FilingRequested | HandlersChanged | UrgentInvestigationBegun):
            after["handlers"] = [officer.officer_id for officer in event.officers]
            _put_handlers(officers, case_id, case["handlers"], after["handlers"])
        _put_clocks(clocks, case["clocks"], after)
        cases.put(case_id, after)


def _opened(event: ClueRegistered, district: str) -> dict[str, Any]:
    return {
        "case_id": event.case_id, "district": district, "organ_id": event.organ_id, "case_no": None,
        "enterprise_name": event.party.name, "clocks": {}, "handlers": [],
    }  # fmt: skip


def _named(event: Any) -> dict[str, Any]:
    return {"case_no": event.case_no} if getattr(event, "case_no", None) else {}


def _put_clocks(rows: Rows, before: Clocks, case: Mapping[str, Any]) -> None:
    """Write what began to run, or ended; a clock that ended keeps its row, which no list shows."""
    running: Clocks = case["clocks"]
    for clock_id, (kind, due_on, party) in {**before, **running}.items():
        if before.get(clock_id) != running.get(clock_id):
            rows.put(clock_id, {
                "clock_id": clock_id, "kind": kind, "case_id": case["case_id"], "party_id": party,
                "district": case["district"], "organ_id": case["organ_id"], "case_no": case["case_no"],
                "enterprise_name": case["enterprise_name"], "due_on": due_on,
                "running": clock_id in running,
            })  # fmt: skip


def _put_handlers(rows: Rows, case_id: str, before: list[str], after: list[str]) -> None:
    for officer_id in {*before, *after}:
        rows.put(f"{case_id}/{officer_id}", {
            "handling": f"{case_id}/{officer_id}", "officer_id": officer_id, "case_id": case_id, "handles": officer_id in after,
        })  # fmt: skip
