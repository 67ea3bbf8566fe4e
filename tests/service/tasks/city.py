"""A small city as the registry tells of it, and its campaign, for the tests of tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import orjson

from chassis.broker import Received
from chassis.testing import ServiceUnderTest

VOCABULARY = Path(__file__).parents[3] / "contracts" / "vocabulary"
SEED = "a seed that nobody can guess"
SEED_SHA256 = hashlib.sha256(SEED.encode()).hexdigest()
DISTRICTS = ("anyi", "donghu", "xihu")
CAMPAIGN = {
    "campaign_id": "campaign-2021", "plan_id": "plan-2021", "title": "工贸专项执法", "sectors": ["steel", "aluminium", "dust"],
    "starts_on": "2021-09-01", "ends_on": "2021-11-30",
}  # fmt: skip


class City:
    """The tasks service under test, fed with events of the registry and of inspections."""

    def __init__(self, under_test: ServiceUnderTest) -> None:
        self.under_test = under_test
        self.manager = under_test.client("manager", id="p-li")
        self.approver = under_test.client("approver", id="p-wang")

    async def hear(self, source: str, name: str, subject: str, /, **data: Any) -> Received:
        """Another service's event arrives, with a field that nobody here knows; answers it."""
        content = orjson.dumps({**data, "added_later": 1})
        received = self.under_test.received(source, f"casetrail.{source}.{name}.v1", content, subject=subject)
        assert await self.under_test.receive(received) == received.shard_idx
        return received

    async def jurisdictions(self) -> None:
        """All jurisdictions of the vocabulary."""
        for row in orjson.loads((VOCABULARY / "jurisdictions.json").read_bytes())["jurisdictions"]:
            data = {**row, "jurisdiction_id": row["id"]}
            await self.hear("registry", "jurisdiction-established", f"jurisdiction:{row['id']}", **data)

    async def rulebook(self, name: str = "rulebook-2021.json") -> None:
        """A rulebook of the vocabulary."""
        await self.publish(orjson.loads((VOCABULARY / name).read_bytes()))

    async def publish(self, book: dict[str, Any]) -> None:
        """This rulebook."""
        head = {key: book[key] for key in ("rulebook", "version", "valid_from", "valid_to", "province")}
        await self.hear("registry", "rulebook-published", f"rulebook:{book['rulebook']}", **head, content=book)

    async def enterprise(self, number: int, district: str, sector: str = "steel", fields: Sequence[Any] = ()) -> str:
        """A registered enterprise; answers its id."""
        enterprise_id = f"e-{number:020x}"
        await self.hear(
            "registry", "enterprise-registered", enterprise_id, enterprise_id=enterprise_id, name=f"企业{number}",
            uscc=f"91360100{number:010d}", site_no=1, district=district, sector=sector, staff=12, fields=list(fields), places=[],
        )  # fmt: skip
        return enterprise_id

    async def officer(self, officer_id: str, district: str = "donghu", valid_to: date = date(2024, 12, 31)) -> None:
        """An enrolled officer of a district's organ."""
        await self.hear(
            "registry", "officer-enrolled", f"officer:{officer_id}", officer_id=officer_id, name=f"人员{officer_id}",
            organ_id=f"{district}-emb", organ="应急管理局", district=district, certificate_no=f"C-{officer_id}",
            certificate_valid_to=valid_to, specialities=[],
        )  # fmt: skip

    async def recusal(self, officer_id: str, enterprise_id: str) -> None:
        """An officer's recusal at an enterprise."""
        await self.hear(
            "registry", "recusal-declared", f"officer:{officer_id}", officer_id=officer_id, enterprise_id=enterprise_id,
            reason="近亲属",
        )  # fmt: skip

    async def founded(self) -> None:
        """Jurisdictions and rules, four officers of Donghu, an expert."""
        await self.jurisdictions()
        await self.rulebook()
        for one in ("o-a", "o-b", "o-c", "o-d"):
            await self.officer(one)
        await self.hear("registry", "expert-enrolled", "expert:x-1", expert_id="x-1", name="专家", district="nanchang")

    async def campaign(self) -> None:
        """A campaign of a plan that was drafted and approved."""
        plan = {"plan_id": "plan-2021", "year": 2021, "title": "计划", "sectors": CAMPAIGN["sectors"], "planned_inspections": 12}
        expect(await self.manager.post("/v1/plans", json=plan), 201)
        expect(await self.approver.post("/v1/plans/plan-2021/approvals", json={}, headers={"If-Match": '"1"'}), 201)
        expect(await self.manager.post("/v1/campaigns", json=CAMPAIGN), 201)

    async def register(self, per_district: int) -> int:
        """So many enterprises in each of three districts; answers how many in all."""
        for place, district in enumerate(DISTRICTS):
            for number in range(per_district):
                await self.enterprise(place * per_district + number, district)
        return len(DISTRICTS) * per_district

    async def apportioned(self, per_district: int = 4) -> list[dict[str, Any]]:
        """Tasks of a campaign over a small register; answers the list of them."""
        await self.campaign()
        expected = await self.register(per_district)
        asked = {"seed": "2021", "expected_enterprises": expected}
        expect(await self.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked), 201)
        return await self.tasks()

    async def tasks(self, **filters: Any) -> list[dict[str, Any]]:
        """The list of tasks, after everything is projected."""
        await self.under_test.settle()
        items: list[dict[str, Any]] = expect(await self.manager.get("/v1/tasks", params={"limit": 200, **filters}))["items"]
        return items

    async def open_task(self) -> dict[str, Any]:
        """A task of Donghu's own organ that waits for officers."""
        await self.founded()
        return next(task for task in await self.apportioned() if task["organ_id"] == "donghu-emb")

    async def assigned_task(self) -> dict[str, Any]:
        """The task, assigned by a draw."""
        task = await self.open_task()
        expect(await self.manager.post("/v1/draws", json=draw(task["task_id"])), 201)
        expect(await self.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
        return task

    async def visit(self, task: dict[str, Any], name: str, /, **data: Any) -> Received:
        """An event of the inspection of a task."""
        return await self.hear(
            "inspection", name, task["enterprise_id"], inspection_id=task["task_id"], task_id=task["task_id"], **data
        )

    async def refusals(self) -> list[str]:
        """The codes of reactions that the rules refused."""
        rows = await self.under_test.connection.fetch("SELECT code FROM refusals ORDER BY recorded_at")
        return [row["code"] for row in rows]


def draw(*task_ids: str, count: int = 2, planned_on: str = "2021-09-10", **changes: Any) -> dict[str, Any]:
    """The commitment to a draw of officers of Donghu for these tasks."""
    picks = [{"task_id": one, "count": count, "planned_on": planned_on, "expert_ids": ["x-1"]} for one in task_ids]
    return {
        "draw_id": "draw-1", "purpose": "officers", "organ_id": "donghu-emb", "seed_sha256": SEED_SHA256, "picks": picks,
        **changes,
    }  # fmt: skip


def expect(answer: httpx.Response, status: int = 200, code: str | None = None) -> dict[str, Any]:
    """The body of an answer with this status (and problem code)."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    if code is not None:
        assert body["code"] == code
    return body
