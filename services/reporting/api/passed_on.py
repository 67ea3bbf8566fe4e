"""Papers on their way out: as a page, a PDF, a workbook; each made in a thread, beside whoever else is served."""

from __future__ import annotations

import asyncio
from datetime import datetime

from fastapi import Response

from services.reporting.documents.page import page
from services.reporting.documents.paper import Paper
from services.reporting.documents.print import printed
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


async def as_pdf(paper: Paper, at: datetime) -> Response:
    """A PDF; refused if it would be too long."""
    made = await asyncio.to_thread(printed, paper, at)
    return Response(made.pdf, media_type=PDF, headers=_named(paper, "pdf"))


async def as_workbook(paper: Paper, at: datetime) -> Response:
    """A workbook."""
    return Response(await asyncio.to_thread(workbook, paper, at), media_type=XLSX, headers=_named(paper, "xlsx"))


def _named(paper: Paper, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{paper.number.replace("/", "-")}.{ending}"'}
