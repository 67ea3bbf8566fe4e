"""Campaigns for everybody: what was announced, how far each district is, the same as the measure; no enterprise named."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import pytest_asyncio

from chassis.eventstore import Pool
from services.reporting.queries.campaigns import CLOSED, OPENED
from tests.service.plans import nodes
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, task
from tests.service.reporting.test_plans import filled

__all__ = ["filled"]
OPENED_AS = {
    "plan_id": "p-2021", "sectors": ["steel"], "starts_on": "2021-01-04", "ends_on": "2099-12-31",
    "city_organ_id": "nanchang-emb", "city_organ": "南昌市应急管理局", "share_numerator": 1, "share_denominator": 4,
    "rounding": "half-up", "items": ["STL-K1"], "own_shares": [],
}  # fmt: skip


def opened(ledgers: Ledgers, campaign: str, title: str) -> None:
    data = {**OPENED_AS, "campaign_id": campaign, "title": title}
    stream = f"campaign:{campaign}"
    ledgers.record("tasks", "campaign-opened", data, stream=stream, subject=stream, district="nanchang")


def step(ledgers: Ledgers, name: str, key: str, district: str, **data: Any) -> None:
    ledgers.record("tasks", name, {"task_id": key, **data}, stream=f"task:{key}", subject=f"e-{key}", district=district)


def all_of_it(ledgers: Ledgers) -> Ledgers:
    """Two campaigns; of the first three sites in Donghu (one done, one begun, one cancelled) and one in Xihu, waiting."""
    opened(ledgers, "c-1", "钢铁企业专项执法")
    opened(ledgers, "c-2", "粉尘涉爆专项执法")
    for key, district in (("a", "donghu"), ("b", "donghu"), ("c", "donghu"), ("d", "xihu")):
        task(ledgers, key, f"e-{key}", district, level="city", campaign="c-1")
    task(ledgers, "r", "e-r", "donghu", level="district", campaign=None)
    for key in ("a", "b", "r"):
        step(ledgers, "task-started", key, "donghu", inspection_id=f"i-{key}")
    step(ledgers, "task-completed", "a", "donghu", completed_on="2021-09-01")
    step(ledgers, "task-cancelled", "c", "donghu", reason="停产", cancelled_by="m-1")
    ended = {"campaign_id": "c-2", "closed_on": "2021-09-02", "conclusion": "已完成", "coverage": []}
    ledgers.record("tasks", "campaign-closed", ended, stream="campaign:c-2", subject="campaign:c-2", district="nanchang")
    return ledgers


@pytest_asyncio.fixture
async def told(reporting: Reporting) -> Reporting:
    """What reporting knows of them."""
    await reporting.receive(all_of_it(Ledgers()).recorded)
    return reporting


async def asked(told: Reporting, path: str, *roles: str, districts: tuple[str, ...] = ("*",)) -> Any:
    async with told.client(*roles, districts=districts) as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.mark.parametrize("role", ["public-reader", "enterprise", "manager"])
async def test_everybody_reads_how_far_a_campaign_is_and_no_enterprise(told: Reporting, role: str) -> None:
    page = await asked(told, "/v1/public/campaigns", role)
    second, first = page["items"]
    assert (second["state"], second["conclusion"], second["sites"], second["coverage_percent"]) == ("closed", "已完成", 0, None)
    assert (first["title"], first["sectors"]) == ("钢铁企业专项执法", [{"sector": "steel", "title": "钢铁"}])
    assert (first["sites"], first["begun"], first["completed"]) == (3, 2, 1)
    assert (first["coverage_percent"], first["completion_percent"]) == (66.67, 33.33)
    assert [(one["district"], one["sites"], one["begun"]) for one in first["by_district"]] == [("donghu", 2, 2), ("xihu", 1, 0)]
    assert "e-a" not in str(page)


async def test_the_coverage_is_the_measures(told: Reporting) -> None:
    panel = await asked(told, "/v1/panels/coverage?period=2021&by=campaign", "manager")
    [figure] = [one for one in panel["figures"] if one["name"] == "campaign_coverage"]
    measured = {value["key"]: (value["counts"], value["out_of"]) for value in figure["values"]}
    items = (await asked(told, "/v1/public/campaigns", "public-reader"))["items"]
    assert {item["campaign_id"]: (item["begun"], item["sites"]) for item in items if item["sites"]} == measured


async def test_a_district_reads_its_part_and_pages_go_on_strictly_before(told: Reporting) -> None:
    xihu = (await asked(told, "/v1/public/campaigns", "public-reader", districts=("xihu",)))["items"]
    assert [(one["campaign_id"], one["sites"], one["begun"]) for one in xihu] == [("c-1", 1, 0)]
    page = await asked(told, "/v1/public/campaigns?limit=1", "public-reader")
    rest = await asked(told, f"/v1/public/campaigns?limit=1&cursor={page['next']}", "public-reader")
    assert [one["campaign_id"] for one in page["items"] + rest["items"]] == ["c-2", "c-1"]
    assert rest["next"] is None


PLANS: list[tuple[str, tuple[Any, ...]]] = [
    (OPENED, (1 << 40, 1 << 40, None, 50)), (OPENED, (1 << 40, 1 << 40, ["donghu"], 50)), (CLOSED, (["campaign:c-1"], 1 << 40)),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "args"), PLANS, ids=["all", "of a district", "ends"])
async def test_an_index_is_behind_what_the_copy_is_asked(filled: Pool, sql: str, args: tuple[Any, ...]) -> None:
    [plan] = orjson.loads(await filled.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args))
    assert "ledger_copy" not in {node["Relation Name"] for node in nodes(plan["Plan"]) if node["Node Type"] == "Seq Scan"}
