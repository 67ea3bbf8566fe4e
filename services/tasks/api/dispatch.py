"""Weekly dispatch over HTTP: districts' weeks, problems, bulletins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.domain import Refused
from chassis.http import Body, Id, IsoTime, Paged, Seen, Sha256, answer_json, listed
from chassis.moments import Moment, aggregate
from chassis.signednote import Verifier
from chassis.statements import was_stated
from services.tasks.api import answers
from services.tasks.api.reading import LISTED, Day, Manager, ManagerGuarded, Reader, ReasonBody, Text, Title, a_page
from services.tasks.commands import dispatch as commands
from services.tasks.domain import CAMPAIGN
from services.tasks.domain.issued import IssuedPaper, UsedCut, UsedLedger, week_name
from services.tasks.domain.problem import PROBLEM
from services.tasks.domain.week import WEEK, FigureLink, IssueBulletin, ReportedProblem, ReportWeek, week_key
from services.tasks.queries.duties import reported_districts
from services.tasks.queries.lists import BULLETINS, PROBLEMS, WEEKS, listed_rows

# What reporting publishes, by name; the contracts' tests hold this list equal to reporting's own.
Figure = Literal[
    "jurisdictions", "enterprises", "inspections", "officer_visits", "hazards", "key_item_hazards", "hazards_rectified",
    "penalties", "penalty_amount_fen", "tasks_generated", "tasks_completed", "completion_percent", "city_share",
]  # fmt: skip

router = APIRouter(prefix="/v1", tags=["tasks"])


class ProblemBody(Body):
    """A problem the city is asked to solve."""

    problem_id: Id
    problem: Text


class WeekBody(Body):
    """The caller's district's week: what was done, what is planned for the next, problems, suggestions."""

    monday: Day
    done: Text
    planned: Text
    problems: tuple[ProblemBody, ...] = Field(default=(), max_length=50)
    suggestions: tuple[Text, ...] = Field(default=(), max_length=50)


class SupplementBody(Body):
    """What the district adds to its report."""

    supplement: Text


class AnswerBody(Body):
    """The city's answer."""

    answer: Text


class OutcomeBody(Body):
    """How the problem was settled."""

    outcome: Text


class FigureBody(Body):
    """A figure that reporting publishes, by its name, of one district or of all."""

    figure: Figure
    district: Id | None = None


class LedgerBody(Body):
    """How much of a service's ledger was used."""

    ledger: Literal["registry", "tasks", "inspection", "penalty"] = Field(description="台账；whose ledger")
    size: int = Field(ge=0, le=1 << 53, description="所用事件数；how many of its events, from the first")
    root: Sha256 = Field(description="该规模的默克尔树根；root of its tree at that size (RFC 6962)")
    checkpoint: Annotated[int, Field(ge=0, le=1 << 53)] | None = Field(
        default=None, description="当时最新的会签检查点规模；size of the newest cosigned checkpoint then"
    )


class CutBody(Body):
    """The ledgers as of a moment."""

    recorded_before: IsoTime = Field(description="此刻之前记录的；what was recorded before this time")
    ledgers: tuple[LedgerBody, ...] = Field(min_length=1, max_length=4, description="各台账；each ledger")


class IssuedBody(Body):
    """Reporting's bulletin as it is issued, as its `/v1/bulletins/{week}/to-issue` tells it."""

    bulletin_id: Id = Field(description="通报编号；the bulletin's id")
    week: str = Field(pattern=r"^[1-9][0-9]{3}-W[0-5][0-9]$", description="周（ISO 8601）；the week, as in 2021-W23")
    district: Id | None = Field(default=None, description="辖区，空为全部；whose, none for all that the issuer sees")
    districts: tuple[Id, ...] = Field(max_length=1000, description="涉及的辖区；the districts that it tells of")
    json_sha256: Sha256 = Field(description="JSON 的 SHA-256；of its JSON")
    pdf_sha256: Sha256 = Field(description="PDF 的 SHA-256；of its PDF")
    template: str = Field(min_length=1, max_length=100, description="PDF 模板及版本；template of the PDF, with its version")
    cuts: tuple[CutBody, ...] = Field(min_length=1, max_length=3, description="所依据的台账范围；the ledgers that it rests on")
    signed_note: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="统计报告的签名，按其给出的原样；reporting's signature of all the rest, as it gave it"
    )


