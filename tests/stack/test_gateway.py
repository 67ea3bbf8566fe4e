"""The gateway routes and changes nothing: bodies, headers and streams pass, and what is down is said to be down."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.types import Message, Receive, Scope, Send

from deploy.embedded.clock import ClockFile
from deploy.embedded.gateway import Layout, gateway
from deploy.embedded.ports import LOOPBACK, free_port
from tests.stack.conftest import serving
from tests.stack.test_clock import START, status

JSON = (b"content-type", b"application/json")


class Upstream:
    """A tiny service: echoes requests, streams events when the test says so, tells how far it is."""

    def __init__(self) -> None:
        self.next = asyncio.Event()
        self.left = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        answers = {"/v1/stream": self.stream, "/v1/torn": self.torn, "/ops/status": self.status}
        await answers.get(scope["path"], self.echo)(scope, receive, send)

    async def echo(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What arrived, as JSON."""
        body, more, pieces = b"", True, 0
        while more:
            message = await receive()
            body, more, pieces = body + message.get("body", b""), message.get("more_body", False), pieces + 1
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        seen = {"method": scope["method"], "path": scope["raw_path"].decode(), "query": scope["query_string"].decode(),
                "headers": headers, "bytes": len(body), "pieces": pieces}  # fmt: skip
        answer = json.dumps(seen).encode()
        length = (b"content-length", str(len(answer)).encode())
        await start(send, 201, [(b"etag", b'"7"'), JSON, length, (b"x-twice", b"a"), (b"x-twice", b"b")])
        await send({"type": "http.response.body", "body": answer if scope["method"] != "HEAD" else b""})

    async def stream(self, _: Scope, receive: Receive, send: Send) -> None:
        """One event now, one when the test allows it, and so on until the reader leaves."""
        await start(send, 200, [(b"content-type", b"text/event-stream")])
        gone = asyncio.create_task(disconnected(receive))
        for number in range(100):
            await send({"type": "http.response.body", "body": f"id: {number}\n\n".encode(), "more_body": True})
            await asyncio.wait({gone, allowed := asyncio.create_task(self.next.wait())}, return_when=asyncio.FIRST_COMPLETED)
            allowed.cancel()
            self.next.clear()
            if gone.done():
                return self.left.set()

    async def torn(self, _: Scope, __: Receive, send: Send) -> None:
        """An answer that breaks off."""
        await start(send, 200, [(b"content-type", b"text/plain")])
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await self.next.wait()
        raise ConnectionError("torn on purpose")

    async def status(self, scope: Scope, _: Receive, send: Send) -> None:
        """Caught up, for whoever shows a token."""
        known = any(name == b"authorization" for name, value in scope["headers"])
        await start(send, 200 if known else 401, [JSON])
        await send({"type": "http.response.body", "body": json.dumps(status("tasks")).encode()})


async def start(send: Send, code: int, headers: list[tuple[bytes, bytes]]) -> None:
    """Begin an answer."""
    await send({"type": "http.response.start", "status": code, "headers": headers})


async def disconnected(receive: Receive) -> None:
    """Return when the reader has left."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and end without doing anything."""
    message: Message = {"type": ""}
    while message["type"] != "lifespan.shutdown":
        message = await receive()
        await send({"type": f"{message['type']}.complete"})


class Front:
    """The gateway's address, what is behind it, and a client."""

    def __init__(self, url: str, folder: Path, upstream: Upstream, client: aiohttp.ClientSession) -> None:
        self.url, self.folder, self.upstream, self.client = url, folder, upstream, client

    async def token(self, username: str) -> dict[str, str]:
        """The Authorization header of a demo user."""
        form = {"grant_type": "password", "username": username}
        async with self.client.post(f"{self.url}/issuer/token", data=form) as answer:
            return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    """A served gateway with one service that runs and one that does not."""
    (tmp_path / "web" / "live").mkdir(parents=True)
    (tmp_path / "web" / "live" / "index.html").write_text("<h1>直播</h1>")
    (tmp_path / "web" / "dist" / "console" / "assets").mkdir(parents=True)
    (tmp_path / "web" / "dist" / "console" / "index.html").write_text("<h1>控制台</h1>")
    (tmp_path / "web" / "dist" / "console" / "assets" / "a-1.js").write_text("export {}")
    (tmp_path / "web" / "dist" / "inspector").mkdir()
    for name in ("index.html", "worker.js", "manifest.webmanifest", "icon.svg"):
        (tmp_path / "web" / "dist" / "inspector" / name).write_text(name)
    ClockFile(tmp_path / "clock.json").write(START)
    upstream, port = Upstream(), free_port()
    async with serving(upstream) as behind, aiohttp.ClientSession() as client:
        services = {"tasks": behind, "penalty": f"http://{LOOPBACK}:{free_port()}"}
        layout = Layout(url=f"http://{LOOPBACK}:{port}", services=services, data=tmp_path, web=tmp_path / "web")
        async with serving(gateway(layout), port) as url:
            yield Front(url, tmp_path, upstream, client)


