"""Aggregates over HTTP: as they are now, or as of an earlier moment, folded by the same `evolve` that decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request

from chassis.aggregates import AsOf, Loaded, moment_beside, read, read_together
from chassis.auth import Principal, principal_of
from chassis.domain import Stream, Unknown
from chassis.eventstore import Pool
from chassis.problems import BadRequest

S = TypeVar("S")
MEANING = (
    "As of an earlier moment: `v7` (version), `i1234` (position in the ledger), `occurred:2021-09-01T00:00:00+08:00` (what had "
    "happened by then, also if recorded later), `recorded:2021-09-01T00:00:00+08:00` (what was known then). 404 before it began."
)


async def moment(
    _: Annotated[Principal, Depends(principal_of)],
    as_of: Annotated[str | None, Query(description=MEANING, examples=["v7", "recorded:2021-09-01T00:00:00+08:00"])] = None,
) -> AsOf | None:
    """FastAPI dependency: the moment that `?as_of=` names; None for now. BadRequest `as-of-malformed`."""
    try:
        return None if as_of is None else AsOf.parse(as_of)
    except ValueError as error:
        raise BadRequest(
            "as-of-malformed",
            "as_of 应为版本 v7、台账位置 i1234、发生时间 occurred:2021-06-01T00:00:00Z 或记录时间 recorded:…",
            "as_of must be v7, i1234, occurred:<time> or recorded:<time>, a time with its zone",
        ) from error


moment.__needs__ = ("moment",)  # type: ignore[attr-defined]
Moment = Annotated[AsOf | None, Depends(moment)]
"""Every question about one aggregate has one in its signature, and hands it on."""


async def aggregate(
    request: Request, principal: Principal, stream: Stream[S], key: str, as_of: AsOf | None, *, beside: Loaded[Any] | None = None
) -> Loaded[S]:
    """An aggregate folded from its events, so never stale; Unknown if there was none, or none that the principal may see.

    With `beside`, as it was when that other aggregate was as it was read. What moved is seen, with its past, by the district
    where it is.
    """
    loaded = await related(request, stream, key, as_of, beside) if beside else await read(_pool(request), stream, key, as_of)
    present = loaded if as_of is None or stream.held_in is None else await read(_pool(request), stream, key)
    if not loaded.exists or not principal.may_see(str(present.district)):
        raise Unknown(stream.name, key)
    return loaded


async def related(request: Request, stream: Stream[S], key: str, as_of: AsOf | None, to: Loaded[Any]) -> Loaded[S]:
    """An aggregate, which may not exist, as it was when `to` was as it was read; whoever may see `to` may see it."""
    return await read(_pool(request), stream, key, await moment_beside(_pool(request), to, as_of))


async def related_together(
    request: Request, wanted: Sequence[tuple[Stream[Any], str]], as_of: AsOf | None, to: Loaded[Any]
) -> list[Loaded[Any]]:
    """Several aggregates with short streams, as `related`, in the order asked for."""
    return await read_together(_pool(request), wanted, await moment_beside(_pool(request), to, as_of))


def _pool(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool
