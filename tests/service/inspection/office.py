"""An organ at work, as the inspection service sees it: what the registry and the tasks tell, and what people send."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson

from chassis.broker import Received
from chassis.testing import ServiceUnderTest

VOCABULARY = Path(__file__).parents[3] / "contracts/vocabulary"
PREFIX = "casetrail.inspection."
LEDGER = "SELECT e.type FROM ledger l JOIN events e USING (stream_id, version) ORDER BY l.idx"
MORNING = datetime(2021, 9, 6, 2, 0, tzinfo=UTC)  # ten o'clock in China
OFFICERS = [{"officer_id": f"officer-{n}", "certificate_no": f"赣A00{n}"} for n in (1, 2)]
CHECK_IN = {"officers": OFFICERS, "experts": ["expert-1"], "place": "打磨车间", "representative": "厂长"}


def vocabulary(name: str) -> dict[str, Any]:
    """A published vocabulary."""
    content: dict[str, Any] = orjson.loads((VOCABULARY / f"{name}.json").read_bytes())
    return content


def hazard(hazard_id: str, severity: str = "general") -> dict[str, Any]:
    """A hazard as a phone sends it."""
    return {"hazard_id": hazard_id, "severity": severity, "fact": "设备表面积尘", "place": "打磨车间"}


class Office:
    """The inspection service under test, and the people around it; ids are at least three characters long."""

    def __init__(self, under_test: ServiceUnderTest) -> None:
        self.under_test = under_test
        self.correlation = uuid.uuid4()
        self._clients: dict[tuple[str, str], httpx.AsyncClient] = {}

    def client(self, role: str, district: str = "*", enterprise_id: str | None = None) -> httpx.AsyncClient:
        """Somebody with this role, in one district or everywhere."""
        key = (role, f"{district} {enterprise_id}")
        if key not in self._clients:
            self._clients[key] = self.under_test.client(
                role, districts=(district,), organ="donghu-emb", name="王局长", enterprise_id=enterprise_id
            )
        return self._clients[key]

    async def post(self, role: str, path: str, body: Mapping[str, Any], *, status: int = 201, **headers: str) -> Any:
        """A command; answers the body of the response, whose status must be this one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self.client(role).post(f"/v1/{path}", json=body, headers=named)
        assert response.status_code == status, response.text
        return response.json()

    async def refused(self, code: str, role: str, path: str, body: Mapping[str, Any], **headers: str) -> Any:
        """A command that the rules refuse with this code; answers the problem."""
        problem = await self.post(role, path, body, status=409, **headers)
        assert problem["code"] == code, problem
        return problem

    async def get(self, path: str, role: str = "manager", district: str = "*", status: int = 200, **asked: Any) -> Any:
        """A question; answers the body of the response."""
        response = await self.client(role, district).get(f"/v1/{path}", params=asked)
        assert response.status_code == status, response.text
        return response.json()

    def event(self, source: str, name: str, subject: str, /, **data: Any) -> Received:
        """Another service's event, with a field that this service does not know."""
        content = orjson.dumps({**data, "unknown_to_inspection": 1})
        wire = f"casetrail.{source}.{name}.v1"
        return self.under_test.received(source, wire, content, subject=subject, correlation_id=self.correlation)

    async def hear(self, received: Received) -> None:
        """It arrives, and is dealt with."""
        assert await self.under_test.receive(received) == received.shard_idx

    def enterprise(self, enterprise_id: str = "e-1") -> Received:
        """A dust site with a dust-removal system and a retired sander, without confined spaces, contractors and gas."""
        fields = {"confined_space_count": 0, "has_contractors": False, "uses_gas": False}
        return self.event(
            "registry", "enterprise-registered", enterprise_id, enterprise_id=enterprise_id, name="某木业公司", sector="dust",
            address="昌东大道1号", legal_representative="李厂长", industry_code="C21",
            fields=[{"name": name, "value": value, "source": "register"} for name, value in fields.items()], places=[],
            equipment=[
                {"equipment_id": "q-1", "kind": "dust-removal-system", "name": "除尘器", "status": "idle"},
                {"equipment_id": "q-2", "kind": "comminution-equipment", "name": "砂光机", "status": "retired"},
            ],
        )  # fmt: skip

    def catalogue(self) -> Received:
        """The published item list."""
        content = vocabulary("catalogue-2021")
        return self.event("registry", "catalogue-published", "catalogue:c", **content)

    def rulebook(self) -> Received:
        """The published rules."""
        content = vocabulary("rulebook-2021")
        head = {name: content[name] for name in ("rulebook", "version", "valid_from", "valid_to", "province")}
        return self.event("registry", "rulebook-published", "rulebook:r", **head, content=content)

    def officer(self, number: int, valid_to: str = "2024-12-31") -> Received:
        """An enrolled officer."""
        return self.event(
            "registry", "officer-enrolled", f"officer:officer-{number}", officer_id=f"officer-{number}", name="执法人员",
            organ_id="donghu-emb", organ="东湖区应急管理局", district="donghu", certificate_no=f"赣A00{number}",
            certificate_valid_to=valid_to, specialities=[],
        )  # fmt: skip

    def organ(self) -> Received:
        """The district's organ."""
        return self.event(
            "registry", "jurisdiction-established", "jurisdiction:donghu", jurisdiction_id="donghu", name="东湖区",
            organ="东湖区应急管理局", organ_id="donghu-emb", document_abbreviation="东湖",
        )  # fmt: skip

    def task(
        self, task_id: str, enterprise_id: str = "e-1", *, planned_on: str = "2021-09-06", due_on: str = "2021-11-30",
        expert: str = "expert-1", wire: str = "task-assigned",
    ) -> Received:  # fmt: skip
        """An assigned task of a campaign; or one that went to others (`task-reassigned`)."""
        officers = [{**officer, "name": "执法人员", "organ_id": "donghu-emb"} for officer in OFFICERS]
        return self.event(
            "tasks", wire, enterprise_id, task_id=task_id, enterprise_id=enterprise_id, enterprise_name="某木业公司",
            uscc="91360100MA00000000", sector="dust", kind="campaign", campaign_id="campaign-1", level="district",
            organ_id="donghu-emb", organ="东湖区应急管理局", due_on=due_on, planned_on=planned_on, draw_id="draw-1",
            officers=officers, experts=[{"expert_id": expert, "name": "专家"}],
        )  # fmt: skip

    async def founded(self) -> None:
        """All that the registry has to tell."""
        for received in (
            self.organ(),
            self.catalogue(),
            self.rulebook(),
            self.officer(1),
            self.officer(2),
            self.enterprise(),
        ):
            await self.hear(received)

    async def on_site(self, task_id: str = "task-1", enterprise_id: str = "e-1") -> None:
        """A task was assigned, its plan approved, and the officers have checked in."""
        await self.hear(self.task(task_id, enterprise_id))
        await self.post("approver", f"inspections/{task_id}/plan-approvals", {"mode": "unannounced"})
        await self.post("officer", f"inspections/{task_id}/check-ins", CHECK_IN)

    async def answers(self, task_id: str, hazard_ids: Sequence[str]) -> list[dict[str, Any]]:
        """An answer to each item: these hazards on DST-K6, all else compliant."""
        items = (await self.get(f"inspections/{task_id}"))["items"]
        bad = {"answer": "violation", "hazards": [hazard(hazard_id) for hazard_id in hazard_ids]}
        good = {"answer": "compliant"}
        return [{"item_code": item["code"], **(bad if item["code"] == "DST-K6" and hazard_ids else good)} for item in items]

    async def concluded(self, *hazard_ids: str, task_id: str = "task-1") -> None:
        """The officers found these hazards, and the record was signed."""
        await self.on_site(task_id)
        await self.post("officer", f"inspections/{task_id}/answers", {"answers": await self.answers(task_id, hazard_ids)})
        await self.post("officer", f"inspections/{task_id}/conclusions", {"signed_by": "厂长"})

    def order_body(self, order_id: str, *hazard_ids: str, task_id: str = "task-1", due_on: str = "2021-09-20") -> dict[str, Any]:
        """An order for these hazards."""
        dated = [{"hazard_id": hazard_id, "due_on": due_on} for hazard_id in hazard_ids]
        return {"order_id": order_id, "inspection_id": task_id, "hazards": dated}

    async def ordered(self, *hazard_ids: str) -> None:
        """These hazards were found and ordered by order-1, due on 2021-09-20."""
        await self.concluded(*hazard_ids)
        await self.post("officer", "orders", self.order_body("order-1", *hazard_ids))

    async def report(self, *hazard_ids: str) -> None:
        """The enterprise reports these hazards of order-1."""
        body = {"hazard_ids": list(hazard_ids), "report": "已清理", "evidence": ["a" * 64]}
        await self.post("officer", "orders/order-1/rectification-reports", body)

    async def re_inspect(self, **passed: bool) -> None:
        """The officers re-inspect these hazards of order-1."""
        results = [{"hazard_id": name.replace("_", "-"), "passed": each} for name, each in passed.items()]
        await self.post("officer", "orders/order-1/re-inspections", {"officers": OFFICERS, "results": results})

    async def pass_days(self, days: int) -> None:
        """Time passes, and everything that was due happens."""
        await self.under_test.settle()
        self.under_test.clock.at += timedelta(days=days)
        await self.under_test.settle()

    async def recorded(self) -> list[str]:
        """Names of the events, in the order of the ledger."""
        await self.under_test.settle()
        return [row["type"].removeprefix(PREFIX) for row in await self.under_test.connection.fetch(LEDGER)]
