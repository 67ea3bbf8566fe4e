"""The pilot table and the rows behind each of its figures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from chassis.domain import Unknown
from chassis.http import Db, Paged, Seen, answer_json
from services.reporting.api.answers import FigureRows, PilotTable, answers
from services.reporting.api.definitions import as_of_json, definition
from services.reporting.api.rows import Filters, listed_rows
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.queries.copies import head_of
from services.reporting.queries.definitions import BY_NAME
from services.reporting.queries.figures import counted, table_of

router = APIRouter()


@router.get("/figures", dependencies=[Depends(shows_at_least)], responses=answers(PilotTable))
async def figures(viewer: Viewer, db: Db, seen: Seen) -> Response:
    """Every figure the viewer may see, with its definition, its value by district, and up to which event it was computed."""
    districts = viewer.seen_districts()
    found = await counted(seen, districts)
    head = await head_of(db)
    as_of = as_of_json(found.as_of)
    table: list[dict[str, Any]] = [
        {**definition(BY_NAME[row["name"]]), **row, "as_of": as_of, "rows": f"/v1/figures/{row['name']}/rows"}
        for row in table_of(found, districts)
    ]
    return answer_json({"as_of": as_of, "head": {"epoch": head.epoch, "seq": head.seq}, "figures": table})


@router.get("/figures/{name}/rows", dependencies=[Depends(shows_at_least)], responses=answers(FigureRows))
async def rows(request: Request, name: str, viewer: Viewer, seen: Seen, asked: Paged, district: str | None = None) -> Response:
    """The rows behind a figure: `counts` is what each adds to it (a share: `out_of` to its denominator), `links` go further."""
    figure = BY_NAME.get(name)
    if figure is None:
        raise Unknown("figure", name)
    return await listed_rows(request, viewer, seen, asked, Filters(figure, district))
