"""The history of an enterprise or a case across all services, each entry with who, when, why, and under which rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Response

from chassis.auth import Principal
from chassis.domain import Unknown
from chassis.http import Db, Id, answer_json
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.queries.captions import caption_of
from services.reporting.queries.copies import Copied
from services.reporting.queries.histories import history_of_case, history_of_enterprise

router = APIRouter(prefix="/histories", dependencies=[Depends(shows_at_least)])


@router.get("/enterprises/{enterprise_id}")
async def of_enterprise(enterprise_id: Id, viewer: Viewer, db: Db) -> Response:
    """Everything that happened about an enterprise, in causal order."""
    return _told("enterprise", enterprise_id, viewer, await history_of_enterprise(db, enterprise_id))


@router.get("/cases/{case_id}")
async def of_case(case_id: Id, viewer: Viewer, db: Db) -> Response:
    """Everything that happened in the matter of a case, from the task to the payment, in causal order."""
    return _told("case", case_id, viewer, await history_of_case(db, case_id))


def _told(what: str, key: str, viewer: Principal, events: Sequence[Copied]) -> Response:
    entries = [entry(copied) for copied in events if viewer.may_see(copied.envelope.district)]
    if not entries:
        raise Unknown(what, key)
    return answer_json({what: key, "items": entries})


def entry(copied: Copied) -> dict[str, Any]:
    """One entry of a history."""
    e = copied.envelope
    caption = caption_of(e.type)
    return {
        "seq": copied.seq, "event_id": e.event_id, "service": copied.source, "stream_id": e.stream_id, "version": e.version,
        "type": e.type, "title": caption.title, "summary": caption.render(copied.data), "actor": e.actor, "organ": e.organ,
        "district": e.district, "device": e.device, "occurred_at": e.occurred_at, "recorded_at": e.recorded_at,
        "causation_id": e.causation_id, "correlation_id": e.correlation_id, "rulebook": e.rulebook, "data": copied.data,
    }  # fmt: skip
