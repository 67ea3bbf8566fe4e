"""A worker runs every loop that its service needs, and only those."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from chassis.domain import Stream
from chassis.service import Service
from chassis.testing import ServiceUnderTest, settings_for
from chassis.worker import loops
from tests.chassis.notes import SERVICE

LONG: Stream[None] = Stream("long", None, lambda state, _: state, snapshot_every=100)
ALWAYS = {"person-keys-topic", "selfcheck", "sequencer", "relay", "patrol"}
FOLLOWING = {"projector", "builder", "deadlines", "parked", "consumer"}


def names_of(service: Service, sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    named: list[str] = []

    async def nothing() -> None: ...

    def forever(name: str, *_: Any, **__: Any) -> Coroutine[Any, Any, None]:
        named.append(name)
        return nothing()

    monkeypatch.setattr("chassis.worker.forever", forever)
    for loop in loops(service, settings_for("tasks", sut.dsn), sut.worker_pool, sut.runner, lambda: None):
        loop.close()
    assert len(named) == len({*named})
    return {*named}


async def test_builds_go_on_whether_or_not_the_service_keeps_snapshots(
    sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names_of(SERVICE, sut, monkeypatch) == ALWAYS | FOLLOWING
    assert names_of(replace(SERVICE, snapshots=(LONG,)), sut, monkeypatch) == ALWAYS | FOLLOWING | {"snapshots"}


async def test_a_service_that_only_writes_follows_nothing(sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(SERVICE, projections=(), deadlines=None, fires={}, sources=(), reactions={})
    assert names_of(bare, sut, monkeypatch) == ALWAYS
