"""The register from CSV files: as a workbook is, of any size; staged on disk, resumed after a kill, judged whole first."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from python_calamine import load_workbook

from services.registry.api import archives, parsing, workbooks
from services.registry.commands import bulk, register
from tests.domain.registry.filled import EQUIPMENT, PLACES, SITE, Filled, equipment, filled, place
from tests.service.registry.desk import Desk, xlsx
from tests.service.registry.test_imports import CLAIMED, name, where


def zipped(book: Filled, encoding: str = "utf-8-sig", *, left_out: str = "") -> bytes:
    """A filled-in form as a zip of CSV files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        sheets = book.sheets()
        for sheet in sheets:
            if sheet != left_out:
                text = io.StringIO()
                csv.writer(text).writerows([shown(cell) for cell in row.cells] for row in sheets[sheet])
                archive.writestr(zipfile.ZipInfo(f"登记表/{sheet}.csv"), text.getvalue().encode(encoding))
    return buffer.getvalue()


def shown(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) else cell


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
async def test_good_files_are_loaded(desk: Desk, encoding: str) -> None:
    book = filled(3)
    book.rows[EQUIPMENT] += [equipment(2, 设备编号=f"E{number}") for number in range(2, 21)]
    answer = await desk.send(zipped(book, encoding))
    assert answer.status_code == 201, answer.text
    assert {key: answer.json()[key] for key in ("sector", "accepted", "refused", "errors")} == {
        "sector": "dust", "accepted": 3, "refused": 0, "errors": [],
    }  # fmt: skip
    listed = await desk.settled("/v1/enterprises")
    assert [(row["name"], row["places"], row["equipment"]) for row in listed] == [
        (name(1), 1, 1), (name(2), 1, 20), (name(3), 1, 1),
    ]  # fmt: skip
    seen = await desk.get("/v1/imports/import-1")
    assert (seen["rows"], seen["sites"], seen["loaded"], seen["finished"]) == (28, 3, 3, True)


async def test_one_bad_row_and_nothing_is_loaded(desk: Desk) -> None:
    book = filled(3)
    book.rows[SITE][1]["从业人数"] = "四十五"
    book.rows[PLACES].append(place(9))
    answer = await desk.send(zipped(book))
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["errors_total"]) == ("workbook-refused", 2)
    assert sorted(where(problem["errors"])) == [
        (PLACES, 5, "统一社会信用代码", "site-unknown"), (SITE, 3, "从业人数", "not-a-number"),
    ]  # fmt: skip
    assert await desk.under_test.events("casetrail.registry.import") == []


async def test_good_sites_are_loaded_if_wanted_and_the_bad_handed_back(desk: Desk) -> None:
    book = filled(3)
    book.rows[SITE][1]["从业人数"] = "四十五"
    with patch.object(bulk, "AT_ONCE", 1):
        answer = await desk.send(zipped(book), accept_valid=True)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["accepted"], body["refused"], body["refused_rows"]) == (2, 1, 3)
    assert where(body["errors"]) == [(SITE, 3, "从业人数", "not-a-number")]
    assert sorted(await desk.registered()) == [name(1), name(3)]
    assert (await desk.auditor.get("/v1/imports/import-1/refused.xlsx")).status_code == 200


async def test_a_killed_import_goes_on(desk: Desk) -> None:
    content, tried = zipped(filled(7)), 0
    registered = register.register_sites

    async def dies(*args: Any) -> register.Loaded:
        nonlocal tried
        tried += 1
        if tried == 3:
            raise KeyboardInterrupt
        return await registered(*args)

    with patch.object(bulk, "AT_ONCE", 2), patch.object(register, "register_sites", dies), pytest.raises(KeyboardInterrupt):
        await desk.send(content)
    assert await desk.under_test.connection.fetchval(CLAIMED) == 4
    await desk.under_test.settle()
    seen = await desk.get("/v1/imports/import-1")
    assert (seen["loaded"], seen["sites"], seen["finished"]) == (4, 7, False)
    answer = await desk.send(content, key="sent-again-1")
    assert (answer.status_code, answer.json()["accepted"]) == (201, 7)
    assert await desk.under_test.connection.fetchval(CLAIMED) == 7
    again = await desk.send(content, key="sent-again-1")
    assert again.json() == answer.json()


