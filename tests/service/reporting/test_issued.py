"""Issued bulletins: recorded with their hashes and the ledgers behind them, made again, compared, proven with no network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from chassis.casefile import verify
from chassis.process import cli
from chassis.statements import was_stated
from services.tasks.api.dispatch import BulletinBody
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers
from tests.service.reporting.logs import KEYS, WITNESS, settings_of, witnessed
from tests.service.reporting.test_bulletins import asked
from tests.service.reporting.weeks import LATER, MORNING, WEEK, planted

PATH = f"/v1/bulletins/{WEEK}"


@pytest.fixture
def ledgers(reporting: Reporting) -> Ledgers:
    """Planted, told something late; reporting has its keys."""
    reporting.under_test.app.state.settings = settings_of(reporting)
    return planted(late=True)


async def issue(
    reporting: Reporting, ledgers: Ledgers, *changes: Mapping[str, Any], before: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:  # fmt: skip
    """On Monday the city's manager issues what reporting tells then, or something else; `before` it stood other things."""
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        told: dict[str, Any] = await asked(client, f"{PATH}/to-issue")
    ledgers.at = LATER - timedelta(minutes=10)
    for older in before:
        ledgers.record("tasks", "bulletin-issued", older, stream="bulletins:c-2019", district="city")
    for number, change in enumerate(changes or ({},), start=1):
        series = {
            "campaign_id": "c-2019", "number": number, "monday": "2019-03-04", "title": "通报", "text": "正文", "figures": [],
            "issued_by": "p-li", "issued": {**told, **change},
        }  # fmt: skip
        ledgers.record("tasks", "bulletin-issued", series, stream="bulletins:c-2019", district="city")
    await reporting.live_until(ledgers, LATER)
    return told


async def compared(client: httpx.AsyncClient) -> Any:
    [found] = (await asked(client, f"{PATH}/issued"))["items"]
    return found


async def test_what_is_to_be_issued_is_what_is_answered(reporting: Reporting, ledgers: Ledgers) -> None:
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        told = await asked(client, f"{PATH}/to-issue", district="d-1")
        answered, pdf = [await client.get(f"{PATH}{one}", params={"district": "d-1"}) for one in ("", "/pdf")]
    assert told["json_sha256"] == hashlib.sha256(answered.content).hexdigest()
    assert told["pdf_sha256"] == hashlib.sha256(pdf.content).hexdigest()
    assert (told["district"], told["districts"]) == ("d-1", ["d-1"])
    sizes = {one["ledger"]: one["size"] for one in told["cuts"][-1]["ledgers"]}
    assert sizes == answered.json()["as_of"]["ledgers"]
    assert len(told["cuts"]) == 3, "the week, and those that it is compared with"
    body = {"monday": "2019-03-04", "title": "通报", "text": "正文", "issued": told}
    given = BulletinBody.model_validate(body).issued
    assert given is not None
    facts = given.model_dump(exclude={"signed_note"})
    assert was_stated(given.signed_note, facts, [WITNESS.verifier]), "what tasks takes is what reporting signed"
    assert not was_stated(given.signed_note, facts | {"pdf_sha256": "0" * 64}, [WITNESS.verifier])
    taken = json.loads(given.model_dump_json())
    assert {**taken, "cuts": []} == {**told, "cuts": []}, "what tasks takes is what reporting tells"


async def test_an_issued_bulletin_is_made_again_whatever_came_later(reporting: Reporting, ledgers: Ledgers) -> None:
    """Also when something that was recorded before the cut arrived after it was issued: it rests on sizes, not on moments."""
    told = await issue(reporting, ledgers)
    async with reporting.client("auditor") as client:
        found = await compared(client)
        assert (found["same"], found["differs"], found["issued"]) == (True, [], told)
        again, pdf = [await client.get(found["links"][one]) for one in ("json", "pdf")]
        assert hashlib.sha256(again.content).hexdigest() == told["json_sha256"]
        assert hashlib.sha256(pdf.content).hexdigest() == told["pdf_sha256"]
        assert (await asked(client, found["links"]["events"]))["items"]
        reporting.under_test.app.state.kept = None
        assert (await compared(client))["same"]


