"""A person erased from the whole platform: nobody can read them any more, every ledger is as it was, the law's files are kept."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest

from chassis.domain import ERASED
from chassis.settings import SERVICES
from deploy.embedded.stack import Stack
from pilot.client import Client
from pilot.people import Officer, Person
from pilot.run import scenario_for
from pilot.scenario import Scenario
from pilot.world import PENALTY, REGISTRY, TASKS, staff_of
from tests.searching import whereabouts
from tests.system.conftest import SEED, Platform, live
from tests.system.evidence import Evidence, evidence_of, violations

pytestmark = pytest.mark.timeout(900)
LIVE = "SELECT count(*) FROM person_keys WHERE person = $1 AND wrapped IS NOT NULL"


async def found(stack: Stack, *texts: str) -> list[str]:
    """Where a text lies in plain, in any column of any table of any service."""
    places: list[str] = []
    for service in SERVICES:
        connection = await asyncpg.connect(stack.dsn(service))
        try:
            places += [f"{service}: {text} in {place}" for text in texts for place in await whereabouts(connection, text)]
        finally:
            await connection.close()
    return places


async def casetrail(stack: Stack, *words: str) -> tuple[int, str]:
    """The command line as an operator has it: exit code and what it printed."""
    lines = (stack.folder.path / "environment").read_text().splitlines()
    env = {**os.environ, **dict(line.split("=", 1) for line in lines), "COLUMNS": "150"}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chassis.process", *words, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await program.communicate()
    return program.returncode or 0, printed.decode()


async def keys_alive(stack: Stack, person: str) -> int:
    """How many keys of a person live, in all services."""
    alive = 0
    for service in SERVICES:
        connection = await asyncpg.connect(stack.dsn(service))
        try:
            alive += await connection.fetchval(LIVE, person)
        finally:
            await connection.close()
    return alive


def chains(evidence: Evidence) -> dict[str, list[bytes]]:
    """Every chain hash of every ledger."""
    return {name: [row["chain"] for row in ledger.rows] for name, ledger in evidence.ledgers.items()}


async def busiest_officers(client: Client, auditor: Person, scenario: Scenario) -> tuple[Officer, str]:
    """The officer with most tasks who handles no case; and the id of one who handles one."""
    handlers: set[str] = set()
    for case in await client.items(auditor, f"{PENALTY}/cases"):
        view = (await client.get(auditor, f"{PENALTY}/cases/{case['case_id']}")).body
        handlers |= {officer["officer_id"] for officer in view["officers"]}
    tasks = await client.items(auditor, f"{TASKS}/tasks")
    drawn = Counter(officer["officer_id"] for task in tasks for officer in task["officers"])
    free = [officer for officer in scenario.officers if officer.officer_id not in handlers]
    return max(free, key=lambda officer: drawn[officer.officer_id]), min(handlers)


async def test_an_erased_officer_is_gone_from_every_service_and_every_proof_holds(platform: Platform) -> None:
    scenario = scenario_for(SEED, "small")
    async with platform() as stack, Client(stack.gateway_url, stack.development_secret, SEED) as client:
        await live(stack)
        auditor = staff_of(scenario.city).auditor
        officer, handler = await busiest_officers(client, auditor, scenario)
        phones = await telephones(client, auditor)
        assert phones
        assert await found(stack, officer.certificate_no, *(o.certificate_no for o in scenario.officers[:3]), *phones[:3]) == []
        listed: Mapping[str, Any] = await one_officer(client, auditor, officer.officer_id)
        assert (listed["name"], listed["certificate_no"]) == (officer.name, officer.certificate_no)
        before = await evidence_of(stack)

        code, told = await casetrail(stack, "erase", handler, "--reason", "本人申请")
        assert (code, "file-kept" in told, "第65条" in told) == (1, True, True), told
        code, told = await casetrail(stack, "erase", officer.officer_id, "--reason", "本人申请", "--dry-run")
        assert (code, "officers.name" in told) == (0, True), told
        assert await keys_alive(stack, officer.officer_id) >= len(SERVICES)
        code, told = await casetrail(stack, "erase", officer.officer_id, "--reason", "本人申请")
        assert (code, "is erased" in told) == (0, True), told

        assert await keys_alive(stack, officer.officer_id) == 0
        listed = await one_officer(client, auditor, officer.officer_id)
        assert (listed["name"], listed["certificate_no"]) == (ERASED, ERASED)
        assert await found(stack, officer.certificate_no) == []
        after = await evidence_of(stack)
        assert violations(after) == []
        for name, chain in chains(before).items():
            assert chains(after)[name][: len(chain)] == chain

        stack.kill("broker", signal.SIGKILL)
        await stack.ready()
        code, told = await casetrail(stack, "erase", officer.officer_id, "--reason", "本人申请")
        assert (code, "is erased" in told) == (0, True), told
        assert await keys_alive(stack, officer.officer_id) == 0


async def telephones(client: Client, auditor: Person) -> list[str]:
    """The telephone numbers in the files of some enterprises."""
    rows = (await client.items(auditor, f"{REGISTRY}/enterprises"))[:3]
    files = [(await client.get(auditor, f"{REGISTRY}/enterprises/{row['enterprise_id']}")).body for row in rows]
    return [field["value"] for file in files for field in file["fields"] if field["name"].endswith("_phone")]


async def one_officer(client: Client, auditor: Person, officer_id: str) -> Mapping[str, Any]:
    """An officer as the registry lists them."""
    [officer] = [row for row in await client.items(auditor, f"{REGISTRY}/officers") if row["officer_id"] == officer_id]
    return officer
