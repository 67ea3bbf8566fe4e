"""The calendar: every clock of every case that runs, or ran out with nothing done; and who handles which case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.envelope import Sequenced
from chassis.projector import Batch, Rows
from services.penalty.domain import ClueRegistered, FilingRequested, HandlersChanged, UrgentInvestigationBegun
from services.penalty.domain.spot_events import SpotPenaltyDecided, SpotPenaltyNumbered
from services.penalty.projections.running_clocks import case_id_of, clocks_after, is_about_a_case

Clocks = dict[str, list[str]]


async def project_calendar(batch: Batch) -> None:
    """Fold events into the calendar; what runs in a case is kept beside it, so that no event has to look for its clocks."""
    decoded = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    about = [(sequenced, event) for sequenced, event in decoded if is_about_a_case(sequenced, event) or _of_spot(sequenced)]
    cases = await batch.rows("calendar_cases", [_key(event) for _, event in about])
    clocks = await batch.rows("calendar", [])
    officers = await batch.rows("calendar_officers", [])
    for sequenced, event in about:
        case_id = _key(event)
        case = _opened(event, sequenced.envelope.district) or cases.get(case_id)
        if case is None:
            continue
        after = {**case, "clocks": clocks_after(case["clocks"], sequenced, event), **_named(event)}
        if isinstance(event, FilingRequested | HandlersChanged | UrgentInvestigationBegun | SpotPenaltyDecided):
            after["handlers"] = [officer.officer_id for officer in event.officers]
            _put_handlers(officers, case_id, case["handlers"], after["handlers"])
        _put_clocks(clocks, case["clocks"], after)
        cases.put(case_id, after)


def _of_spot(sequenced: Sequenced) -> bool:
    return sequenced.envelope.stream_id.startswith("spot:")


def _key(event: Any) -> str:
    """The case, or the penalty decided on the spot, that an event is about."""
    return str(event.spot_id) if hasattr(event, "spot_id") else case_id_of(event)


def _opened(event: Any, district: str) -> dict[str, Any] | None:
    """What a case, or a penalty on the spot, begins with; the name of a natural person stands in no list."""
    match event:
        case ClueRegistered() as e:
            named = e.party.name
        case SpotPenaltyDecided() as e:
            named = "" if e.unit is None else e.unit.name
        case _:
            return None
    return {
        "case_id": _key(event), "district": district, "organ_id": event.organ_id, "case_no": None, "enterprise_name": named,
        "clocks": {}, "handlers": [],
    }  # fmt: skip


def _named(event: Any) -> dict[str, Any]:
    """Its number: of a penalty on the spot that of the decision."""
    if isinstance(event, SpotPenaltyDecided | SpotPenaltyNumbered):
        return {"case_no": event.document_no}
    return {"case_no": event.case_no} if getattr(event, "case_no", None) else {}


def _put_clocks(rows: Rows, before: Clocks, case: Mapping[str, Any]) -> None:
    """Write what began to run, or ended; a clock that ended keeps its row, which no list shows."""
    running: Clocks = case["clocks"]
    for clock_id, (kind, due_on, party, period, _) in {**before, **running}.items():
        if before.get(clock_id) != running.get(clock_id):
            rows.put(clock_id, {
                "clock_id": clock_id, "kind": kind, "case_id": case["case_id"], "party_id": party,
                "district": case["district"], "organ_id": case["organ_id"], "case_no": case["case_no"],
                "enterprise_name": case["enterprise_name"], "due_on": due_on,
                "period": period, "running": clock_id in running,
            })  # fmt: skip


def _put_handlers(rows: Rows, case_id: str, before: list[str], after: list[str]) -> None:
    for officer_id in {*before, *after}:
        rows.put(f"{case_id}/{officer_id}", {
            "handling": f"{case_id}/{officer_id}", "officer_id": officer_id, "case_id": case_id, "handles": officer_id in after,
        })  # fmt: skip
