"""What the events of tasks and inspection do to tasks, inspections, hazards, orders and re-inspections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.reporting.projections import readers as r
from services.reporting.projections.fold import Changes, Fold, Folded, Told, by, sets, takes
from services.reporting.queries.terms import ENDLESS

SITES, TASKS, INSPECTIONS, COVERAGE = "fact_enterprises", "fact_tasks", "fact_inspections", "fact_coverage"
HAZARDS, ORDERS, REINSPECTIONS = "fact_hazards", "fact_orders", "fact_reinspections"


def days_between(first: str, last: str) -> int:
    """The days from one ISO day to another."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _site(e: Any) -> Mapping[str, str | None]:
    return {SITES: e.enterprise_id}


def _generated(told: Told) -> Changes:
    """The grade is the one that the site had when the task was generated."""
    e = told.e
    return {
        "task_id": e.task_id, "kind": e.kind, "campaign_id": e.campaign_id, "enterprise_id": e.enterprise_id,
        "enterprise_name": e.enterprise_name, "level": e.level, "organ": e.organ, "due_on": e.due_on, "state": "generated",
        "completed_on": None, "sector": e.sector, "grade": told.look(SITES, e.enterprise_id).get("grade"),
        "generated_on": told.day, "ended_on": ENDLESS, "lateness": None,
    }  # fmt: skip


def _completed(told: Told) -> Changes:
    day = told.e.completed_on
    late = "late" if day > told.row["due_on"] else "on-time"
    return {"state": "completed", "completed_on": day, "ended_on": day, "lateness": late}


def _cancelled(told: Told) -> Changes:
    return {"state": "cancelled", "ended_on": told.day}


def _of_task(state: str) -> Folded:
    return Folded(r.OfTask, (Fold(TASKS, by("task_id"), sets(state=state)),))


BLANK_VISIT = {
    "kind": None, "campaign_id": None, "level": None, "sector": None, "concluded_on": None, "officers": None, "experts": None,
    "hazards": None, "documents": 0, "checked_in": False, "online": 0,
}  # fmt: skip


def _prepared(told: Told) -> Changes:
    e = told.e
    return {
        **(told.row or BLANK_VISIT), "inspection_id": e.inspection_id, "task_id": e.task_id, "enterprise_id": e.enterprise_id,
        "kind": e.kind, "campaign_id": e.campaign_id, "level": e.level, "sector": e.sector,
    }  # fmt: skip


def _concluded(told: Told) -> Changes:
    e = told.e
    return {
        **(told.row or BLANK_VISIT), "inspection_id": e.inspection_id, "task_id": e.task_id, "enterprise_id": e.enterprise_id,
        "concluded_on": e.concluded_on, "officers": e.officers, "experts": e.experts, "hazards": e.hazards,
    }  # fmt: skip


def online(row: Mapping[str, Any], **changes: Any) -> Changes:
    """An inspection was done online if its check-in and a document of it are in the system."""
    after = {**row, **changes}
    return {**changes, "online": int(bool(after["checked_in"]) and after["documents"] > 0)}


def _covered_key(told: Told) -> str:
    return f"{told.e.enterprise_id}/{told.e.concluded_on[:4]}"


def _covered(told: Told) -> Changes:
    """The first inspection of a site in a year, by the day of its conclusion."""
    e = told.e
    if told.row and told.row["first_on"] <= e.concluded_on:
        return {}
    site, visit = told.look(SITES, e.enterprise_id), told.look(INSPECTIONS, e.inspection_id)
    return {
        "coverage_id": _covered_key(told), "enterprise_id": e.enterprise_id, "inspection_id": e.inspection_id,
        "year": e.concluded_on[:4], "first_on": e.concluded_on, "sector": visit.get("sector") or site.get("sector"),
        "grade": site.get("grade"),
    }  # fmt: skip


def _sector(told: Told) -> str | None:
    """The sector that was inspected; the site's own where the inspection does not tell."""
    visit = told.look(INSPECTIONS, told.e.inspection_id)
    return visit.get("sector") or told.look(SITES, told.e.enterprise_id).get("sector")


def _both(e: Any) -> Mapping[str, str | None]:
    return {SITES: e.enterprise_id, INSPECTIONS: e.inspection_id}


def _found(told: Told) -> Changes:
    e = told.e
    return {
        "hazard_id": e.hazard_id, "inspection_id": e.inspection_id, "enterprise_id": e.enterprise_id, "item_code": e.item_code,
        "key_item_code": e.key_item_code, "severity": e.severity, "found_on": e.found_on, "state": "found", "rectified_on": None,
        "sector": _sector(told), "due_on": None, "ended_on": ENDLESS, "days": None,
    }  # fmt: skip


def _rectified(day: str, row: Mapping[str, Any]) -> Changes:
    return {"state": "rectified", "rectified_on": day, "ended_on": day, "days": days_between(row["found_on"], day)}


def _withdrawn(told: Told) -> Changes:
    return {"state": "withdrawn", "ended_on": told.day}


def _closed(told: Told) -> Changes:
    return {"state": "closed", "ended_on": told.e.closed_on or told.day}