async def test_what_is_not_what_the_ledgers_make_is_named(reporting: Reporting, ledgers: Ledgers) -> None:
    papers = ("json_sha256", "pdf_sha256", "template")
    told = await issue(reporting, ledgers, *({member: "0" * 64} for member in papers))
    async with reporting.client("auditor") as client:
        found = (await asked(client, f"{PATH}/issued"))["items"]
    assert [(one["same"], one["differs"]) for one in found] == [
        (False, [{"what": member, "recorded": "0" * 64, "now": told[member]}]) for member in papers
    ]


async def test_a_ledger_that_is_not_the_one_that_was_used_is_named(reporting: Reporting, ledgers: Ledgers) -> None:
    """Altered before its end, or shorter than it was."""
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        cuts = (await asked(client, f"{PATH}/to-issue"))["cuts"]
    cuts[-1]["ledgers"][0]["root"] = "0" * 64
    cuts[-1]["ledgers"][1]["size"] = 1_000_000
    await issue(reporting, ledgers, {"cuts": cuts})
    async with reporting.client("auditor") as client:
        found = await compared(client)
    assert [(one["ledger"], one["now"] is None) for one in found["differs"]] == [("registry", False), ("tasks", True)]
    assert not found["same"]


async def test_nobody_is_told_of_a_bulletin_about_others(reporting: Reporting, ledgers: Ledgers) -> None:
    await issue(reporting, ledgers)
    async with reporting.client("manager", districts=["d-0"]) as client:
        assert (await asked(client, f"{PATH}/issued"))["items"] == []
        assert (await client.get(f"{PATH}/issued/file")).status_code == 404
        assert (await client.get(f"{PATH}/issued/00000000-0000-0000-0000-000000000000")).status_code == 404


async def test_older_events_and_whatever_was_recorded_are_left_out(reporting: Reporting, ledgers: Ledgers) -> None:
    older = {"campaign_id": "bulletin-2019-w10", "monday": "2019-03-04"}
    await issue(reporting, ledgers, {"cuts": []}, before=[older, {"issued": ["bulletin-2019-w10"]}])
    async with reporting.client("auditor") as client:
        assert (await asked(client, f"{PATH}/issued"))["items"] == []


async def test_one_that_claims_to_rest_on_days_to_come_is_left_out_and_keeps_no_other_from_being_told(
    reporting: Reporting, ledgers: Ledgers
) -> None:
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        cuts = (await asked(client, f"{PATH}/to-issue"))["cuts"]
    cuts[-1]["recorded_before"] = "9999-12-31T23:59:59+00:00"
    await issue(reporting, ledgers, {"cuts": cuts}, {})
    async with reporting.client("auditor") as client:
        assert (await compared(client))["same"]


async def test_a_paper_is_held_against_what_was_issued_with_no_network(
    reporting: Reporting, ledgers: Ledgers, tmp_path: Path
) -> None:
    await issue(reporting, ledgers)
    await witnessed(reporting, ledgers)
    async with reporting.client("auditor") as client:
        links = (await compared(client))["links"]
        pdf, said, proof = [(await client.get(links[one])).content for one in ("pdf", "json", "proof")]
    assert verify(proof, KEYS).findings == []
    keys = [part for key in KEYS for part in ("--key", str(key))]

    def verified(paper: bytes, proven: bytes = proof) -> Any:
        for name, content in (("paper", paper), ("proof", proven)):
            (tmp_path / name).write_bytes(content)
        return CliRunner().invoke(cli, ["bulletin", "verify", str(tmp_path / "paper"), str(tmp_path / "proof"), *keys])

    for paper, kind in ((pdf, "PDF"), (said, "JSON")):
        result = verified(paper)
        assert (result.exit_code, f"the {kind} of bulletin 1 ({WEEK})" in result.output) == (0, True), result.output
    altered = verified(said.replace(b"1", b"2", 1))
    assert (altered.exit_code, "never issued, or it was altered" in altered.output) == (1, True)
    unproven = verified(pdf, proof.replace(b"p-li", b"p-le", 1))
    assert (unproven.exit_code, "event-altered" in unproven.output) == (1, True)
    assert CliRunner().invoke(cli, ["bulletin", "verify", "/nowhere", "/nowhere"]).exit_code == 2
