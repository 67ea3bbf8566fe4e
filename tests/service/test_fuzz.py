"""Registry and tasks, each operation with what its description allows and what it does not: never a 5xx, each refusal a problem
with a code. A few cases of each operation; with CASETRAIL_FUZZ_CASES=2500, thousands."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.openapi import from_dict

from chassis.testing import ServiceUnderTest, service_under_test
from services.registry.service import SERVICE as REGISTRY
from services.tasks.service import SERVICE as TASKS

CASES = int(os.environ.get("CASETRAIL_FUZZ_CASES", "120"))  # of a service
ROLES = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator", "service")
WAITS = {"at_least"}  # of a question: an event that there is not is waited for, for ten seconds


@pytest_asyncio.fixture(params=[REGISTRY, TASKS], ids=["registry", "tasks"])
async def service(request: pytest.FixtureRequest, admin_dsn: str) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(request.param, admin_dsn) as under_test:
        yield under_test


def cases_of(operation: Any, mode: GenerationMode, count: int) -> list[Any]:
    """So many cases of an operation, the same in each run."""
    found: list[Any] = []

    @seed(7)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        found.append(case)

    try:
        collect()
    except Unsatisfiable:  # an operation without parameters cannot be called wrongly
        if mode is GenerationMode.POSITIVE:
            raise
    return found


async def sent(client: httpx.AsyncClient, case: Any) -> httpx.Response:
    told = case.as_transport_kwargs(base_url="http://service.test")
    kept = {name: told[name] for name in ("json", "data", "files") if told.get(name) is not None}
    content = kept.pop("data", None)
    if isinstance(content, bytes | str):
        kept["content"] = content
    elif content is not None:
        kept["data"] = content
    headers = {name: value for name, value in dict(told.get("headers") or {}).items() if name.lower() != "authorization"}
    params = {name: value for name, value in dict(told.get("params") or {}).items() if name not in WAITS}
    headers.setdefault("Idempotency-Key", uuid.uuid4().hex)
    return await client.request(told["method"], told["url"], params=params, headers=headers, **kept)


async def test_nothing_that_is_sent_breaks_a_service(service: ServiceUnderTest) -> None:
    schema = from_dict(service.app.openapi())
    found: list[Any] = list(schema.get_all_operations())
    operations = [result.ok() for result in found]
    each = max(1, CASES // (2 * len(operations)))
    answered: dict[int, int] = {}
    async with service.client(*ROLES) as client:
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for case in cases_of(operation, mode, each):
                    try:
                        answer = await sent(client, case)
                    except (httpx.InvalidURL, UnicodeEncodeError, TypeError):  # what no client could send
                        continue
                    answered[answer.status_code] = answered.get(answer.status_code, 0) + 1
                    told = f"{operation.label} {answer.status_code} {answer.text[:300]}\n{case.as_curl_command()[:1000]}"
                    assert answer.status_code < 500, told
                    if answer.status_code >= 400 and answer.status_code not in (404, 405):
                        assert answer.json()["code"], told
    assert sum(answered.values()) >= len(operations)
