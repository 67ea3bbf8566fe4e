"""Who read which document or evidence: recorded before it is given, by everybody, and asked for by auditors."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from chassis.eventstore import Verdict, WriteSet
from chassis.writer import GroupCommit
from services.inspection import queries
from services.inspection.queries import AskedReads
from tests.media import picture
from tests.service.inspection.office import Office
from tests.service.inspection.test_documents import body, encoded
from tests.service.inspection.test_evidence import PHOTO, note, send, site
from tests.service.plans import nodes

__all__ = ["site"]  # the fixture

READ = "casetrail.inspection.file-read"


async def photographed(office: Office) -> None:
    """Evidence was taken, and its file has arrived."""
    await office.post("officer", "evidence", note(PHOTO))
    await send(office.client("officer"), PHOTO)
    answer = await office.client("officer").post("/v1/evidence/ev-1/arrivals", json={})
    assert answer.status_code in (200, 201), answer.text


async def reads(office: Office, role: str = "auditor", district: str = "*", **asked: Any) -> list[Any]:
    """What the list tells, once everything is projected."""
    await office.under_test.settle()
    rows: list[Any] = (await office.get("reads", role, district, **asked))["items"]
    return rows


async def test_documents_are_read_by_somebody_at_a_moment_for_a_reason(office: Office) -> None:
    await office.ordered("h-one")
    made = await office.post("officer", "documents", body())
    scan = {"signatory": "unit-head", "name": "王厂长", "manner": "wet-scan", "file": encoded(picture("PNG", (40, 30)))}
    await office.post("officer", "documents/document-1/signatures", scan)
    version = (await office.get("documents/document-1", "legal-reviewer"))["version"]
    client = office.client("officer")
    for asked in ({"reason": "复议答复"}, {"signed": "unit-head"}):
        assert (await client.get("/v1/documents/document-1/file", params=asked)).status_code == 200
    owner = office.client("enterprise", enterprise_id="e-1")
    assert (await owner.get("/v1/documents/document-1")).json()["version"] == version, "to read it changes nothing in it"
    rows = await reads(office, thing_id="document-1")
    assert [(row["thing"], row["part"], row["reader_role"], row["reason"]) for row in rows] == [
        ("document", "facts", "legal-reviewer", None), ("document", "file", "officer", "复议答复"),
        ("document", "signature", "officer", None), ("document", "facts", "enterprise", None),
    ]  # fmt: skip
    assert rows[1]["sha256"] == made["sha256"] != rows[2]["sha256"]
    assert {(row["enterprise_id"], row["inspection_id"], row["read_on"]) for row in rows} == {("e-1", "task-1", "2021-09-06")}
    assert len(await reads(office, reader_id=rows[1]["reader_id"])) >= 2
    assert await reads(office, enterprise_id="e-2") == []


async def test_a_look_is_in_the_ledger_about_the_enterprise_and_a_matter_of_its_own(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    await office.get("documents/document-1", "auditor")
    [stored] = await office.under_test.events(READ)
    assert (stored["subject"], stored["district"]) == ("e-1", "donghu")
    assert stored["correlation_id"] != office.correlation
    assert (await office.recorded())[-1] == "file-read.v1"


async def test_within_an_hour_a_reader_looks_once_in_however_many_ranges(site: Office) -> None:
    await photographed(site)
    client = site.client("manager")
    for first in range(0, 3000, 1000):
        answer = await client.get("/v1/evidence/ev-1/file", headers={"Range": f"bytes={first}-{first + 9}"})
        assert answer.content == PHOTO[first : first + 10]
    assert [(row["thing"], row["part"]) for row in await reads(site)] == [("evidence", "file")]
    site.under_test.clock.at += timedelta(hours=1)
    await client.get("/v1/evidence/ev-1/file")
    await site.client("officer").get("/v1/evidence/ev-1/file")
    await client.get("/v1/evidence/ev-1")
    told = [(row["part"], row["reader_role"]) for row in await reads(site)]
    assert told == [("file", "manager"), ("file", "manager"), ("file", "officer"), ("facts", "manager")]


async def test_what_was_not_given_was_not_read(site: Office) -> None:
    await site.post("officer", "evidence", note(PHOTO))
    stranger = site.client("enterprise", enterprise_id="e-2")
    for client, asked, status in ((stranger, "", 404), (stranger, "/file", 404), (site.client("manager"), "/file", 409)):
        assert (await client.get(f"/v1/evidence/ev-1{asked}")).status_code == status
    await send(site.client("officer"), PHOTO)
    await site.client("officer").post("/v1/evidence/ev-1/arrivals", json={})
    beyond = await site.client("manager").get("/v1/evidence/ev-1/file", headers={"Range": f"bytes={len(PHOTO)}-"})
    assert beyond.status_code == 416
    assert await reads(site) == []


async def test_who_reads_at_once_is_never_told_to_come_again(site: Office) -> None:
    """A page of pictures asks for many files, also for one twice; nobody is refused because of the record."""
    await photographed(site)
    asked = [site.client(role).get("/v1/evidence/ev-1/file") for role in ("manager", "officer") for _ in range(10)]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert {row["reader_role"] for row in await reads(site)} == {"manager", "officer"}


async def test_what_cannot_be_recorded_is_not_given(site: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is given as soon as it can be."""
    await photographed(site)
    await site.under_test.settle()

    async def stopped(self: GroupCommit, write_set: WriteSet) -> Verdict:
        raise ConnectionError("the writer has stopped; send the command again")

    with monkeypatch.context() as broken:
        broken.setattr(GroupCommit, "append", stopped)
        for path in ("evidence/ev-1", "evidence/ev-1/file"):
            answer = await site.client("manager").get(f"/v1/{path}")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
            assert PHOTO[:20] not in answer.content
    assert (await site.client("manager").get("/v1/evidence/ev-1/file")).content == PHOTO
    assert len(await reads(site)) == 1


