"""The events behind a row of a figure, as its links name them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.http import Db, Page, Paged, foreign_cursor, listed
from chassis.problems import BadRequest
from services.reporting.api.answers import answers
from services.reporting.api.answers_audit import Events
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.queries.captions import caption_of
from services.reporting.queries.copies import Copied
from services.reporting.queries.told import events_of_day, events_of_stream
from services.reporting.queries.trees import SOURCES

router = APIRouter()
StreamId = Annotated[str | None, Query(min_length=3, max_length=200, pattern=r"^[^\x00]+$")]
FIRST, LAST = date(1949, 10, 1), date(2999, 12, 31)
Day = Annotated[date | None, Query(ge=FIRST, le=LAST)]


@router.get("/events", dependencies=[Depends(shows_at_least)], responses=answers(Events))
async def events(
    request: Request, viewer: Viewer, db: Db, asked: Paged, service: str | None = None, stream_id: StreamId = None,
    district: str | None = None, day: Day = None,
) -> Response:  # fmt: skip
    """The events of one stream (`service` and `stream_id`), or of a district on a day (`district`, `day`, perhaps `service`)."""
    if service is not None and service not in SOURCES:
        raise BadRequest("bad-service", "没有这个业务", "there is no such service")
    if service is not None and stream_id is not None and district is None and day is None:
        found = await events_of_stream(db, service, stream_id, _version(asked), viewer.seen_districts(), asked.limit + 1)
        return _entries(request, asked, found, lambda row: [row["version"]])
    if stream_id is None and district is not None and day is not None:
        viewer.require_district(district)
        found = await events_of_day(db, district, day, service, _moment(asked), asked.limit + 1)
        return _entries(request, asked, found, lambda row: [row["occurred_at"].isoformat(), row["seq"]])
    zh, en = "须给出 service 与 stream_id，或 district 与 day", "name service and stream_id, or district and day"
    raise BadRequest("bad-question", zh, en)


def _entries(request: Request, asked: Page, found: list[Copied], key: Callable[[Any], list[Any]]) -> Response:
    return listed(request, asked, [_entry(copied) for copied in found], key)


def _entry(copied: Copied) -> dict[str, Any]:
    """An event as it was recorded, with its words."""
    e, caption = copied.envelope, caption_of(copied.envelope.type)
    return {
        "seq": copied.seq, "event_id": e.event_id, "service": copied.source, "stream_id": e.stream_id, "version": e.version,
        "type": e.type, "title": caption.title, "summary": caption.render(copied.data), "actor": e.actor, "organ": e.organ,
        "district": e.district, "device": e.device, "occurred_at": e.occurred_at, "recorded_at": e.recorded_at,
        "causation_id": e.causation_id, "correlation_id": e.correlation_id, "rulebook": e.rulebook, "data": copied.data,
    }  # fmt: skip


def _version(asked: Page) -> int:
    match asked.after:
        case None:
            return 0
        case [int(version)] if 0 <= version < 2**31:
            return version
        case _:
            raise foreign_cursor()


def _moment(asked: Page) -> tuple[datetime, int] | None:
    match asked.after:
        case None:
            return None
        case [str(at), int(seq)] if 0 <= seq < 2**63:
            try:
                found = datetime.fromisoformat(at)
            except ValueError:
                raise foreign_cursor() from None
            if found.tzinfo is not None:
                return found, seq
    raise foreign_cursor()
