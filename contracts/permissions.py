"""Who may do what, where: the one table of permissions, made of the endpoints' signatures (`make contracts` writes the page).

An endpoint says its roles by `command(…)` or `reader(…)`, and by what else it depends on how districts bound it. What shows in no
dependency is told here, by its path; an endpoint of which neither tells fails tests/service/test_permissions.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from chassis import operations
from chassis.process import load_service
from chassis.settings import SERVICES

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"
READING = frozenset({"GET", "HEAD"})
ROLES = (
    "officer", "expert", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator", "enterprise",
    "public-reader",
)  # fmt: skip
REACHES = {
    "written": "what is written lies in the caller's districts, or the whole write set is refused (`chassis.runner`)",
    "rows": "only rows of the caller's districts are shown; PostgreSQL's row security says so a second time (`chassis.sight`)",
    "thing": "the thing lies in a district of the caller's; elsewhere it does not exist for them (404)",
    "shown": "reporting adds up and tells what lies in the caller's districts, and nothing of others",
    "own": "the officer's own device only, in whichever district; an expert's own visits only, in the districts of the expert",
    "law": "published law and rules, the same for everybody",
    "service": "the whole service, no district: positions, proofs and repair, by operators and auditors",
}
"""How districts bound an endpoint."""

TOLD = {
    ("registry", "/v1/catalogues*"): "law", ("registry", "/v1/rulebooks*"): "law", ("registry", "/v1/jurisdictions*"): "law",
    ("registry", "/v1/penalty-branches"): "law",
    ("penalty", "/v1/provisions"): "law", ("reporting", "/v1/conformance/rules"): "law", ("reporting", "/v1/panels"): "law",
    ("inspection", "/v1/devices/{device_id}"): "thing", ("inspection", "/v1/devices/{device_id}/package*"): "own",
    ("inspection", "/v1/package*"): "own",
    ("inspection", "/v1/documents/*/file"): "thing", ("inspection", "/v1/inspections/*/phrases"): "thing",
    ("inspection", "/v1/evidence/*"): "thing", ("penalty", "/v1/*/outlook"): "thing", ("penalty", "/v1/*/file"): "thing",
    ("reporting", "/v1/ledgers*"): "service", ("reporting", "/v1/scoring-sheets"): "law",
    **{("reporting", f"/v1/{path}"): "shown" for path in (
        "assessments/*", "bulletins/*", "cases/*", "conformance/cases", "enterprises/*", "events", "exports/ocel", "feed",
        "figures*", "histories/*", "measures/*", "panels/*", "public/campaigns",
    )},
}  # fmt: skip
"""What shows in no dependency, by service and path; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An endpoint by one method, with the roles that may call it and how districts bound it (a key of REACHES; empty: untold)."""

    service: str
    method: str
    path: str
    route: APIRoute

    @property
    def permissions(self) -> list[tuple[str, ...]]:
        """The roles that each of its dependencies wants one of."""
        return list(permissions_of(self.route.dependant))

    @property
    def roles(self) -> frozenset[str]:
        """The roles by which it may be called: one that all of its dependencies take."""
        wanted = [frozenset(roles) for roles in self.permissions]
        return frozenset.intersection(*wanted) if wanted else frozenset()

    @property
    def reach(self) -> str:
        """How districts bound it."""
        needs = {getattr(call, "__name__", "") for call in called(self.route.dependant)}
        if self.method not in READING:
            return "written"
        if self.path.startswith("/ops/"):
            return "service"
        told = [reach for (service, path), reach in TOLD.items() if service == self.service and fnmatchcase(self.path, path)]
        if told:
            return told[0]
        return "thing" if "moment" in needs else "rows" if "sight_of" in needs else ""

    @property
    def summary(self) -> str:
        """The first line of what it says of itself."""
        return (inspect.getdoc(self.route.endpoint) or "").split("\n", 1)[0]


def routes_of(routers: Iterable[APIRouter], prefix: str = "") -> Iterator[tuple[str, APIRoute]]:
    """Every route with its whole path, those of included routers too."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield prefix + route.path, route
            else:
                inner: Any = route
                yield from routes_of([inner.original_router], f"{prefix}{inner.include_context.prefix}")


def permissions_of(dependant: Dependant) -> Iterator[tuple[str, ...]]:
    """The roles that a route's dependencies name, at whatever depth."""
    for dependency in dependant.dependencies:
        roles = getattr(dependency.call, "__permission__", None)
        if roles is not None:
            yield roles
        yield from permissions_of(dependency)


def called(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """What is called before and for an operation."""
    if dependant.call is not None:
        yield dependant.call
    for dependency in dependant.dependencies:
        yield from called(dependency)


def operations_of(name: str) -> list[Operation]:
    """Every operation of a service; the probes and the description are none."""
    service = load_service(name)
    return [
        Operation(name, method, path, route)
        for path, route in routes_of([operations.router, *service.routers])
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def page() -> str:
    """The page of all permissions."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Permissions"
    yield ""
    yield "Made by `make contracts` from the signatures of the endpoints; a test holds it to them and calls each in every role."
    yield ""
    yield "A permission is role × action × district. A token says which roles and districts somebody has (`*`: all). ●: the role"
    yield "of the column may call it. How far that reaches:"
    yield ""
    for reach, meaning in REACHES.items():
        yield f"* **{reach}**: {meaning}."
    yield ""
    yield "Beside districts, an enterprise is shown its own only, and an expert the visits that the expert is named for."
    yield ""
    yield "Separation of duties is beside roles: who drafted does not approve, who investigated does not review. Decisions"
    yield "of penalty cases refuse it by person, whatever roles somebody has; each service's README tells what else needs two."
    for name in SERVICES:
        yield ""
        yield f"## {name}"
        yield ""
        yield f"| operation | reach | {' | '.join(ROLES)} |"
        yield f"|---|---|{'---|' * len(ROLES)}"
        for operation in sorted(operations_of(name), key=lambda one: (one.path.startswith("/ops"), one.path, one.method)):
            yield _line(operation, ["●" if role in operation.roles else "" for role in ROLES])


def _line(operation: Operation, marks: Sequence[str]) -> str:
    return f"| `{operation.method} {operation.path}` | {operation.reach} | {' | '.join(marks)} |"
