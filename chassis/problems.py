"""RFC 9457: every error is problem+json with a stable code, in Chinese and English; the one table from errors to statuses."""

from __future__ import annotations

from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from chassis.aggregates import NotReached
from chassis.auth import Forbidden, Unauthenticated
from chassis.blobs import BlobDamaged, BlobMissing
from chassis.database import GONE
from chassis.domain import Refused, Unknown
from chassis.invalid import told
from chassis.issuerkeys import IssuerUnavailable
from chassis.runner import Conflict, InFlight, KeyReused, PreconditionFailed
from chassis.shown import Shown
from chassis.telemetry import current_traceparent, log
from chassis.vault import KeysMissing

OWN = {"parked": "搁置的事件"}
"""What every service may be asked for, and how it is called."""


class BadRequest(Exception):
    """The request itself is wrong: a stable code, Chinese and English detail, and where (`errors`)."""

    def __init__(
        self, code: str, zh: str, en: str, *, status: int = 400, errors: list[dict[str, Any]] | None = None, **more: Any
    ) -> None:
        super().__init__(en)
        self.code, self.zh, self.en, self.status = code, zh, en, status
        self.more = {**more, **({"errors": errors} if errors else {})}


def problem(
    request: Request, status: int, code: str, zh: str, en: str, headers: dict[str, str] | None = None, /, **more: Any
) -> Response:
    """A problem+json response; `more` are its further members, which hide none of the standard ones."""
    body = {
        **more, "type": f"/problems/{code}", "title": en, "status": status, "detail": zh, "instance": request.url.path,
        "code": code, "traceid": trace_id(request),
    }  # fmt: skip
    return Shown(orjson.dumps(body, default=str), status, headers, media_type="application/problem+json")


def trace_id(request: Request) -> str:
    """The id of the trace that a request runs in, by which its log lines are found."""
    traceparent: str = request.scope.get("traceparent") or current_traceparent()
    return traceparent.split("-")[1]


async def on_refused(request: Request, error: Exception) -> Response:
    """The rules said no: 409 with the article; 404 when the thing does not exist."""
    assert isinstance(error, Refused)
    if isinstance(error, Unknown):
        named = _thing(request, str(error.facts["what"]))
        zh = f"未找到{named}“{error.facts['key']}”：不存在，或者不在您的辖区、权限之内（{_asked(request)}）"
        return problem(request, 404, error.code, zh, f"{error.en}; or it is not yours to see", None, **error.facts)
    also = {"also": [_beside(one) for one in error.also]} if error.also else {}
    return problem(request, 409, error.code, error.zh, error.en, None, basis=error.basis, **error.facts, **also)


def _beside(one: Refused) -> dict[str, Any]:
    """What else stands against a command, as it would be told if it stood alone."""
    return {**one.facts, "code": one.code, "detail": one.zh, "title": one.en, "basis": one.basis}


def _asked(request: Request) -> str:
    """What was asked for, as it was."""
    return f"{request.method} {request.url.path}"


def _thing(request: Request, what: str) -> str:
    """The Chinese name of a thing, as the service calls it; its name in the code where it calls it none."""
    service = getattr(request.app.state, "service", None)
    return str((service.things if service is not None else {}).get(what, OWN.get(what, what)))


async def on_unauthenticated(request: Request, error: Exception) -> Response:
    """401 with the RFC 6750 challenge."""
    challenge = {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{_ascii(str(error))}"'}
    return problem(request, 401, "unauthenticated", "未登录或令牌无效", f"not authenticated: {error}", challenge)


async def on_forbidden(request: Request, error: Exception) -> Response:
    """403: the principal may not."""
    assert isinstance(error, Forbidden)
    log.warning("forbidden", path=request.url.path, needed=error.needed)
    challenge = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    zh, en = f"没有权限（{_asked(request)}）：{error.zh}", f"not permitted: needs {error.needed}"
    return problem(request, 403, "forbidden", zh, en, challenge, needed=error.needed)


async def on_precondition_failed(request: Request, error: Exception) -> Response:
    """412 with the version that the stream has now."""
    assert isinstance(error, PreconditionFailed)
    return problem(
        request, 412, "version-changed", "内容已被他人更新，请刷新后重试", "the aggregate has changed since it was read",
        {"ETag": f'"{error.current}"'}, current_version=error.current,
    )  # fmt: skip


async def on_bad_request(request: Request, error: Exception) -> Response:
    """The status the error carries."""
    assert isinstance(error, BadRequest)
    return problem(request, error.status, error.code, error.zh, error.en, None, **error.more)


async def on_invalid(request: Request, error: Exception) -> Response:
    """422 with a JSON pointer to each value that is wrong, and what is wrong with it in Chinese and English."""
    assert isinstance(error, RequestValidationError)
    errors = [told(one) for one in error.errors()]
    return problem(request, 422, "invalid", "请求内容不符合要求", "the request is not valid", None, errors=errors)


async def on_http(request: Request, error: Exception) -> Response:
    """What the router itself refuses: unknown path, wrong method."""
    assert isinstance(error, HTTPException)
    allowed = ", ".join(_allowed(request)) if error.status_code == 405 else ""
    codes = {
        404: ("no-such-page", f"没有这个地址：{_asked(request)}", "there is no such address"),
        405: ("method-not-allowed", f"不支持的方法：{_asked(request)}；可用：{allowed}", f"not by this method; by {allowed}"),
        413: ("too-large", "内容过大", str(error.detail)),
    }
    code, zh, en = codes.get(error.status_code, ("http-error", "请求无法处理", str(error.detail)))
    headers = dict(error.headers or {}) | ({"Allow": allowed} if allowed else {})
    return problem(request, error.status_code, code, zh, en, headers)


def _allowed(request: Request) -> list[str]:
    """The methods by which this address may be asked: of all routes with its path, where the router names those of one.

    Of two paths that fit, the one with fewer parameters is meant.
    """
    found: dict[tuple[int, str], set[str]] = {}
    for context in iter_route_contexts(request.app.routes):
        matched = context.path_regex.match(request.url.path) if hasattr(context, "path_regex") else None
        if matched is not None:
            found.setdefault((len(matched.groupdict()), str(context.path)), set()).update(context.methods or ())
    return sorted(found[min(found)]) if found else []


async def on_database_gone(request: Request, error: Exception) -> Response:
    """503: try again, with the same idempotency key."""
    log.warning("database_unavailable", path=request.url.path, error=repr(error))
    return problem(
        request,
        503,
        "unavailable",
        "服务暂不可用，请稍后重试",
        "the database cannot be reached now",
        {"Retry-After": "1"},
    )


async def on_file(request: Request, error: Exception) -> Response:
    """500: a file that is named is not kept, or is another one than was kept; an operator brings it back from the backup."""
    missing = isinstance(error, BlobMissing)
    code, zh = ("file-missing", "文件缺失，请联系运维人员") if missing else ("file-damaged", "文件与保存时不一致，请联系运维人员")
    log.error("file_not_as_kept", code=code, sha256=str(error), path=request.url.path)
    return problem(request, 500, code, zh, "the file is not as it was kept; the operators were told", None)


async def on_unstorable(request: Request, error: Exception) -> Response:
    """422: the database cannot take a value, such as a text with U+0000 or a number beyond 64 bits."""
    log.warning("value_refused_by_database", path=request.url.path, traceid=trace_id(request), error=repr(error))
    return problem(request, 422, "unacceptable-value", "请求中含有无法处理的值", "a value of the request cannot be processed")


async def on_unexpected(request: Request, error: Exception) -> Response:
    """500 without a stack trace; the trace id finds it in the logs."""
    log.error("unexpected", path=request.url.path, traceid=trace_id(request), exc_info=error)
    return problem(request, 500, "internal-error", "系统内部错误", "internal error")


def _fixed(status: int, code: str, zh: str, en: str, headers: dict[str, str] | None = None) -> Any:
    async def respond(request: Request, _: Exception) -> Response:
        return problem(request, status, code, zh, en, headers)

    return respond


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode().replace('"', "'")


def install(app: FastAPI) -> None:
    """Give an app this table of errors."""
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(Unauthenticated, on_unauthenticated)
    app.add_exception_handler(Forbidden, on_forbidden)
    app.add_exception_handler(PreconditionFailed, on_precondition_failed)
    app.add_exception_handler(BadRequest, on_bad_request)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    busy = _fixed(409, "conflict", "同时有其他人在修改，请重试", "others were faster; send it again", {"Retry-After": "1"})
    app.add_exception_handler(Conflict, busy)
    running = _fixed(409, "in-flight", "相同的请求正在处理", "the same command is being carried out", {"Retry-After": "1"})
    app.add_exception_handler(InFlight, running)
    waiting = _fixed(503, "keys-not-here-yet", "所需密钥尚未到达，请稍后重试", "a key has not arrived yet", {"Retry-After": "1"})
    app.add_exception_handler(KeysMissing, waiting)
    unknowable = _fixed(
        503, "issuer-unavailable", "暂时无法核验身份，请稍后重试", "the issuer cannot be asked now", {"Retry-After": "1"}
    )
    app.add_exception_handler(IssuerUnavailable, unknowable)
    reused = _fixed(422, "key-reused", "幂等键已用于其他内容", "the idempotency key was used with another payload")
    app.add_exception_handler(KeyReused, reused)
    ahead = _fixed(
        404, "as-of-not-reached", "该版本或台账位置尚未产生", "the stream or the ledger has not come to this point yet"
    )
    app.add_exception_handler(NotReached, ahead)
    for gone in GONE:
        app.add_exception_handler(gone, on_database_gone)
    app.add_exception_handler(BlobMissing, on_file)
    app.add_exception_handler(BlobDamaged, on_file)
    app.add_exception_handler(asyncpg.DataError, on_unstorable)
    app.add_exception_handler(Exception, on_unexpected)