async def echoed(front: Front, method: str, path: str, **options: Any) -> dict[str, Any]:
    """What the service saw of a request."""
    async with front.client.request(method, f"{front.url}/api/tasks{path}", **options) as answer:
        assert answer.status == 201
        found: dict[str, Any] = await answer.json()
        return found


async def test_request_arrives_as_it_was_sent(front: Front) -> None:
    headers = {"Authorization": "Bearer t", "Idempotency-Key": '"k-1"', "If-Match": '"7"', "X-Name": "v",
               "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Connection": "keep-alive"}  # fmt: skip
    seen = await echoed(front, "POST", "/v1/plans/%E8%AE%A1%2F1?a=1&a=2&q=%E7%82%89", data=b"body", headers=headers)
    assert (seen["method"], seen["path"], seen["bytes"]) == ("POST", "/v1/plans/%E8%AE%A1%2F1", 4)
    assert seen["query"] in ("a=1&a=2&q=%E7%82%89", "a=1&a=2&q=炉")
    for name in ("Authorization", "Idempotency-Key", "If-Match", "X-Name", "traceparent"):
        assert seen["headers"][name.lower()] == headers[name]
    assert seen["headers"]["x-forwarded-prefix"] == "/api/tasks"


async def test_answer_returns_as_it_was_given(front: Front) -> None:
    async with front.client.get(f"{front.url}/api/tasks/v1/x") as answer:
        assert answer.status == 201
        assert answer.headers["ETag"] == '"7"'
        assert answer.headers.getall("X-Twice") == ["a", "b"]
        assert (await answer.json())["method"] == "GET"
    async with front.client.head(f"{front.url}/api/tasks/v1/x") as answer:
        assert (answer.status, await answer.read()) == (201, b"")


async def test_bodies_of_any_kind_pass(front: Front) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert (await echoed(front, "POST", "/v1/x", data=pieces()))["bytes"] == 2_000_000
    assert (await echoed(front, "PUT", "/v1/x", data=io.BytesIO(b"y" * 3_000_000)))["bytes"] == 3_000_000
    assert (await echoed(front, "DELETE", "/v1/x"))["bytes"] == 0


async def test_events_arrive_one_by_one_and_the_service_learns_that_the_reader_left(front: Front) -> None:
    async with front.client.get(f"{front.url}/api/tasks/v1/stream") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        for number in range(3):  # each arrives before the service makes the next
            async with asyncio.timeout(5):
                assert await answer.content.readuntil(b"\n\n") == f"id: {number}\n\n".encode()
            front.upstream.next.set()
    async with asyncio.timeout(5):
        await front.upstream.left.wait()


async def test_answer_that_breaks_off_is_not_made_to_look_whole(front: Front) -> None:
    async with front.client.get(f"{front.url}/api/tasks/v1/torn") as answer:
        assert await answer.content.readexactly(4) == b"half"
        front.upstream.next.set()
        with pytest.raises(aiohttp.ClientError):
            await answer.read()


async def test_service_that_is_down_is_a_problem_to_try_again(front: Front) -> None:
    async with front.client.post(f"{front.url}/api/penalty/v1/cases", data=b"{}") as answer:
        body = await answer.json(content_type="application/problem+json")
        assert (answer.status, body["code"], answer.headers["Retry-After"]) == (503, "upstream-unavailable", "1")
        assert body["instance"] == "/api/penalty/v1/cases"


