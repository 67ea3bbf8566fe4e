"""What gateway and sessions answer by themselves: JSON, and RFC 9457 problems in the shape that the services use."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response


class Problem(Exception):
    """A refusal of the gateway's own: status, stable code, Chinese and English text, more members of the body."""

    def __init__(self, status: int, code: str, zh: str, en: str, **more: Any) -> None:
        super().__init__(en)
        self.status, self.code, self.zh, self.en, self.more = status, code, zh, en, more


def answer(body: object, status: int = 200) -> Response:
    """A JSON answer that no cache keeps."""
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, media_type="application/json")


def problem(path: str, error: Problem) -> Response:
    """The problem+json of a refusal; asks to wait a second where waiting may help, to log in where that is missing."""
    body = {"type": f"/problems/{error.code}", "title": error.en, "status": error.status, "detail": error.zh,
            "instance": path, "code": error.code, **error.more}  # fmt: skip
    headers = {"Cache-Control": "no-store"}
    if error.status == 503:
        headers["Retry-After"] = "1"
    if error.status in (401, 403):
        reason = "invalid_token" if error.status == 401 else "insufficient_scope"
        headers["WWW-Authenticate"] = f'Bearer error="{reason}"'
    return Response(orjson.dumps(body), error.status, headers, media_type="application/problem+json")


async def on_problem(request: HTTPConnection, error: Problem) -> Response:
    """Starlette's handler of `Problem`."""
    return problem(request.url.path, error)


NO_SUCH_PAGE = Problem(404, "no-such-page", "没有这个地址", "no such page")