class BulletinBody(Body):
    """A bulletin on a week; its figures are links to reporting and carry no values."""

    monday: Day
    title: Title
    text: Text
    figures: tuple[FigureBody, ...] = Field(default=(), max_length=50)
    issued: IssuedBody | None = Field(
        default=None,
        description="随信发出的每周通报；reporting's weekly bulletin that is sent with it, to be made again and compared",
    )


@router.post("/campaigns/{campaign_id}/weeks", status_code=201)
async def report_week(campaign_id: Id, body: WeekBody, command: Manager) -> Response:
    """Report the week of the caller's district."""
    asked = ReportWeek(
        campaign_id=campaign_id, monday=body.monday, done=body.done, planned=body.planned, suggestions=body.suggestions,
        problems=tuple(ReportedProblem(**problem.model_dump()) for problem in body.problems),
    )  # fmt: skip
    return await command.run(commands.report_week, asked, status=201)


@router.post("/campaigns/{campaign_id}/weeks/{monday}/supplements", status_code=201)
async def supplement_week(campaign_id: Id, monday: Day, body: SupplementBody, command: Manager) -> Response:
    """Add to what the caller's district reported."""
    return await command.run(commands.supplement_week, campaign_id, monday, body.supplement, status=201)


@router.get("/campaigns/{campaign_id}/weeks", dependencies=LISTED, responses=answers.told(answers.Page[answers.WeekRow]))
async def list_weeks(
    campaign_id: Id, request: Request, principal: Reader, asked: Paged, db: Seen, district: Id | None = None,
    monday: Day | None = None,
) -> Response:  # fmt: skip
    """What districts reported, by week."""
    wanted = {"campaign_id": campaign_id, "district": district, "monday": monday}
    return await a_page(request, principal, db, asked, WEEKS, wanted)


@router.get(
    "/campaigns/{campaign_id}/weeks/{monday}/districts",
    dependencies=LISTED,
    responses=answers.told(answers.Items[answers.ReportedRow]),
)
async def reported(campaign_id: Id, monday: Day, request: Request, principal: Reader, db: Seen) -> Response:
    """Which districts have reported a week, and which have not."""
    campaign = await aggregate(request, principal, CAMPAIGN, campaign_id, None)
    seen = principal.seen_districts()
    return answer_json({"items": await reported_districts(db.fetch, campaign_id, str(campaign.district), monday, seen)})


@router.get("/campaigns/{campaign_id}/districts/{district}/weeks/{monday}", responses=answers.told(answers.WeekAnswer))
async def get_week(campaign_id: Id, district: Id, monday: Day, request: Request, principal: Reader, as_of: Moment) -> Response:
    """One district's report on a week, and what it added since."""
    week = await aggregate(request, principal, WEEK, week_key(campaign_id, district, monday), as_of)
    return answer_json({**asdict(week.state), "version": week.version}, version=week.version)


@router.get("/problems", dependencies=LISTED, responses=answers.told(answers.Page[answers.ProblemRow]))
async def list_problems(
    request: Request, principal: Reader, asked: Paged, db: Seen, campaign_id: Id | None = None, district: Id | None = None,
    state: Literal["open", "answered", "closed"] | None = None,
) -> Response:  # fmt: skip
    """Problems by the week they were reported in."""
    wanted = {"campaign_id": campaign_id, "district": district, "state": state}
    return await a_page(request, principal, db, asked, PROBLEMS, wanted)


