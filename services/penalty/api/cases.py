"""Cases as they are read: the list, and one case with its clocks and what may be done next."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.domain import Refused
from chassis.http import Db, Paged, answer_json, listed
from chassis.moments import Moment, aggregate, related
from chassis.runner import Runner
from services.penalty import domain, queries
from services.penalty.api.reading import LISTED, Reader

router = APIRouter(prefix="/v1", tags=["cases"])

STEPS = {
    "request-filing": ("filing-requests", "officer"), "file": ("filings", "approver"),
    "record-evidence": ("evidence", "officer"), "close-investigation": ("investigation-closings", "officer"),
    "review": ("legal-reviews", "legal-reviewer"), "serve-notice": ("notices", "officer"),
    "make-statement": ("statements", "officer"), "waive-statement": ("statements", "officer"),
    "decide": ("decisions", "approver"), "serve-decision": ("services", "officer"),
    "receive-payment": ("payments", "finance"), "close": ("closings", "approver"),
}  # fmt: skip
"""Where each step of the procedure is posted, and by which role."""


@router.get("/cases", dependencies=LISTED)
async def list_cases(
    request: Request, principal: Reader, db: Db, asked: Paged, state: Annotated[str | None, Query(max_length=40)] = None,
    district: Annotated[str | None, Query(max_length=64)] = None, organ_id: Annotated[str | None, Query(max_length=64)] = None,
    enterprise_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:  # fmt: skip
    """Cases, those first whose next clock runs out first."""
    if district is not None:
        principal.require_district(district)
    districts = [district] if district is not None else principal.seen_districts()
    wanted = queries.CaseFilter(districts=districts, state=state, organ_id=organ_id, enterprise_id=enterprise_id)
    rows = await queries.cases(db, wanted, asked.after_day, asked.limit + 1)
    return listed(request, asked, [_listed(row) for row in rows], lambda row: [row["clock_on"] or date.max, row["case_id"]])


@router.get("/cases/{case_id}")
async def read_case(case_id: str, request: Request, principal: Reader, db: Db, as_of: Moment) -> Response:
    """One case: its state, its clocks, what may be done next and by which article, what may not and why."""
    case = await aggregate(request, principal, domain.CASE, case_id, as_of)
    payment = await related(request, domain.PAYMENTS, case_id, as_of, case)
    told = asdict(case.state)
    view = {
        "state": told.pop("stage"), **told, "district": case.district, "version": case.version,
        "payment": asdict(payment.state) if payment.exists else None, "clocks": _clocks(case.state, payment.state),
        **(await _next_steps(request, db, case.state, payment.state) if as_of is None else NO_STEPS),
    }  # fmt: skip
    return answer_json(view, version=case.version)


NO_STEPS: dict[str, list[dict[str, Any]]] = {"next_steps": [], "forbidden_steps": []}
"""Nothing is done in the past."""


async def _next_steps(
    request: Request, db: Db, case: domain.CaseState, payment: domain.PaymentState
) -> dict[str, list[dict[str, Any]]]:
    runner: Runner = request.app.state.runner
    try:
        steps = await queries.outlook_of(db.fetch, case, payment, runner.clock.now())
    except Refused as refused:  # no rules are in force: nothing may be done, and that is the reason
        nothing = {"name": "*", "code": refused.code, "reason": refused.zh, "article": refused.basis}
        return {"next_steps": [], "forbidden_steps": [nothing]}
    return {
        "next_steps": [_step(step) for step in steps if step.permitted],
        "forbidden_steps": [{**_step(step), "code": step.code, "reason": step.reason} for step in steps if not step.permitted],
    }


def _step(step: domain.Outlook) -> dict[str, Any]:
    path, role = STEPS[step.name]
    return {"name": step.name, "title": step.title, "path": path, "role": role, "article": step.basis}


def _clocks(case: domain.CaseState, payment: domain.PaymentState) -> list[dict[str, Any]]:
    """The clocks that run: what, until when, whether it has passed."""
    clocks = []
    if case.filed_on is not None and case.decision is None:
        clocks.append({"clock": "case-limit", "due_on": case.decision_due_on, "overdue": case.overdue})
    if case.decision is None and case.notice is not None and not case.notice.answered:
        clocks.append({"clock": "statement", "due_on": case.notice.statement_due_on, "overdue": False})
    if payment.due_on is not None and payment.settled_on is None:
        clocks.append({"clock": "payment-due", "due_on": payment.next_due_on, "overdue": payment.overdue})
    return clocks


def _listed(row: Any) -> dict[str, Any]:
    """A case of the list; PostgreSQL's infinity, which is read as the last date, is no clock."""
    return {**row, "clock_on": None if row["clock_on"] == date.max else row["clock_on"]}
