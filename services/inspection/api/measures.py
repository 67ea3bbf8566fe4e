"""Measures over HTTP: read from their own events, listed; decided on site and lifted after a review."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.domain import Unknown
from chassis.http import Body, Id, Paged, Seen, Sha256, answer_json, listed
from chassis.moments import Moment, aggregate
from chassis.offers import NO_STEPS
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.measure_offers import of_measure
from services.inspection.api.measuring import BegunBody, Officers, ReceiptBody, Records
from services.inspection.api.offers import offered
from services.inspection.api.orders import ResultBody
from services.inspection.api.reading import (
    LISTED_FOR_PARTIES,
    READERS,
    Day,
    Line,
    Officer,
    PartyReader,
    Reporter,
    Text,
    officers_of,
    own_of,
)
from services.inspection.commands import measures
from services.inspection.domain import events
from services.inspection.domain.measures.measure import MEASURE, Matter
from services.inspection.domain.measures.parts import Kind, Status
from services.inspection.domain.measures.suspension import OnSite, Suspend, Target

router = APIRouter(prefix="/v1", tags=["inspection"])


class TargetBody(Body):
    """From where people are withdrawn, or what is suspended, because of which hazards."""

    target_id: Id
    measure: OnSite
    target: Line
    equipment_id: Id | None = None
    hazard_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=100)]


class SuspensionBody(BegunBody):
    """What is decided on site, and who took the decision."""

    targets: Annotated[list[TargetBody], Field(min_length=1, max_length=100)]
    officers: Officers
    receipt: ReceiptBody
    until: Day | None = None
    records: Records = ()

    def decided(self) -> Suspend:
        """As the domain has it."""
        return Suspend(
            targets=tuple(Target(**target.model_dump()) for target in self.targets), officers=officers_of(self.officers),
            receipt=self.receipt.told(), until=self.until, records=self.records,
        )  # fmt: skip


class ResumptionRequestBody(Body):
    """Which hazards are gone; evidence by the hashes of its files."""

    hazard_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
    report: Text
    evidence: Annotated[tuple[Sha256, ...], Field(max_length=100)] = ()


class ResumptionReviewBody(Body):
    """Who reviewed, and what they agree to, hazard by hazard."""

    officers: Officers
    results: Annotated[list[ResultBody], Field(min_length=1, max_length=200)]


@router.post("/suspensions", status_code=201)
async def suspend(body: SuspensionBody, command: Officer) -> Response:
    """Decide on site that people are withdrawn, production or use suspended; the answer holds the document number."""
    return await command.run(measures.suspend, body.measure_id, body.inspection_id, body.decided(), status=201)


@router.post("/suspensions/{measure_id}/resumption-requests", status_code=201)
async def ask_resumption(measure_id: Id, body: ResumptionRequestBody, command: Reporter) -> Response:
    """Ask to resume; an enterprise asks about its own measures only."""
    own = (command.principal.enterprise_id or "") if command.role == "enterprise" else None
    asked = (tuple(body.hazard_ids), body.report, body.evidence, own)
    return await command.run(measures.ask_resumption, measure_id, *asked, status=201)


@router.post("/suspensions/{measure_id}/resumption-reviews", status_code=201)
async def review_resumption(measure_id: Id, body: ResumptionReviewBody, command: Officer) -> Response:
    """Agree to resume, or not; what is not lifted stays."""
    results = tuple(
        events.ReinspectionResult(hazard_id=result.hazard_id, passed=result.passed, note=result.note) for result in body.results
    )
    return await command.run(measures.review_resumption, measure_id, officers_of(body.officers), results, status=201)


@router.get("/measures", dependencies=LISTED_FOR_PARTIES, responses=answers.told(answers.Page[answers.MeasureRow]))
async def list_measures(
    request: Request, principal: PartyReader, db: Seen, asked: Paged,
    kind: Kind | None = None, state: Status | None = None, inspection_id: Id | None = None, district: Id | None = None,
) -> Response:  # fmt: skip
    """Measures by the day on which they began; an enterprise is shown its own."""
    wanted = queries.AskedMeasures(
        kind=kind, state=state, inspection_id=inspection_id, district=district, seen=principal.seen_districts(),
        enterprise_id=None if principal.roles & set(READERS) else principal.enterprise_id or "",
        after=asked.after_day, limit=asked.limit,
    )  # fmt: skip
    rows = await queries.measures(db, wanted)
    return listed(request, asked, rows, lambda row: [row["begun_on"], row["measure_id"]])


@router.get("/measures/{measure_id}", responses=answers.told(answers.MeasureAnswer))
async def get_measure(request: Request, measure_id: Id, principal: PartyReader, as_of: Moment) -> Response:
    """A measure from its own events, and what may be done now; an enterprise is shown its own, once it is carried out."""
    loaded = await aggregate(request, principal, MEASURE, measure_id, as_of)
    state = loaded.state
    foreign = loaded.subject != principal.enterprise_id or state.is_of_the_organ_alone
    if foreign and not principal.roles & set(READERS):
        raise Unknown(MEASURE.name, measure_id)
    steps = NO_STEPS
    if as_of is None:
        make = partial(of_measure, measure_id, own_of(principal))
        steps = await offered(request, principal, make, loaded.organ or "")
    view = {
        "measure_id": measure_id, "kind": state.kind, "state": state.status, "numbers": state.numbers,
        **_matter(state.matter),
        "district": loaded.district, "version": loaded.version, **steps,
    }  # fmt: skip
    return answer_json(view, version=loaded.version)


def _matter(matter: Matter | None) -> dict[str, Any]:
    """A measure's own state: its events as they are, sets as sorted queries."""
    names: tuple[str, ...] = () if matter is None else tuple(matter.__slots__)
    told = {name: getattr(matter, name) for name in names}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in told.items()}
