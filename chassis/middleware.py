"""What wraps every request of a service: the trace that it runs in, the largest body that is read of it."""

from __future__ import annotations

from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.telemetry import span

LARGEST_BODY = 4 << 20  # bytes: a catalogue or rulebook with room
LARGEST_FILE = 65 << 20  # bytes of a multipart body: a workbook


class Trace:
    """ASGI middleware: every request runs in a span that continues its traceparent, or begins a trace; probes are left out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in ("/livez", "/readyz"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"traceparent")
        parent = given.decode("latin-1") if given else None
        with span(f"{scope['method']} {scope['path']}", SpanKind.SERVER, parent) as scope["traceparent"]:
            await self._app(scope, receive, send)


class Bounded:
    """ASGI middleware: a body is read up to a size only, whether or not it said how large it is, and before anybody is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; whoever reads more of its body than it may have meets 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = LARGEST_FILE if _content_type(scope).startswith(b"multipart/") else LARGEST_BODY
        left = most

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"the body is larger than {most} bytes")
            return message

        await self._app(scope, bounded, send)


def _content_type(scope: Scope) -> bytes:
    return next((bytes(value).lower() for name, value in scope["headers"] if name == b"content-type"), b"")
