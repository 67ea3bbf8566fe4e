"""No endpoint without a permission: every operation of every service, and any that is added."""

from __future__ import annotations

import inspect
import re
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI

from chassis import operations
from chassis.auth import Principal
from chassis.clock import FixedClock
from chassis.description import PUBLISHED, description_of
from chassis.http import create_app, probes
from chassis.testing import NOON, KnownTokens
from contracts import permissions
from contracts.permissions import REACHES, ROLES, Operation, called, operations_of, permissions_of, routes_of
from services.inspection.service import SERVICE as INSPECTION
from services.penalty.service import SERVICE as PENALTY
from services.registry.service import SERVICE as REGISTRY
from services.reporting.service import SERVICE as REPORTING
from services.tasks.service import SERVICE as TASKS

SERVICES = {service.name: service for service in (REGISTRY, TASKS, INSPECTION, PENALTY, REPORTING)}
OPEN = {"/livez", "/readyz"}
READING = {"GET", "HEAD"}
EVERY_ROLE = frozenset(ROLES)


class Untouched:
    """Stands where a pool or a runner would: whoever is refused has reached neither."""

    clock = FixedClock(NOON)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"somebody without permission reached {name}")


@cache
def app_of(service: str) -> FastAPI:
    """The service's app with all its routes, on no database."""
    app = create_app(service, [probes({}), description_of(service), operations.router, *SERVICES[service].routers])
    app.state.service, app.state.pool, app.state.runner = SERVICES[service], Untouched(), Untouched()
    app.state.verifier = KnownTokens()
    return app


ENDPOINTS = [operation for name in SERVICES for operation in operations_of(name)]
COMMANDS = [endpoint for endpoint in ENDPOINTS if endpoint.method not in READING]


def address_of(endpoint: Operation) -> str:
    """The path with something in each place that is left open."""
    return re.sub(r"\{\w+\}", "some-1", endpoint.path)


def named(endpoint: Operation) -> str:
    return f"{endpoint.service} {endpoint.method} {endpoint.path}"


async def answered(endpoint: Operation, *roles: str, token: str | None = None, **headers: str) -> httpx.Response:
    """What an operation answers to somebody with these roles, or to the bearer of another token."""
    app = app_of(endpoint.service)
    principal = Principal(id="p", name="甲", roles=frozenset(roles), districts=frozenset("*"), organ="nanchang-emb")
    bearer = app.state.verifier.issue(principal) if token is None else token
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        sent = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        body: dict[str, Any] | None = None if endpoint.method in READING else {}
        query = {"at_least": str(uuid.uuid4())}  # whoever may not ask may not make us wait either
        return await client.request(endpoint.method, address_of(endpoint), json=body, params=query, headers={**sent, **headers})


def test_all_operations_of_the_published_descriptions_are_walked() -> None:
    described = {
        (name, method.upper(), path)
        for name in SERVICES
        for path, methods in app_of(name).openapi()["paths"].items()
        for method in methods
    }
    assert described == {(e.service, e.method, e.path) for e in ENDPOINTS}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_nothing_is_called_in_a_thread_before_an_operation_begins(endpoint: Operation) -> None:
    asynchronous = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    assert [call for call in called(endpoint.route.dependant) if not any(is_so(call) for is_so in asynchronous)] == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_permission_stands_in_the_signature(endpoint: Operation) -> None:
    permissions = list(permissions_of(endpoint.route.dependant))
    assert permissions, f"{named(endpoint)} has no permission"
    assert all(roles and set(roles) <= EVERY_ROLE for roles in permissions)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_how_districts_bound_it_is_told(endpoint: Operation) -> None:
    assert endpoint.reach in REACHES, f"{named(endpoint)}: contracts/permissions.py does not know how districts bound it"
    assert endpoint.roles, f"{named(endpoint)}: no role satisfies all that it wants"
    if endpoint.reach == "service":
        assert endpoint.roles <= {"operator", "auditor"}
    assert ("public-reader" not in endpoint.roles) or endpoint.method in READING


def test_the_page_of_permissions_is_current() -> None:
    assert permissions.PAGE.read_text(encoding="utf-8") == permissions.page(), "run `make contracts`"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
@pytest.mark.parametrize("token", ["", "forged", "eyJhbGciOiJub25lIn0.e30."])
async def test_nobody_unknown_is_answered(endpoint: Operation, token: str) -> None:
    answer = await answered(endpoint, token=token)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
async def test_no_role_is_not_enough(endpoint: Operation) -> None:
    answer = await answered(endpoint, "some-other-role")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("endpoint", COMMANDS, ids=named)
async def test_each_role_that_is_not_named_is_refused(endpoint: Operation) -> None:
    allowed = {role for roles in permissions_of(endpoint.route.dependant) for role in roles}
    answer = await answered(endpoint, *(EVERY_ROLE - allowed))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("endpoint", COMMANDS, ids=named)
async def test_commands_need_an_idempotency_key(endpoint: Operation) -> None:
    answer = await answered(endpoint, *EVERY_ROLE)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
    answer = await answered(endpoint, *EVERY_ROLE, **{"Idempotency-Key": "short"})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-malformed")


@pytest.mark.parametrize("service", SERVICES)
async def test_the_description_is_given_to_whoever_is_known(service: str) -> None:
    app = app_of(service)
    somebody = Principal(id="p", name="甲", roles=frozenset({"public-reader"}), districts=frozenset(), organ="")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        unknown = await client.get("/openapi.json")
        assert (unknown.status_code, unknown.json()["code"]) == (401, "unauthenticated")
        headers = {"Authorization": f"Bearer {app.state.verifier.issue(somebody)}"}
        told = await client.get("/openapi.json", headers=headers)
    assert (told.status_code, told.headers["content-type"]) == (200, "application/json")
    assert told.content == (PUBLISHED / f"{service}.openapi.json").read_bytes()


def test_endpoint_without_permission_is_found() -> None:
    """What the walk is for: a router that was added with a route that anybody may call."""
    router, inner = APIRouter(prefix="/v1"), APIRouter(prefix="/inner")

    def anybody() -> None: ...

    decorate: Callable[[Any], Any] = inner.post("/things", dependencies=[Depends(anybody)])
    decorate(anybody)
    router.include_router(inner)
    [(path, route)] = routes_of([router])
    assert (path, list(permissions_of(route.dependant))) == ("/v1/inner/things", [])
