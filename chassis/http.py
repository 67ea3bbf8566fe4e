"""The HTTP side of every service: commands with keys and ETags, bodies, cursors, waiting for a projection, probes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from chassis import problems
from chassis.auth import Principal, principal_of
from chassis.clock import Clock
from chassis.description import describe
from chassis.eventstore import Pool
from chassis.invalid import not_as_meant
from chassis.middleware import Bounded, Trace
from chassis.problems import BadRequest
from chassis.runner import Context, Runner, Work
from chassis.shown import Shown
from chassis.sight import Sight
from chassis.telemetry import current_traceparent
from chassis.transacted import run_with_tables

NAMESPACE = uuid.UUID("5f1c2a52-0a3e-5c8e-9d53-0c1f0b7d8e21")
KEY = re.compile(r'^"?([\x21\x23-\x7e]{8,128})"?$')
VERSION = re.compile(r'"?([0-9]{1,9})"?')
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DEVICE = re.compile(r"[\x20-\x7e]{1,128}")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # nothing that is recorded here happened before; PostgreSQL's -infinity lies there
AT_LEAST_WAIT = 10.0  # seconds
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{2,63}$")]
"""An id: in a path, in a query, in a body."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hexadecimal digits."""

PROJECTED = """
SELECT l.idx <= ALL (SELECT coalesce(c.position, 0) FROM unnest($2::text[]) AS asked(name)
                     LEFT JOIN projections p ON p.name = asked.name AND p.state = 'live'
                     LEFT JOIN checkpoints c ON c.name = p.checkpoint)
FROM ledger l WHERE l.event_id = $1
"""


def _only_written(value: Any) -> Any:
    """Pydantic takes a number for seconds since 1970, also one that stands in a query."""
    if not isinstance(value, date) and not (isinstance(value, str) and DAY.fullmatch(value)):
        raise not_as_meant("日期应写作 2026-03-01", "a date is written 2026-03-01")
    return value


WRITTEN = BeforeValidator(_only_written)
"""Of a date: that it is taken only as it is written. It stands behind the bounds, if there are any."""

IsoDate = Annotated[date, WRITTEN]
"""A day as it is written: in a path, in a query, in a body."""


def _only_written_time(value: Any) -> Any:
    if not isinstance(value, datetime) and not (isinstance(value, str) and DAY.fullmatch(value[:10])):
        example = "2026-03-01T08:00:00+08:00"
        raise not_as_meant(f"时间应带时区，写作 {example}", f"a time is written {example}")
    return value


IsoTime = Annotated[AwareDatetime, BeforeValidator(_only_written_time)]
"""A time as it is written, with its zone."""


