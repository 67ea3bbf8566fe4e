"""The whole platform for the length of a test, and one undisturbed year that others are compared with."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chassis.envelope import canonical_json
from chassis.signednote import Verifier
from deploy.embedded import servers
from deploy.embedded.stack import Stack
from pilot.client import Client
from pilot.people import Person
from pilot.run import Outcome, Run, carry_out, scenario_for
from pilot.world import PENALTY, REPORTING, staff_of
from tests.system.evidence import Evidence, evidence_of, keys_of

SEED = 7

Platform = Callable[[], AbstractAsyncContextManager[Stack]]


@dataclass(frozen=True, slots=True)
class Lived:
    """A year that was lived through without any fault."""

    outcome: Outcome
    evidence: Evidence
    cases: list[dict[str, Any]]
    histories: dict[str, list[dict[str, Any]]]  #: of each case, and of each case's enterprise
    files: dict[str, bytes]  #: the case file of each history
    keys: tuple[Verifier, ...]  #: by which case files are verified
    log: bytes  #: the event log of the whole copy
    closed: list[dict[str, Any]]  #: closed cases, held against the required order
    verified: tuple[int, str]  #: what `casetrail verify` said of the running stack: its exit code and its words


def _scratch_folder() -> Path:
    root = Path(tempfile.mkdtemp(prefix="casetrail-"))
    root.chmod(0o755)  # PostgreSQL's user must get through when we are root; what is secret in it is 0600
    return root


async def live(stack: Stack, sent: Callable[[], None] = lambda: None) -> Outcome:
    """The reduced year on a stack."""
    run = Run(
        gateway=stack.gateway_url, secret=stack.development_secret, seed=SEED, scale="small",
        workbooks=stack.folder.path / "pilot", sent=sent,
    )  # fmt: skip
    return await carry_out(run)


@pytest_asyncio.fixture(scope="session")
async def platform() -> AsyncIterator[Platform]:
    """Makes fresh stacks, on given servers, containers, or embedded ones."""
    async with servers.for_stack() as chosen:

        @asynccontextmanager
        async def fresh() -> AsyncIterator[Stack]:
            root = _scratch_folder()
            try:
                async with Stack(root, **chosen) as stack:  # type: ignore[arg-type]
                    yield stack
            except BaseException as error:
                error.add_note(f"the processes' logs are in {root / 'logs'}")
                raise
            shutil.rmtree(root)

        yield fresh


@pytest_asyncio.fixture(scope="session")
async def undisturbed(platform: Platform) -> Lived:
    """What a year leaves behind when nothing goes wrong."""
    async with platform() as stack:
        outcome = await live(stack)
        evidence = await evidence_of(stack)
        auditor = staff_of(scenario_for(SEED, "small").city).auditor
        async with Client(stack.gateway_url, stack.development_secret, SEED) as client:
            cases = await client.items(auditor, f"{PENALTY}/cases")
            paths = [f"cases/{case['case_id']}" for case in cases] + [f"enterprises/{case['enterprise_id']}" for case in cases]
            histories = {path: (await client.get(auditor, f"{REPORTING}/histories/{path}"))["items"] for path in paths}
            files = {path: await _file(client, auditor, path) for path in paths}
            log = canonical_json((await client.get(auditor, f"{REPORTING}/exports/ocel")).body)
            closed = await client.items(auditor, f"{REPORTING}/conformance/cases")
            keys = keys_of(stack)
        verified = await command(stack, "verify")
    return Lived(outcome, evidence, cases, histories, files, keys, log, closed, verified)


async def command(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Run the `casetrail` command beside a stack; answers its exit code and what it printed."""
    given = (stack.folder.path / "environment").read_text(encoding="utf-8").splitlines()
    env = {**os.environ, **dict(line.split("=", 1) for line in given)}
    program = [sys.executable, "-m", "chassis.process", *arguments]
    process = await asyncio.create_subprocess_exec(
        *program, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def _file(client: Client, auditor: Person, path: str) -> bytes:
    """A case file as it was sent: it is canonical, so what was read of it can be written again."""
    return canonical_json((await client.get(auditor, f"{REPORTING}/{path}/file")).body) + b"\n"


@pytest.fixture
def lived(undisturbed: Lived) -> Lived:
    """The undisturbed year."""
    return undisturbed
