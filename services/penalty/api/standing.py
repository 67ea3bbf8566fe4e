"""Fines that go on day by day; enterprises whose closure is to be proposed, the proposal and its answer; over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from chassis.http import Body, Id, IsoDate, Paged, Seen, answer_json, listed
from chassis.moments import Moment, aggregate
from services.penalty.api.reading import LISTED, Approver, Code, Line, Officer, Reader, Recorder, Reference, Text, districts_asked
from services.penalty.commands import standing as commands
from services.penalty.domain import standing
from services.penalty.domain.standing import STANDINGS
from services.penalty.domain.standing_events import ClosureResult
from services.penalty.queries.closures import ClosureFilter, closures, superior_reports

router = APIRouter(prefix="/v1", tags=["standing"])


class DailyFineBody(Body):
    """按日连续处罚: for which item of the decision."""

    item_code: Code
    """Which item of the decision: it was fined, its correction was ordered and is refused (安全生产法 112)."""


class ProposalBody(Body):
    """提请关闭."""

    authority: Line
    """The government that is asked to close the enterprise (安全生产法 113)."""
    reference_no: Reference = ""
    """The number of the proposal; empty if it has none yet."""
    reason: Text
    """Why."""


class ProposalAnswerBody(Body):
    """提请关闭的答复."""

    result: ClosureResult
    """`closed`, or `not-closed`."""
    reference_no: Reference = ""
    """The number of the answer; empty if it has none."""
    reason: Text
    """What the government says."""
    answered_on: IsoDate
    """The day of the answer; not before the proposal."""


@router.post("/cases/{case_id}/daily-fines", status_code=201)
async def begin_daily_fine(case_id: str, body: DailyFineBody, command: Officer) -> Response:
    """Begin a further case that fines the unit day by day, because it refuses to correct what it was fined for."""
    return await command.run(commands.begin_daily_fine, case_id, body.item_code, status=201)


@router.post("/cases/{case_id}/closure-proposals", status_code=201)
async def propose_closure(case_id: str, body: ProposalBody, command: Approver) -> Response:
    """Propose to the government to close the enterprise of a case, or of a penalty decided on the spot."""
    return await command.run(commands.propose_closure, case_id, standing.ProposeClosure(**body.model_dump()), status=201)


@router.post("/cases/{case_id}/closure-answers", status_code=201)
async def answer_closure(case_id: str, body: ProposalAnswerBody, command: Recorder) -> Response:
    """Note what the government answered."""
    return await command.run(commands.answer_closure, case_id, standing.AnswerClosure(**body.model_dump()), status=201)


@router.get("/closures", dependencies=LISTED)
async def list_closures(
    request: Request, principal: Reader, seen: Seen, asked: Paged, state: Annotated[str | None, Query(max_length=40)] = None,
    district: Annotated[str | None, Query(max_length=64)] = None, organ_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:  # fmt: skip
    """Enterprises that reached the number of penalties with a major hazard, the earliest first, and what became of it."""
    districts = districts_asked(principal, district)
    wanted = ClosureFilter(districts=districts, state=state, organ_id=organ_id)
    rows = await closures(seen, wanted, asked.after_day, asked.limit + 1)
    return listed(request, asked, [dict(row) for row in rows], lambda row: [row["reached_on"], row["enterprise_id"]])


@router.get("/superior-reports", dependencies=LISTED)
async def list_superior_reports(
    request: Request, principal: Reader, seen: Seen, asked: Paged, state: Annotated[str | None, Query(max_length=40)] = None,
    district: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:  # fmt: skip
    """Serious penalties that are, or were, to be reported to the organ above, those first that are due first."""
    districts = districts_asked(principal, district)
    rows = await superior_reports(seen, districts, state, asked.after_day, asked.limit + 1)
    return listed(request, asked, [dict(row) for row in rows], lambda row: [row["report_by"], row["report_key"]])


@router.get("/standings/{enterprise_id}")
async def read_standing(enterprise_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """The penalties that stand against an enterprise, which of them count towards its closure, and how far that is."""
    found = await aggregate(request, principal, STANDINGS, enterprise_id, as_of)
    told = asdict(found.state)
    counted = [{name: value for name, value in one.items() if name != "party_mark"} for one in told["counted"]]
    view = {"enterprise_id": enterprise_id, **told, "counted": counted, "closure": found.state.closure, "version": found.version}
    return answer_json(view, version=found.version)
