"""HTTP for document numbers: blocks leased to services and devices, and the account of every number of a series."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from chassis.http import Body, Command, Id, Paged, Seen, answer_json, command, listed
from chassis.moments import Moment, aggregate
from services.registry import queries
from services.registry.api.reference import LISTED, Name, Reader, Text, after
from services.registry.commands import numbers
from services.registry.domain.numbers import (
    LARGEST_BLOCK,
    NUMBER_SERIES,
    HolderKind,
    LeaseNumbers,
    NumberSeriesState,
    SettleNumbers,
    Span,
    Voided,
    series_key,
)

Word = Annotated[str, Path(pattern=r"^[一-鿿]{1,8}$")]
Year = Annotated[int, Path(ge=2000, le=2200)]
Number = Annotated[int, Field(ge=1, le=10**9, strict=True)]
Holder = Annotated[Command, Depends(command("officer", "manager", "administrator"))]

router = APIRouter(prefix="/v1")


class LeaseBody(Body):
    """Who asks for a block of how many numbers; `lease_id` is the holder's own choice, so that asking again gives the same."""

    lease_id: Id
    holder: Name
    holder_kind: HolderKind
    count: Annotated[int, Field(ge=1, le=LARGEST_BLOCK, strict=True)]


class SpanBody(Body):
    """Consecutive numbers, both ends included."""

    first: Number
    last: Number


class VoidedBody(SpanBody):
    """Numbers that no document bears, and why."""

    reason: Text


class AccountBody(Body):
    """What became of numbers of a lease; with `close`, what is not named goes back unused."""

    used: Annotated[tuple[SpanBody, ...], Field(max_length=LARGEST_BLOCK)] = ()
    voided: Annotated[tuple[VoidedBody, ...], Field(max_length=LARGEST_BLOCK)] = ()
    close: bool = False


@router.post("/number-series/{organ_id}/{word}/{year}/leases", status_code=201)
async def lease(organ_id: Id, word: Word, year: Year, body: LeaseBody, command: Holder) -> Response:
    """Lease a block of an organ's series of a year to a service or a device."""
    wish = LeaseNumbers(**body.model_dump())
    return await command.run(numbers.lease_numbers, organ_id, word, year, wish, status=201)


@router.post("/number-series/{organ_id}/{word}/{year}/leases/{lease_id}/accounts", status_code=201)
async def settle(organ_id: Id, word: Word, year: Year, lease_id: Id, body: AccountBody, command: Holder) -> Response:
    """Account for numbers of a lease: used, void, or given back."""
    account = SettleNumbers(
        lease_id=lease_id, used=tuple(Span(span.first, span.last) for span in body.used),
        voided=tuple(Voided(one.first, one.last, one.reason) for one in body.voided), close=body.close,
    )  # fmt: skip
    return await command.run(numbers.settle_numbers, series_key(organ_id, word, year), account, status=201)


@router.get("/number-series/{organ_id}/{word}/{year}")
async def series(
    request: Request, organ_id: Id, word: Word, year: Year, principal: Reader, as_of: Moment
) -> Response:  # fmt: skip
    """What became of every number of a series: used, void and why, free, or out with whom."""
    loaded = await aggregate(request, principal, NUMBER_SERIES, series_key(organ_id, word, year), as_of)
    return answer_json(_account(loaded.key, loaded.state), version=loaded.version)


@router.get("/number-series", dependencies=LISTED)
async def all_series(request: Request, principal: Reader, db: Seen, asked: Paged, organ_id: Id | None = None) -> Response:
    """The series of the asker's districts, with how many numbers of each are used, void, free and out."""
    rows = await db.fetch(queries.NUMBER_SERIES, principal.seen_districts(), organ_id, *after(asked, 1), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["series"]])


def _account(key: str, state: NumberSeriesState) -> dict[str, Any]:
    out = [{"lease_id": one.lease_id, "holder": one.holder, "holder_kind": one.holder_kind, "out": [asdict(s) for s in one.out]}
           for one in state.leases.values() if one.out]  # fmt: skip
    return {
        "series": key, "last": state.last, "used": [asdict(span) for span in state.used],
        "voided": [asdict(one) for one in state.voided], "free": [asdict(span) for span in state.free], "out": out,
    }  # fmt: skip
