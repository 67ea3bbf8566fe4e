"""The case file as exported: whole, verbatim, verifiable offline, for those who may see the history."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chassis.casefile import verify
from chassis.envelope import members_of
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, Site, enterprise, task
from tests.service.reporting.logs import KEYS, head_of, settings_of, size_of, witness_of, witnessed


@pytest.fixture(autouse=True)
def _keys(reporting: Reporting) -> None:
    reporting.under_test.app.state.settings = settings_of(reporting)


async def exported(reporting: Reporting, path: str, role: str = "auditor", **who: Any) -> httpx.Response:
    async with reporting.client(role, name="审计员", **who) as client:
        return await client.get(f"/v1/{path}/file")


async def test_a_case_file_verifies_and_holds_the_history_verbatim(reporting: Reporting, year: Ledgers) -> None:
    await witnessed(reporting, year)
    answer = await exported(reporting, "cases/k-a")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="case-k-a.casefile.json"'
    verdict = verify(answer.content, KEYS)
    assert verdict.findings == []
    assert (verdict.matter, verdict.events, verdict.outside) == ("case k-a", 12, 0)
    assert verdict.exported == "2021-09-06T04:00:00.000000Z 审计员 (test-auditor)"
    assert {log.log for log in verdict.logs} == {"tasks", "inspection", "penalty"}
    assert all(log.signed_by and log.witnessed_by for log in verdict.logs)
    assert verdict.sealed_by
    async with reporting.client("auditor") as client:
        history = (await client.get("/v1/histories/cases/k-a")).json()["items"]
    events = json.loads(answer.content)["events"]
    assert [event["envelope"]["event_id"] for event in events] == [item["event_id"] for item in history]
    recorded = {str(r.envelope.event_id): r for r in year.recorded}
    for event in events:
        received = recorded[event["envelope"]["event_id"]]
        assert (event["log"], event["idx"]) == (received.source, received.idx)
        assert event["envelope"] == members_of(received.envelope)
        assert event["data"].encode() == received.recorded.data


async def test_an_enterprise_file_of_many_tiles(reporting: Reporting) -> None:
    """Its events lie far apart in logs of several tiles."""
    ledgers = Ledgers()
    for n in range(700):
        enterprise(ledgers, "e-it" if n in (0, 255, 256, 699) else f"e-{n:03d}", "donghu")
    await reporting.receive(ledgers.recorded)
    await witnessed(reporting, ledgers)
    verdict = verify((await exported(reporting, "enterprises/e-it", "officer")).content, KEYS)
    assert (verdict.findings, verdict.events, [log.checkpoint.size for log in verdict.logs]) == ([], 4, [700])


async def test_it_waits_for_the_witness(reporting: Reporting, year: Ledgers) -> None:
    """Until each log it needs is cosigned far enough; logs that it does not need are none of its business."""
    witness = witness_of(reporting)
    for source in ("tasks", "inspection"):
        witness.take(source, head_of(year, source, size_of(year, source)))
    await witness.judge_waiting()
    waiting = asyncio.create_task(exported(reporting, "cases/k-a"))
    witness.take("penalty", head_of(year, "penalty", 1))
    await witness.judge_waiting()
    assert not waiting.done()
    witness.take("penalty", head_of(year, "penalty", 2))
    await witness.judge_waiting()
    assert verify((await waiting).content, KEYS).good


async def test_what_is_missing_is_told(reporting: Reporting, year: Ledgers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.reporting.api.files.COSIGNED_WAIT", 0.0)
    await witnessed(reporting, year)
    Site(year, "z", "e-a1", "donghu").inspected(officers=1, hazards=[])
    await reporting.receive(year.recorded[-5:])
    answer = await exported(reporting, "enterprises/e-a1")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-cosigned-yet")
    missing = answer.json()["missing"]
    assert missing["tasks"]["needed"] == size_of(year, "tasks") > missing["tasks"]["cosigned"]
    assert set(missing) == {"tasks", "inspection"}


async def test_other_districts_get_no_file(reporting: Reporting, year: Ledgers) -> None:
    await witnessed(reporting, year)
    for path in ("cases/k-a", "enterprises/e-a1", "cases/k-zzz"):
        answer = await exported(reporting, path, "manager", districts=["xihu"])
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (await exported(reporting, "cases/k-a", "enterprise")).status_code == 403


async def test_a_matter_of_two_districts_is_given_as_far_as_one_may_see(reporting: Reporting) -> None:
    """And proves itself: what lies in the other district is named as outside where it is a cause."""
    ledgers = Ledgers()
    first = task(ledgers, "t-a", "e-a1", "donghu", level="city", campaign=None)
    ledgers.record(
        "inspection", "inspection-prepared", {"inspection_id": "t-a", "task_id": "t-a", "enterprise_id": "e-a1"},
        stream="inspection:t-a", subject="e-a1", district="xihu", causation_id=first.envelope.event_id,
        correlation_id=first.envelope.correlation_id,
    )  # fmt: skip
    await reporting.receive(ledgers.recorded)
    await witnessed(reporting, ledgers)
    verdict = verify((await exported(reporting, "enterprises/e-a1", "manager", districts=["xihu"])).content, KEYS)
    assert (verdict.findings, verdict.events, verdict.outside) == ([], 1, 1)


async def test_without_keys_there_is_no_file(reporting: Reporting, year: Ledgers) -> None:
    reporting.under_test.app.state.settings = replace(settings_of(reporting), signer=None)
    answer = await exported(reporting, "cases/k-a")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-signing")
