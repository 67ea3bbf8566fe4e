"""The pilot table: computed from events, explained, authorised, equal to the rows behind it, rebuilt the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from chassis.building import rebuild
from chassis.projector import Batch
from chassis.switching import Switcher
from services.reporting.api.hub import Hub
from services.reporting.projections import FOLDS, PROJECTIONS, TABLES, project_facts
from services.reporting.queries.definitions import BY_NAME, FIGURES
from services.reporting.queries.figures import table_of
from services.reporting.worker import CopyFeed
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, Site, enterprise, jurisdictions, runs_of, small_year

EVERYWHERE = {
    "jurisdictions": 2, "enterprises": 4, "inspections": 3, "officer_visits": 7, "hazards": 5, "key_item_hazards": 2,
    "hazards_rectified": 2, "penalties": 1, "penalty_amount_fen": 1_200_000, "tasks_generated": 5, "tasks_completed": 3,
    "completion_percent": 60.0, "city_share": 25.0,
}  # fmt: skip
IN_XIHU = {
    "jurisdictions": 1, "enterprises": 2, "inspections": 1, "officer_visits": 2, "hazards": 1, "key_item_hazards": 0,
    "hazards_rectified": 0, "penalties": 0, "penalty_amount_fen": 0, "tasks_generated": 3, "tasks_completed": 1,
    "completion_percent": 33.33, "city_share": 0.0,
}  # fmt: skip


async def table(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/v1/figures")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def values(body: dict[str, Any]) -> dict[str, Any]:
    return {figure["name"]: figure["value"] for figure in body["figures"]}


async def all_rows(client: httpx.AsyncClient, name: str, **query: Any) -> list[dict[str, Any]]:
    """Every row, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {**query, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"/v1/figures/{name}/rows", params=asked)).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


