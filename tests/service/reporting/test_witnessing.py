"""A whole service and its witness through a real broker: what is appended there is cosigned here, and leaves as a case file."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.auth import Principal
from chassis.casefile import verify
from chassis.database import connect, migrate
from chassis.eventstore import Connection, append
from chassis.testing import NOON, KnownTokens, drop_database, fresh_database, settings_for
from chassis.worker import api_app, worker_app
from deploy.embedded.broker import Tansu
from deploy.embedded.child import Child
from services.registry.service import SERVICE as REGISTRY
from services.reporting.service import SERVICE as REPORTING
from tests.chassis.writing import until, write_set
from tests.service.reporting.logs import LOGS, WITNESS

KEYS = {"registry": (LOGS["registry"].verifier,), "reporting": (WITNESS.verifier, WITNESS.witness)}


@dataclass
class World:
    """The registry's database, and reporting's API."""

    registry: Connection
    client: httpx.AsyncClient


@pytest_asyncio.fixture
async def world(admin_dsn: str, tmp_path: Path) -> AsyncIterator[World]:
    """The registry's worker, reporting's worker and API, on a broker of their own."""
    clock = tmp_path / "clock.json"
    clock.write_text(json.dumps({"now": NOON.isoformat()}), encoding="utf-8")
    async with AsyncExitStack() as stack:
        program = Tansu()
        child = Child(program, tmp_path / "broker.log")
        await child.start()
        stack.push_async_callback(child.stop)
        await child.ready()
        found: dict[str, Any] = {}
        for service, signer in ((REGISTRY, LOGS["registry"]), (REPORTING, WITNESS)):
            dsn = await fresh_database(admin_dsn)
            stack.push_async_callback(drop_database, admin_dsn, dsn)
            await migrate(dsn, service.migration_folders)
            found[service.name] = settings_for(
                service.name, dsn, kafka_bootstrap=program.bootstrap, signer=signer, verifiers=KEYS, checkpoint_seconds=0.1,
                clock=f"simulated:{clock}",
            )  # fmt: skip
        tokens = KnownTokens()
        api = api_app(REPORTING, found["reporting"])
        api.state.verifier = tokens
        for app in (api, worker_app(REPORTING, found["reporting"]), worker_app(REGISTRY, found["registry"])):
            await stack.enter_async_context(app.router.lifespan_context(app))
        auditor = Principal(id="a-1", name="审计员", roles=frozenset({"auditor"}), districts=frozenset("*"), organ="")
        client = await stack.enter_async_context(httpx.AsyncClient(
            transport=httpx.ASGITransport(app=api), base_url="http://reporting.test", timeout=60,
            headers={"Authorization": f"Bearer {tokens.issue(auditor)}"},
        ))  # fmt: skip
        registry = await connect(found["registry"].dsn, "test")
        stack.push_async_callback(registry.close)
        yield World(registry, client)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.treeheads.LOOK_SECONDS", 0.05)


async def test_what_is_appended_is_cosigned_and_leaves_as_a_case_file(world: World) -> None:
    async def cosigned(size: int) -> bool:
        told = (await world.client.get("/v1/ledgers")).json()["items"][0]
        assert told["alarms"] == []
        return bool(told["cosigned"] == size)

    for round_ in (0, 1):
        batch = [write_set((f"enterprise:e-{n}", round_ * 4, 4), subject=f"e-{n}00") for n in range(40)]
        await append(world.registry, batch)
        await world.registry.execute("NOTIFY pending")
        size = (round_ + 1) * 160
        await until(lambda size=size: cosigned(size))  # type: ignore[misc]
    answer = await world.client.get("/v1/enterprises/e-700/file")
    verdict = verify(answer.content, [key for keys in KEYS.values() for key in keys])
    assert (verdict.findings, verdict.events, verdict.logs[0].checkpoint.size) == ([], 8, 320)
    assert verdict.logs[0].checkpoint.extensions == ("simulated 2021-09-06T04:00:00.000000Z",)
