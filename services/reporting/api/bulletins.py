"""The weekly bulletin (每周调度通报): a week by district as of its end, the rows behind each figure, what came too late."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from chassis.auth import Principal
from chassis.domain import Unknown
from chassis.http import IsoTime, Paged, answer_json
from chassis.problems import BadRequest
from services.reporting.api.answers import Bulletin, FigureRows, answers
from services.reporting.api.asof_rows import LineRows, line_rows, listed_as_of, taken_as_of
from services.reporting.api.bulletin_paper import bulletin_paper
from services.reporting.api.bulletin_view import bulletin, late_entries
from services.reporting.api.kept import TABLES, kept_by
from services.reporting.api.passed_on import PdfResponse, WorkbookResponse, as_page, as_pdf, as_workbook
from services.reporting.api.rows_taken import ANSWERS, Form
from services.reporting.api.scopes import scope_of
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.projections.weekly import ASKED, WEEK, Weekly, cuts_of, weekly
from services.reporting.queries.asof import Cut
from services.reporting.queries.bulletins import LINES
from services.reporting.queries.weeks import Week, parsed_week

WAITING = "Casetrail-Waiting"

router = APIRouter(prefix="/bulletins", dependencies=[Depends(shows_at_least)])
AsOf = Annotated[
    IsoTime | None, Query(description="what was recorded before this time; if nothing is said, before the end of the week")
]


@dataclass(frozen=True, slots=True)
class Asked:
    """A week as of a moment, as this viewer may see it, with the cuts that it rests on; `weekly` folds what is needed."""

    request: Request
    viewer: Principal
    week: Week
    at: datetime
    cuts: dict[datetime, Cut]

    async def weekly(self) -> Weekly:
        """The table of the week."""
        pool = self.request.app.state.pool
        key = (self.week, self.at, tuple(sorted((at, cut.key) for at, cut in self.cuts.items())))
        return await kept_by(self.request.app, TABLES).get(key, lambda: weekly(pool, self.week, self.at, self.cuts))

    async def as_of(self, at: datetime) -> Asked:
        """The same week as of another moment."""
        return replace(self, at=at, cuts=await cuts_of(self.request.app.state.pool, self.week, at))

    async def bulletin(self, district: str | None) -> dict[str, Any]:
        """The bulletin of the districts that the viewer sees, of one and those below it if it is named."""
        found = await self.weekly()
        return bulletin(found, scope_of(self.viewer, district, found.table.districts), district)

    @property
    def waiting(self) -> str:
        """The ledgers of which something may still be on its way."""
        return ", ".join(sorted({source for cut in self.cuts.values() for source in cut.waiting}))


async def asked_week(request: Request, week: str, viewer: Viewer, as_of: AsOf = None) -> Asked:
    """FastAPI dependency: the week of the path, as of `?as_of=`, else of its end, else of now; BadRequest for others."""
    found = parsed_week(week)
    if found is None:
        zh = "周应写作 2021-W23（ISO 8601 周，周一至周日）"
        raise BadRequest("bad-week", zh, "a week is written 2021-W23 (ISO 8601, Monday to Sunday)")
    now: datetime = request.app.state.runner.clock.now()
    at = as_of or min(found.end, now)
    if at > now or at <= found.before.end:
        zh = "截至时刻应晚于该周开始、不晚于当前时间"
        raise BadRequest("bad-moment", zh, "the moment lies after the beginning of the week, and not in the future")
    return Asked(request, viewer, found, at, await cuts_of(request.app.state.pool, found, at))


asked_week.__needs__ = ("period",)  # type: ignore[attr-defined]
OfWeek = Annotated[Asked, Depends(asked_week)]


@router.get("/{week}", responses=answers(Bulletin))
async def of_week(asked: OfWeek, district: str | None = None) -> Response:
    """The bulletin of a week: what was recorded by its end, or by another moment, whatever was recorded later.

    When `Casetrail-Waiting` names no ledger any more, the same question is answered with the same bytes for ever.
    """
    answer = answer_json(await asked.bulletin(district))
    answer.headers[WAITING] = asked.waiting
    return answer


@router.get("/{week}/page", response_class=HTMLResponse)
async def as_a_page(asked: OfWeek, district: str | None = None) -> Response:
    """The bulletin as a page to read and to print."""
    return await as_page(bulletin_paper(await asked.bulletin(district)))


@router.get("/{week}/pdf", response_class=PdfResponse)
async def as_a_pdf(asked: OfWeek, district: str | None = None) -> Response:
    """The bulletin as a PDF, which is the same bytes as long as the bulletin and the template are."""
    return await as_pdf(asked.request.app, bulletin_paper(await asked.bulletin(district)), asked.at)


@router.get("/{week}/workbook", response_class=WorkbookResponse)
async def as_a_workbook(asked: OfWeek, district: str | None = None) -> Response:
    """The bulletin as a workbook (xlsx), a sheet for each section."""
    return await as_workbook(bulletin_paper(await asked.bulletin(district)), asked.at)


async def line_of(
    asked: OfWeek, line: str, span: str = WEEK, measure: str | None = None, district: str | None = None
) -> LineRows:  # fmt: skip
    """FastAPI dependency: the rows of a line of the bulletin; Unknown for a line, a span or a measure that there is not."""
    found = LINES.get(line)
    if found is None:
        raise Unknown("line", line)
    table = await asked.weekly()
    of = table.spans.get(span) if span in ASKED else None
    if of is None or not of.has(found):
        raise Unknown("span", span)
    return line_rows(found, measure, of, scope_of(asked.viewer, district, table.table.districts), table.table)


OfLine = Annotated[LineRows, Depends(line_of)]


@router.get("/{week}/rows", responses=answers(FigureRows))
async def rows(request: Request, page: Paged, of: OfLine) -> Response:
    """The rows behind a line of the bulletin, as of its moment: `counts` (and `out_of`) of all rows sum to the figure."""
    return await listed_as_of(request, page, of)


@router.get("/{week}/rows/{form}", response_class=Response, responses=ANSWERS)
async def rows_as_file(request: Request, form: Form, of: OfLine, district: str | None = None) -> Response:
    """All of them as a workbook (xlsx) or as CSV."""
    return await taken_as_of(request, form, of, district)


@router.get("/{week}/late")
async def late(asked: OfWeek, district: str | None = None) -> Response:
    """What was recorded of the week after the bulletin's moment (补录): each line as it was told, and as it is by now."""
    told = await asked.weekly()
    now = await (await asked.as_of(asked.request.app.state.runner.clock.now())).weekly()
    return answer_json(late_entries(told, now, scope_of(asked.viewer, district, told.table.districts), district))
