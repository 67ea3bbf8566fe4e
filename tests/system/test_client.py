"""The pilot's client sends a command until it is answered, under one key, and stops at a refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pilot.client import Client, Stopped
from pilot.people import Person
from tests.stack.conftest import serving

SOMEBODY = Person(sub="somebody", name="某人", roles=("manager",), districts=("*",))


@dataclass
class Platform:
    """A gateway that gives these statuses and codes before it does what it is asked; 0 breaks the connection off."""

    troubles: list[tuple[int, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def command(self, request: Request) -> Response:
        self.keys.append(request.headers["Idempotency-Key"])
        self.tokens.append(request.headers["Authorization"])
        if not self.troubles:
            return JSONResponse({"done": True}, 201, {"ETag": '"3"'})
        status, code = self.troubles.pop(0)
        if status == 0:
            return StreamingResponse(_broken_off(), headers={"Content-Length": "100"})
        return JSONResponse({"code": code, "title": "why"}, status)

    async def token(self, _: Request) -> Response:
        return JSONResponse({"access_token": f"t{len(self.tokens)}"})


async def _broken_off() -> AsyncIterator[bytes]:
    yield b"{"
    raise ConnectionAbortedError("the process died")


@asynccontextmanager
async def client_of(platform: Platform) -> AsyncIterator[Client]:
    routes = [Route("/issuer/token", platform.token, methods=["POST"]), Route("/x", platform.command, methods=["POST"])]
    async with serving(Starlette(routes=routes)) as url, Client(url, "secret", 7) as client:
        yield client


@pytest.mark.parametrize(
    "trouble",
    [(0, ""), (500, "internal-error"), (503, "unavailable"), (409, "conflict"), (409, "in-flight"), (401, "unauthenticated")],
)
async def test_trouble_that_passes_is_tried_again_under_the_same_key(trouble: tuple[int, str]) -> None:
    platform = Platform([trouble, trouble])
    async with client_of(platform) as client:
        answer = await client.post(SOMEBODY, "/x", {"a": 1})
    assert answer.body == {"done": True}
    assert answer.version == 3
    assert len(platform.keys) == 3
    assert len(set(platform.keys)) == 1
    assert client.requests == 1


async def test_token_that_is_not_accepted_is_asked_for_anew() -> None:
    platform = Platform([(401, "unauthenticated")])
    async with client_of(platform) as client:
        await client.post(SOMEBODY, "/x", {})
    assert len(set(platform.tokens)) == 2


@pytest.mark.parametrize("refusal", [(409, "no-basis"), (422, "key-reused"), (403, "forbidden"), (412, "version-changed")])
async def test_refusal_stops_at_once_and_is_shown(refusal: tuple[int, str]) -> None:
    platform = Platform([refusal])
    async with client_of(platform) as client:
        with pytest.raises(Stopped, match=refusal[1]) as stopped:
            await client.post(SOMEBODY, "/x", {"a": 1})
    assert '"why"' in str(stopped.value)
    assert '{"a":1}' in str(stopped.value)
    assert len(platform.keys) == 1


async def test_each_step_has_a_key_of_its_own() -> None:
    platform = Platform()
    async with client_of(platform) as client:
        await client.post(SOMEBODY, "/x", {"a": 1})
        await client.post(SOMEBODY, "/x", {"a": 2})
        await client.upload(SOMEBODY, "/x", "book.xlsx", b"one", import_id="i")
        await client.upload(SOMEBODY, "/x", "book.xlsx", b"two", import_id="i")
        await client.post(SOMEBODY, "/x", {"a": 1}, if_match=2)  # the same words, about what was seen
        await client.post(SOMEBODY, "/x", {"a": 1}, if_match=3)
    assert len(set(platform.keys)) == 6
