"""A paper as a PDF, laid out as the organs' documents are: the same paper as of the same time gives the same bytes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from chassis.rendering import Rendered, Template, installed
from services.reporting.documents.paper import Paper, Table, digits

TEMPLATE = Template("reporting/paper", 1, Path(__file__).parent / "typst", "paper.typ")


def facts_of(paper: Paper) -> dict[str, Any]:
    """What the template is given: every cell as text."""
    return {
        "title": paper.title, "lines": paper.lines,
        "sections": [{"name": one.name, "parts": [_part(part) for part in one.parts]} for one in paper.sections],
    }  # fmt: skip


def _part(part: Any) -> dict[str, Any]:
    if not isinstance(part, Table):
        return {"kind": "words", "title": part.title, "lines": [text for text, _ in part.lines]}
    rows = [[digits(cell) for cell in row] for row in part.rows]
    texts = [any(isinstance(row[place], str) for row in part.rows) for place in range(len(part.heads))]
    return {"kind": "table", "title": part.title, "heads": part.heads, "rows": rows, "texts": texts, "note": part.note}


def printed(paper: Paper, at: datetime) -> Rendered:
    """The PDF. Blocking: call it in a thread. Refused as `chassis.rendering.Renderer.render` says."""
    return installed().render(TEMPLATE, facts_of(paper), paper.number, at)
