"""Each operation of each service with what its description allows and what it does not, held against that description.

schemathesis itself runs, with every check of it and two of ours (tests/service/fuzzing.py), against the service on the loopback:
first what it derives from the description one by one, then what it makes up. A few of those for each operation; with
CASETRAIL_FUZZ_EXAMPLES=50, thousands for each service. The checks that are left out follow a resource from its making to its
end, and whose it is: nothing is ever deleted, and whose a thing is shows in tests/service/test_permissions.py.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn

from chassis.service import Service
from chassis.testing import ServiceUnderTest, service_under_test
from services.inspection.service import SERVICE as INSPECTION
from services.penalty.service import SERVICE as PENALTY
from services.registry.service import SERVICE as REGISTRY
from services.reporting.service import SERVICE as REPORTING
from services.tasks.service import SERVICE as TASKS

SERVICES = (REGISTRY, TASKS, INSPECTION, PENALTY, REPORTING)
EXAMPLES = os.environ.get("CASETRAIL_FUZZ_EXAMPLES", "1")  # made up of each operation, allowed ones and others
ROLES = (
    "officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator", "service",
    "enterprise", "expert",
)  # fmt: skip
ENDLESS = "/v1/feed"  # a stream of events has no answer to hold against anything: tests/service/reporting/test_feed.py
LEFT_OUT = "use_after_free,ensure_resource_availability,object_level_authorization"
CONFIG = Path(__file__).with_name("schemathesis.toml")


@asynccontextmanager
async def served(under_test: ServiceUnderTest) -> AsyncIterator[str]:
    """The service over HTTP, so that what a client would send reaches it byte by byte; its address."""
    server = uvicorn.Server(uvicorn.Config(under_test.app, "127.0.0.1", 0, lifespan="off", log_level="critical"))
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: str(service.name))
async def test_every_answer_is_as_described(service: Service, admin_dsn: str, tmp_path: Path) -> None:
    async with service_under_test(service, admin_dsn) as under_test, served(under_test) as address:
        description = under_test.app.openapi()
        description["paths"].pop(ENDLESS, None)
        document = tmp_path / "openapi.json"
        document.write_text(json.dumps(description), encoding="utf-8")
        async with under_test.client(*ROLES) as client:
            token = client.headers["authorization"]
        code, said = await schemathesis(
            str(document), "--url", address, "--header", f"Authorization: {token}", "--checks", "all",
            "--exclude-checks", LEFT_OUT, "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES,
            "--continue-on-failure",
        )  # fmt: skip
    print(said)
    assert code == 0, said[-20_000:]


async def schemathesis(*arguments: str) -> tuple[int, str]:
    """Run it; answers its exit code and what it printed."""
    usual = ("--seed", "7", "--generation-database", "none", "--warnings", "off", "--no-color")
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", *arguments, *usual,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await program.communicate()
    return program.returncode or 0, said.decode(errors="replace")
