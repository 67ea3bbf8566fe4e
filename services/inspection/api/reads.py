"""Reading over HTTP, and who read: a document or evidence is given when that was recorded."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints

from chassis import access
from chassis.access import Look
from chassis.aggregates import Loaded
from chassis.auth import Principal, reader
from chassis.http import Id, Paged, Seen, at_least, listed
from chassis.runner import Runner
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.reading import ONE_LINE, READERS, asked_of
from services.inspection.domain.access import ACCESS, FileRead, Part, Thing
from services.inspection.domain.document import DocumentIssued
from services.inspection.domain.evidence import EvidenceCaptured

router = APIRouter(prefix="/v1", tags=["inspection"])
AUDITORS = ("auditor", "manager", "administrator")
Overseer = Annotated[Principal, Depends(reader(*AUDITORS))]
Written = Annotated[str, StringConstraints(pattern=ONE_LINE, strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[Written | None, Query(description="what it is read for; recorded with who reads it and when")]


class Reading:
    """FastAPI dependency of what gives a document or evidence: `give` records that it is about to be given."""

    def __init__(self, request: Request, reason: str | None) -> None:
        self._runner: Runner = request.app.state.runner
        self._reason = reason

    async def give(
        self, principal: Principal, thing: Loaded[Any], fact: DocumentIssued | EvidenceCaptured, part: Part,
        sha256: str | None = None,
    ) -> None:  # fmt: skip
        """Record it, after everything that could still refuse to give it. Raises what keeps it from being recorded."""
        kind: Thing = "document" if isinstance(fact, DocumentIssued) else "evidence"
        event = FileRead(
            thing=kind, thing_id=thing.key, part=part, sha256=sha256, inspection_id=fact.inspection_id,
            enterprise_id=fact.enterprise_id, reason=self._reason,
        )  # fmt: skip
        told = f"{part} {sha256 or ''} {self._reason or ''}"
        look = Look(principal, principal.require(*READERS, "enterprise"), thing, told, event)
        await access.recorded(self._runner, ACCESS, look)


async def reading(request: Request, reason: Reason = None) -> Reading:
    """FastAPI dependency of what gives a document or a file."""
    return Reading(request, reason)


Giving = Annotated[Reading, Depends(reading)]


@router.get(
    "/reads", dependencies=[Depends(reader(*AUDITORS)), Depends(at_least)], responses=answers.told(answers.Page[answers.ReadRow])
)
async def list_reads(
    request: Request, principal: Overseer, db: Seen, asked: Paged, district: Id | None = None, thing_id: Id | None = None,
    reader_id: Id | None = None, enterprise_id: Id | None = None,
) -> Response:  # fmt: skip
    """Who read which document or evidence, in the order of time; within an hour, one look of a reader at a part."""
    wanted = asked_of(principal, asked, None, district)
    rows = await queries.reads(
        db, queries.AskedReads(
            state=None, district=district, seen=wanted.seen, after=wanted.after, limit=wanted.limit, thing_id=thing_id,
            reader_id=reader_id, enterprise_id=enterprise_id,
        ),
    )  # fmt: skip
    return listed(request, asked, rows, lambda row: [row["read_on"], row["read_id"]])