async def test_figures_are_computed_from_events(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("manager") as client:
        assert values(await table(client)) == EVERYWHERE


async def test_a_district_sees_its_own(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("manager", districts=["xihu"]) as client:
        body = await table(client)
        assert values(body) == IN_XIHU
        assert {one["district"] for figure in body["figures"] for one in figure["by_district"]} == {"xihu"}


async def test_districts_add_up(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("auditor") as client:
        for figure in (await table(client))["figures"]:
            part = "counts" if BY_NAME[figure["name"]].share else "value"
            assert sum(one[part] for one in figure["by_district"]) == figure[part]


async def test_city_share_by_district(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("manager") as client:
        [share] = [figure for figure in (await table(client))["figures"] if figure["name"] == "city_share"]
    assert share["by_district"] == [
        {"district": "donghu", "name": "donghu区", "value": 50.0, "counts": 1, "out_of": 2},
        {"district": "xihu", "name": "xihu区", "value": 0.0, "counts": 0, "out_of": 2},
    ]


@pytest.mark.parametrize("name", BY_NAME)
async def test_rows_behind_a_figure_sum_to_it(reporting: Reporting, year: Ledgers, name: str) -> None:
    async with reporting.client("manager") as client:
        [figure] = [figure for figure in (await table(client))["figures"] if figure["name"] == name]
        rows = await all_rows(client, name)
        assert sum(row["counts"] for row in rows) == figure.get("counts", figure["value"])
        assert sum(row.get("out_of", 0) for row in rows) == figure.get("out_of", 0)
        assert [row["key"] for row in rows] == sorted({row["key"] for row in rows})
        for district in ("donghu", "xihu"):
            mine = [row for row in rows if row["district"] == district]
            assert await all_rows(client, name, district=district) == mine


async def linked(client: httpx.AsyncClient, href: str) -> list[dict[str, Any]]:
    """Every item of the list that a link names, page by page."""
    found: list[dict[str, Any]] = []
    url = httpx.URL(href)
    while True:
        answer = await client.get(url)
        assert answer.status_code == 200, f"{url}: {answer.text}"
        page = answer.json()
        found += page["items"]
        if page["next"] is None:
            return found
        url = url.copy_set_param("cursor", page["next"])


@pytest.mark.parametrize("name", BY_NAME)
async def test_a_figure_of_the_table_leads_to_its_rows_and_every_row_to_its_events(
    reporting: Reporting, year: Ledgers, name: str
) -> None:  # fmt: skip
    """By nothing but the links that answers carry."""
    async with reporting.client("auditor") as client:
        [figure] = [figure for figure in (await table(client))["figures"] if figure["name"] == name]
        rows = await linked(client, figure["rows"])
        assert rows
        for row in rows:
            events = await linked(client, row["links"]["events"])
            assert {event["type"] for event in events} & {*figure["source_events"]}, row


async def test_rows_of_other_districts_stay_hidden(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("manager", districts=["xihu"]) as client:
        assert {row["district"] for row in await all_rows(client, "hazards")} == {"xihu"}
        answer = await client.get("/v1/figures/hazards/rows", params={"district": "donghu"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_every_figure_says_what_it_means_and_as_of_when(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("operator") as client:
        body = await table(client)
    last = year.recorded[-1].envelope
    seq = await reporting.pool.fetchval("SELECT max(seq) FROM ledger_copy")
    assert body["as_of"]["seq"] == body["head"]["seq"] == seq == len(year.recorded)
    recorded_at = await reporting.pool.fetchval("SELECT recorded_at FROM ledger_copy WHERE seq = $1", seq)
    assert body["as_of"]["recorded_at"] == recorded_at.isoformat()
    assert recorded_at <= last.recorded_at
    assert body["as_of"]["simulated"] is True
    for figure in body["figures"]:
        assert figure["as_of"] == body["as_of"]
        assert all(figure[word] for word in ("title", "title_en", "unit", "formula", "exclusions", "source_events"))
        assert figure["rows"] == f"/v1/figures/{figure['name']}/rows"


async def test_nothing_yet(reporting: Reporting) -> None:
    await reporting.under_test.settle()
    async with reporting.client("manager") as client:
        body = await table(client)
    assert body["as_of"] == {"seq": 0, "recorded_at": None, "simulated": True}
    assert {figure["value"] for figure in body["figures"]} == {0, None}


async def test_an_abolished_jurisdiction_does_not_count(reporting: Reporting) -> None:
    ledgers = Ledgers()
    jurisdictions(ledgers, "donghu")
    for key, valid_from, valid_to in (
        ("wanli-qu", None, "2019-12-31"),
        ("new", "2021-09-07", None),
        ("last-day", None, "2021-09-06"),
    ):
        data = {
            "jurisdiction_id": key,
            "name": key,
            "kind": "district",
            "parent": "nanchang",
            "valid_from": valid_from,
            "valid_to": valid_to,
        }
        ledgers.record("registry", "jurisdiction-established", data, stream=f"jurisdiction:{key}", district=key)
    await reporting.receive(ledgers.recorded)
    async with reporting.client("manager") as client:
        assert {row["key"] for row in await all_rows(client, "jurisdictions")} == {"donghu", "last-day"}


async def test_figures_follow_what_the_register_changes(reporting: Reporting) -> None:
    """An ended jurisdiction does not count, one named anew has its new name; a site is listed under the name of its file now, and
    once, though it had two files.
    """
    ledgers = Ledgers()
    jurisdictions(ledgers, "donghu", "xihu")
    enterprise(ledgers, "e-a1", "donghu")
    district = {"kind": "district", "parent": "nanchang", "valid_from": None}
    ended = {**district, "jurisdiction_id": "xihu", "name": "xihu区", "valid_to": "2021-09-05", "successors": ["donghu"]}
    ledgers.record("registry", "jurisdiction-ended", ended, stream="jurisdiction:xihu", district="xihu")
    renamed = {**district, "jurisdiction_id": "donghu", "name": "新东湖区", "valid_to": None, "since": "2021-09-06"}
    ledgers.record("registry", "jurisdiction-renamed", renamed, stream="jurisdiction:donghu", district="donghu")
    for name, value in (("name", "新企业"), ("address", "东湖区二号")):
        told = {"enterprise_id": "e-a1", "fields": [{"name": name, "value": value}]}
        ledgers.record("registry", "profile-amended", told, stream="enterprise:e-a1", subject="e-a1")
    enterprise(ledgers, "e-a2", "donghu")
    moved = {"enterprise_id": "e-a1", "district": "donghu-new", "former_district": "donghu", "reason": "区划调整"}
    ledgers.record("registry", "enterprise-moved", moved, stream="enterprise:e-a1", subject="e-a1")
    merged = {"enterprise_id": "e-a2", "into": "e-a1", "reason": "重复建档"}
    ledgers.record("registry", "enterprise-merged", merged, stream="enterprise:e-a2", subject="e-a2")
    await reporting.receive(ledgers.recorded)
    async with reporting.client("manager") as client:
        assert {row["key"]: row["name"] for row in await all_rows(client, "jurisdictions")} == {"donghu": "新东湖区"}
        rows = await all_rows(client, "enterprises")
        assert [(row["enterprise_name"], row["district"]) for row in rows] == [("新企业", "donghu-new")]


async def test_a_failed_reinspection_is_not_rectified(reporting: Reporting) -> None:
    ledgers = Ledgers()
    site = Site(ledgers, "a", "e-a1", "donghu")
    site.inspected(officers=2, hazards=[None])
    site.tell(
        "inspection",
        "re-inspection-failed",
        "hazard:h-a-0",
        hazard_id="h-a-0",
        order_id="o-a",
        re_inspected_on="2021-09-20",
        note="x",
    )
    await reporting.receive(ledgers.recorded)
    async with reporting.client("manager") as client:
        assert values(await table(client))["hazards_rectified"] == 0


async def digests(reporting: Reporting) -> dict[str, Any]:
    """Row count and digest of every fact table."""
    sql = "SELECT count(*) AS n, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest FROM {} t"
    return {name: tuple(await reporting.pool.fetchrow(sql.format(name))) for name in TABLES}


async def test_a_rebuild_gives_equal_tables(reporting: Reporting) -> None:
    """What was projected live, batch by batch as events came, is what a build from the copy gives in one go."""
    ledgers = small_year()
    for received in ledgers.recorded:
        await reporting.receive([received])
    live = await digests(reporting)
    assert all(live[table][0] for table in ("fact_cases", "fact_enterprises", "fact_hazards", "fact_tasks", "sums_hazards"))
    [facts] = PROJECTIONS
    assert await rebuild(reporting.under_test.dsn, CopyFeed(), facts, simulated=True) is not None
    switcher = Switcher(reporting.under_test.dsn, CopyFeed(), PROJECTIONS, simulated=True)
    compared = await switcher.switch("facts")
    assert [table.table for table in compared.tables] == list(TABLES)
    assert all(table.equal for table in compared.tables)
    assert await digests(reporting) == live


async def test_figures_follow_the_version_that_is_live(reporting: Reporting, year: Ledgers) -> None:
    """Before, during and after a switch to another version, also in what is remembered of them."""
    [facts] = PROJECTIONS
    doubled = replace(facts, version=facts.version + 1, project=project_doubled, derive=None)
    hub = Hub(reporting.pool, reporting.under_test.vault)
    assert table_of(await hub.figures(), None)[0]["value"] == EVERYWHERE[FIGURES[0].name]
    async with reporting.client("manager") as client:
        assert await rebuild(reporting.under_test.dsn, CopyFeed(), doubled, simulated=True) is not None
        assert values(await table(client)) == EVERYWHERE
        switcher = Switcher(reporting.under_test.dsn, CopyFeed(), (*PROJECTIONS, doubled), simulated=True)
        await switcher.switch("facts", accepting="fines count double")
        body = await table(client)
        assert values(body) == {**EVERYWHERE, "penalty_amount_fen": 2 * EVERYWHERE["penalty_amount_fen"]}
        assert body["as_of"]["seq"] == len(year.recorded)
        last = str(year.recorded[-1].envelope.event_id)
        assert (await client.get("/v1/figures", params={"at_least": last})).status_code == 200
    fines = {row["name"]: row["value"] for row in table_of(await hub.figures(), None)}
    assert fines["penalty_amount_fen"] == 2 * EVERYWHERE["penalty_amount_fen"]


async def project_doubled(batch: Batch) -> None:
    """The facts, but each fine counts double; right for a build of one batch."""
    await project_facts(batch)
    cells = await batch.sums("sums_cases")
    place = cells.layout.numbers.index("penalty_amount_fen")
    for numbers in cells.added.values():
        numbers[place] *= 2


async def test_a_list_can_be_asked_to_wait_for_an_event(reporting: Reporting) -> None:
    """`at_least` answers as soon as the event is projected, and not before."""
    ledgers = small_year()
    asked = {"at_least": str(ledgers.recorded[0].envelope.event_id)}
    await reporting.copy.apply(runs_of(ledgers.recorded))
    async with reporting.client("manager") as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.get("/v1/figures", params=asked), 0.3)
        await reporting.under_test.settle()
        answer = await client.get("/v1/figures", params=asked)
        assert values(answer.json()) == EVERYWHERE


@pytest.mark.parametrize("role", ["enterprise", "expert"])
async def test_others_may_not_look(reporting: Reporting, role: str) -> None:
    async with reporting.client(role) as client:
        for path in ("/v1/figures", "/v1/figures/hazards/rows", "/v1/panels/tasks", "/v1/histories/cases/k-a"):
            assert (await client.get(path)).status_code == 403


async def test_no_such_figure_and_no_such_page(reporting: Reporting) -> None:
    async with reporting.client("manager") as client:
        assert (await client.get("/v1/figures/nonsense/rows")).json()["code"] == "not-found"
        assert (await client.get("/v1/figures/hazards/rows?cursor=WzFd")).json()["code"] == "bad-cursor"


def test_every_figure_names_events_that_are_projected() -> None:
    assert {wire for figure in FIGURES for wire in figure.source_events} <= FOLDS.keys()


async def test_a_payment_that_was_taken_back_was_not_paid(reporting: Reporting, year: Ledgers) -> None:
    """Two came and one of them, recorded wrongly, is taken back: the fact of the case tells the other."""
    [decided] = [one.recorded for one in year.recorded if one.envelope.type == "casetrail.penalty.penalty-decided.v1"]
    case = orjson.loads(decided.data)["case_id"]
    before, subject = len(year.recorded), decided.envelope.subject
    for name, fen in (("payment-received", 700), ("payment-received", 500), ("payment-reversed", 700), ("refund-made", 100)):
        year.record("penalty", name, {"case_id": case, "amount_fen": fen}, stream=f"payment:{case}", subject=subject)
    await reporting.receive(year.recorded[before:])
    [row] = await reporting.under_test.connection.fetch("SELECT paid_fen FROM fact_cases WHERE case_id = $1", case)
    assert row["paid_fen"] == 400
