"""The public list: what everybody may read of decisions, what was withdrawn and why; a row for each publication."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.penalty.domain import publication_events as publication

PREFIX = "publication:"
FELL = {
    "changed": "被变更", "revoked": "被撤销", "confirmed-illegal": "被确认违法", "void": "被确认无效",
    "ordered-anew": "被责令重新作出", "upheld": "被复核", "remanded": "被发回重审",
}  # fmt: skip
NOTHING_TOLD: dict[str, Any] = {
    "cause": "", "facts": [], "basis": [], "kinds": [], "initial_fen": None, "current_fen": None, "confiscate_fen": None,
}  # fmt: skip
"""What is left of the facts of a penalty that does not stand."""


async def project_publications(batch: Batch) -> None:
    """Fold the events of publications into their list; an entry is known by its region and number."""
    ours = [(one, event) for one in batch.events if one.envelope.stream_id.startswith(PREFIX)
            if hasattr(event := batch.event(one), "edition")]  # fmt: skip
    rows = await batch.rows("publication_list", [_entry(one, event) for one, event in ours])
    for one, event in ours:
        entry = _entry(one, event)
        row = _published(one, event) if isinstance(event, publication.DecisionPublished) else rows.get(entry)
        if row is not None:
            rows.put(entry, {**row, **_changes(event), "updated_at": one.envelope.recorded_at.isoformat()})


def _entry(sequenced: Sequenced, event: Any) -> str:
    return f"{sequenced.envelope.stream_id.removeprefix(PREFIX)}/{event.edition}"


def _published(sequenced: Sequenced, e: publication.DecisionPublished) -> dict[str, Any]:
    told = e.content
    return {
        "entry_id": _entry(sequenced, e), "district": sequenced.envelope.district, "state": "published", "party_kind": told.kind,
        "name": told.name, "uscc": told.uscc, "document_no": e.document_no, "cause": told.cause, "facts": list(told.facts),
        "basis": list(told.basis), "kinds": list(told.kinds), "initial_fen": e.initial_fen, "current_fen": e.current_fen,
        "confiscate_fen": told.confiscate_fen, "organ_id": e.organ_id, "organ": told.organ,
        "decided_on": e.decided_on.isoformat(), "published_on": e.published_on.isoformat(),
        "public_until": e.public_until.isoformat(), "withdrawn_on": None, "explanation": None,
    }  # fmt: skip


def _changes(event: Event) -> dict[str, Any]:
    match event:
        case publication.WithdrawalRequired() as e:
            why = f"处罚决定已于 {e.fell_on} {FELL[e.result]}，公示信息正在撤回。"
            return {**NOTHING_TOLD, "state": "being-withdrawn", "explanation": why}
        case publication.PublicationWithdrawn() as e:
            withdrawn = {"state": "withdrawn", "withdrawn_on": e.withdrawn_on.isoformat(), "explanation": e.explanation}
            return {**NOTHING_TOLD, **withdrawn}
        case publication.PublicityEnded():
            return {**NOTHING_TOLD, "state": "ended"}
        case _:
            return {}
