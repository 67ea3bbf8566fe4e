"""Who read which document: a document is given when that was recorded; the list that auditors ask."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis import access
from chassis.access import Look
from chassis.aggregates import Loaded
from chassis.auth import Principal, reader
from chassis.http import Id, Paged, Seen, at_least, listed
from chassis.paperwork import Line
from chassis.runner import Runner
from services.penalty import queries
from services.penalty.api.reading import READERS
from services.penalty.domain import CaseState
from services.penalty.domain.access import ACCESS, FileRead, Part
from services.penalty.domain.document import DocumentState, issued

router = APIRouter(prefix="/v1", tags=["documents"])
AUDITORS = ("auditor", "manager", "administrator")
Overseer = Annotated[Principal, Depends(reader(*AUDITORS))]
Reason = Annotated[Line | None, Query(description="what it is read for; recorded with who reads it and when")]


class Reading:
    """What gives a document: `give` records that it is about to be given."""

    def __init__(self, request: Request, reason: str | None) -> None:
        self._runner: Runner = request.app.state.runner
        self._reason = reason

    async def give(
        self, principal: Principal, document: Loaded[DocumentState], part: Part, sha256: str | None = None
    ) -> None:  # fmt: skip
        """Record it, after everything that could still refuse to give it. Raises what keeps it from being recorded."""
        fact = issued(document.state)
        event = FileRead(
            thing="document", thing_id=document.key, part=part, sha256=sha256, case_id=fact.case_id,
            enterprise_id=fact.enterprise_id, reason=self._reason,
        )  # fmt: skip
        told = f"{part} {sha256 or ''} {self._reason or ''}"
        look = Look(principal, principal.require(*READERS, "enterprise"), document, told, event)
        await access.recorded(self._runner, ACCESS, look)

    async def give_case(self, principal: Principal, case: Loaded[CaseState], file: bytes) -> None:
        """Record that the whole file of a case is about to be given. Raises what keeps it from being recorded."""
        sha256 = hashlib.sha256(file).hexdigest()
        event = FileRead(
            thing="case", thing_id=case.key, part="file", sha256=sha256, case_id=case.key,
            enterprise_id=case.state.enterprise_id, reason=self._reason,
        )  # fmt: skip
        look = Look(principal, principal.require(*READERS), case, f"file {sha256} {self._reason or ''}", event)
        await access.recorded(self._runner, ACCESS, look)


async def reading(request: Request, reason: Reason = None) -> Reading:
    """FastAPI dependency of what gives a document or a file."""
    return Reading(request, reason)


Giving = Annotated[Reading, Depends(reading)]


@router.get("/reads", dependencies=[Depends(reader(*AUDITORS)), Depends(at_least)])
async def list_reads(
    request: Request, principal: Overseer, db: Seen, asked: Paged, district: Id | None = None, thing_id: Id | None = None,
    reader_id: Id | None = None, enterprise_id: Id | None = None,
) -> Response:  # fmt: skip
    """Who read which document, in the order of time; within an hour, one look of a reader at a part."""
    if district is not None:
        principal.require_district(district)
    wanted = queries.ReadFilter(district=district, thing_id=thing_id, reader_id=reader_id, enterprise_id=enterprise_id)
    rows = await queries.reads(db, wanted, asked.after_day, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["read_on"], row["read_id"]])
