"""Power or explosives cut off, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Response

from chassis.http import Body, Id
from services.inspection.api.measuring import BegunBody, Instant, MeasureAnswerBody, Officers, ReasonBody
from services.inspection.api.reading import Approver, Line, Officer, Text, officers_of
from services.inspection.commands import supply_cuts
from services.inspection.domain.measures.supply_cut import RequestCut, Supply

router = APIRouter(prefix="/v1/supply-cuts", tags=["inspection"])


class SupplyCutBody(BegunBody):
    """What is no longer to be supplied by whom, why, and which decision on site is not carried out."""

    suspension_id: Id
    supply: Supply
    supplier: Line
    grounds: Text
    officers: Officers


class SupplyNoticeBody(Body):
    """From when on nothing is supplied; in an emergency, why it cannot wait."""

    cut_from: Instant
    emergency_reason: Text | None = None


class SupplyExecutionBody(Body):
    """No content is needed."""


@router.post("", status_code=201)
async def request_supply_cut(body: SupplyCutBody, command: Officer) -> Response:
    """Ask the principal head of the organ that nothing be supplied any more."""
    asked = RequestCut(
        suspension_id=body.suspension_id, supply=body.supply, supplier=body.supplier, grounds=body.grounds,
        officers=officers_of(body.officers),
    )  # fmt: skip
    return await command.run(supply_cuts.request, body.measure_id, body.inspection_id, asked, status=201)


@router.post("/{measure_id}/approvals", status_code=201)
async def answer_supply_cut(measure_id: Id, body: MeasureAnswerBody, command: Approver) -> Response:
    """Approve it, or not; never by one of its officers."""
    return await command.run(supply_cuts.answer, measure_id, body.agreed, body.opinion, status=201)


@router.post("/{measure_id}/notices", status_code=201)
async def notify_supply_cut(measure_id: Id, body: SupplyNoticeBody, command: Officer) -> Response:
    """Tell supplier and unit; the answer holds the number of the decision."""
    return await command.run(supply_cuts.notify, measure_id, body.cut_from, body.emergency_reason, status=201)


@router.post("/{measure_id}/executions", status_code=201)
async def carry_out_supply_cut(measure_id: Id, _: SupplyExecutionBody, command: Officer) -> Response:
    """Note that nothing is supplied any more, from when it was announced on."""
    return await command.run(supply_cuts.carry_out, measure_id, status=201)


@router.post("/{measure_id}/restorations", status_code=201)
async def restore_supply(measure_id: Id, body: ReasonBody, command: Officer) -> Response:
    """Let it be supplied again; the answer holds the number of the notice."""
    return await command.run(supply_cuts.restore, measure_id, body.reason, status=201)