class Body(BaseModel):
    """A request body: unknown fields are refused. What stands below a field describes it in the OpenAPI document."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Command:
    """What a command endpoint is given: who asks, and `run`, which carries a handler out once and makes the response."""

    principal: Principal
    role: str
    runner: Runner
    key: str
    fingerprint: bytes
    if_match: int | None
    occurred_at: datetime
    stated: bool
    device: str | None

    async def run(
        self, handler: Callable[..., Awaitable[dict[str, Any] | None]], *args: Any, status: int = 200, with_tables: bool = False
    ) -> Response:
        """Run `handler(work, *args)` as this request's command; the response carries the new version as its ETag.

        `with_tables`: in a transaction of its own, in which the handler may also change tables.
        """
        command_id = uuid.uuid5(NAMESPACE, self.key)
        context = Context(
            command_id=command_id, actor=self.principal.actor(self.role), organ=self.principal.organ,
            districts=self.principal.districts, occurred_at=self.occurred_at, causation_id=command_id,
            stated=self.stated, device=self.device, traceparent=current_traceparent(), key=self.key, fingerprint=self.fingerprint,
            if_match=self.if_match,
        )  # fmt: skip

        async def bound(work: Work) -> dict[str, Any] | None:
            return await handler(work, *args)

        answer = await (run_with_tables(self.runner, context, bound) if with_tables else self.runner.run(context, bound))
        return Response(answer.body, status, etag(answer.version), media_type="application/json")


def command(*roles: str, guarded: bool = False) -> Callable[..., Any]:
    """FastAPI dependency of a command endpoint: the principal has one of `roles`, an Idempotency-Key is given.

    `guarded` commands also need If-Match (428 without): a person decides on what they saw.
    """

    async def permitted(request: Request) -> Command:
        principal = await principal_of(request)
        role = principal.require(*roles)
        runner: Runner = request.app.state.runner
        return Command(
            principal=principal, role=role, runner=runner, key=_scoped_key(request, principal),
            if_match=_if_match(request, guarded), occurred_at=_occurred_at(request, runner.clock),
            stated="occurred-at" in request.headers, device=_device(request),
            fingerprint=hashlib.sha256(await _payload(request)).digest(),
        )  # fmt: skip

    permitted.__permission__ = roles  # type: ignore[attr-defined]
    permitted.__needs__ = ("command", "guarded") if guarded else ("command",)  # type: ignore[attr-defined]
    return permitted


async def _payload(request: Request) -> bytes:
    multipart = request.headers.get("content-type", "").lower().startswith("multipart/")
    body = await _parts(request) if multipart else await request.body()
    return request.method.encode() + b" " + request.url.path.encode() + b"?" + request.url.query.encode() + b"\n" + body


async def _parts(request: Request) -> bytes:
    """What a multipart body says, without its boundary, which is another one each time it is sent."""
    parts = []
    form = await request.form()
    # Its files are closed with the request, whatever becomes of it: where FastAPI closes those of the forms that it reads itself.
    # A dependency that closes them behind each endpoint would cost each command of any kind a tenth of its time.
    request.scope["fastapi_middleware_astack"].push_async_callback(form.close)
    for name, value in form.multi_items():
        if isinstance(value, str):
            parts.append([name, None, hashlib.sha256(value.encode()).hexdigest()])
        else:
            parts.append([name, value.filename, hashlib.sha256(await value.read()).hexdigest()])
            await value.seek(0)
    return orjson.dumps(parts)


def _scoped_key(request: Request, principal: Principal) -> str:
    given = request.headers.get("idempotency-key")
    if given is None:
        raise BadRequest("idempotency-key-missing", "缺少 Idempotency-Key 请求头", "the Idempotency-Key header is required")
    match = KEY.match(given.strip())
    if match is None:
        raise BadRequest(
            "idempotency-key-malformed", "Idempotency-Key 格式不正确", "8 to 128 visible ASCII characters are needed"
        )
    return f"{principal.id}|{request.method} {request.url.path}|{match[1]}"


def _if_match(request: Request, guarded: bool) -> int | None:
    given = request.headers.get("if-match")
    if given is None:
        if guarded:
            raise BadRequest("if-match-missing", "缺少 If-Match 请求头", "the If-Match header is required", status=428)
        return None
    match = VERSION.fullmatch(given.strip())
    if match is None:
        raise BadRequest("if-match-malformed", "If-Match 格式不正确", 'If-Match must be a version such as "7"')
    return int(match[1])


def _occurred_at(request: Request, clock: Clock) -> datetime:
    """When it happened: now, or earlier, as the device says that was offline. Never in the future."""
    now = clock.now()
    given = request.headers.get("occurred-at")
    if given is None:
        return now
    try:
        at: datetime | None = datetime.fromisoformat(given)
        at = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise BadRequest(
            "occurred-at-malformed", "Occurred-At 须为带时区的时间", "Occurred-At must be an RFC 3339 time with offset"
        )
    if at > now:
        raise BadRequest("occurred-at-in-future", "Occurred-At 晚于当前时间", "Occurred-At lies in the future")
    if at < EARLIEST:
        raise BadRequest("occurred-at-too-early", "Occurred-At 过早", f"Occurred-At lies before {EARLIEST.isoformat()}")
    return at


def _device(request: Request) -> str | None:
    """The device that sends what it recorded earlier, as it names itself."""
    given = request.headers.get("x-device")
    if given is not None and not DEVICE.fullmatch(given):
        raise BadRequest("device-malformed", "X-Device 格式不正确", "X-Device must be 1 to 128 printable ASCII characters")
    return given


def etag(version: int) -> dict[str, str]:
    """The ETag header of an aggregate at this version."""
    return {"ETag": f'"{version}"'}


def answer_json(value: Any, *, version: int | None = None, status: int = 200) -> Response:
    """A JSON response; dataclasses, dates, UUIDs as they are; with the ETag of `version`; personal data are shown in plain."""
    headers = etag(version) if version is not None else None
    return Shown(orjson.dumps(value, default=str), status, headers)


@dataclass(frozen=True, slots=True)
class Page:
    """What a list was asked for: how many rows, after which sort key (None at the start)."""

    limit: int
    after: list[Any] | None

    @property
    def after_day(self) -> tuple[date, str] | None:
        """As `after`, of a list sorted by day and id; raises BadRequest for the cursor of another list."""
        try:
            match self.after:
                case None:
                    return None
                case [str(day), str(key)] if "\0" not in key:
                    return date.fromisoformat(day), key
                case _:
                    raise ValueError(self.after)
        except ValueError as error:
            raise foreign_cursor() from error


def foreign_cursor() -> BadRequest:
    """What is said of a cursor that the list did not hand out."""
    return BadRequest("bad-cursor", "分页游标无效", "the cursor is not one of ours")


async def page(
    request: Request, _: Annotated[Principal, Depends(principal_of)], limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> Page:  # fmt: skip
    """FastAPI dependency: keyset pagination by an opaque cursor; nobody is told anything about it before they are known.

    A list is asked for each thing once: of a parameter that is given twice, one would be left out unnoticed.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadRequest("parameter-repeated", f"参数重复：{'、'.join(twice)}", f"given more than once: {', '.join(twice)}")
    if cursor is None:
        return Page(limit, None)
    try:
        after = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
        if not isinstance(after, list):
            raise ValueError(cursor)
    except ValueError as error:
        raise foreign_cursor() from error
    return Page(limit, after)


