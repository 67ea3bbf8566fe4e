"""Cases as they are read: the list, and one case with its clocks and what may be done next."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.aggregates import AsOf, Loaded
from chassis.domain import day_of
from chassis.http import Paged, Seen, answer_json, listed
from chassis.moments import Moment, aggregate, related_together
from chassis.offers import NO_STEPS, Steps
from services.penalty import domain, queries
from services.penalty.api.answers import CaseAnswer, CaseOutlook, CaseRow, Page, told
from services.penalty.api.clocks import passed_by, ruled, rules_if_any, running
from services.penalty.api.offered import ON, asked_time, now, offered
from services.penalty.api.reading import LISTED, AnyDay, Known, Reader, day_told, districts_asked
from services.penalty.commands import publishing
from services.penalty.domain.following import as_left, unfollowed
from services.penalty.domain.regions import Regions, regions_of, streams_beside
from services.penalty.domain.standing import STANDINGS

router = APIRouter(prefix="/v1", tags=["cases"])

OFFICER, APPROVER, REVIEWER, HOST = "officer", "approver", "legal-reviewer", "officer"
STEPS = {
    "request-filing": ("filing-requests", OFFICER), "begin-urgently": ("urgent-investigations", OFFICER),
    "file": ("filings", APPROVER), "refuse-filing": ("filing-refusals", APPROVER),
    "change-handlers": ("handlers", APPROVER), "join-party": ("parties", OFFICER), "amend-party": ("party-amendments", OFFICER),
    "extend": ("extensions", APPROVER),
    "record-evidence": ("evidence", OFFICER), "close-investigation": ("investigation-closings", OFFICER),
    "close-without-penalty": ("investigation-closings", OFFICER), "review": ("legal-reviews", REVIEWER),
    "discuss": ("discussions", APPROVER), "serve-notice": ("notices", OFFICER), "make-statement": ("statements", OFFICER),
    "waive-statement": ("statements", OFFICER), "request-hearing": ("hearing-requests", OFFICER),
    "convene-hearing": ("hearing-convocations", OFFICER), "hold-hearing": ("hearing-records", HOST),
    "report-hearing": ("hearing-reports", HOST), "decide": ("decisions", APPROVER),
    "decide-no-penalty": ("no-penalty-decisions", APPROVER), "serve-decision": ("services", OFFICER),
    "report-up": ("superior-reports", OFFICER), "receive-payment": ("payments", "finance"),
    "make-refund": ("refunds", "finance"), "publish": ("publications", OFFICER),
    "withdraw-publication": ("publication-withdrawals", OFFICER), "revoke": ("revocations", APPROVER),
    "change-as-decided": ("decision-changes", APPROVER), "revoke-as-decided": ("revocations", APPROVER),
    "request-repair": ("credit-repairs", OFFICER), "answer-repair": ("credit-repair-answers", APPROVER),
    "begin-daily-fine": ("daily-fines", OFFICER), "propose-closure": ("closure-proposals", APPROVER),
    "answer-closure": ("closure-answers", OFFICER), "close": ("closings", APPROVER), "archive": ("archivings", OFFICER),
    "request-recusal": ("recusal-requests", OFFICER), "decide-recusal": ("recusal-decisions", APPROVER),
    "abandon-hearing": ("hearing-absences", HOST), "withdraw-hearing": ("hearing-withdrawals", OFFICER),
    "request-deferral": ("deferrals", OFFICER), "answer-deferral": ("deferral-answers", APPROVER),
    "decide-surcharge": ("surcharges", APPROVER), "remit-surcharge": ("surcharge-remissions", APPROVER),
    "seek-reconsideration": ("remedies", OFFICER), "seek-litigation": ("remedies", OFFICER), "seek-appeal": ("remedies", OFFICER),
    "answer-remedy": ("remedies/answers", OFFICER), "withdraw-remedy": ("remedies/withdrawals", OFFICER),
    "decide-remedy": ("remedies/results", OFFICER), "remedy-takes-effect": ("remedies/effects", OFFICER),
    "stay-execution": ("stays", OFFICER), "lift-stay": ("stays/liftings", OFFICER),
    "draft-demand": ("demands", OFFICER), "serve-demand": ("demands/services", OFFICER),
    "answer-demand": ("demands/statements", OFFICER), "ask-court": ("court-applications", APPROVER),
    "answer-of-court": ("court-applications/answers", OFFICER), "end-enforcement": ("court-applications/endings", OFFICER),
    "report-transfer": ("transfers", OFFICER), "decide-transfer": ("transfer-decisions", APPROVER),
    "hand-over": ("transfer-handovers", OFFICER), "answer-transfer": ("transfer-answers", OFFICER),
    "return-case": ("transfer-returns", OFFICER), "borrow-file": ("loans", APPROVER), "return-file": ("loan-returns", OFFICER),
}  # fmt: skip
"""Where each step of the procedure is posted, and by which role."""


@router.get("/cases", dependencies=LISTED, responses=told(Page[CaseRow]))
async def list_cases(
    request: Request, principal: Reader, db: Seen, asked: Paged, state: Annotated[str | None, Query(max_length=40)] = None,
    district: Annotated[str | None, Query(max_length=64)] = None, organ_id: Annotated[str | None, Query(max_length=64)] = None,
    enterprise_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:  # fmt: skip
    """Cases, those first whose next clock runs out first."""
    districts = districts_asked(principal, district)
    wanted = queries.CaseFilter(districts=districts, state=state, organ_id=organ_id, enterprise_id=enterprise_id)
    rows = await queries.cases(db, wanted, asked.after_day, asked.limit + 1)
    return listed(request, asked, [_listed(row) for row in rows], lambda row: [row["clock_on"] or date.max, row["case_id"]])


@router.get("/cases/{case_id}", responses=told(CaseAnswer))
async def read_case(case_id: str, request: Request, principal: Reader, db: Known, as_of: Moment) -> Response:
    """One case: its state, its parties, its clocks, what may be done next and by which article, what may not and why."""
    case = await aggregate(request, principal, domain.CASE, case_id, as_of)
    regions = await regions_beside(request, case, as_of)
    left = as_left(case.state, regions.remedies)
    if as_of is None:
        rules, steps = await _steps(db, left, regions, now(request))
    else:
        rules, steps = await rules_if_any(db, day_of(now(request))), NO_STEPS
    view = told_of(left)
    parties = [_party(side, regions) for side in view.pop("sides")]
    unit = next((party for party in parties if party["party_id"] == domain.UNIT), {})
    view = {
        "state": view.pop("stage"), **view, "district": case.district, "version": case.version, "parties": parties,
        **{name: unit.get(name) for name in ("notice", "hearing", "decision", "payment", "publication")},
        "closure": regions.standing.closure, "clocks": ruled(running(left, regions), rules),
        "unfollowed": unfollowed(left, regions.remedies), **steps,
    }  # fmt: skip
    return answer_json(view, version=case.version)


@router.get("/cases/{case_id}/outlook", responses=told(CaseOutlook))
async def foresee(
    case_id: str, request: Request, principal: Reader, db: Known,
    on: Annotated[AnyDay | None, Query(description=ON)] = None,
) -> Response:  # fmt: skip
    """What may be done with a case on a day, were nothing done until then: what is permitted, what is not and why, the clocks.

    Today, or a day to come: of one that has passed it is refused (422 `day-in-past`), as nothing is done in the past. How the
    case was then tells `GET /v1/cases/{case_id}?as_of=`.
    """
    case = await aggregate(request, principal, domain.CASE, case_id, None)
    regions = await regions_beside(request, case, None)
    left = as_left(case.state, regions.remedies)
    at = asked_time(request, on)
    rules, steps = await _steps(db, left, regions, at)
    clocks = passed_by(ruled(running(left, regions), rules), at)
    view = {"case_id": case_id, "on": day_of(at), "clocks": clocks, **steps}
    return answer_json(view, version=case.version)


async def regions_beside(request: Request, case: Loaded[domain.CaseState], as_of: AsOf | None) -> Regions:
    """What runs beside a case, or beside a penalty decided on the spot that is told as one, as it was at the same moment."""
    wanted = [(STANDINGS, case.state.enterprise_id), *streams_beside(case.state)]
    standing, *beside = await related_together(request, wanted, as_of, case)
    return regions_of(case.state, {one.stream_id: one.state for one in beside if one.exists}, standing.state)


def _party(side: domain.Side, regions: Regions) -> dict[str, Any]:
    publication = regions.publications.get(side.party_id)
    return {
        **told_of(side), "payment": regions.payments.get(side.party_id),
        "publication": None if publication is None else publishing.told(publication),
    }  # fmt: skip


def told_of(state: Any) -> dict[str, Any]:
    """The fields of a state; what is in them stays as it is, because JSON takes dataclasses."""
    return {field.name: getattr(state, field.name) for field in fields(state)}


async def _steps(db: Known, case: domain.CaseState, regions: Regions, at: datetime) -> tuple[domain.Rules | None, Steps]:
    async with db.acquire() as connection:
        return await offered(queries.outlook_of(connection.fetch, case, regions, at), STEPS)


def _listed(row: Any) -> dict[str, Any]:
    """A case of the list; its clocks stand in the calendar."""
    shown = {name: value for name, value in dict(row).items() if name != "clocks"}
    return {**shown, "clock_on": day_told(row["clock_on"])}
