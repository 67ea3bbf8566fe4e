"""Who read it: what was given of an enterprise, a case, a document, by every service; and the recording of our own reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints

from chassis import access
from chassis.access import Look
from chassis.aggregates import nothing
from chassis.auth import Principal, reader
from chassis.http import Id, Paged, foreign_cursor, listed
from services.reporting.api.answers import answers
from services.reporting.api.answers_audit import Reads
from services.reporting.api.histories import KINDS, History, Kinds, known, seen
from services.reporting.api.viewers import OVERSEERS, READERS
from services.reporting.domain.access import ACCESS, FileRead, Part, Thing
from services.reporting.queries.copies import Copied
from services.reporting.queries.histories import Kind, history_of
from services.reporting.queries.reads import AskedReads, names_of, reads

router = APIRouter(prefix="/histories", dependencies=[Depends(reader(*OVERSEERS))])
ONE_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029]*$"
Written = Annotated[str, StringConstraints(pattern=ONE_LINE, strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[Written | None, Query(description="what it is read for; recorded with who reads it and when")]


class Giving:
    """What gives a case file: `give` records that it is about to be given."""

    def __init__(self, request: Request, reason: str | None) -> None:
        self._runner = request.app.state.runner
        self._reason = reason

    async def give(self, viewer: Principal, kind: Thing, key: str, events: Sequence[Copied], part: Part, content: bytes) -> None:
        """Record it, when nothing can refuse it any more. Raises what keeps it from being recorded: then it is not given."""
        newest = events[-1].envelope
        subject = key if kind == "enterprise" else next(
            (e.envelope.subject for e in events if e.envelope.stream_id == f"case:{key}"), newest.subject
        )  # fmt: skip
        event = FileRead(
            thing=kind, thing_id=key, part=part, sha256=hashlib.sha256(content).hexdigest(), enterprise_id=subject,
            events=len(events), reason=self._reason,
        )  # fmt: skip
        thing = replace(nothing(ACCESS, key), stream_id=f"{kind}:{key}", subject=subject, district=newest.district)
        told = f"{part} {event.sha256} {self._reason or ''}"
        await access.recorded(self._runner, ACCESS, Look(viewer, viewer.require(*READERS), thing, told, event))


async def giving(request: Request, reason: Reason = None) -> Giving:
    """FastAPI dependency of what gives a case file."""
    return Giving(request, reason)


Given = Annotated[Giving, Depends(giving)]


@router.get("/officers/{officer_id}/reads", responses=answers(Reads))
async def by_officer(request: Request, officer_id: Id, asked: History, page: Paged) -> Response:
    """What an officer was given to read, by every service, in the order of time."""
    return await _listed(request, asked, page, "officer", None, [officer_id])


@router.get("/{kind}/{key}/reads", responses=answers(Reads))
async def of_thing(request: Request, kind: Kinds, key: Id, asked: History, page: Paged) -> Response:
    """Who was given what of an enterprise, in the matter of a case, or of a document, by every service, in the order of time."""
    if kind != "cases":
        return await _listed(request, asked, page, KINDS[kind], key if kind == "enterprises" else None, [key])
    history = known("case", key, seen(asked.viewer, await history_of(asked.pool, "case", key)))
    subject = next(row["subject"] for row in history if row["subject"] != row["stream_id"])
    return await _listed(request, asked, page, "case", subject, names_of(key, history))


async def _listed(
    request: Request, asked: History, page: Paged, kind: Kind, subject: str | None, names: Sequence[str]
) -> Response:  # fmt: skip
    wanted = AskedReads(kind, subject, names, asked.viewer.seen_districts(), _after(page.after), page.limit + 1)
    rows = [_told(row) for row in await reads(asked.pool, wanted)]
    return listed(request, page, rows, lambda row: [row["recorded_at"].isoformat(), str(row["event_id"])])


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "actor": orjson.Fragment(row["actor"]), "data": orjson.Fragment(row["data"])}


def _after(cursor: list[Any] | None) -> tuple[datetime, UUID] | None:
    try:
        match cursor:
            case None:
                return None
            case [str(at), str(event_id)] if (found := datetime.fromisoformat(at)).tzinfo is not None:
                return found, UUID(event_id)
            case _:
                raise ValueError(cursor)
    except ValueError as error:
        raise foreign_cursor() from error
