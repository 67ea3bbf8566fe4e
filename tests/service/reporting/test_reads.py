"""A case file is given when it was recorded that it is; who read what of a matter is told by every service's record."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
import pytest

from chassis.eventstore import Pool
from services.reporting.queries.histories import Kind
from services.reporting.queries.reads import READS
from tests.service.plans import nodes
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, Site, runs_of
from tests.service.reporting.logs import settings_of, witnessed
from tests.service.reporting.test_files import exported
from tests.service.reporting.test_plans import filled

__all__ = ["filled"]


@pytest.fixture(autouse=True)
def _keys(request: pytest.FixtureRequest) -> None:
    if "reporting" in request.fixturenames:
        reporting: Reporting = request.getfixturevalue("reporting")
        reporting.under_test.app.state.settings = settings_of(reporting)


async def told(reporting: Reporting, path: str, role: str = "auditor", **who: Any) -> list[dict[str, Any]]:
    async with reporting.client(role, **who) as client:
        answer = await client.get(f"/v1/histories/{path}/reads")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def looked(ledgers: Ledgers, source: str, thing_id: str, *, subject: str = "e-a1", **data: Any) -> str:
    data = {"thing": "document", "thing_id": thing_id, "part": "file", "enterprise_id": subject, "reason": None, **data}
    received = ledgers.record(source, "file-read", data, stream=f"access:a-{thing_id}-{source}", subject=subject)
    return str(received.envelope.event_id)


async def test_a_case_file_is_recorded_before_it_is_given(reporting: Reporting, year: Ledgers) -> None:
    await witnessed(reporting, year)
    async with reporting.client("officer", id="o-li", name="李某") as client:
        answer = await client.get("/v1/cases/k-a/file", params={"reason": "复议答复"})
    [read] = await told(reporting, "cases/k-a")
    assert (read["service"], read["actor"]["id"], read["actor"]["name"]) == ("reporting", "o-li", "李某")
    assert read["data"] == {
        "thing": "case", "thing_id": "k-a", "part": "file", "sha256": hashlib.sha256(answer.content).hexdigest(),
        "enterprise_id": "e-a1", "events": 12, "reason": "复议答复",
    }  # fmt: skip
    assert await told(reporting, "enterprises/e-a1") == await told(reporting, "officers/o-li") == [read]
    await reporting.under_test.settle()
    assert await reporting.pool.fetchval("SELECT count(*) FROM ledger") == 1


async def test_what_cannot_be_recorded_is_not_given(reporting: Reporting, year: Ledgers) -> None:
    await witnessed(reporting, year)
    await reporting.under_test.connection.execute("ALTER TABLE events ADD CONSTRAINT closed CHECK (false) NOT VALID")
    assert (await exported(reporting, "cases/k-a")).status_code >= 500
    assert await told(reporting, "cases/k-a") == []


async def test_what_was_refused_was_not_read(reporting: Reporting, year: Ledgers) -> None:
    await witnessed(reporting, year)
    assert (await exported(reporting, "cases/k-a", "manager", districts=["xihu"])).status_code == 404
    assert await told(reporting, "cases/k-a") == []


async def test_reads_of_every_service_of_a_matter_in_the_order_of_time(reporting: Reporting) -> None:
    ledgers = Ledgers()
    site = Site(ledgers, "a", "e-a1", "donghu")
    site.tell("inspection", "document-issued", "document:d-1", document_id="d-1", inspection_id="t-a")
    site.penalised(1)
    document = looked(ledgers, "inspection", "d-1", inspection_id="t-a")
    case = looked(ledgers, "penalty", "d-2", case_id="k-a")
    other = looked(ledgers, "penalty", "d-3", case_id="k-other")
    looked(ledgers, "inspection", "d-9", subject="e-b1")
    await reporting.copy.apply(runs_of(ledgers.recorded))

    async def ids(path: str, **who: Any) -> list[str]:
        return [read["event_id"] for read in await told(reporting, path, **who)]

    assert await ids("cases/k-a") == [document, case]
    assert await ids("enterprises/e-a1") == [document, case, other]
    assert await ids("documents/d-1") == [document]
    assert len(await ids("officers/officer-1")) == 4
    assert await ids("enterprises/e-a1", districts=["xihu"]) == []
    async with reporting.client("auditor") as client:
        first = (await client.get("/v1/histories/enterprises/e-a1/reads", params={"limit": 2})).json()
        more = {"limit": 2, "cursor": first["next"]}
        second = (await client.get("/v1/histories/enterprises/e-a1/reads", params=more)).json()
        assert [read["event_id"] for read in second["items"]] == [other]
        assert (second["next"], len(first["items"])) == (None, 2)
    async with reporting.client("officer") as client:
        assert (await client.get("/v1/histories/enterprises/e-a1/reads")).status_code == 403


ASKED: dict[Kind, tuple[str | None, list[str]]] = {
    "enterprise": ("e-7", ["e-7"]), "case": ("e-7", ["k-7"]), "document": (None, ["doc-7"]), "officer": (None, ["officer-7"])
}  # fmt: skip


@pytest.mark.parametrize("kind", ASKED)
async def test_an_index_is_behind_each_list_of_reads(filled: Pool, kind: Kind) -> None:
    [plan] = orjson.loads(await filled.fetchval(f"EXPLAIN (FORMAT JSON) {READS[kind]}", *ASKED[kind], None, None, None, 51))
    assert "Seq Scan" not in {node["Node Type"] for node in nodes(plan["Plan"])}
