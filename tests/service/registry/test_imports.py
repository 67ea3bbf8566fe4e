"""Imports over HTTP: the whole workbook or nothing, with accept_valid its good sites; repeated, resumed, contested."""

from __future__ import annotations

import asyncio
import io
import time
from typing import Any
from unittest.mock import patch

import pytest
from python_calamine import load_workbook

from services.registry.api import imports as api
from services.registry.commands import register
from services.registry.domain.cells import Cell
from services.registry.domain.enterprise import enterprise_id_of
from tests.domain.registry.filled import EQUIPMENT, PLACES, SITE, code, filled, place, site
from tests.service.registry.desk import Desk, xlsx

USCC = "统一社会信用代码"
CLAIMED = "SELECT count(DISTINCT stream_id) FROM events WHERE type = 'casetrail.registry.site-claimed.v1'"


def name(number: int) -> str:
    return f"南昌{number}号木业有限公司"


def as_cell(read: Any) -> Cell:
    cell: Cell = read
    return cell


def where(errors: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(error["sheet"], error["row"], error["column"], error["code"]) for error in errors]


@pytest.mark.parametrize("sector", ["steel", "aluminium", "dust"])
async def test_good_workbook_is_loaded(desk: Desk, sector: str) -> None:
    answer = await desk.send(xlsx(filled(3, sector)))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["sector"], body["accepted"], body["refused"], body["refused_rows"], body["errors"]) == (sector, 3, 0, 0, [])
    listed = await desk.settled("/v1/enterprises")
    assert [(row["name"], row["sector"], row["district"], row["places"], row["equipment"]) for row in listed] == [
        (name(number), sector, "donghu", 1, 1) for number in (1, 2, 3)
    ]


async def test_file_of_a_site_has_what_the_workbook_said(desk: Desk) -> None:
    await desk.send(xlsx(filled(1)))
    file = await desk.get(f"/v1/enterprises/{enterprise_id_of(code(1), '1')}")
    assert (file["uscc"], file["site_no"], file["staff"], file["import_id"]) == (code(1), "1", 45, "import-1")
    assert {"name": "confined_space_count", "value": 2, "source": "self-report", "confidence": "reported"} in file["fields"]
    assert [machine["kind"] for machine in file["equipment"]] == ["dust-removal-system"]


async def test_events_of_a_site_are_one_write_set_about_it(desk: Desk) -> None:
    await desk.send(xlsx(filled(1)))
    rows = await desk.under_test.events("casetrail.registry.")
    about = [row for row in rows if row["subject"] == enterprise_id_of(code(1), "1")]
    assert {row["stream_id"].partition(":")[0] for row in about} == {"site-claim", "enterprise"}
    assert {row["district"] for row in about} == {"donghu"}
    assert len({row["command_id"] for row in about}) == 1
    [started] = [row for row in rows if row["type"].endswith("import-started.v1")]
    assert {row["causation_id"] for row in about} == {started["command_id"]}


async def test_one_bad_row_and_nothing_is_loaded(desk: Desk) -> None:
    book = filled(3)
    book.rows[SITE][1]["从业人数"] = "四十五"
    answer = await desk.send(xlsx(book))
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["errors_total"]) == ("workbook-refused", 1)
    [error] = problem["errors"]
    assert where([error]) == [(SITE, 3, "从业人数", "not-a-number")]
    assert "应填数字" in error["reason"]
    assert "a number is needed" in error["reason"]
    assert await desk.registered() == []
    assert await desk.under_test.events("casetrail.registry.import") == []


