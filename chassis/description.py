"""How a service's HTTP is described: OpenAPI in which every operation says what it needs and every way in which it may answer.

What an operation needs shows in its dependencies (`command`, `page`, `moment`), so the description is made of them, here and
nowhere else: an operation that is added is described without a word of its own, but for refusals (`responses`) that only it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Response
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute, iter_route_contexts

from chassis.auth import principal_of

JSON, PROBLEM = "application/json", "application/problem+json"
SCHEMAS: Mapping[str, Any] = {
    "Problem": {
        "title": "Problem",
        "description": "RFC 9457: what was refused and why; further members are facts of the case.",
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance", "code", "traceid"],
        "properties": {
            "type": {"type": "string", "description": "/problems/ and the code"},
            "title": {"type": "string", "description": "in English"},
            "detail": {"type": "string", "description": "in Chinese"},
            "status": {"type": "integer"},
            "instance": {"type": "string"},
            "code": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$", "description": "stable; what a program decides by"},
            "traceid": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "basis": {"type": ["string", "null"], "description": "the article on which a refusal rests"},
            "also": {
                "type": "array",
                "items": {"type": "object"},
                "description": "what else stands against the command, each "
                "with its `code`, `detail`, `title`, `basis` and facts; there only if there is something",
            },
            "errors": {
                "type": "array",
                "items": {"type": "object"},
                "description": "each value that is wrong, and where: of a "
                "request that is invalid its `pointer`, `in` (body, query, path, header), `code`, `detail` and `title`",
            },
        },
    },
    "Done": {
        "title": "Done",
        "description": "A command that was carried out; sent again under its key it is answered the same.",
        "type": "object",
        "required": ["command_id", "stream_id", "version", "event_id"],
        "properties": {
            "command_id": {"type": "string", "format": "uuid"},
            "stream_id": {"type": "string"},
            "version": {"type": "integer", "minimum": 0},
            "event_id": {"type": ["string", "null"], "description": "of the last event; `?at_least=` of the lists takes it"},
        },
    },
    "Page": {
        "title": "Page",
        "description": "A page of a list; `next` is the cursor of the page after it, null at the end.",
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": {"type": "array", "items": {"type": "object"}}, "next": {"type": ["string", "null"]}},
    },
}
BEARER = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "an access token of OIDC"}}
MEANINGS: Mapping[int, str] = {
    400: "a header, a cursor or a moment is malformed",
    401: "no token, or none that is valid",
    403: "the principal has none of the roles, or it is another district's",
    404: "there is no such thing, or the asker may not know",
    409: "the rules say no; or others were faster, or the same command is being carried out",
    412: "it has changed since it was read (If-Match)",
    413: "the body is too large",
    416: "the file has no such range",
    422: "the request is not valid, or its key was used for another",
    428: "If-Match is needed",
    503: "not now; send it again, under the same key",
}
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": True,
    "schema": {"type": "string", "pattern": r"^[\x21\x23-\x7e]{8,128}$"},
    "description": "made by the sender: under it the command is carried out once, however often it is sent",
}  # fmt: skip
HEADERS: tuple[Mapping[str, Any], ...] = (
    {
        "name": "Occurred-At", "in": "header", "required": False, "schema": {"type": "string", "format": "date-time"},
        "description": "when it happened, if not now; never in the future",
    },
    {
        "name": "X-Device", "in": "header", "required": False, "schema": {"type": "string", "pattern": "^[ -~]{1,128}$"},
        "description": "the device that recorded it",
    },
)  # fmt: skip


PUBLISHED = Path(__file__).parents[1] / "contracts" / "http"
"""Where the descriptions lie that `make contracts` made of the code; tests hold them to it."""


def description_of(name: str) -> APIRouter:
    """`GET /openapi.json` of a service: its published description, for everybody whom we know, in whichever role.

    The file is sent: to make it anew takes a second in which nobody else is answered.
    """
    router = APIRouter(include_in_schema=False)
    file = PUBLISHED / f"{name}.openapi.json"

    @router.get("/openapi.json", dependencies=[Depends(principal_of)])
    async def read_description() -> Response:
        if not await asyncio.to_thread(file.exists):
            raise HTTPException(404)
        return FileResponse(file, media_type=JSON)

    return router


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an app, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        for context in iter_route_contexts(app.routes):
            route = context.route
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    _describe(document["paths"][context.path][method.lower()], route)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for replaced in ("HTTPValidationError", "ValidationError"):
            schemas.pop(replaced, None)
        schemas.update(SCHEMAS)
        document["components"]["securitySchemes"] = BEARER
        document["security"] = [{"bearer": []}]
        app.openapi_schema = document
    return app.openapi_schema


def _describe(operation: dict[str, Any], route: APIRoute) -> None:
    needs = set(_needs(route.dependant))
    if "command" in needs:
        guarded = "guarded" in needs
        operation["parameters"] = [*operation.get("parameters", ()), KEY, *HEADERS, _if_match(guarded=guarded)]
    answers = operation["responses"]
    for status, answer in answers.items():
        if status.startswith("2"):
            _describe_success(answer, needs)
    for status in sorted({*_refusals(operation, needs), *(int(status) for status in answers if status.startswith("4"))}):
        answers[str(status)] = {
            "description": MEANINGS[status], "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        }  # fmt: skip


def _needs(dependant: Dependant) -> Iterator[str]:
    """What a route's dependencies say of themselves."""
    for sub in dependant.dependencies:
        yield from getattr(sub.call, "__needs__", ())
        yield from _needs(sub)


def _if_match(*, guarded: bool) -> dict[str, Any]:
    return {
        "name": "If-Match", "in": "header", "required": guarded, "schema": {"type": "string", "pattern": '^"?[0-9]{1,9}"?$'},
        "description": "the version that was read (ETag)",
    }  # fmt: skip


def _describe_success(answer: dict[str, Any], needs: set[str]) -> None:
    content = answer.get("content", {})
    if "page" in needs and JSON in content:
        answer["headers"] = {"Link": {"schema": {"type": "string"}, "description": "the next page, if there is one"}}
    if content.get(JSON, {}).get("schema") != {}:
        return  # the route says more than we know
    if "command" in needs:
        content[JSON]["schema"] = {"$ref": "#/components/schemas/Done"}
        answer["headers"] = {"ETag": {"required": True, "schema": {"type": "string"}, "description": "the version after it"}}
    elif "page" in needs:
        content[JSON]["schema"] = {"$ref": "#/components/schemas/Page"}
    else:
        content[JSON]["schema"] = {"type": "object"}


def _refusals(operation: Mapping[str, Any], needs: set[str]) -> set[int]:
    """The statuses by which an operation may refuse."""
    parameters, body = operation.get("parameters", ()), "requestBody" in operation
    found = {401, 403, 503}
    if "command" in needs:
        found |= {400, 404, 409, 412, 413, 422}
    if "guarded" in needs:
        found.add(428)
    if needs & {"page", "moment", "period"}:
        found.add(400)
    if "moment" in needs or any(parameter["in"] == "path" for parameter in parameters):
        found.add(404)
    if parameters or body:
        found.add(422)
    return found
