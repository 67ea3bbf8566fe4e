"""Inspection's events as rows of its lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Rows
from services.inspection.domain.events import (
    CheckedIn,
    HazardFound,
    HazardOrdered,
    HazardRectified,
    HazardReferred,
    HazardReported,
    InspectionCalledOff,
    InspectionConcluded,
    InspectionPlanApproved,
    InspectionPrepared,
    InspectionReassigned,
    ItemAnswered,
    OrderIssued,
    RectificationOverdue,
    RectificationReported,
    ReInspected,
    ReInspectionFailed,
    ReInspectionOverdue,
)
from services.inspection.domain.extension import ExtensionGranted, OrderRelieved
from services.inspection.domain.hazard_events import (
    HazardClosed,
    HazardCorrected,
    HazardExtended,
    HazardRestored,
    HazardWithdrawn,
)

STANDING = (HazardFound, HazardWithdrawn, HazardRestored)
"""What begins and ends that a hazard stands."""


def _keys(batch: Batch, stream: str) -> Iterator[str]:
    prefix = f"{stream}:"
    for sequenced in batch.events:
        if sequenced.envelope.stream_id.startswith(prefix):
            yield sequenced.envelope.stream_id.removeprefix(prefix)


async def project(batch: Batch) -> None:
    """Fold events into the lists of inspections, hazards and orders."""
    standing = [event for one in batch.events if isinstance(event := batch.event(one), STANDING)]
    inspections = await batch.rows("inspections", [*_keys(batch, "inspection"), *(event.inspection_id for event in standing)])
    hazards = await batch.rows("hazards", _keys(batch, "hazard"))
    orders = await batch.rows("orders", _keys(batch, "order"))
    for sequenced in batch.events:
        kind, _, key = sequenced.envelope.stream_id.partition(":")
        event = batch.event(sequenced)
        match kind:
            case "inspection":
                _inspection(inspections, key, sequenced, event)
            case "hazard":
                _hazard(hazards, key, sequenced, event)
                _count_hazard(inspections, event)
            case "order":
                _order(orders, key, sequenced, event)


def _inspection(rows: Rows, key: str, sequenced: Sequenced, event: Event) -> None:
    version = sequenced.envelope.version
    match event:
        case InspectionPrepared():
            rows.put(key, _prepared(event, sequenced))
        case InspectionReassigned():
            rows.patch(key, state="prepared", planned_on=event.planned_on.isoformat(), version=version)
        case InspectionCalledOff():
            rows.patch(key, state="called-off", version=version)
        case InspectionPlanApproved():
            rows.patch(key, state="approved", version=version)
        case CheckedIn() if (row := rows.get(key)) is not None:
            rows.put(key, {**row, "state": "concluded" if row["state"] == "concluded" else "checked-in", "version": version})
        case ItemAnswered():
            if (row := rows.get(key)) is not None:
                rows.put(key, {**row, "answered": row["answered"] + (not event.again), "version": version})
        case InspectionConcluded() if (row := rows.get(key)) is not None:
            first = min(event.concluded_on.isoformat(), row["concluded_on"] or "9999")  # of several records the earliest counts
            rows.put(key, {**row, "state": "concluded", "concluded_on": first, "version": version})
        case _:
            rows.patch(key, version=version)


def _count_hazard(inspections: Rows, event: Event) -> None:
    """The inspection's hazards are those that stand."""
    if isinstance(event, STANDING) and (row := inspections.get(event.inspection_id)) is not None:
        change = -1 if isinstance(event, HazardWithdrawn) else 1
        inspections.put(event.inspection_id, {**row, "hazards": row["hazards"] + change})


def _prepared(event: InspectionPrepared, sequenced: Sequenced) -> dict[str, Any]:
    return {
        "inspection_id": event.inspection_id, "district": sequenced.envelope.district, "state": "prepared",
        "kind": event.kind, "campaign_id": event.campaign_id, "enterprise_id": event.enterprise_id,
        "enterprise_name": event.enterprise_name, "sector": event.sector, "level": event.level, "organ_id": event.organ_id,
        "planned_on": event.planned_on.isoformat(), "concluded_on": None, "items": len(event.items), "answered": 0,
        "hazards": 0, "version": sequenced.envelope.version,
    }  # fmt: skip


def _hazard(rows: Rows, key: str, sequenced: Sequenced, event: Event) -> None:
    version = sequenced.envelope.version
    match event:
        case HazardFound():
            rows.put(key, _found(event, sequenced))
        case HazardOrdered():
            rows.patch(key, state="ordered", order_id=event.order_id, due_on=event.due_on.isoformat(), version=version)
        case HazardReported():
            rows.patch(key, state="reported", version=version)
        case HazardRectified():
            rows.patch(key, state="rectified", version=version)
        case ReInspectionFailed():
            rows.patch(key, state="failed", version=version)
        case HazardWithdrawn():
            rows.patch(key, state="withdrawn", version=version)
        case HazardRestored():
            rows.patch(key, state="found", version=version)
        case HazardCorrected():
            rows.patch(key, state="rectified", version=version)
        case HazardClosed():
            rows.patch(key, state="closed", version=version)
        case HazardExtended():
            rows.patch(key, due_on=event.due_on.isoformat(), version=version)
        case HazardReferred():
            rows.patch(key, referral_id=event.referral_id, version=version)
        case _:
            rows.patch(key, version=version)


def _found(event: HazardFound, sequenced: Sequenced) -> dict[str, Any]:
    return {
        "hazard_id": event.hazard_id, "district": sequenced.envelope.district, "state": "found",
        "inspection_id": event.inspection_id, "enterprise_id": event.enterprise_id, "item_code": event.item_code,
        "key_item_code": event.key_item_code, "severity": event.severity, "fact": event.fact, "place": event.place,
        "found_on": event.found_on.isoformat(), "order_id": None, "due_on": None, "referral_id": None,
        "version": sequenced.envelope.version,
    }  # fmt: skip


def _order(rows: Rows, key: str, sequenced: Sequenced, event: Event) -> None:
    version = sequenced.envelope.version
    match event:
        case OrderIssued():
            rows.put(key, _issued(event, sequenced))
        case RectificationReported():
            rows.patch(key, re_inspection_due_on=_iso(event.re_inspection_due_on), version=version)
        case RectificationOverdue():
            rows.patch(key, overdue=True, re_inspection_due_on=_iso(event.re_inspection_due_on), version=version)
        case ExtensionGranted():
            rows.patch(key, due_on=event.due_on.isoformat(), overdue=False, version=version)
        case OrderRelieved():
            rows.patch(
                key, state="closed" if event.all_done else "open", re_inspection_due_on=_iso(event.re_inspection_due_on),
                version=version,
            )  # fmt: skip
        case ReInspectionOverdue():
            rows.patch(key, re_inspection_overdue=True, version=version)
        case ReInspected():
            rows.patch(
                key, state="closed" if event.all_passed else "open", re_inspection_due_on=_iso(event.re_inspection_due_on),
                version=version,
            )  # fmt: skip
        case _:
            rows.patch(key, version=version)


def _issued(event: OrderIssued, sequenced: Sequenced) -> dict[str, Any]:
    return {
        "order_id": event.order_id, "district": sequenced.envelope.district, "state": "open",
        "inspection_id": event.inspection_id, "enterprise_id": event.enterprise_id, "document_no": event.document_no,
        "issued_on": event.issued_on.isoformat(), "due_on": event.due_on.isoformat(), "hazards": len(event.hazards),
        "overdue": False, "re_inspection_due_on": None, "re_inspection_overdue": False,
        "version": sequenced.envelope.version,
    }  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
