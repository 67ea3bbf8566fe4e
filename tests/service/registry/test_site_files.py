"""A site's file over HTTP: submitted by the enterprise, decided field by field, seen on site, graded, closed, merged."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest_asyncio
import zxingcpp
from PIL import Image as Pictures
from python_calamine import load_workbook

from chassis.testing import service_under_test
from services.registry.api import exports
from services.registry.api.workbooks import FORMS
from services.registry.domain.enterprise import enterprise_id_of
from services.registry.service import SERVICE
from tests.domain.registry.filled import filled
from tests.service.registry.desk import Desk, document, xlsx

SPRING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BOOK = "rulebook-2026-3"


@dataclass
class Files:
    """Two sites of one district with their files, and the people who keep them."""

    desk: Desk
    ids: list[str]
    officer: httpx.AsyncClient
    itself: httpx.AsyncClient

    def path(self, number: int = 0, what: str = "file") -> str:
        """Where something of a site is found."""
        return f"/v1/enterprises/{self.ids[number]}/{what}"

    async def counted(self) -> tuple[int, int]:
        """How many places and pieces of equipment the list tells of the first site."""
        row = next(row for row in await self.desk.settled("/v1/enterprises") if row["enterprise_id"] == self.ids[0])
        return row["places"], row["equipment"]

    async def post(self, client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
        """What a command answers that is carried out."""
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def fields(self, number: int = 0) -> dict[str, dict[str, Any]]:
        """The fields of a site by name."""
        return {field["name"]: field for field in (await self.desk.get(self.path(number)))["fields"]}


@pytest_asyncio.fixture
async def files(admin_dsn: str) -> AsyncIterator[Files]:
    """Two dust sites are registered in spring 2026, under the rulebook of that year."""
    async with service_under_test(SERVICE, admin_dsn, SPRING) as under_test:
        desk = Desk(under_test)
        await desk.founded()
        assert (await desk.administrator.post("/v1/rulebooks", json=document(BOOK))).status_code == 201
        book = filled(2)
        for row in book.rows["基本情况"]:
            row["所属辖区"] = book.rows["基本情况"][0]["所属辖区"]
        assert (await desk.send(xlsx(book))).status_code == 201
        ids = [enterprise_id_of(str(row["统一社会信用代码"]), "1") for row in book.rows["基本情况"]]
        district = (await desk.get(f"/v1/enterprises/{ids[0]}/file"))["district"]
        officer = under_test.client("officer", id="officer-001", districts=(district,))
        itself = under_test.client("enterprise", id="person-1", districts=(district,), enterprise_id=ids[0])
        yield Files(desk, ids, officer, itself)
        for client in (desk.administrator, desk.manager, desk.auditor, officer, itself):
            await client.aclose()


async def test_a_site_is_moved_to_another_district_by_who_sees_to_both(files: Files) -> None:
    district = (await files.desk.get(files.path()))["district"]
    other = "xihu" if district != "xihu" else "donghu"
    body = {"district": other, "reason": "区划调整"}
    async with (
        files.desk.under_test.client("manager", districts=(district,)) as old,
        files.desk.under_test.client("manager", districts=(other,)) as new,
    ):
        assert (await old.post(files.path(what="moves"), json=body)).status_code == 404
        assert (await new.get(files.path())).status_code == 404
        await files.post(files.desk.manager, files.path(what="moves"), **body)
        assert (await files.desk.manager.post(files.path(what="moves"), json=body)).status_code == 201
        assert (await old.post(files.path(what="closures"), json={"on": "2026-03-01", "reason": "关停"})).status_code == 404
        assert (await new.post(files.path(what="closures"), json={"on": "2026-03-01", "reason": "关停"})).status_code == 201
        assert [row["enterprise_id"] for row in await files.desk.settled("/v1/enterprises", new)] == [files.ids[0]]
        assert [row["enterprise_id"] for row in await files.desk.settled("/v1/enterprises", old)] == [files.ids[1]]
    assert len(await files.desk.under_test.events("casetrail.registry.enterprise-moved")) == 1
    gone = await files.desk.manager.post(files.path(1, "moves"), json={"district": "nowhere", "reason": "误"})
    assert gone.status_code == 404


async def test_enterprise_submits_and_an_officer_decides_field_by_field(files: Files) -> None:
    submission = {
        "submission_id": "sub-1", "sector": "dust", "site": {"staff": 61, "scale": "medium", "outsourced_staff": 7},
        "places": {"P1": {"dust_workers": 12}, "P2": {"kind": "dust-storage", "name": "粉尘库"}},
    }  # fmt: skip
    foreign = await files.itself.post(files.path(1, "submissions"), json=submission)
    assert foreign.status_code == 404
    assert (await files.itself.get(files.path(1))).status_code == 404
    await files.post(files.itself, files.path(0, "submissions"), **submission)
    before = (await files.fields())["staff"]
    assert (before["value"], before["stated_by"], before["stated_on"]) == (45, None, "2026-03-02")  # as the file was opened
    waiting = await files.desk.settled("/v1/submissions", files.officer)
    assert [(row["submission_id"], row["answers"]) for row in waiting] == [("sub-1", 6)]
    assert await files.desk.settled("/v1/submissions", files.itself) == waiting
    for other in (files.ids[1], None):
        stranger = files.desk.under_test.client("enterprise", districts=["donghu"], enterprise_id=other)
        assert await files.desk.settled("/v1/submissions", stranger) == []
    decided = await files.post(
        files.officer, "/v1/submissions/sub-1/decisions", others="accepted",
        decisions=[
            {"record": "site", "field": "scale", "outcome": "corrected", "value": "large"},
            {"record": "site", "field": "outsourced_staff", "outcome": "rejected", "reason": "与社保名册不符"},
        ],
    )  # fmt: skip
    assert (decided["accepted"], decided["corrected"], decided["rejected"]) == (4, 1, 1)
    now = await files.fields()
    assert (now["staff"]["value"], now["staff"]["source"], now["staff"]["confidence"]) == (61, "self-report", "reviewed")
    assert (now["staff"]["stated_by"], now["staff"]["stated_on"]) == ("person-1", "2026-03-02")
    assert (now["scale"]["value"], now["scale"]["source"], now["scale"]["stated_by"]) == ("large", "officer-desk", "officer-001")
    assert now.get("outsourced_staff", {}).get("value") != 7
    places = {place["record_id"] for place in (await files.itself.get(files.path())).json()["places"]}
    assert places == {"P1", "P2"}
    assert await files.desk.settled("/v1/submissions", files.officer) == []
    again = await files.officer.post("/v1/submissions/sub-1/decisions", json={"others": "accepted"})
    assert (again.status_code, again.json()["code"]) == (409, "submission-decided")


async def test_wrong_answers_are_all_named(files: Files) -> None:
    wrong = {"staff": -1, "scale": "huge", "nothing": 1, "has_contractors": "yes"}
    answer = await files.officer.post(files.path(0, "entries"), json={"site": wrong})
    assert (answer.status_code, answer.json()["code"]) == (409, "answers-wrong")
    found = {error["field"]: error["code"] for error in answer.json()["errors"]}
    assert found == {
        "staff": "out-of-range",
        "scale": "value-unknown",
        "nothing": "field-unknown",
        "has_contractors": "not-yes-or-no",
    }


async def test_entry_on_site_fills_gaps_and_time_makes_stale(files: Files) -> None:
    async def form() -> dict[str, Any]:
        [told] = (await files.desk.get(files.path(0, "completeness")))["forms"]
        return dict(told)

    before = await form()
    assert (before["form_version"], before["stale"]) == ("2026.1", [])
    assert ("place", "P1", "dust_workers") in {(gap["record"], gap["record_id"], gap["field"]) for gap in before["missing"]}
    await files.post(files.officer, files.path(0, "entries"), places={"P1": {"dust_workers": 31}})
    after = await form()
    assert after["known"] == before["known"] + 1
    files.desk.under_test.clock.at = SPRING + timedelta(days=400)
    stale = {(gap["record"], gap["field"]) for gap in (await form())["stale"]}
    assert {("site", "staff"), ("place", "dust_workers")} <= stale
    await files.post(files.officer, files.path(0, "confirmations"), records=[{"record": "site"}])
    stale = {(gap["record"], gap["field"]) for gap in (await form())["stale"]}
    assert ("site", "staff") not in stale
    assert ("place", "dust_workers") in stale


async def test_grade_is_reviewed_every_year(files: Files) -> None:
    factors = (await files.desk.get(files.path(0, "risk-factors")))["factors"]
    assert next(one["suggested"] for one in factors if one["code"] == "dust-exposure") is None  # nothing in the file tells
    options = {one["code"]: one["suggested"] or one["options"][-1]["code"] for one in factors}
    findings = [{"factor": code, "option": option, "reason": "现场核对"} for code, option in options.items()]
    await files.post(files.desk.manager, files.path(0, "grades"), findings=findings)
    [row] = [r for r in await files.desk.settled("/v1/enterprises") if r["enterprise_id"] == files.ids[0]]
    told = await files.desk.get(files.path())
    assert row["risk_grade"] == told["grade"]["grade"]
    assert told["grade"]["review_due_on"] == "2027-03-02"
    assert not told["grade_review_overdue"]
    files.desk.under_test.clock.at = SPRING + timedelta(days=366)
    await files.desk.under_test.settle()
    assert (await files.desk.get(files.path()))["grade_review_overdue"]


async def test_site_stops_is_closed_and_reopened(files: Files) -> None:
    await files.post(files.officer, files.path(0, "suspensions"), suspended_on="2026-03-01", ordered=True, reason="责令停产")
    await files.post(files.officer, files.path(0, "resumptions"), on="2026-03-02", reason="复查通过")
    await files.post(files.desk.manager, files.path(0, "closures"), on="2026-03-02", reason="注销")
    refused = await files.officer.post(files.path(0, "entries"), json={"site": {"staff": 3}})
    assert refused.json()["code"] == "enterprise-closed"
    rows = {row["enterprise_id"]: row["status"] for row in await files.desk.settled("/v1/enterprises")}
    assert rows == {files.ids[0]: "closed", files.ids[1]: "producing"}
    await files.post(files.desk.manager, files.path(0, "reopenings"), on="2026-03-02", reason="误操作")
    assert (await files.desk.get(files.path()))["status"] == "producing"


async def test_duplicate_is_merged_and_both_histories_stay(files: Files) -> None:
    answer = await files.desk.manager.post(files.path(0, "mergers"), json={"duplicate": files.ids[1], "reason": "重复建档"})
    assert answer.json()["code"] == "merge-conflicts"
    choices = dict.fromkeys(answer.json()["fields"], "survivor")
    await files.post(files.desk.manager, files.path(0, "mergers"), duplicate=files.ids[1], choices=choices, reason="重复建档")
    survivor, duplicate = await files.desk.get(files.path(0)), await files.desk.get(files.path(1))
    assert {piece["record_id"] for piece in survivor["equipment"]} == {"E1", "E1-2"}
    assert (survivor["absorbed"], duplicate["status"], duplicate["merged_into"]) == ([files.ids[1]], "merged", files.ids[0])
    assert len(duplicate["equipment"]) == 1


async def test_confined_spaces_have_a_form_of_their_own(files: Files) -> None:
    await files.post(files.officer, files.path(0, "sectors"), sector="confined-space", reason="有污水池")
    await files.post(
        files.officer, files.path(0, "entries"),
        places={"Y1": {"kind": "confined-space", "name": "污水池", "space_type": "underground", "has_sign": True}},
        equipment={"R1": {"kind": "rescue-tripod", "name": "三脚架", "status": "in-use", "place_id": "Y1", "quantity": 1}},
    )  # fmt: skip
    forms = {form["sector"]: form for form in (await files.desk.get(files.path(0, "completeness")))["forms"]}
    missing = {gap["field"] for gap in forms["confined-space"]["missing"] if gap["record_id"] == "Y1"}
    assert {"approval_level", "attendants"} <= missing
    assert "space_type" not in missing
    await files.post(files.officer, files.path(0, "retirements"), record="equipment", record_id="R1", reason="损坏")
    told = {piece["record_id"]: piece["retired_on"] for piece in (await files.desk.get(files.path()))["equipment"]}
    assert told == {"E1": None, "R1": "2026-03-02"}
    assert await files.counted() == (2, 1)
    await files.post(files.officer, files.path(0, "retirements"), record="place", record_id="Y1", reason="填埋")
    assert await files.counted() == (1, 1)


async def test_an_export_of_more_than_a_workbook_holds_is_refused(files: Files) -> None:
    await files.desk.under_test.settle()
    with patch.object(exports, "FORMS", tuple(replace(form, maximum_rows=1) for form in FORMS)):
        answer = await files.desk.manager.get("/v1/exports/dust.xlsx")
    assert (answer.status_code, answer.json()["code"], answer.json()["sites"]) == (422, "export-too-large", 2)


async def test_an_export_reads_the_files_page_by_page_and_leaves_nothing_behind(files: Files, tmp_path: Path) -> None:
    await files.desk.under_test.settle()
    with patch.object(exports, "TOGETHER", 1), patch.object(tempfile, "tempdir", str(tmp_path)):
        answer = await files.desk.manager.get("/v1/exports/dust.xlsx")
    rows = load_workbook(io.BytesIO(answer.content)).get_sheet_by_name("基本情况").to_python()
    assert len(rows) == 3
    assert os.listdir(tmp_path) == []


async def test_an_export_of_which_a_range_is_refused_leaves_nothing_behind(files: Files, tmp_path: Path) -> None:
    await files.desk.under_test.settle()
    with patch.object(tempfile, "tempdir", str(tmp_path)):
        answers = [
            await files.desk.manager.get("/v1/exports/dust.xlsx", headers={"Range": asked})
            for asked in ("bytes=99999999999-", "bytes=x", "bytes=0-9")
        ]
    assert [answer.status_code for answer in answers] == [416, 400, 206]
    assert os.listdir(tmp_path) == []


async def test_what_is_exported_can_be_imported_again(files: Files, admin_dsn: str) -> None:
    await files.post(files.officer, files.path(0, "entries"), places={"P1": {"dust_workers": 31}}, site={"staff": 61})
    await files.desk.under_test.settle()
    answer = await files.desk.manager.get("/v1/exports/dust.xlsx")
    assert answer.status_code == 200, answer.text
    before = await files.desk.get(files.path())
    async with service_under_test(SERVICE, admin_dsn, SPRING) as elsewhere:
        other = Desk(elsewhere)
        await other.founded()
        loaded = await other.send(answer.content)
        assert loaded.status_code == 201, loaded.text
        after = await other.get(files.path())

    def values(told: dict[str, Any]) -> dict[str, Any]:
        records = {one["record_id"]: one["fields"] for one in (*told["places"], *told["equipment"])}
        return {
            key: {field["name"]: field["value"] for field in fields} for key, fields in {"": told["fields"], **records}.items()
        }

    assert values(after) == values(before)
    assert values(after)["P1"]["dust_workers"] == 31


async def test_the_code_at_the_gate_is_printed_and_reads_as_the_sites(files: Files) -> None:
    path = files.path(what="site-code")
    picture = await files.officer.get(path, params={"format": "png"})
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    [read] = zxingcpp.read_barcodes(Pictures.open(io.BytesIO(picture.content)))
    assert read.text == f"casetrail:site:{files.ids[0]}"
    drawn = await files.itself.get(path)
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.text.startswith("<svg ")
    assert (await files.itself.get(files.path(1, "site-code"))).status_code == 404
    assert (await files.officer.get("/v1/enterprises/e-none/site-code")).status_code == 404
    assert (await files.officer.get(path, params={"format": "gif"})).status_code == 422
