"""Assessment (督导考核): districts scored by a published sheet, each line with its rows; the sheets themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from chassis.auth import Principal
from chassis.domain import Unknown
from chassis.http import IsoTime, Paged, answer_json
from chassis.problems import BadRequest
from services.reporting.api.answers import FigureRows, answers
from services.reporting.api.asof_rows import LineRows, line_rows, listed_as_of, taken_as_of
from services.reporting.api.assessment_paper import assessment_paper
from services.reporting.api.assessment_view import assessment, sheet_json
from services.reporting.api.bulletins import WAITING
from services.reporting.api.kept import TABLES, kept_by
from services.reporting.api.passed_on import PdfResponse, WorkbookResponse, as_page, as_pdf, as_workbook
from services.reporting.api.rows_taken import ANSWERS, Form
from services.reporting.api.scopes import scope_of
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.projections.assessed import Assessed, assessed
from services.reporting.queries.asof import Cut, cut_at
from services.reporting.queries.bulletins import LINES
from services.reporting.queries.periods import Period, parsed
from services.reporting.queries.scoring import Sheet, sheet_of, sheets
from services.reporting.queries.weeks import FIRST_YEAR, LAST_YEAR, begins, ends

router = APIRouter(dependencies=[Depends(shows_at_least)])
AsOf = Annotated[
    IsoTime | None, Query(description="what was recorded before this time; if nothing is said, before the end of the period")
]
Version = Annotated[str | None, Query(description="which version of the scoring sheet; if none is named, the one then valid")]


@dataclass(frozen=True, slots=True)
class Asked:
    """A period as of a moment, with the cut of that, and the sheet that it is scored by."""

    request: Request
    viewer: Principal
    name: str
    period: Period
    at: datetime
    cut: Cut
    sheet: Sheet

    async def assessed(self) -> Assessed:
        """The table of the period."""
        pool, key = self.request.app.state.pool, ("assessed", self.period, self.cut.key, self.at)
        return await kept_by(self.request.app, TABLES).get(key, lambda: assessed(pool, self.period, self.cut))


async def asked_period(
    request: Request, period: str, viewer: Viewer, as_of: AsOf = None, sheet: Version = None
) -> Asked:  # fmt: skip
    """FastAPI dependency: the period of the path, as of `?as_of=`, else of its end, else of now; BadRequest for others."""
    found = parsed(period)
    if found is None or not FIRST_YEAR <= found.first.year <= LAST_YEAR:
        zh = "考核期间应写作 2021、2021-Q3 或 2021-09"
        raise BadRequest("bad-period", zh, "a period of assessment is written 2021, 2021-Q3 or 2021-09")
    now: datetime = request.app.state.runner.clock.now()
    at = as_of or min(ends(found), now)
    if at > now or at <= begins(found):
        zh = "截至时刻应晚于考核期间开始、不晚于当前时间"
        raise BadRequest("bad-moment", zh, "the moment lies after the beginning of the period, and not in the future")
    chosen = sheet_of(found, sheet)
    if chosen is None:
        raise Unknown("scoring sheet", sheet or period)
    return Asked(request, viewer, period, found, at, await cut_at(request.app.state.pool, at), chosen)


asked_period.__needs__ = ("period",)  # type: ignore[attr-defined]
OfPeriod = Annotated[Asked, Depends(asked_period)]


async def told(asked: Asked, district: str | None) -> dict[str, Any]:
    """The assessment of the districts that the viewer sees."""
    found = await asked.assessed()
    return assessment(asked.name, found, asked.sheet, scope_of(asked.viewer, district, found.table.districts), district)


@router.get("/assessments/{period}")
async def of_period(asked: OfPeriod, district: str | None = None) -> Response:
    """The districts' scores of a year, a quarter or a month, by the sheet valid at its end, as it was recorded by then."""
    answer = answer_json(await told(asked, district))
    answer.headers[WAITING] = ", ".join(asked.cut.waiting)
    return answer


@router.get("/assessments/{period}/page", response_class=HTMLResponse)
async def as_a_page(asked: OfPeriod, district: str | None = None) -> Response:
    """The assessment as a page to read and to print."""
    return await as_page(assessment_paper(await told(asked, district)))


@router.get("/assessments/{period}/pdf", response_class=PdfResponse)
async def as_a_pdf(asked: OfPeriod, district: str | None = None) -> Response:
    """The assessment as a PDF."""
    return await as_pdf(asked.request.app, assessment_paper(await told(asked, district)), asked.at)


@router.get("/assessments/{period}/workbook", response_class=WorkbookResponse)
async def as_a_workbook(asked: OfPeriod, district: str | None = None) -> Response:
    """The assessment as a workbook (xlsx)."""
    return await as_workbook(assessment_paper(await told(asked, district)), asked.at)


async def line_of(asked: OfPeriod, code: str, measure: str | None = None, district: str | None = None) -> LineRows:
    """FastAPI dependency: the rows of a line of the sheet, by its `code`; of a share of several measures one is named."""
    line = next((one for one in asked.sheet.lines if one.code == code), None)
    if line is None:
        raise Unknown("line", code)
    found = await asked.assessed()
    scope = scope_of(asked.viewer, district, found.table.districts)
    return line_rows(LINES[line.line], measure, found.spans[line.span], scope, found.table)


OfLine = Annotated[LineRows, Depends(line_of)]


@router.get("/assessments/{period}/rows", responses=answers(FigureRows))
async def rows(request: Request, page: Paged, of: OfLine) -> Response:
    """The rows behind a line of the sheet, by its `code`, as of that moment; of a share of several measures one is named."""
    return await listed_as_of(request, page, of)


@router.get("/assessments/{period}/rows/{form}", response_class=Response, responses=ANSWERS)
async def rows_as_file(request: Request, form: Form, of: OfLine, district: str | None = None) -> Response:
    """All of them as a workbook (xlsx) or as CSV."""
    return await taken_as_of(request, form, of, district)


@router.get("/scoring-sheets")
async def scoring_sheets(_: Viewer) -> Response:
    """Every version of the scoring sheet, each line with formula, weight, limits and where it comes from."""
    return answer_json({"items": [sheet_json(sheet) for sheet in sheets()]})
