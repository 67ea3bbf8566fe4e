"""A service served on loopback, and a listener of server-sent events as a browser would be one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import orjson
import uvicorn
from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class Told:
    """One server-sent event."""

    id: str | None
    event: str | None
    data: Any


class Stream:
    """An open feed, read event by event; comments and retry lines are kept aside."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.aside: list[str] = []
        self.last: str | None = None  # where to resume: the last id, with an event or without one
        self._lines = response.aiter_lines()

    async def next(self, seconds: float = 5) -> Told:
        """The next event; TimeoutError if none comes."""
        async with asyncio.timeout(seconds):
            while (told := await self._next()) is None:
                pass
            return told

    async def next_or_place(self, seconds: float = 5) -> Told | None:
        """The next event, or None for a place that is told without one."""
        async with asyncio.timeout(seconds):
            return await self._next()

    async def _next(self) -> Told | None:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if line.startswith((":", "retry:")):
                self.aside.append(line)
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            else:
                self.last = fields.get("id", self.last)
                if "data" in fields:
                    return Told(fields.get("id"), fields.get("event"), orjson.loads(fields["data"]))
                if "id" in fields:
                    return None
                fields = {}
        raise EOFError("the stream ended")

    async def events(self, count: int) -> list[Told]:
        """The next `count` events that have an id; figures are passed over."""
        found: list[Told] = []
        while len(found) < count:
            told = await self.next()
            found += [told] if told.id is not None else []
        return found

    async def figures(self) -> dict[str, Any]:
        """The values of the next `figures`."""
        while (told := await self.next()).event != "figures":
            pass
        return {figure["name"]: figure["value"] for figure in told.data["figures"]}


@asynccontextmanager
async def served(app: ASGIApp, *, port: int = 0, lifespan: Literal["on", "off"] = "off") -> AsyncIterator[str]:
    """The app on loopback, on any free port unless one is named; answers its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, lifespan=lifespan, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving


@asynccontextmanager
async def listening(url: str, headers: dict[str, str], **query: Any) -> AsyncIterator[Stream]:
    """The feed at `url`, opened."""
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("GET", f"{url}/v1/feed", headers=headers, params=query) as response,
    ):
        yield Stream(response)
