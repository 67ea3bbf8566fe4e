"""The file of a case over HTTP: one PDF to be printed, read and handed over."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import Principal, reader
from chassis.blobs import BlobMissing, Blobs
from chassis.http import Id, at_least
from chassis.moments import aggregate
from chassis.paperwork import PAPER, Files, paper
from chassis.runner import Context, PoolSource, Runner
from services.penalty import domain
from services.penalty.api.reads import Giving
from services.penalty.commands.dossier import Dossier, dossier_of
from services.penalty.documents.dossier import LARGEST, Bound, bind
from services.penalty.domain.dossier import Piece, binding_of

FORMS = Path(__file__).parents[3] / "contracts" / "forms"
BINDING = binding_of(json.loads((FORMS / "case-file-2016.json").read_text(encoding="utf-8")))
FILE_READERS = ("officer", "approver", "legal-reviewer", "auditor", "manager")
FileReader = Annotated[Principal, Depends(reader(*FILE_READERS))]
LISTED = [Depends(reader(*FILE_READERS)), Depends(at_least)]  # who asks comes first: nobody else makes a database wait

router = APIRouter(prefix="/v1", tags=["documents"])


@router.get("/cases/{case_id}/file", response_class=Response, responses=PAPER, dependencies=LISTED)
async def get_case_file(request: Request, case_id: Id, principal: FileReader, blobs: Files, giving: Giving) -> Response:
    """The file of a case (案卷) as one PDF: cover, contents, documents and evidence in order, pages numbered throughout.

    What has not arrived has a page that says so, with its hash. That it is read is recorded.
    """
    case = await aggregate(request, principal, domain.CASE, case_id, None)
    runner: Runner = request.app.state.runner
    work = await runner.begun(_context(runner, principal), PoolSource(runner.pool, runner.vault))
    dossier = await dossier_of(work, case_id, BINDING)
    files = [one for piece in dossier.pieces for one in await _files(blobs, piece)]
    pdf = await asyncio.to_thread(bind, dossier.cover, files, dossier.changed_at, _note(dossier))
    await giving.give_case(principal, case, pdf)
    return paper(case_id, pdf)


def _context(runner: Runner, principal: Principal) -> Context:
    """A unit of work that only reads."""
    read = uuid.uuid4()
    return Context(
        command_id=read, actor=principal.actor(principal.require(*FILE_READERS)), organ=principal.organ,
        districts=principal.districts, occurred_at=runner.clock.now(), causation_id=read,
    )  # fmt: skip


def _note(dossier: Dossier) -> str:
    """What the cover says of the list of pieces: whether it is still that with which the file was put away."""
    told = f"卷内清单摘要 {dossier.digest[:16]}"
    if dossier.frozen is None:
        return f"{told}（未归档）"
    if not dossier.frozen:
        return f"{told}（归档时未留摘要）"
    return f"{told}（与归档时{'一致' if dossier.frozen == dossier.digest else '不一致'}）"


async def _files(blobs: Blobs, piece: Piece) -> list[Bound]:
    return [await _file(blobs, piece, sha256, place > 0) for place, sha256 in enumerate((piece.sha256, *piece.scans))]


async def _file(blobs: Blobs, piece: Piece, sha256: str, continues: bool) -> Bound:
    size, data = await blobs.size(sha256), None
    if size is not None and size <= LARGEST:
        try:
            data = await blobs.read(sha256)
        except BlobMissing:  # removed since
            size = None
    is_large = size is not None and data is None
    return Bound(
        title=piece.title, number=piece.number, on=piece.on, sha256=sha256, data=data, too_large=is_large, continues=continues
    )  # fmt: skip
