"""The way through the gateway: an HTTP request goes to a service unchanged and comes back as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import aiohttp
from starlette.types import Receive, Scope, Send
from yarl import URL

from deploy.answers import NO_SUCH_PAGE, Problem, problem

#: RFC 9110 section 7.6.1: they concern one connection, not the message; Host is the upstream's own.
HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection",
                        b"te", b"trailer", b"transfer-encoding", b"upgrade"})  # fmt: skip
#: aiohttp would add them where the client sent none.
NOT_OURS_TO_ADD = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
#: Shorter than the 5 s after which uvicorn closes an idle connection: a request never meets a connection that is closing.
KEEP_ALIVE = 3.0
CONNECT = 5.0
PREFIX = "/api/"


class Upstreams:
    """The services' base addresses by name, and the pool of connections to them while it is entered."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self.urls = urls

    async def __aenter__(self) -> Upstreams:
        # Bodies pass as they are, and streams may last for ever.
        self.client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT),
            auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=NOT_OURS_TO_ADD,
            read_bufsize=1 << 18, max_line_size=1 << 15, max_field_size=1 << 15,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()


class Proxy:
    """An ASGI app: `/api/<service>/<path>` is `<path>` of that service."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request; 404 for an unknown service, 503 `upstream-unavailable` while the service is down."""
        service, _, path = scope["raw_path"].decode("ascii").removeprefix(PREFIX).partition("/")
        base = self._upstreams.urls.get(service)
        if base is None:
            return await problem(scope["path"], NO_SUCH_PAGE)(scope, receive, send)
        query = scope["query_string"].decode("ascii")
        url = URL(f"{base}/{path}{'?' if query else ''}{query}", encoded=True)
        try:
            response = await self._request(scope, url, service, receive)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return await problem(scope["path"], _unavailable(service, error))(scope, receive, send)
        async with response:
            await _answer(response, receive, send)

    async def _request(self, scope: Scope, url: URL, service: str, receive: Receive) -> aiohttp.ClientResponse:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
                   if name not in HOP_BY_HOP and name != b"host"]  # fmt: skip
        headers.append(("X-Forwarded-Prefix", f"{PREFIX}{service}"))
        body = await _body(scope, receive)
        client = self._upstreams.client
        return await client.request(scope["method"], url, headers=headers, data=body, allow_redirects=False)


def _unavailable(service: str, error: Exception) -> Problem:
    en = f"{service} cannot be reached: {type(error).__name__}"
    return Problem(503, "upstream-unavailable", "服务暂不可用，请稍后重试", en)


async def _body(scope: Scope, receive: Receive) -> bytes | AsyncIterator[bytes] | None:
    """The request's body: nothing, the whole where it came in one piece, else a stream of it."""
    if not any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"]):
        return None
    first = await receive()
    if not first.get("more_body", False):
        whole: bytes = first.get("body", b"")
        return whole
    return _pieces(first.get("body", b""), receive)


async def _pieces(first: bytes, receive: Receive) -> AsyncIterator[bytes]:
    yield first
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError("the client went away in the middle of its request")
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _answer(response: aiohttp.ClientResponse, receive: Receive, send: Send) -> None:
    headers = [(name.lower(), value) for name, value in response.raw_headers if name.lower() not in HOP_BY_HOP]
    start = {"type": "http.response.start", "status": response.status, "headers": headers}
    if response.content_length is not None and response.content_length <= 1 << 16:
        body = await response.read()
        await send(start)
        return await send({"type": "http.response.body", "body": body})
    await send(start)
    await _stream(response, receive, send)


async def _stream(response: aiohttp.ClientResponse, receive: Receive, send: Send) -> None:
    """Pass on each piece as it comes, until the service ends the answer or the client goes away.

    A service that dies in the middle ends our connection without its proper end, so that the client notices.
    """
    pump = asyncio.create_task(_pump(response, send))
    gone = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({pump, gone}, return_when=asyncio.FIRST_COMPLETED)
        if pump.done():
            pump.result()
    finally:
        for task in (pump, gone):
            task.cancel()
        await asyncio.gather(pump, gone, return_exceptions=True)


async def _pump(response: aiohttp.ClientResponse, send: Send) -> None:
    async for piece in response.content.iter_any():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
