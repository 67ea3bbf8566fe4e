"""Papers on their way out: as a page, a PDF, a workbook; each made in a thread, beside whoever else is served."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI, Response

from chassis.rendering import Rendered
from services.reporting.api.kept import HASHES, PAPERS, kept_by
from services.reporting.documents.page import page
from services.reporting.documents.paper import Paper
from services.reporting.documents.print import TEMPLATE, printed
from services.reporting.documents.workbook import workbook

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HTML = "text/html; charset=utf-8"
SAFE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class PdfResponse(Response):
    """How a PDF is described."""

    media_type = PDF


class WorkbookResponse(Response):
    """How a workbook is described."""

    media_type = XLSX


async def as_page(paper: Paper) -> Response:
    """A page for a browser."""
    return Response(await asyncio.to_thread(page, paper), media_type=HTML, headers=SAFE)


@dataclass(frozen=True, slots=True)
class Hashed:
    """What a PDF is known by: its SHA-256, and what it was laid out with."""

    sha256: str
    template: str


async def pdf_of(app: FastAPI, paper: Paper, at: datetime) -> Rendered:
    """A paper as a PDF, laid out once: the same facts, number and time are the same bytes. Refused if it would be too long."""
    key = _key(paper, at)
    made = await kept_by(app, PAPERS).get(key, lambda: asyncio.to_thread(printed, paper, at))
    await kept_by(app, HASHES).get(key, lambda: _hashed(made))
    return made


async def hash_of(app: FastAPI, paper: Paper, at: datetime) -> Hashed:
    """The hash of that PDF; longer remembered than its bytes."""

    async def laid_out() -> Hashed:
        return await _hashed(await kept_by(app, PAPERS).get(key, lambda: asyncio.to_thread(printed, paper, at)))

    key = _key(paper, at)
    return await kept_by(app, HASHES).get(key, laid_out)


def _key(paper: Paper, at: datetime) -> Hashable:
    return TEMPLATE.key, hashlib.sha256(repr(paper).encode()).digest(), at


async def _hashed(made: Rendered) -> Hashed:
    return Hashed(made.sha256, made.template)


async def as_pdf(app: FastAPI, paper: Paper, at: datetime) -> Response:
    """A PDF; refused if it would be too long."""
    made = await pdf_of(app, paper, at)
    return Response(made.pdf, media_type=PDF, headers=_named(paper, "pdf"))


async def as_workbook(paper: Paper, at: datetime) -> Response:
    """A workbook."""
    return Response(await asyncio.to_thread(workbook, paper, at), media_type=XLSX, headers=_named(paper, "xlsx"))


def _named(paper: Paper, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{paper.number.replace("/", "-")}.{ending}"'}