@router.get("/problems/{problem_id}", responses=answers.told(answers.ProblemAnswer))
async def get_problem(problem_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A problem with every answer it was given."""
    found = await aggregate(request, principal, PROBLEM, problem_id, as_of)
    return answer_json({**asdict(found.state), "version": found.version}, version=found.version)


@router.post("/problems/{problem_id}/answers", status_code=201)
async def answer_problem(problem_id: Id, body: AnswerBody, command: ManagerGuarded) -> Response:
    """The city answers."""
    return await command.run(commands.answer_problem, problem_id, body.answer, status=201)


@router.post("/problems/{problem_id}/reopenings", status_code=201)
async def reopen_problem(problem_id: Id, body: ReasonBody, command: ManagerGuarded) -> Response:
    """The district says that the answer does not help."""
    return await command.run(commands.reopen_problem, problem_id, body.reason, status=201)


@router.post("/problems/{problem_id}/closings", status_code=201)
async def close_problem(problem_id: Id, body: OutcomeBody, command: ManagerGuarded) -> Response:
    """The city closes a problem it answered."""
    return await command.run(commands.close_problem, problem_id, body.outcome, status=201)


@router.post("/campaigns/{campaign_id}/bulletins", status_code=201)
async def issue_bulletin(campaign_id: Id, body: BulletinBody, command: Manager, request: Request) -> Response:
    """Issue the next bulletin of a campaign; with `issued`, reporting's weekly bulletin is recorded as it is sent.

    `issued` is what reporting's `/v1/bulletins/{week}/to-issue` told, unchanged: 409 `bulletin-not-as-told` where it is not.
    """
    _require_as_told(body.issued, request.app.state.settings.verifiers.get("reporting", ()))
    figures = tuple(FigureLink(**figure.model_dump()) for figure in body.figures)
    asked = IssueBulletin(monday=body.monday, title=body.title, text=body.text, figures=figures, issued=_paper(body.issued))
    return await command.run(commands.issue_bulletin, campaign_id, asked, status=201)


@router.get("/campaigns/{campaign_id}/bulletins", dependencies=LISTED, responses=answers.told(answers.Page[answers.BulletinRow]))
async def list_bulletins(campaign_id: Id, request: Request, principal: Reader, asked: Paged, db: Seen) -> Response:
    """The bulletins of a campaign; `rows` of a figure is where reporting answers it, with the value and what lies behind it.

    `issued` is where reporting tells whether what was sent with it is what it still makes of the same ledgers.
    """
    wanted = {"campaign_id": campaign_id}
    found = await listed_rows(db.fetch, BULLETINS, principal.seen_districts(), wanted, asked.after_day, asked.limit + 1)
    rows = [
        {
            **row,
            "figures": [_linked(figure) for figure in row["figures"]],
            "issued": f"/v1/bulletins/{week_name(row['monday'])}/issued",
        }
        for row in found
    ]
    return listed(request, asked, rows, lambda row: [row["monday"], row["bulletin_id"]])


def _require_as_told(body: IssuedBody | None, known: Iterable[Verifier]) -> None:
    """Refused `bulletin-not-as-told` unless reporting signed all of it; where its key is not known nothing can be said."""
    if body is None or not known:
        return
    if not was_stated(body.signed_note, body.model_dump(exclude={"signed_note"}), known):
        raise Refused(
            "bulletin-not-as-told", "所附通报与统计报告给出的不一致，请重新取得后原样提交",
            "this is not what reporting told of the bulletin: ask it again, and pass it on unchanged", week=body.week,
        )  # fmt: skip


def _paper(body: IssuedBody | None) -> IssuedPaper | None:
    if body is None:
        return None
    given = body.model_dump()
    cuts = tuple(
        UsedCut(recorded_before=cut["recorded_before"], ledgers=tuple(UsedLedger(**one) for one in cut["ledgers"]))
        for cut in given.pop("cuts")
    )  # fmt: skip
    return IssuedPaper(**given, cuts=cuts)


def _linked(figure: dict[str, str | None]) -> dict[str, str | None]:
    of_district = f"?district={figure['district']}" if figure["district"] else ""
    return {**figure, "rows": f"/v1/figures/{figure['figure']}/rows{of_district}"}