@pytest.mark.parametrize("path", ["/api/nosuch/v1/x", "/api", "/api/", "/nothing", "/live/../../clock.json", "/issuer/x"])
async def test_unknown_addresses_are_problems(front: Front, path: str) -> None:
    async with front.client.get(front.url + path) as answer:
        body = await answer.json(content_type="application/problem+json")
        assert (answer.status, body["code"]) == (404, "no-such-page")


async def test_pages_are_served_and_asked_for_again_each_time(front: Front) -> None:
    async with front.client.get(f"{front.url}/live/") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
        assert await answer.text() == "<h1>直播</h1>"


async def test_every_address_of_the_console_is_its_one_page(front: Front) -> None:
    for path in ("/console/", "/console/cases/c-1", "/console/audit/cases/c-1"):
        async with front.client.get(front.url + path) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache"), path
            assert await answer.text() == "<h1>控制台</h1>"


async def test_what_the_console_is_made_of_is_kept_and_what_is_missing_is_no_page(front: Front) -> None:
    async with front.client.get(f"{front.url}/console/assets/a-1.js") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    async with front.client.get(f"{front.url}/console/assets/gone.js") as answer:
        assert (answer.status, (await answer.json(content_type="application/problem+json"))["code"]) == (404, "no-such-page")


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("", "index.html", "text/html"), ("visits/t-1/items/A", "index.html", "text/html"),
        ("worker.js", "worker.js", "text/javascript"),
        ("manifest.webmanifest", "manifest.webmanifest", "application/manifest+json"), ("icon.svg", "icon.svg", "image/svg+xml"),
    ],
)  # fmt: skip
async def test_phone_app_has_its_page_everywhere_and_its_worker_is_asked_for_each_time(
    front: Front, path: str, name: str, kind: str
) -> None:
    async with front.client.get(f"{front.url}/inspector/{path}") as answer:
        assert (await answer.text(), answer.content_type, answer.headers["Cache-Control"]) == (name, kind, "no-cache")


async def test_first_address_leads_to_the_console(front: Front) -> None:
    async with front.client.get(front.url, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (307, "/console/")


async def test_probes_need_no_token_and_the_clock_does(front: Front) -> None:
    for path, expected in (("/livez", 200), ("/readyz", 200), ("/clock", 401)):
        async with front.client.get(front.url + path) as answer:
            assert answer.status == expected, path
            if expected == 401:
                assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_anybody_known_reads_the_clock_and_only_an_operator_moves_it(front: Front) -> None:
    auditor = await front.token("auditor")
    async with front.client.get(f"{front.url}/clock", headers=auditor) as answer:
        assert await answer.json() == {"now": START.isoformat(), "simulated": True}
    wish = {"to": "2021-01-05T09:00:00+08:00"}
    async with front.client.post(f"{front.url}/clock", json=wish, headers=auditor) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (403, "forbidden")
    assert ClockFile(front.folder / "clock.json").read() == START


@pytest.mark.parametrize("body", ["", "[]", '{"to": 5}', '{"to": "2021-01-05T09:00:00"}', '{"to": "soon"}'])
async def test_malformed_wish_is_refused(front: Front, body: str) -> None:
    operator = await front.token("operator")
    async with front.client.post(f"{front.url}/clock", data=body, headers=operator) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (422, "invalid")


async def test_clock_moves_once_every_service_answers_that_it_has_caught_up(tmp_path: Path) -> None:
    ClockFile(tmp_path / "clock.json").write(START)
    port = free_port()
    async with serving(Upstream()) as behind, aiohttp.ClientSession() as client:
        layout = Layout(url=f"http://{LOOPBACK}:{port}", services={"tasks": behind}, data=tmp_path)
        async with serving(gateway(layout), port) as url:
            operator = await Front(url, tmp_path, Upstream(), client).token("operator")
            wish = {"to": "2021-01-05T09:00:00+08:00"}
            async with client.post(f"{url}/clock", json=wish, headers=operator) as answer:
                assert await answer.json() == {"now": wish["to"], "steps": 1}
