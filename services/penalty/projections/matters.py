"""The list of what is pending per party: its remedies and its enforcement, and when the next clock of each runs out."""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.penalty.domain import enforcement_events as court
from services.penalty.domain import remedy_events as remedy

PREFIXES = ("remedy:", "enforcement:")
NO_CLOCK = "infinity"  # of PostgreSQL; sorts after every ISO date too


async def project_matters(batch: Batch) -> None:
    """Fold the events of remedies and enforcement into their list."""
    ours = [one for one in batch.events if one.envelope.stream_id.startswith(PREFIXES)]
    rows = await batch.rows("party_matters", [one.envelope.stream_id for one in ours])
    for sequenced in ours:
        key, event = sequenced.envelope.stream_id, batch.event(sequenced)
        row = rows.get(key) or _begun(sequenced, event)
        changed = {**row, **_changes(row, event), "version": sequenced.envelope.version}
        days = [day for day in (changed["first_due_on"], changed["last_due_on"]) if day is not None]
        rows.put(key, {**changed, "clock_on": min(days, default=NO_CLOCK)})


def _begun(sequenced: Sequenced, event: Any) -> dict[str, Any]:
    """The row of a matter's first event, which names enterprise and organ."""
    envelope = sequenced.envelope
    return {
        "matter": envelope.stream_id, "region": envelope.stream_id.partition(":")[0], "case_id": event.case_id,
        "party_id": event.party_id, "district": envelope.district, "enterprise_id": event.enterprise_id,
        "organ_id": event.organ_id, "document_no": None, "state": "open", "first_due_on": None, "last_due_on": None,
        "clock_on": NO_CLOCK, "version": envelope.version,
    }  # fmt: skip


def _changes(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case remedy.RemediesOpened() as e:
            return {"document_no": e.document_no, **_rights(e.reconsideration_due_on, e.litigation_due_on)}
        case remedy.RemedySought(late=True):
            return {"state": "pending"}
        case remedy.RemedySought() | remedy.RemedyAccepted():
            return {"state": "pending", **_days(None, None)}
        case remedy.RemedyNotAccepted() | remedy.RemedyWithdrawn() as e:
            return _rights(e.reconsideration_due_on, e.litigation_due_on)
        case remedy.RemedyDecided(effective_on=None) | remedy.RemedyDecided(result="remanded"):
            return {}
        case remedy.RemedyDecided() as e:
            return _rights(None, e.litigation_due_on)
        case remedy.JudgmentTookEffect():
            return _rights(None, None)
        case remedy.ReconsiderationRightLapsed():
            return {"first_due_on": None}
        case remedy.LitigationRightLapsed():
            return {"state": "ended", **_days(None, None)}
        case _:
            return _of_court(row, event)


def _of_court(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case court.CourtPeriodBegan() as e:
            began = {"state": "due"} if row["document_no"] is None else {}
            return {**began, "last_due_on": e.due_on.isoformat()}
        case court.DemandDrafted() as e:
            began = {"state": "demanding"} if row["state"] in ("open", "due") else {}
            return {**began, "document_no": e.document_no}
        case court.DemandServed(purpose="court", wait_until=date() as wait_until):
            return {"state": "waiting", "first_due_on": wait_until.isoformat()}
        case court.CourtApplicationAllowed():
            return {"state": "allowed", "first_due_on": None}
        case court.CourtRightLapsed():
            return {"state": "lapsed", **_days(None, None)}
        case court.CourtAsked() as e:
            return {"state": "asked", "document_no": e.document_no, **_days(None, None)}
        case court.EnforcementVoided():
            return {"state": "open", "document_no": None, **_days(None, None)}
        case court.CourtAccepted():
            return {"state": "accepted"}
        case court.CourtRuled():
            return {"state": "ruled"}
        case court.EnforcementEnded() as e:
            again = e.ending in ("refused", "withdrawn")
            return {"state": "allowed" if again else "ended", **_days(None, e.due_on)}
        case _:
            return {}


def _rights(reconsideration: date | None, litigation: date | None) -> dict[str, Any]:
    """Rights that run until these days; without any, nothing is left."""
    return {"state": "ended" if litigation is None else "open", **_days(reconsideration, litigation)}


def _days(first: date | None, last: date | None) -> dict[str, Any]:
    return {
        "first_due_on": None if first is None else first.isoformat(), "last_due_on": None if last is None else last.isoformat()
    }  # fmt: skip