async def test_good_sites_are_loaded_if_wanted_and_the_bad_handed_back(desk: Desk) -> None:
    book = filled(3)
    book.rows[SITE][1]["从业人数"] = "四十五"
    book.rows[PLACES].append(place(9))
    answer = await desk.send(xlsx(book), accept_valid=True)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["accepted"], body["refused"], body["refused_rows"]) == (2, 1, 4)
    assert where(body["errors"]) == [(SITE, 3, "从业人数", "not-a-number"), (PLACES, 5, USCC, "site-unknown")]
    assert sorted(await desk.registered()) == [name(1), name(3)]
    seen = await desk.get("/v1/imports/import-1")
    assert (seen["finished"], seen["accepted"], seen["errors"]) == (True, 2, body["errors"])


async def test_handed_back_workbook_can_be_mended_and_sent_again(desk: Desk) -> None:
    book = filled(3)
    book.rows[SITE][1]["从业人数"] = "=1+1"
    await desk.send(xlsx(book), accept_valid=True)
    handed = await desk.auditor.get("/v1/imports/import-1/refused.xlsx")
    assert handed.status_code == 200
    sheets = {
        each: load_workbook(io.BytesIO(handed.content)).get_sheet_by_name(each).to_python() for each in (SITE, PLACES, EQUIPMENT)
    }
    assert [len(rows) for rows in sheets.values()] == [2, 2, 2]
    heads, row = sheets[SITE]
    assert heads[-1] == "退回原因"
    assert str(row[-1]).startswith("从业人数：应填")
    assert sheets[PLACES][1][-1] == "本行无误，同一场所的其他行有误"
    again = await desk.send(handed.content, "import-2")
    assert where(again.json()["errors"])[0][:2] == (SITE, 2)
    mended = filled(0)
    for each, rows in sheets.items():
        mended.heads[each] = [str(head) for head in rows[0]]
        mended.rows[each] = [dict(zip(mended.heads[each], map(as_cell, rows[1]), strict=True))]
    mended.rows[SITE][0]["从业人数"] = 45
    assert (await desk.send(xlsx(mended), "import-2")).status_code == 201
    assert sorted(await desk.registered()) == [name(1), name(2), name(3)]


async def test_no_refused_workbook_without_refused_rows(desk: Desk) -> None:
    await desk.send(xlsx(filled(1)))
    assert (await desk.auditor.get("/v1/imports/import-1/refused.xlsx")).status_code == 404
    assert (await desk.auditor.get("/v1/imports/import-9")).status_code == 404


async def test_site_that_is_registered_is_refused(desk: Desk) -> None:
    await desk.send(xlsx(filled(2)))
    book = filled(3)
    answer = await desk.send(xlsx(book), "import-2")
    assert answer.status_code == 422
    assert where(answer.json()["errors"]) == [(SITE, row, USCC, "site-already-registered") for row in (2, 3)]
    answer = await desk.send(xlsx(book), "import-2", accept_valid=True)
    assert (answer.json()["accepted"], answer.json()["refused"]) == (1, 2)
    assert sorted(await desk.registered()) == [name(1), name(2), name(3)]


async def test_same_import_sent_again_is_answered_the_same(desk: Desk) -> None:
    book = filled(3)
    book.rows[SITE][0]["企业规模"] = "巨型"
    content = xlsx(book)
    first = await desk.send(content, accept_valid=True, key="the-same-key")
    again = await desk.send(content, accept_valid=True, key="the-same-key")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(await desk.registered()) == 2


async def test_same_import_under_another_key_is_refused(desk: Desk) -> None:
    content = xlsx(filled(1))
    await desk.send(content)
    answer = await desk.send(content)
    assert (answer.status_code, answer.json()["code"]) == (409, "import-finished")


async def test_import_id_of_another_file(desk: Desk) -> None:
    await desk.send(xlsx(filled(1)))
    answer = await desk.send(xlsx(filled(2)))
    assert (answer.status_code, answer.json()["code"]) == (409, "import-id-taken")
    assert len(await desk.registered()) == 1


async def test_key_of_another_file_loads_nothing(desk: Desk) -> None:
    await desk.send(xlsx(filled(1)), key="the-same-key")
    other = filled(1)
    other.rows[SITE], other.rows[PLACES], other.rows[EQUIPMENT] = [site(7)], [], []
    answer = await desk.send(xlsx(other), "import-2", key="the-same-key")
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")
    assert await desk.registered() == [name(1)]


