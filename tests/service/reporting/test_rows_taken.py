"""Rows say what their codes are called; all of them can be taken along, exactly those that the same filters list."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import orjson
import pytest

from services.reporting.api.row_columns import columns_of
from services.reporting.queries.asof import Cut
from services.reporting.queries.measures import MEASURES
from services.reporting.queries.words import Words
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers
from tests.service.reporting.test_panels import asked, followed
from tests.service.reporting.test_passed_on import cells
from tests.service.reporting.weeks import WEEK

HAZARDS = "/v1/measures/hazards/rows"


def listed(ledgers: Ledgers, version: str, since: str, until: str | None, **titles: str) -> None:
    """A version of the list of items."""
    items = [{"code": code.replace("_", "-"), "title": title} for code, title in titles.items()]
    data = {"catalogue": "c", "version": version, "title": "清单", "valid_from": since, "valid_to": until, "items": items}
    ledgers.record("registry", "catalogue-published", data, stream="catalogue:c", district="nanchang")


async def test_an_item_is_called_as_the_list_in_force_called_it_when_it_was_found(quarter: Reporting) -> None:
    later = Ledgers()
    later.at = quarter.under_test.clock.at
    listed(later, "2019.1", "2019-01-01", "2019-02-28", GEN_1="旧名", K_1="重点")
    listed(later, "2019.2", "2019-03-01", None, GEN_1="新名")
    continued = [event for event in later.recorded]
    words = await words_with(continued)
    assert [words.item("GEN-1", day) for day in ("2019-02-28", "2019-03-01", None)] == ["旧名", "新名", "新名"]
    assert words.item("K-1", "2019-05-01") == "重点", "an item that is on no list in force is called as it last was"
    assert words.item("K-9") is None
    assert words.item("GEN-1", "2019-03-01", Cut(later.at, {"registry": 1}).sizes) == "旧名", "as of then nothing else was told"


async def words_with(events: list[Any]) -> Words:
    """Words that read these events."""

    class Copy:
        async def fetch(self, sql: str, *_: Any) -> list[Any]:
            if "copy_head" in sql:
                return [{"epoch": "e", "seq": len(events)}]
            wanted = [one for one in events if one.envelope.type in sql]
            return [{"idx": one.idx, "data": one.recorded.data} for one in wanted]

    return await Words().newest(Copy())  # type: ignore[arg-type]


async def test_rows_tell_what_their_codes_are_called(reporting: Reporting, year: Ledgers) -> None:
    listed(year, "2021.1", "2021-01-01", None, **{code_of(year): "未设置监测装置"})
    await reporting.receive(year.recorded[-1:])
    async with reporting.client("manager") as client:
        rows = await followed(client, f"{HAZARDS}?limit=200")
        assert {row["item_title"] for row in rows} == {"未设置监测装置", None} or {row["item_title"] for row in rows} == {
            "未设置监测装置"
        }
        assert {(row["state"], row["state_title"]) for row in rows} <= {("found", "未整改"), ("rectified", "已整改")}
        assert {row["district_name"] for row in rows} == {f"{row['district']}区" for row in rows}
        panel = await asked(client, "/v1/panels/hazards", by="item", period="2021")
        values = next(figure["values"] for figure in panel["figures"] if figure["name"] == "hazards")
        assert "未设置监测装置" in {one["title"] for one in values}


def code_of(ledgers: Ledgers) -> str:
    """The code of an item that something was found on."""
    found = next(one for one in ledgers.recorded if one.envelope.type.endswith("hazard-found.v1"))
    return str(orjson.loads(found.recorded.data)["item_code"]).replace("-", "_")


@pytest.mark.parametrize("filters", [{}, {"district": "d-1"}, {"period": "2019-02"}, {"by": "severity", "value": "major"}])
async def test_a_workbook_and_csv_hold_exactly_the_rows_that_are_listed(quarter: Reporting, filters: dict[str, str]) -> None:
    async with quarter.client("manager") as client:
        query = "&".join(f"{name}={value}" for name, value in {**filters, "limit": "200"}.items())
        wanted = {row["key"] for row in await followed(client, f"{HAZARDS}?{query}")}
        book = await client.get(f"{HAZARDS}/workbook", params=filters)
        text = await client.get(f"{HAZARDS}/csv", params=filters)
    assert wanted
    assert book.status_code == text.status_code == 200, book.text
    head, *rows = cells(book.content)["明细"]
    assert {row[head.index("编号")] for row in rows} == wanted
    assert len(rows) == len(wanted)
    told = dict(cells(book.content)["说明"])
    assert told["计入合计"] == f"{sum(row[head.index('计入')] for row in rows):g}项"
    saved = list(csv.DictReader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert [row["编号"] for row in saved] == [row[head.index("编号")] for row in rows]
    assert text.headers["content-disposition"].endswith(".csv")


async def test_the_rows_of_a_bulletin_are_taken_as_of_its_moment(quarter: Reporting) -> None:
    async with quarter.client("manager") as client:
        path = f"/v1/bulletins/{WEEK}/rows"
        wanted = await followed(client, f"{path}?line=inspections&limit=200")
        book = await client.get(f"{path}/workbook", params={"line": "inspections"})
        assessed = await client.get("/v1/assessments/2019-02/rows/csv", params={"code": "none"})
    head, *rows = cells(book.content)["明细"]
    assert [row[head.index("编号")] for row in rows] == [row["key"] for row in wanted]
    assert "2019-03-11 00:00" in dict(cells(book.content)["说明"])["数据截至"]
    assert (assessed.status_code, assessed.json()["code"]) == (404, "not-found")


async def test_however_many_ask_at_once_each_is_answered(quarter: Reporting) -> None:
    """More than there are connections: nobody waits for a second one while they hold the first."""
    async with quarter.client("manager") as client, asyncio.timeout(30):
        answers = await asyncio.gather(*(client.get(HAZARDS, params={"limit": n}) for n in range(1, 61)))
    assert {answer.status_code for answer in answers} == {200}


async def test_nobody_takes_another_districts_rows_and_no_file_is_without_end(
    quarter: Reporting, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    async with quarter.client("manager", districts=["d-0"]) as client:
        assert (await client.get(f"{HAZARDS}/csv", params={"district": "d-1"})).status_code == 403
        mine = list(csv.DictReader(io.StringIO((await client.get(f"{HAZARDS}/csv")).content.decode("utf-8-sig"))))
        assert {row["辖区编号"] for row in mine} == {"d-0"}
        monkeypatch.setattr("services.reporting.api.rows_taken.MOST", 1)
        refused = await client.get(f"{HAZARDS}/workbook")
        assert (refused.status_code, refused.json()["code"]) == (422, "too-many-rows")


def test_every_column_of_every_measure_is_called_something() -> None:
    for measure in MEASURES:
        columns = columns_of(measure)
        heads = [column.head for column in columns]
        assert len(heads) == len({*heads}), measure.name
        assert {*measure.fact.shown} <= {column.name for column in columns}, measure.name
