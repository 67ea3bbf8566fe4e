"""The officer library and the experts as files: out as CSV and xlsx, in again; judged whole before anybody is entered."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from python_calamine import load_workbook

from services.registry.api import rosters as api
from services.registry.api.workbooks import plain_workbook
from services.registry.commands import rosters
from services.registry.domain import roster
from services.registry.domain.roster import EXPERTS, OFFICERS, heads_out
from tests.service.registry.desk import XLSX, Desk, officer_body
from tests.service.registry.test_imports import Killed, where
from tests.service.registry.test_library import post

Table = list[list[str]]
ENTERED = "SELECT count(*) FROM events WHERE stream_id LIKE $1"


def in_csv(table: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode(encoding)


def in_xlsx(table: Sequence[Sequence[str]]) -> bytes:
    return plain_workbook({"名册": (table[0], table[1:])})


async def enter(desk: Desk, name: str, content: bytes, key: str | None = None) -> httpx.Response:
    return await desk.administrator.post(
        f"/v1/rosters/{name}/files", files={"file": ("名册.xlsx", content, XLSX)}, timeout=60,
        headers={"Idempotency-Key": key or uuid.uuid4().hex},
    )  # fmt: skip


def counts(answer: httpx.Response) -> tuple[int, int, int]:
    assert answer.status_code == 201, answer.text
    told = answer.json()
    return told["enrolled"], told["changed"], told["unchanged"]


async def given_out(desk: Desk, name: str, kind: str, **query: Any) -> tuple[bytes, Table]:
    await desk.under_test.settle()
    answer = await desk.auditor.get(f"/v1/rosters/{name}.{kind}", params=query)
    assert answer.status_code == 200, answer.text
    if kind == "csv":
        return answer.content, list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    [sheet] = (book := load_workbook(io.BytesIO(answer.content))).sheet_names
    return answer.content, [[str(cell) for cell in row] for row in book.get_sheet_by_name(sheet).to_python()]


async def some_people(desk: Desk) -> None:
    await post(desk, "/v1/officers", officer_body(name="王 强", specialities=["粉尘、煤气", "冶金;铸造"]))
    await post(desk, "/v1/officers", officer_body(officer_id="officer-002", name="=李敏", district="xihu"))
    await post(desk, "/v1/officers", officer_body(officer_id="officer-003", certificate_valid_to="9999-12-31"))
    await post(desk, "/v1/officers/officer-003/leavings", {"last_day": "2021-01-31"})
    await post(
        desk, "/v1/experts", {"expert_id": "expert-001", "name": "李 工", "district": "nanchang", "specialities": ["a、b"]}
    )
    await post(desk, "/v1/experts", {"expert_id": "expert-002", "name": "赵工", "district": "donghu"})
    await post(desk, "/v1/experts/expert-002/changes", {"specialities": ["煤气"], "last_day": "2021-01-31"})


@pytest.mark.parametrize("name", ["officers", "experts"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_is_given_out_changes_nothing_when_it_comes_in_again(desk: Desk, name: str, kind: str) -> None:
    await some_people(desk)
    with patch.object(api, "TOGETHER", 1):
        content, table = await given_out(desk, name, kind)
    assert table[0] == heads_out(roster.ROSTERS[name])
    number = {"officers": 3, "experts": 2}[name]
    assert len(table) == number + 1, "page by page, nobody is left out"
    before = await desk.under_test.events("casetrail.registry.")
    assert counts(await enter(desk, name, content)) == (0, 0, number)
    assert await desk.under_test.events("casetrail.registry.") == before


@pytest.mark.parametrize("form", [in_csv, in_xlsx])
async def test_officers_come_in_from_a_file(desk: Desk, form: Any) -> None:
    await post(desk, "/v1/officers", officer_body())
    _, [heads, wang] = await given_out(desk, "officers", "csv")
    assert wang[:7] == [
        "officer-001", "王强", "donghu-emb", "南昌市东湖区应急管理局", "donghu", "JX-3601-001", "2024-12-31",
    ]  # fmt: skip
    renewed = [cell.replace("2024-12-31", "2027/12/31") for cell in wang]
    new = ["officer-002", "赵敏", *renewed[2:7], "冶金；煤气 ;"]
    content = form([heads, renewed, [], new])  # made once: a workbook says the second at which it was made
    answer = await enter(desk, "officers", content, key="roster-1-sent")
    assert counts(answer) == (1, 1, 0)
    rows = {row["officer_id"]: row for row in await desk.settled("/v1/officers")}
    assert rows["officer-001"]["certificate_valid_to"] == "2027-12-31"
    assert (rows["officer-002"]["name"], rows["officer-002"]["specialities"]) == ("赵敏", ["冶金", "煤气"])
    again = await enter(desk, "officers", content, key="roster-1-sent")
    assert again.json() == answer.json(), "sent again under the same key it is answered the same"


async def test_experts_come_in_from_a_file(desk: Desk) -> None:
    await some_people(desk)
    heads = heads_out(EXPERTS)
    table = [
        heads, ["expert-002", "赵工", "xihu", "煤气、冶金", ""], ["expert-003", "钱工", "donghu", "", "2022-12-31"],
    ]  # fmt: skip
    assert counts(await enter(desk, "experts", in_csv(table, "gb18030"))) == (1, 1, 0)
    rows = {row["expert_id"]: row for row in await desk.settled("/v1/experts")}
    assert [rows["expert-002"][field] for field in ("district", "specialities", "last_day")] == ["xihu", ["煤气", "冶金"], None]
    assert (rows["expert-003"]["name"], rows["expert-003"]["last_day"]) == ("钱工", "2022-12-31")
    without = [[row[place] for place in (0, 1, 2, 3)] for row in table]
    assert counts(await enter(desk, "experts", in_xlsx(without))) == (0, 0, 2), "who leaves is not told: nobody comes back"


async def test_csv_as_the_body_itself(desk: Desk) -> None:
    content = in_csv([heads_out(OFFICERS), [*list(officer_body().values())[:7], "冶金"]])
    answer = await desk.administrator.post("/v1/rosters/officers.csv", content=content, headers={"Content-Type": "text/csv"})
    assert counts(answer) == (1, 0, 0)


FAULTS: list[tuple[int, str, str, str]] = [
    (0, "Officer 1", "编号", "id-malformed"), (0, "", "编号", "value-missing"), (1, "", "姓名", "value-missing"),
    (1, "王小强", "姓名", "officer-exists"), (4, "nowhere", "辖区", "jurisdiction-unknown"),
    (5, "证1", "执法证号", "certificate-malformed"), (6, "2024-13-31", "有效期至", "not-a-date"),
    (6, "2020-12-31", "有效期至", "certificate-expired"), (6, "2024-01-01", "有效期至", "certificate-shortened"),
    (7, "、".join("一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子"), "专业", "text-malformed"),
]  # fmt: skip


@pytest.mark.parametrize("form", [in_csv, in_xlsx])
async def test_every_fault_is_named_by_row_and_column_and_nothing_is_entered(desk: Desk, form: Any) -> None:
    await post(desk, "/v1/officers", officer_body())
    good = [*list(officer_body(officer_id="officer-009").values())[:7], "冶金"]
    for place, cell, head, fault in FAULTS:
        bad = [*list(officer_body(certificate_no="JX-9").values())[:7], "冶金"]
        if fault == "certificate-expired":
            bad[0] = "officer-010"
        bad[place] = cell
        answer = await enter(desk, "officers", form([heads_out(OFFICERS), good, bad]))
        assert (answer.status_code, answer.json()["code"]) == (422, "roster-refused")
        [error] = answer.json()["errors"]
        assert (error["row"], error["column"], error["code"]) == (3, head, fault)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in error["reason"])
    assert await desk.under_test.connection.fetchval(ENTERED, "officer:%") == 1


async def test_files_that_are_no_roster(desk: Desk) -> None:
    heads = heads_out(OFFICERS)
    row = [*list(officer_body().values())[:7], "冶金"]
    for content, wrong in (
        (b"a,b\n", [(None, 1, head, "column-missing") for head in heads[:8]]),
        (b"", [(None, 1, head, "column-missing") for head in heads[:8]]),
        (in_csv([heads]), [(None, None, None, "no-rows")]),
        (in_csv([[*heads, "编号"], row]), [(None, 1, "编号", "column-repeated")]),
        (in_csv([heads, row, row]), [(None, 3, "编号", "officer-repeated")]),
        (in_csv([heads]) + b'"a"b,', [(None, 2, None, "csv-malformed")]),
        (b"\xff\xff\xff", [(None, None, None, "csv-encoding")]),
        (in_csv([heads, row]) + b"\xff" * 9, [(None, None, None, "csv-encoding")]),
        (b"PK", [(None, None, None, "file-damaged")]),
    ):
        answer = await enter(desk, "officers", content)
        assert (answer.status_code, where(answer.json()["errors"])) == (422, wrong)
    assert await desk.under_test.events("casetrail.registry.officer") == []


async def test_nobody_is_taken_from_a_foreign_district(desk: Desk) -> None:
    await post(desk, "/v1/officers", officer_body())
    row = [*list(officer_body(district="xihu").values())[:7], "冶金"]
    async with desk.under_test.client("administrator", districts=("xihu",)) as foreign:
        files = {"file": ("名册.csv", in_csv([heads_out(OFFICERS), row]))}
        answer = await foreign.post("/v1/rosters/officers/files", files=files)
        assert where(answer.json()["errors"]) == [(None, 2, "编号", "officer-elsewhere")]
        body = {"officers": [officer_body(district="xihu")]}
        assert (await foreign.post("/v1/rosters/officers", json=body)).status_code == 404
        row[4] = "donghu"
        files = {"file": ("名册.csv", in_csv([heads_out(OFFICERS), ["officer-002", *row[1:]]]))}
        answer = await foreign.post("/v1/rosters/officers/files", files=files)
        assert where(answer.json()["errors"]) == [(None, 2, "辖区", "jurisdiction-unknown")]


async def test_more_than_a_write_set_holds_and_a_limit_that_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rosters, "TOGETHER", 100)
    people = [[f"expert-{number:04d}", f"专家{number}", "donghu", "冶金", ""] for number in range(1, 702)]
    table = [heads_out(EXPERTS), *people]
    monkeypatch.setattr(roster, "LARGEST", 700)
    refused = await enter(desk, "experts", in_csv(table))
    assert where(refused.json()["errors"]) == [(None, None, None, "too-many-rows")]
    assert await desk.under_test.connection.fetchval(ENTERED, "expert:%") == 0
    monkeypatch.setattr(roster, "LARGEST", 701)
    assert counts(await enter(desk, "experts", in_csv(table))) == (701, 0, 0)
    assert (await given_out(desk, "experts", "xlsx"))[1] == table
    monkeypatch.setattr(roster, "LARGEST", 700)
    answer = await desk.auditor.get("/v1/rosters/experts.xlsx")
    assert (answer.status_code, answer.json()["code"], answer.json()["rows"]) == (422, "export-too-large", 701)
    assert (await given_out(desk, "experts", "csv", district="xihu"))[1] == table[:1]


async def test_a_killed_roster_goes_on(desk: Desk) -> None:
    table = [heads_out(EXPERTS), *([f"expert-{number:04d}", f"专家{number}", "donghu", "", ""] for number in range(1, 41))]
    real, done = rosters._enter, 0

    async def dies(*args: Any) -> Any:
        nonlocal done
        done += 1
        if done > 15:
            raise Killed
        return await real(*args)

    with patch.multiple(rosters, _enter=dies, AT_ONCE=4), pytest.raises(Killed):
        await enter(desk, "experts", in_csv(table), key="killed-roster")
    before = await desk.under_test.connection.fetchval(ENTERED, "expert:%")
    assert 0 < before < 40
    enrolled, changed, unchanged = counts(await enter(desk, "experts", in_csv(table), key="killed-roster"))
    assert (enrolled, changed, unchanged) == (40 - before, 0, before)
    assert await desk.under_test.connection.fetchval(ENTERED, "expert:%") == 40


async def test_all_officers_of_a_json_roster_or_none(desk: Desk) -> None:
    body = {"officers": [officer_body(officer_id="officer-003"), officer_body(officer_id="officer-004", district="nowhere")]}
    await post(desk, "/v1/rosters/officers", body, 404)
    assert await desk.settled("/v1/officers") == []