class Killed(BaseException):
    """Stands in for a kill: nothing catches it."""


async def test_interrupted_import_goes_on_where_it_was(desk: Desk) -> None:
    """Killed after some sites: the same import sent again, even by somebody else, loads the rest and nothing twice."""
    content = xlsx(filled(40))
    real, done = register.register_site, 0

    async def some_only(work: Any, fact: Any) -> None:
        nonlocal done
        done += 1
        if done > 15:
            raise Killed
        await real(work, fact)

    with patch.multiple(register, register_site=some_only, AT_ONCE=4), pytest.raises(Killed):
        await desk.send(content)
    before = await desk.registered()
    assert 0 < len(before) < 40
    seen = await desk.get("/v1/imports/import-1")
    assert seen["finished"] is False
    answer = await desk.send(content, client=desk.administrator)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["accepted"], answer.json()["refused"]) == (40, 0)
    assert sorted(await desk.registered()) == sorted(name(number) for number in range(1, 41))


async def test_interrupted_import_is_not_taken_for_a_duplicate_of_itself_but_others_are(desk: Desk) -> None:
    with patch.object(register, "finish", side_effect=Killed), pytest.raises(Killed):
        await desk.send(xlsx(filled(2)))
    assert (await desk.send(xlsx(filled(3)), "import-2")).status_code == 422
    assert (await desk.send(xlsx(filled(2)))).status_code == 201
    assert len(await desk.registered()) == 2


async def test_two_imports_of_the_same_sites_at_once(desk: Desk) -> None:
    """Whoever is first loads all, the other nothing: no site twice, no workbook in part."""
    answers = await asyncio.gather(*(desk.send(xlsx(filled(20)), f"import-{number}") for number in (1, 2)))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert sorted(await desk.registered()) == sorted(name(number) for number in range(1, 21))


async def test_claim_stands_also_when_the_lock_does_not(desk: Desk) -> None:
    """Two imports that both judged the workbook before either loaded it: each site still gets one file."""
    content, both = xlsx(filled(20)), asyncio.Barrier(2)
    real = register._register_all

    async def together(*args: Any) -> Any:
        await both.wait()
        return await real(*args)

    with patch.object(register, "LOCK", "SELECT true"), patch.object(register, "_register_all", together):
        answers = await asyncio.gather(*(desk.send(content, f"import-{number}", accept_valid=True) for number in (1, 2)))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert sum(answer.json()["accepted"] for answer in answers) == 20
    assert sum(answer.json()["refused"] for answer in answers) == 20
    assert sorted(await desk.registered()) == sorted(name(number) for number in range(1, 21))
    refused = [error for answer in answers for error in answer.json()["errors"]]
    assert {error["code"] for error in refused} == {"site-already-registered"}


async def test_import_waits_for_another_to_end(desk: Desk) -> None:
    async with register.alone(desk.under_test.runner.pool):
        with patch.object(register, "PATIENCE", 0.3):
            answer = await desk.send(xlsx(filled(1)))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert (await desk.send(xlsx(filled(1)))).status_code == 201


async def test_manager_of_a_district_loads_only_its_sites(desk: Desk) -> None:
    async with desk.under_test.client("manager", districts=["xihu"]) as xihu:
        answer = await desk.send(xlsx(filled(1)), client=xihu)
        assert where(answer.json()["errors"]) == [(SITE, 2, "所属辖区", "jurisdiction-forbidden")]
        book = filled(1)
        book.rows[SITE][0]["所属辖区"] = "西湖区"
        assert (await desk.send(xlsx(book), client=xihu)).status_code == 201
        [started] = await desk.under_test.events("casetrail.registry.import-started")
        assert started["district"] == "xihu"
        assert [row["name"] for row in await desk.settled("/v1/enterprises", xihu)] == [name(1)]
    async with desk.under_test.client("auditor", districts=["donghu"]) as donghu:
        assert (await donghu.get("/v1/imports/import-1")).status_code == 404
        assert (await donghu.get("/v1/imports/import-1/refused.xlsx")).status_code == 404
        assert await desk.settled("/v1/enterprises", donghu) == []
        assert (await donghu.get(f"/v1/enterprises/{enterprise_id_of(code(1), '1')}")).status_code == 404


