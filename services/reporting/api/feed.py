"""The live feed: server-sent events, resumed strictly after Last-Event-ID, each authorised by district."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from chassis.database import GONE, forever
from chassis.eventstore import Pool
from chassis.http import Db
from chassis.telemetry import log
from services.reporting.api.hub import PAGE, Hub, message_of, reset
from services.reporting.api.viewers import Viewer
from services.reporting.queries.copies import Head, copied_after, head_of, position_before_recent

RETRY = 3000  # milliseconds
LIFETIME = 900.0  # seconds; then the listener comes back, with a token that is still valid
BEGIN_WAIT = 10.0  # seconds
PLACE = re.compile(r"^([0-9a-z]{1,32})-([0-9]{1,18})$")

router = APIRouter()


async def follow(app: FastAPI) -> None:
    """The background task of an API process: its hub."""
    hub = app.state.hub = Hub(app.state.pool, app.state.vault)
    await forever("feed", lambda: hub.run(app.state.settings.dsn))


@dataclass(frozen=True, slots=True)
class Start:
    """Where a stream begins: strictly after `position`; `anew` if the place the listener named is of another copy."""

    hub: Hub
    pool: Pool
    districts: Sequence[str] | None
    epoch: str
    position: int
    anew: bool


async def opened(
    request: Request,
    response: Response,
    viewer: Viewer,
    db: Db,
    last_event_id: Annotated[str | None, Header()] = None,
    after: str | None = None,
    recent: Annotated[int, Query(ge=0, le=200)] = 0,
) -> Start:
    """FastAPI dependency: after Last-Event-ID, else after `?after=`, else the `?recent=` last events, else from now on."""
    hub: Hub = request.app.state.hub
    async with asyncio.timeout(BEGIN_WAIT):
        await hub.began()
    response.headers["Cache-Control"] = "no-store"
    head = await head_of(db)
    districts = viewer.seen_districts()
    named = last_event_id or after
    if named is None:
        before = await position_before_recent(db, head.seq, districts, recent)
        return Start(hub, db, districts, head.epoch, before, anew=False)
    place = place_in(head, named)
    return Start(hub, db, districts, head.epoch, head.seq if place is None else place, anew=place is None)


def place_in(head: Head, named: str) -> int | None:
    """The position that `<epoch>-<seq>` names in this copy; None if it is of another one, or not there."""
    match = PLACE.match(named)
    if match is None or match[1] != head.epoch or int(match[2]) > head.seq:
        return None
    return int(match[2])


@router.get("/feed", response_class=EventSourceResponse)
async def feed(start: Annotated[Start, Depends(opened)]) -> AsyncIterator[ServerSentEvent]:
    """Every event as it arrives, and the figures when they change.

    `id: <epoch>-<seq>`, `event: <wire name>`, `data:` one line of JSON; `event: figures` without an id; `event: reset` when what
    the listener holds is of another copy, or when it did not keep up.
    """
    yield ServerSentEvent(retry=RETRY)
    if start.anew:
        yield reset("other-epoch", Head(start.epoch, start.position))
    try:
        async for event in _stream(start):
            yield event
    except GONE as error:
        log.warning("feed_lost_database", error=repr(error))


async def _stream(start: Start) -> AsyncIterator[ServerSentEvent]:
    ends = time.monotonic() + LIFETIME
    position = (await head_of(start.pool)).seq
    async for event in _between(start, start.position, position):
        yield event
    with start.hub.listening(start.districts) as listener:
        async for event in _between(start, position, listener.position):
            yield event
        position = max(position, listener.position)
        if (figures := listener.figures(await start.hub.figures())) is not None:
            yield figures.event
        while (left := ends - time.monotonic()) > 0:
            try:
                message = await asyncio.wait_for(listener.next(), left)
            except TimeoutError:
                return
            if message.seq is None or message.seq > position:
                yield message.event
            if message.last:
                return


async def _between(start: Start, after: int, upto: int) -> AsyncIterator[ServerSentEvent]:
    """What the copy holds after a position and up to another, page by page."""
    while page := await copied_after(start.pool, after, upto, start.districts, PAGE):
        for copied in page:
            yield (await message_of(copied, start.epoch, start.hub.vault)).event
        after = page[-1].seq
