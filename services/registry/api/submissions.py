"""HTTP for what enterprises fill in about their own site: submitted by them, decided by an officer field by field."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from chassis.auth import reader
from chassis.domain import Unknown
from chassis.http import Body, Command, Id, Paged, Seen, answer_json, at_least, command, listed
from chassis.moments import Moment, aggregate
from services.registry import queries
from services.registry.api.reference import READERS, Text
from services.registry.api.site_files import FieldName, FileReader, Number, Said, ToldBody
from services.registry.api.workbooks import FORMS
from services.registry.commands import site_files
from services.registry.domain.changes import Sector
from services.registry.domain.submission import SUBMISSION, Decision

Itself = Annotated[Command, Depends(command("enterprise"))]
Reviewer = Annotated[Command, Depends(command("officer", "manager"))]
LISTED = [Depends(reader(*READERS, "enterprise")), Depends(at_least)]  # in this order: nobody waits who may not read

router = APIRouter(prefix="/v1")


class SubmissionBody(ToldBody):
    """What an enterprise fills in, by the form of one of its sectors."""

    submission_id: Id
    sector: Sector


class DecisionBody(Body):
    """What becomes of one field."""

    record: Literal["site", "place", "equipment"]
    record_id: Number | None = None
    field: FieldName
    outcome: Literal["accepted", "corrected", "rejected"]
    value: Said = None
    reason: Text | None = None


class DecisionsBody(Body):
    """What becomes of each field; `others`: of those that are not named."""

    decisions: Annotated[tuple[DecisionBody, ...], Field(max_length=20_000)] = ()
    others: Literal["accepted", "rejected"] | None = None


@router.post("/enterprises/{enterprise_id}/submissions", status_code=201)
async def submit(enterprise_id: Id, body: SubmissionBody, command: Itself) -> Response:
    """Submit what the enterprise fills in about its own site; nothing of it is in the file before an officer decided."""
    if command.principal.enterprise_id != enterprise_id:
        raise Unknown("enterprise", enterprise_id)
    return await command.run(site_files.submit, enterprise_id, body.submission_id, body.sector, body.told(), FORMS, status=201)


@router.post("/submissions/{submission_id}/decisions", status_code=201)
async def decide(submission_id: Id, body: DecisionsBody, command: Reviewer) -> Response:
    """Accept, correct or reject a submission field by field; what is not rejected is in the file from now on."""
    decisions = [Decision(**one.model_dump()) for one in body.decisions]
    return await command.run(site_files.decide_submission, submission_id, decisions, body.others, FORMS, status=201)


@router.get("/submissions/{submission_id}")
async def view(request: Request, submission_id: Id, principal: FileReader, as_of: Moment) -> Response:
    """A submission: what was filled in, and what became of each field. Enterprises see their own."""
    loaded = await aggregate(request, principal, SUBMISSION, submission_id, as_of)
    submitted, decided = loaded.state.submitted, loaded.state.decided
    foreign = submitted is None or principal.enterprise_id != submitted.enterprise_id
    if submitted is None or (foreign and not principal.roles & set(READERS)):
        raise Unknown(SUBMISSION.name, submission_id)
    told: dict[str, Any] = {**asdict(submitted), "decided": None if decided is None else asdict(decided)}
    return answer_json(told, version=loaded.version)


@router.get("/submissions", dependencies=LISTED)
async def submissions(
    request: Request, principal: FileReader, db: Seen, asked: Paged, state: Literal["submitted", "decided"] = "submitted"
) -> Response:
    """What enterprises of the asker's districts submitted, the oldest first; undecided unless asked otherwise.

    An enterprise sees what it submitted itself.
    """
    day, key = asked.after_day or (None, "")
    own = None if principal.roles & set(READERS) else principal.enterprise_id or ""
    rows = await db.fetch(queries.SUBMISSIONS, principal.seen_districts(), state, day, key, own, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["submitted_on"], row["submission_id"]])
