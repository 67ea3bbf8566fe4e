"""The pilot table and the rows behind each of its figures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from chassis.domain import Unknown
from chassis.http import Db, Paged, answer_json, foreign_cursor, listed
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.queries.copies import head_of
from services.reporting.queries.definitions import BY_NAME, Figure
from services.reporting.queries.figures import AsOf, counted, rows_behind, table_of

router = APIRouter()


@router.get("/figures", dependencies=[Depends(shows_at_least)])
async def figures(viewer: Viewer, db: Db) -> Response:
    """Every figure the viewer may see, with its definition, its value by district, and up to which event it was computed."""
    districts = viewer.seen_districts()
    found = await counted(db, districts)
    head = await head_of(db)
    as_of = as_of_json(found.as_of)
    table = [
        {**definition(BY_NAME[row["name"]]), **row, "as_of": as_of, "rows": f"/v1/figures/{row['name']}/rows"}
        for row in table_of(found, districts)
    ]
    return answer_json({"as_of": as_of, "head": {"epoch": head.epoch, "seq": head.seq}, "figures": table})


def as_of_json(as_of: AsOf) -> dict[str, Any]:
    """Up to where figures were computed."""
    return {"seq": as_of.seq, "recorded_at": as_of.recorded_at, "simulated": as_of.simulated}


def definition(figure: Figure) -> dict[str, Any]:
    """What a figure means."""
    return {
        "title": figure.title, "title_en": figure.title_en, "unit": figure.unit, "formula": figure.formula,
        "formula_en": figure.formula_en, "source_events": figure.source_events, "exclusions": figure.exclusions,
        "exclusions_en": figure.exclusions_en,
    }  # fmt: skip


@router.get("/figures/{name}/rows", dependencies=[Depends(shows_at_least)])
async def rows(request: Request, name: str, viewer: Viewer, db: Db, asked: Paged, district: str | None = None) -> Response:
    """The rows behind a figure, by key: `counts` is what each adds to it (for a share, `out_of` to its denominator)."""
    figure = BY_NAME.get(name)
    if figure is None:
        raise Unknown("figure", name)
    if district is not None:
        viewer.require_district(district)
    districts = viewer.seen_districts() if district is None else [district]
    found = await rows_behind(db, figure, districts, _after(asked.after), asked.limit + 1)
    return listed(request, asked, found, lambda row: [row["key"]])


def _after(cursor: list[Any] | None) -> str | None:
    match cursor:
        case None:
            return None
        case [str(key)]:
            return key
        case _:
            raise foreign_cursor()
