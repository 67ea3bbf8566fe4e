"""The live feed: server-sent events, resumed strictly after Last-Event-ID, each authorised by district, role and filter."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Send

from chassis.database import GONE, forever
from chassis.eventstore import Pool
from chassis.http import Db
from chassis.problems import problem
from chassis.telemetry import log
from services.reporting.api.hub import Hub, chunk_of, entry_for
from services.reporting.api.listeners import passed_by, reset
from services.reporting.api.views import View, Viewed
from services.reporting.queries.copies import Head, head_of
from services.reporting.queries.following import before_recent, passed

RETRY = 3000  # milliseconds
LIFETIME = 900.0  # seconds; then the listener comes back, with a token that is still valid
BEGIN_WAIT = 10.0  # seconds
TAKEN_SECONDS = 30.0  # in which a listener must take what it is sent; then it is gone for us
PLACE = re.compile(r"^([0-9a-z]{1,32})-([0-9]{1,18})$")
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "the stream"}, 404: {},
}  # fmt: skip

router = APIRouter()


async def follow(app: FastAPI) -> None:
    """The background task of an API process: its hub."""
    hub = app.state.hub = Hub(app.state.pool, app.state.vault)
    async with asyncio.TaskGroup() as group:
        group.create_task(forever("feed", lambda: hub.run(app.state.settings.dsn)))
        group.create_task(forever("feed-beat", hub.beat))


@dataclass(frozen=True, slots=True)
class Start:
    """Where a stream begins: strictly after `position`; `anew` if the place the listener named is of another copy."""

    hub: Hub
    pool: Pool
    view: View
    epoch: str
    position: int
    anew: bool


class Stream(StreamingResponse):
    """The bytes of a stream; whoever does not take them in time has left, whatever their connection says.

    The framework's own makes a model, a task and two queues of each event of each listener: a tenth of what one core must send.
    """

    media_type = "text/event-stream"

    def __init__(self, chunks: AsyncGenerator[bytes, None], headers: Mapping[str, str], status_code: int = 200) -> None:
        super().__init__(chunks, status_code, headers)
        self._chunks = chunks

    async def stream_response(self, send: Send) -> None:
        """Send what there is as it comes; the connection is given up where it is not taken."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        # Closed here, so that a listener who left while it was sent something is forgotten at once, and not when it is collected.
        async with aclosing(self._chunks) as chunks:
            async for chunk in chunks:
                try:
                    async with asyncio.timeout(TAKEN_SECONDS):
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
                except TimeoutError:
                    log.warning("feed_not_taken", seconds=TAKEN_SECONDS)
                    return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def opened(
    request: Request, view: Viewed, db: Db, last_event_id: Annotated[str | None, Header()] = None, after: str | None = None,
    recent: Annotated[int, Query(ge=0, le=200)] = 0,
) -> Start:  # fmt: skip
    """FastAPI dependency: after Last-Event-ID, else after `?after=`, else the `?recent=` last events, else from now on."""
    hub: Hub = request.app.state.hub
    async with asyncio.timeout(BEGIN_WAIT):
        await hub.began()
    head = await head_of(db)
    named = last_event_id or after
    if named is None:
        before = await before_recent(db, view.wanted, head.seq, recent)
        return Start(hub, db, view, head.epoch, before, anew=False)
    place = place_in(head, named)
    return Start(hub, db, view, head.epoch, head.seq if place is None else place, anew=place is None)


def place_in(head: Head, named: str) -> int | None:
    """The position that `<epoch>-<seq>` names in this copy; None if it is of another one, or not there."""
    match = PLACE.match(named)
    if match is None or match[1] != head.epoch or int(match[2]) > head.seq:
        return None
    return int(match[2])


@router.get("/feed", response_class=Stream, responses=ANSWERS)
async def feed(request: Request, start: Annotated[Start, Depends(opened)]) -> Response:
    """Every event as it arrives, and the figures when they change; what of it depends on role, districts and filters.

    `id: <epoch>-<seq>`, `event: <wire name>`, `data:` one line of JSON; `event: figures` and `event: panels` without an id;
    `event: reset` when what the listener holds is of another copy, or when it did not keep up. An `id:` without data tells, every
    fifteen seconds at the latest, how far the copy was looked through: to resume behind it leaves nothing out.
    """
    most = request.app.state.settings.feed_listeners
    if start.hub.streams >= most:
        log.warning("feed_full", listeners=most)
        zh, en = "实时连接数已满，请稍后重试", "as many listen as may; try again later"
        return problem(request, 503, "feed-full", zh, en, {"Retry-After": "5"})
    return Stream(_counted(start), headers=HEADERS)


async def _counted(start: Start) -> AsyncGenerator[bytes, None]:
    with start.hub.streaming():
        yield b"retry: %d\n\n" % RETRY
        if start.anew:
            yield reset("other-epoch", Head(start.epoch, start.position))
        try:
            async with aclosing(_stream(start)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except GONE as error:
            log.warning("feed_lost_database", error=repr(error))


async def _stream(start: Start) -> AsyncGenerator[bytes, None]:
    ends = time.monotonic() + LIFETIME
    position = (await head_of(start.pool)).seq
    async for chunk in _between(start, start.position, position):
        yield chunk
    with start.hub.listening(start.view, position, ends) as listener:
        async for chunk in _between(start, position, listener.position):
            yield chunk
        await start.hub.welcome(listener)
        last = False
        while not last:
            chunk, last = await listener.next()
            if chunk:
                yield chunk


async def _between(start: Start, after: int, upto: int) -> AsyncIterator[bytes]:
    """What the copy holds of the wanted after a position and up to another, page by page, and how far that is."""
    async for page in passed(start.pool, start.view.wanted, after, upto):
        entries = [await entry_for(copied, start.epoch, start.hub.vault) for copied in page.found]
        told = chunk_of(start.view, entries)
        yield told if page.found and page.found[-1].seq == page.position else told + passed_by(start.epoch, page.position)