async def test_import_over_districts_is_the_citys(desk: Desk) -> None:
    book = filled(2)
    book.rows[SITE][1]["所属辖区"] = "西湖区"
    await desk.send(xlsx(book))
    [started] = await desk.under_test.events("casetrail.registry.import-started")
    assert started["district"] == "nanchang"


async def test_historic_jurisdiction_takes_no_sites(desk: Desk) -> None:
    book = filled(1)
    book.rows[SITE][0]["所属辖区"] = "湾里区"
    answer = await desk.send(xlsx(book))
    assert where(answer.json()["errors"]) == [(SITE, 2, "所属辖区", "jurisdiction-closed")]


@pytest.mark.parametrize("role", ["officer", "expert", "auditor", "enterprise"])
async def test_others_may_not_import(desk: Desk, role: str) -> None:
    async with desk.under_test.client(role) as client:
        assert (await desk.send(xlsx(filled(1)), client=client)).status_code == 403


@pytest.mark.parametrize(
    ("files", "data", "wrong"),
    [
        ({}, {"import_id": "import-1"}, "file-missing"),
        ({"file": ("a.xlsx", b"x")}, {}, "import-id-malformed"),
        ({"file": ("a.xlsx", b"x")}, {"import_id": "../etc"}, "import-id-malformed"),
        ({"file": ("a.xlsx", b"x")}, {"import_id": "import-1", "accept_valid": "yes"}, "accept-valid-malformed"),
    ],
)
async def test_malformed_request(desk: Desk, files: Any, data: Any, wrong: str) -> None:
    answer = await desk.manager.post("/v1/imports", files=files or {"other": b""}, data=data)
    assert (answer.status_code, answer.json()["code"]) == (400, wrong)


async def test_too_large_a_file(desk: Desk) -> None:
    with patch.object(api, "LARGEST", 1000):
        answer = await desk.send(xlsx(filled(1)))
    assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")


async def test_answer_lists_no_more_faults_than_can_be_read(desk: Desk) -> None:
    book = filled(30)
    for row in book.rows[SITE]:
        row["从业人数"] = "无"
    with patch.object(api, "LISTED", 10):
        answer = await desk.send(xlsx(book))
        assert len(answer.json()["errors"]) == 10
        assert answer.json()["errors_total"] == 30
        accepted = await desk.send(xlsx(book), accept_valid=True)
    assert len(accepted.json()["errors"]) == 10
    assert (accepted.json()["accepted"], accepted.json()["refused"]) == (0, 30)


async def test_ten_thousand_rows(desk: Desk) -> None:
    """A large register is loaded whole, and meanwhile the service goes on answering others."""
    content, done = xlsx(filled(3_334)), asyncio.Event()
    waits: list[float] = []

    async def others() -> None:
        while not done.is_set():
            asked = time.monotonic()
            assert (await desk.auditor.get("/v1/jurisdictions")).status_code == 200
            waits.append(time.monotonic() - asked)
            await asyncio.wait([ended], timeout=0.1)

    ended, asking = asyncio.create_task(done.wait()), asyncio.create_task(others())
    answer = await desk.send(content)
    done.set()
    await asking
    assert (answer.status_code, answer.json()["accepted"]) == (201, 3_334)
    assert await desk.under_test.connection.fetchval(CLAIMED) == 3_334
    assert max(waits) < 2.0