async def test_who_read_is_for_auditors_and_their_districts(site: Office) -> None:
    await site.post("officer", "evidence", note(PHOTO))
    await site.get("evidence/ev-1", "officer")
    for role, status in (("officer", 403), ("enterprise", 403), ("auditor", 200), ("manager", 200), ("administrator", 200)):
        await site.get("reads", role, status=status)
    assert len(await reads(site, "manager", "donghu")) == 1
    assert await reads(site, "manager", "xihu") == []


FILL = """
INSERT INTO reads SELECT 'r-' || n, 'dist-' || n % 13, 'document', 'd-' || n / 30, 'file', NULL, 't-' || n / 90, 'e-' || n / 300,
    'p-' || n % 200, 'officer', NULL, '2021-01-01'::date + n % 400, now(), 1
FROM generate_series(1, 30000) n
"""


@pytest.mark.parametrize(
    "asked", [{}, {"district": "dist-3"}, {"thing_id": "d-7"}, {"reader_id": "p-7"}, {"enterprise_id": "e-7"}]
)
async def test_an_index_is_behind_each_question(empty_office: Office, asked: dict[str, str]) -> None:
    connection, pool = empty_office.under_test.connection, empty_office.under_test.app.state.pool
    await connection.execute(FILL, timeout=120)
    await connection.execute("VACUUM ANALYZE reads")
    kinds: set[str] = set()

    class Planned:
        async def fetch(self, sql: str, *args: Any) -> list[Any]:
            plan = await pool.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args)
            kinds.update(node["Node Type"] for node in nodes(orjson.loads(plan)[0]["Plan"]))
            return []

    nothing: dict[str, Any] = dict.fromkeys(("state", "district", "thing_id", "reader_id", "enterprise_id"))
    await queries.reads(Planned(), AskedReads(seen=None, after=None, limit=50, **{**nothing, **asked}))  # type: ignore[arg-type]
    assert kinds
    assert "Seq Scan" not in kinds