async def test_sites_that_others_registered_are_refused(desk: Desk) -> None:
    assert (await desk.send(zipped(filled(1)), "import-1")).status_code == 201
    answer = await desk.send(zipped(filled(2)), "import-2", accept_valid=True)
    assert (answer.json()["accepted"], answer.json()["refused"]) == (1, 1)
    assert [error["code"] for error in answer.json()["errors"]] == ["site-already-registered"]


async def test_what_is_no_form_is_refused(desk: Desk) -> None:
    missing = await desk.send(zipped(filled(1), left_out=EQUIPMENT))
    assert [error["code"] for error in missing.json()["errors"]] == ["sheet-missing"]
    damaged = bytearray(zipped(filled(50)))
    damaged[300:320] = bytes(20)
    assert [e["code"] for e in (await desk.send(bytes(damaged))).json()["errors"]] == ["file-damaged"]
    binary = io.BytesIO()
    with zipfile.ZipFile(binary, "w") as archive:
        archive.writestr("说明.csv", b"\xff\xfe\x00\x81\xff")
    assert [e["code"] for e in (await desk.send(binary.getvalue())).json()["errors"]] == ["csv-encoding"]
    empty = await desk.send(zipped(filled(0)))
    assert [error["code"] for error in empty.json()["errors"]] == ["no-rows"]


async def test_files_that_unfold_to_too_much_are_not_read(desk: Desk) -> None:
    with patch.object(archives, "UNFOLDED", 100):
        answer = await desk.send(zipped(filled(1)))
    assert [error["code"] for error in answer.json()["errors"]] == ["file-too-complex"]


async def test_a_large_workbook_is_staged_and_answered_as_a_small_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    book = filled(5)
    book.rows[SITE][3]["从业人数"] = "四十五"
    book.rows[SITE][1]["成立日期"] = date(2030, 1, 1)
    book.rows[PLACES].append(place(9))
    small = await desk.send(xlsx(book))
    monkeypatch.setattr(parsing, "IN_MEMORY", 0)
    large = await desk.send(xlsx(book))
    assert where(large.json()["errors"]) == [
        (SITE, 3, "成立日期", "date-in-future"), (SITE, 5, "从业人数", "not-a-number"),
        (PLACES, 7, "统一社会信用代码", "site-unknown"),
    ]  # fmt: skip
    assert large.json()["errors"] == small.json()["errors"]
    answer = await desk.send(xlsx(book), accept_valid=True)
    assert (answer.json()["accepted"], answer.json()["refused"]) == (3, 2)
    kept = await desk.auditor.get("/v1/imports/import-1/refused.xlsx")
    heads, row = load_workbook(io.BytesIO(kept.content)).get_sheet_by_name(SITE).to_python()[:2]
    assert row[heads.index("成立日期")] == "2030-01-01", "it can be mended and sent again"


async def test_a_large_workbook_of_too_many_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "IN_MEMORY", 0)
    monkeypatch.setattr(f"{parsing.__name__}.FORMS", [replace(form, maximum_rows=4) for form in workbooks.FORMS])
    monkeypatch.setattr(parsing, "MOST_ROWS", 6)
    answer = await desk.send(xlsx(filled(9)))
    assert where(answer.json()["errors"]) == [(sheet, None, None, "too-many-rows") for sheet in (SITE, PLACES, EQUIPMENT)]
    assert (await desk.send(xlsx(filled(4)))).status_code == 201


async def test_the_keys_of_a_site_s_people_do_not_stay_in_memory(desk: Desk) -> None:
    before = len(desk.under_test.vault._keys)
    await desk.send(zipped(filled(20)))
    assert len(desk.under_test.vault._keys) <= before + 2
