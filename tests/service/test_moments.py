"""Every question about one aggregate can be asked as of a moment, and every stream that grows without end has its snapshots."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from chassis.aggregates import fold_version, nothing, state_bytes
from chassis.domain import Stream
from chassis.process import load_service
from chassis.service import Service
from chassis.settings import SERVICES

DECIDING = [name for name in SERVICES if name != "reporting"]


OF_NOW = ("/file", "/phrases", "/outlook")
"""A file never changes; what is offered to be written is by the law of today; an outlook is of a day to come."""


def asking(service: Service) -> Iterator[APIRoute]:
    """The GET endpoints whose code folds an aggregate, but for lists, which are of now (`at_least`)."""
    for router in service.routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
                names = {*route.endpoint.__code__.co_names}
                folds = bool(names & {"aggregate", "related", "read", "_published"}) and "at_least" not in parameters(route)
                if folds and not route.path.endswith(OF_NOW):
                    yield route


def parameters(route: APIRoute) -> set[str]:
    """The names of its query parameters, also of its dependencies'."""
    found = {field.alias for field in route.dependant.query_params}
    for inner in route.dependant.dependencies:
        found |= {field.alias for field in inner.query_params}
    return found


@pytest.mark.parametrize("name", DECIDING)
def test_every_aggregate_can_be_asked_for_as_of_a_moment(name: str) -> None:
    routes = [*asking(load_service(name))]
    assert routes
    assert [route.path for route in routes if "as_of" not in parameters(route)] == []


def streams(name: str) -> dict[str, Stream[Any]]:
    """The streams of a service's domain, by name."""
    room = importlib.import_module(f"services.{name}.domain")
    inner = pkgutil.iter_modules(getattr(room, "__path__", []), f"{room.__name__}.")
    modules = [room, *(importlib.import_module(module.name) for module in inner)]
    return {value.name: value for module in modules for value in vars(module).values() if isinstance(value, Stream)}


@pytest.mark.parametrize("name", DECIDING)
def test_streams_that_say_how_often_are_in_the_manifest_and_their_state_can_be_kept(name: str) -> None:
    wanted = {stream for stream, known in streams(name).items() if known.snapshot_every is not None}
    service = load_service(name)
    assert {stream.name for stream in service.snapshots} == wanted
    for stream in service.snapshots:
        assert state_bytes(nothing(stream, "x")) is not None
        assert fold_version(stream)