def _ordered(told: Told) -> Changes:
    e = told.e
    return {
        "order_id": e.order_id, "inspection_id": e.inspection_id, "enterprise_id": e.enterprise_id,
        "document_no": e.document_no, "sector": _sector(told), "issued_on": e.issued_on, "due_on": e.due_on, "done_on": ENDLESS,
        "hazards": len(e.hazards), "looked_at": 0,
    }  # fmt: skip


def _order_looked_at(told: Told) -> Changes:
    e = told.e
    due = {} if e.rectification_due_on is None else {"due_on": e.rectification_due_on}
    return {"looked_at": told.row["looked_at"] + 1, **due, **({"done_on": e.re_inspected_on} if e.all_passed else {})}


def _relieved(told: Told) -> Changes:
    e = told.e
    due = {} if e.rectification_due_on is None else {"due_on": e.rectification_due_on}
    return {**due, **({"done_on": told.day} if e.all_done else {})}


def _looked_key(told: Told) -> str:
    return f"{told.e.order_id}/{told.event.envelope.version}"


def _looked_at(told: Told) -> Changes:
    e = told.e
    return {
        "reinspection_id": _looked_key(told), "order_id": e.order_id, "enterprise_id": e.enterprise_id,
        "re_inspected_on": e.re_inspected_on, "outcome": "passed" if all(one.passed for one in e.results) else "failed",
        "hazards": len(e.results), "passed": sum(one.passed for one in e.results),
        "sector": told.look(ORDERS, e.order_id).get("sector"),
    }  # fmt: skip


TASK, HAZARD, ORDER = by("task_id"), by("hazard_id"), by("order_id")
FOLDS = {
    "casetrail.tasks.task-generated.v1": Folded(r.TaskGenerated, (Fold(TASKS, TASK, _generated, begins=True, looks=_site),)),
    "casetrail.tasks.task-assigned.v1": _of_task("assigned"),
    "casetrail.tasks.task-accepted.v1": _of_task("accepted"),
    "casetrail.tasks.task-returned.v1": _of_task("returned"),
    "casetrail.tasks.task-reassigned.v1": _of_task("assigned"),
    "casetrail.tasks.task-started.v1": _of_task("started"),
    "casetrail.tasks.task-cancelled.v1": Folded(r.OfTask, (Fold(TASKS, TASK, _cancelled),)),
    "casetrail.tasks.task-completed.v1": Folded(r.TaskCompleted, (Fold(TASKS, TASK, _completed),)),
    "casetrail.inspection.inspection-prepared.v1": Folded(
        r.InspectionPrepared, (Fold(INSPECTIONS, by("inspection_id"), _prepared, begins=True),)
    ),
    "casetrail.inspection.checked-in.v1": Folded(
        r.OfInspection, (Fold(INSPECTIONS, by("inspection_id"), lambda told: online(told.row, checked_in=True)),)
    ),
    "casetrail.inspection.inspection-concluded.v1": Folded(r.InspectionConcluded, (
        Fold(INSPECTIONS, by("inspection_id"), _concluded, begins=True),
        Fold(COVERAGE, _covered_key, _covered, begins=True, looks=_both),
    )),
    "casetrail.inspection.hazard-found.v1": Folded(r.HazardFound, (Fold(HAZARDS, HAZARD, _found, begins=True, looks=_both),)),
    "casetrail.inspection.hazard-ordered.v1": Folded(r.HazardDue, (Fold(HAZARDS, HAZARD, takes("due_on")),)),
    "casetrail.inspection.hazard-extended.v1": Folded(r.HazardDue, (Fold(HAZARDS, HAZARD, takes("due_on")),)),
    "casetrail.inspection.hazard-rectified.v1": Folded(
        r.HazardRectified, (Fold(HAZARDS, HAZARD, lambda told: _rectified(told.e.re_inspected_on, told.row)),)
    ),
    "casetrail.inspection.hazard-corrected.v1": Folded(
        r.HazardCorrected, (Fold(HAZARDS, HAZARD, lambda told: _rectified(told.e.corrected_on, told.row)),)
    ),
    "casetrail.inspection.hazard-withdrawn.v1": Folded(r.OfHazard, (Fold(HAZARDS, HAZARD, _withdrawn),)),
    "casetrail.inspection.hazard-restored.v1": Folded(
        r.OfHazard, (Fold(HAZARDS, HAZARD, sets(state="found", ended_on=ENDLESS)),)
    ),
    "casetrail.inspection.hazard-closed.v1": Folded(r.HazardClosed, (Fold(HAZARDS, HAZARD, _closed),)),
    "casetrail.inspection.order-issued.v1": Folded(r.OrderIssued, (Fold(ORDERS, ORDER, _ordered, begins=True, looks=_both),)),
    "casetrail.inspection.re-inspected.v1": Folded(r.ReInspected, (
        Fold(ORDERS, ORDER, _order_looked_at),
        Fold(REINSPECTIONS, _looked_key, _looked_at, begins=True, looks=lambda e: {ORDERS: e.order_id}),
    )),
    "casetrail.inspection.order-relieved.v1": Folded(r.OrderRelieved, (Fold(ORDERS, ORDER, _relieved),)),
}  # fmt: skip
