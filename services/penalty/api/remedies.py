"""Reconsideration and litigation over HTTP: what a party sought, what organs and courts did, stays of execution."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.http import Id, IsoDate, answer_json
from chassis.moments import Moment, related
from services.penalty import domain
from services.penalty.api.payments import PartyBody
from services.penalty.api.reading import Due, Line, Reader, Recorder, Reference, Text, case_or_spot
from services.penalty.commands import remedies
from services.penalty.domain import recourse
from services.penalty.domain.remedy import REMEDIES
from services.penalty.domain.remedy_events import Kind, Result

router = APIRouter(prefix="/v1", tags=["remedies"])


class RemedyBody(PartyBody):
    """行政复议申请、起诉、上诉; the number is empty if it is not known yet."""

    kind: Kind
    """`reconsideration` 行政复议, `first-instance` 一审, `second-instance` 上诉."""
    authority: Line
    """Before which organ or court."""
    reference_no: Reference = ""
    """Its number there; empty if it is not known yet."""
    applied_on: IsoDate
    """The day of the application; not before the decision was received (行政复议法 20, 行政诉讼法 46)."""


class AnswerBody(PartyBody):
    """受理、不予受理."""

    accepted: bool
    """Whether it was taken 受理."""
    reference_no: Reference = ""
    """Its number there; empty if it is not known."""
    answered_on: IsoDate
    """The day of that answer."""
    reason: Annotated[str, Field(max_length=4000)] = ""
    """Why it was not taken."""


class WithdrawalBody(PartyBody):
    """撤回复议申请、撤诉."""

    withdrawn_on: IsoDate
    """The day on which the party gave it up."""
    reason: Line
    """Why, as the party says."""


class ResultBody(PartyBody):
    """复议决定、裁判: what becomes of the penalty decision; the fine as changed, in fen."""

    result: Result
    """What becomes of the decision: upheld 维持, changed 变更, revoked 撤销, confirmed-illegal 确认违法, void 确认无效,
    ordered-anew 责令重作, remanded 发回重审."""
    reference_no: Line
    """The number of the decision or judgment."""
    decided_on: IsoDate
    """The day it was made."""
    received_on: IsoDate
    """The day the organ received it: from then the next remedy counts."""
    total_fen: Due | None = None
    """Of a change: what the fine comes to, all items together, in fen; nobody fares worse for it."""


class EffectBody(PartyBody):
    """一审裁判生效."""

    effective_on: IsoDate
    """The day on which the judgment took effect 生效."""


class StayBody(PartyBody):
    """停止执行."""

    authority: Line
    """Who ordered it: the organ itself, the reconsideration organ, or the court (行政处罚法 73)."""
    reference_no: Reference = ""
    """The number of the order; empty if it has none."""
    ordered_on: IsoDate
    """The day of the order; a remedy is pending then."""
    reason: Text
    """Why."""


class LiftingBody(PartyBody):
    """恢复执行."""

    lifted_on: IsoDate
    """From which day the decision is executed again."""
    reason: Text
    """Why."""


@router.post("/cases/{case_id}/remedies", status_code=201)
async def seek_remedy(case_id: str, body: RemedyBody, command: Recorder) -> Response:
    """Note that the party applied for reconsideration, sued or appealed."""
    sought = recourse.SeekRemedy(**body.model_dump(exclude={"party_id"}))
    return await command.run(remedies.seek, case_id, body.party_id, sought, status=201)


@router.post("/cases/{case_id}/remedies/answers", status_code=201)
async def answer_remedy(case_id: str, body: AnswerBody, command: Recorder) -> Response:
    """Note that it was accepted, or not."""
    answer = recourse.AnswerRemedy(**body.model_dump(exclude={"party_id"}))
    return await command.run(remedies.answer, case_id, body.party_id, answer, status=201)


@router.post("/cases/{case_id}/remedies/withdrawals", status_code=201)
async def withdraw_remedy(case_id: str, body: WithdrawalBody, command: Recorder) -> Response:
    """Note that the party withdrew it."""
    withdrawal = recourse.WithdrawRemedy(withdrawn_on=body.withdrawn_on, reason=body.reason)
    return await command.run(remedies.withdraw, case_id, body.party_id, withdrawal, status=201)


@router.post("/cases/{case_id}/remedies/results", status_code=201)
async def decide_remedy(case_id: str, body: ResultBody, command: Recorder) -> Response:
    """Note what was decided."""
    result = recourse.DecideRemedy(**body.model_dump(exclude={"party_id"}))
    return await command.run(remedies.decide, case_id, body.party_id, result, status=201)


@router.post("/cases/{case_id}/remedies/effects", status_code=201)
async def take_effect(case_id: str, body: EffectBody, command: Recorder) -> Response:
    """Note that the judgment of the first instance took effect."""
    return await command.run(remedies.take_effect, case_id, body.party_id, body.effective_on, status=201)


@router.post("/cases/{case_id}/stays", status_code=201)
async def stay_execution(case_id: str, body: StayBody, command: Recorder) -> Response:
    """Note that execution is stopped while the remedy is pending."""
    stay = recourse.StayExecution(**body.model_dump(exclude={"party_id"}))
    return await command.run(remedies.stay, case_id, body.party_id, stay, status=201)


@router.post("/cases/{case_id}/stays/liftings", status_code=201)
async def lift_stay(case_id: str, body: LiftingBody, command: Recorder) -> Response:
    """Note that execution goes on."""
    return await command.run(remedies.lift_stay, case_id, body.party_id, body.lifted_on, body.reason, status=201)


@router.get("/cases/{case_id}/remedies")
async def read_remedies(
    case_id: str, request: Request, principal: Reader, as_of: Moment, party_id: Id = domain.UNIT
) -> Response:  # fmt: skip
    """A party's remedies: its rights, what was sought and what became of it, the days that count as pending."""
    case = await case_or_spot(request, principal, case_id, as_of)
    found = await related(request, REMEDIES, domain.region_key(case_id, party_id), as_of, case)
    view = {
        **asdict(found.state), **remedies.told(found.state), "case_id": case_id, "party_id": party_id,
        "state": found.state.status, "pending_days": found.state.pending, "outcome": found.state.outcome,
        "version": found.version,
    }  # fmt: skip
    return answer_json(view, version=found.version)
