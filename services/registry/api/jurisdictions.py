"""HTTP for jurisdictions after they were established: one with its history, other names, splits, mergers, ends."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.aggregates import read
from chassis.domain import Unknown
from chassis.http import WRITTEN, Body, Id, IsoDate, answer_json, pool_of
from chassis.moments import Moment
from services.registry.api.reference import PUBLISHED, Administrator, JurisdictionBody, Name, Text
from services.registry.commands import jurisdictions
from services.registry.domain.jurisdictions import JURISDICTION, Ending, JurisdictionEstablished, Names, Reorganisation

router = APIRouter(prefix="/v1")


class NamesBody(Body):
    """What a jurisdiction and its organ are called from a day on, and where that is written."""

    name: Name
    short_name: Name
    organ: Name
    document_abbreviation: Name
    since: IsoDate
    source: Text


class EndingBody(Body):
    """A jurisdiction that ends, and those that have its territory afterwards."""

    jurisdiction_id: Id
    successors: Annotated[tuple[Id, ...], Field(max_length=20)] = ()


class ReorganisationBody(Body):
    """What ends after `last_day` and what begins on the next: whole or not at all."""

    last_day: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2200, 12, 31)), WRITTEN]
    ends: Annotated[tuple[EndingBody, ...], Field(max_length=50)] = ()
    begins: Annotated[tuple[JurisdictionBody, ...], Field(max_length=50)] = ()
    reason: Text
    source: Text


@router.post("/jurisdictions/{jurisdiction_id}/names", status_code=201)
async def rename_jurisdiction(jurisdiction_id: Id, body: NamesBody, command: Administrator) -> Response:
    """Give a jurisdiction or its organ other names from a day on; what was recorded before keeps the old ones."""
    return await command.run(jurisdictions.rename_jurisdiction, jurisdiction_id, Names(**body.model_dump()), status=201)


@router.post("/jurisdictions/reorganisations", status_code=201)
async def reorganise(body: ReorganisationBody, command: Administrator) -> Response:
    """Split, merge, end or begin jurisdictions; nothing that was recorded before changes."""
    plan = Reorganisation(
        last_day=body.last_day, reason=body.reason, source=body.source,
        ends=tuple(Ending(**end.model_dump()) for end in body.ends),
        begins=tuple(JurisdictionEstablished(**new.model_dump()) for new in body.begins),
    )  # fmt: skip
    return await command.run(jurisdictions.reorganise, plan, status=201)


@router.get("/jurisdictions/{jurisdiction_id}", dependencies=PUBLISHED)
async def jurisdiction(request: Request, jurisdiction_id: Id, as_of: Moment) -> Response:
    """A jurisdiction as it is, what it was called when, and which ones follow it: it is public."""
    loaded = await read(pool_of(request), JURISDICTION, jurisdiction_id, as_of)
    state = loaded.state
    if not loaded.exists or state.now is None:
        raise Unknown(JURISDICTION.name, jurisdiction_id)
    names = [asdict(naming) for naming in state.names]
    told = {**asdict(state.now), "names": names, "successors": state.successors, "ended": state.ended}
    return answer_json(told, version=loaded.version)