page.__needs__ = ("page",)  # type: ignore[attr-defined]
Paged = Annotated[Page, Depends(page)]


def listed(request: Request, asked: Page, rows: Sequence[Any], key: Callable[[Any], list[Any]]) -> Response:
    """A page of a list: `rows` holds up to `limit + 1` rows; the last one only tells that there is a next page.

    `{"items": [...], "next": "..." | null}` and a Link header; `null` is the only end signal.
    """
    items = [dict(row) if not isinstance(row, dict) else row for row in rows[: asked.limit]]
    following = None
    headers = {}
    if len(rows) > asked.limit:
        following = base64.urlsafe_b64encode(orjson.dumps(key(items[-1]), default=str)).decode()
        url = request.url.include_query_params(cursor=following, limit=asked.limit)
        headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    body = orjson.dumps({"items": items, "next": following}, default=str)
    return Shown(body, 200, headers)


async def at_least(request: Request, _: Annotated[Principal, Depends(principal_of)], at_least: uuid.UUID | None = None) -> None:
    """FastAPI dependency of lists: `?at_least=<event_id>` waits until that event of this service is sequenced and projected: by
    the live version of each projection, whatever is being built beside it.

    It belongs behind the list's `reader` in the path's dependencies, because those come before its function's.
    """
    if at_least is None:
        return
    pool: Pool = request.app.state.pool
    projections = list({projection.name for projection in request.app.state.service.all_projections})
    until = time.monotonic() + AT_LEAST_WAIT
    while not await pool.fetchval(PROJECTED, at_least, projections):
        if time.monotonic() > until:
            raise BadRequest(
                "not-projected-yet", "数据尚未更新，请稍后重试", "the event is not in the list yet, or not ours", status=503
            )
        await asyncio.sleep(0.01)


def pool_of(request: Request) -> Pool:
    """The pool of the service's database as it is; of tables that are shown by district it shows nothing."""
    pool: Pool = request.app.state.pool
    return pool


async def database(request: Request) -> Pool:
    """FastAPI dependency: the same. A dependency that is no coroutine would be called in a thread, at some 100 µs."""
    return pool_of(request)


Db = Annotated[Pool, Depends(database)]


async def sight_of(request: Request, principal: Annotated[Principal, Depends(principal_of)]) -> Sight:
    """FastAPI dependency: the service's database as whoever asks may see it."""
    return Sight(pool_of(request), principal.seen_districts())


Seen = Annotated[Sight, Depends(sight_of)]


Check = Callable[[], Awaitable[dict[str, Any]]]


def probes(checks: dict[str, Check]) -> APIRouter:
    """`/livez` (the process only) and `/readyz` (each check with its outcome; 503 unless all are well)."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return Response(b'{"alive":true}', media_type="application/json")

    @router.get("/readyz")
    async def readyz() -> Response:
        outcomes = {name: await _outcome(check) for name, check in checks.items()}
        ready = all(outcome["ok"] for outcome in outcomes.values())
        return answer_json({"ready": ready, "checks": outcomes}, status=200 if ready else 503)

    return router


async def _outcome(check: Check) -> dict[str, Any]:
    started = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(2):
            found = {"ok": True, **await check()}
    except Exception as error:  # noqa: BLE001 - a probe reports whatever is wrong
        found = {"ok": False, "error": repr(error)}
    return {**found, "ms": round((asyncio.get_running_loop().time() - started) * 1000, 1)}


def create_app(title: str, routers: Sequence[APIRouter], lifespan: Any = None) -> FastAPI:
    """A service's app: its routers, the table of problems, traces, and the largest body it takes.

    Nothing but the probes is open: `description_of` serves the description to who is known.
    """
    app = FastAPI(title=title, version="1", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.router.routes.extend(router.routes)  # an included one asks its routes twice, a tenth of what a question costs
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    problems.install(app)
    app.add_middleware(Bounded)
    app.add_middleware(Trace)
    return app
