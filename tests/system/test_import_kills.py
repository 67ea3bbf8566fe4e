"""The process that loads a register is killed from outside, in the middle and again: sent again, each site has its file once."""

from __future__ import annotations

import asyncio
import json

import asyncpg
import pytest

from deploy.embedded.stack import Stack
from pilot.client import Client
from pilot.run import scenario_for
from pilot.setting_up import manager_of
from pilot.world import REGISTRY, staff_of
from tests.domain.registry.filled import filled
from tests.service.registry.desk import jurisdiction_bodies, xlsx
from tests.service.registry.test_bulk import zipped
from tests.system.conftest import SEED, Platform

SITES = 600
API, WORKER = "registry-api", "registry-worker"
KILLS = ((WORKER, 60), (API, 120), (API, 360))  # when so many sites have their files
CLAIMED = "SELECT count(*) FROM events WHERE type = 'casetrail.registry.site-claimed.v1'"
OPENED = "SELECT data FROM events WHERE type = 'casetrail.registry.enterprise-registered.v1'"
OF_IMPORT = "SELECT type FROM events WHERE stream_id = 'import:killed-1' ORDER BY version"


async def killed_in_the_middle(stack: Stack, connection: asyncpg.Connection[asyncpg.Record]) -> list[int]:
    """Kill as `KILLS` says; answers how many sites had their files when each process was dead."""
    found = []
    for name, after in KILLS:
        while (claimed := await connection.fetchval(CLAIMED)) < after:
            await asyncio.sleep(0)
        stack.kill(name)
        found.append(claimed)
    return found


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_import_goes_on_after_kills_and_each_site_has_one_file(form: str, platform: Platform) -> None:
    book = filled(SITES)
    content = xlsx(book) if form == "xlsx" else zipped(book)
    city = scenario_for(SEED, "small").city
    administrator, manager = staff_of(city).administrator, manager_of(city)
    async with platform() as stack, Client(stack.gateway_url, stack.development_secret, SEED) as client:
        for body in jurisdiction_bodies():
            await client.post(administrator, f"{REGISTRY}/jurisdictions", body)
        connection = await asyncpg.connect(stack.dsn("registry"))
        try:
            killing = asyncio.create_task(killed_in_the_middle(stack, connection))
            answer = await client.upload(
                manager, f"{REGISTRY}/imports", f"register.{form}", content, import_id="killed-1", accept_valid="false"
            )
            counts = await killing
            opened = [json.loads(bytes(row["data"])) for row in await connection.fetch(OPENED)]
            told = [row["type"].split(".")[2] for row in await connection.fetch(OF_IMPORT)]
        finally:
            await connection.close()
        await stack.ready(API, WORKER)
        listed = await client.items(manager, f"{REGISTRY}/enterprises", at_least=answer["event_id"])
        restarts = stack.restarts()
    assert counts == sorted(counts)
    assert counts[-1] < SITES, "killed in the middle"
    assert (answer["accepted"], answer["refused"]) == (SITES, 0)
    assert len(opened) == SITES
    assert len({(row["uscc"], row["site_no"]) for row in opened}) == SITES
    assert told == ["import-started", "import-finished"]
    assert len({row["enterprise_id"] for row in listed}) == len(listed) == SITES
    assert (restarts[API], restarts[WORKER]) == (2, 1)
