"""A bureau whose penalty service has heard what it needs: rules, catalogue, officers, an enterprise; and a case to drive."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from chassis.domain import CHINA
from chassis.testing import ServiceUnderTest

VOCABULARY = Path(__file__).parents[3] / "contracts" / "vocabulary"
CASE = "ref-donghu-1"
ENTERPRISE = "e-0123456789abcdef0123"
HANDLERS = ["o-li", "o-wang"]
CRANE = {
    "item_code": "STL-K1", "law": "WSL", "law_version": "2021", "article": "99", "item": "2", "phase": "first",
    "subject": "unit", "amount_fen": 900_000, "reason": "首次发现，已整改",
}  # fmt: skip


def document(name: str) -> Any:
    """A published vocabulary document."""
    return orjson.loads((VOCABULARY / name).read_bytes())


@dataclass
class Bureau:
    """The service under test with its people."""

    service: ServiceUnderTest
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def hears(self, source: str, name: str, data: Any, subject: str, district: str = "donghu") -> None:
        """Another service's event arrives and is applied."""
        wire = f"casetrail.{source}.{name}.v1"
        received = self.service.received(source, wire, orjson.dumps(data), subject=subject, district=district)
        assert await self.service.receive(received) == received.shard_idx

    async def hears_the_registry(self) -> None:
        """Jurisdictions, rules, catalogue, officers, the enterprise."""
        for row in document("jurisdictions.json")["jurisdictions"]:
            told = {**row, "jurisdiction_id": row["id"]}
            await self.hears("registry", "jurisdiction-established", told, f"jurisdiction:{row['id']}", row["id"])
        for name in ("rulebook-2021.json", "rulebook-2026.json"):
            book = document(name)
            head = {key: book[key] for key in ("rulebook", "version", "valid_from", "valid_to", "province")}
            await self.hears("registry", "rulebook-published", {**head, "content": book}, f"rulebook:{name}", "nanchang")
        catalogue = document("catalogue-2021.json")
        await self.hears("registry", "catalogue-published", catalogue, "catalogue:nanchang", "nanchang")
        for number, name in enumerate(("o-li", "o-wang", "o-zhao"), start=1):
            await self.enrol(name, f"JX{number}", "2024-12-31")
        await self.hears(
            "registry", "enterprise-registered",
            {"enterprise_id": ENTERPRISE, "name": "南昌某钢铁有限公司", "uscc": "91360100MA35XXXX1X", "address": "东湖区一号",
             "district": "donghu", "sector": "steel"}, ENTERPRISE,
        )  # fmt: skip

    async def enrol(self, officer_id: str, certificate_no: str, valid_to: str) -> None:
        """The registry enrols an officer of Donghu."""
        told = {
            "officer_id": officer_id, "name": officer_id, "organ_id": "donghu-emb", "organ": "x", "district": "donghu",
            "certificate_no": certificate_no, "certificate_valid_to": valid_to, "specialities": [],
        }  # fmt: skip
        await self.hears("registry", "officer-enrolled", told, f"officer:{officer_id}")

    async def hears_a_referral(self, case_id: str = CASE, hazards: tuple[str, ...] = ("h-1",)) -> None:
        """An inspection refers acts."""
        acts = [{"hazard_id": hazard, "item_code": "STL-K1", "fact": "未使用固定式龙门钩"} for hazard in hazards]
        told = {
            "referral_id": case_id, "inspection_id": "t-1", "enterprise_id": ENTERPRISE, "enterprise_name": "南昌某钢铁有限公司",
            "uscc": "91360100MA35XXXX1X", "level": "district", "organ_id": "donghu-emb", "organ": "南昌市东湖区应急管理局",
            "act_date": "2021-09-06", "acts": acts, "officers": [], "catalogue": "nanchang-industry-trade/2021.1",
        }  # fmt: skip
        await self.hears("inspection", "referred-to-penalty", told, ENTERPRISE)

    async def hears_rectified(self, hazard_id: str = "h-1") -> None:
        """A hazard passed at re-inspection."""
        told = {"hazard_id": hazard_id, "order_id": "order-1", "re_inspected_on": "2021-09-15"}
        await self.hears("inspection", "hazard-rectified", told, ENTERPRISE)

    def until(self, day: str, hour: int = 12) -> None:
        """The clock stands at this hour of a day in China."""
        self.service.clock.at = datetime.fromisoformat(f"{day}T{hour:02d}:00:00").replace(tzinfo=CHINA)

    def client(self, role: str) -> httpx.AsyncClient:
        """A person of Donghu with one role."""
        if role not in self.clients:
            self.clients[role] = self.service.client(role, id=f"p-{role}", districts=("donghu",), organ="donghu-emb")
        return self.clients[role]

    async def post(
        self, role: str, path: str, body: Any = None, *, case_id: str = CASE, status: int = 201, **headers: str
    ) -> Any:  # fmt: skip
        """A command on the case; answers the JSON of the response, which has this status."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.client(role).post(f"/v1/cases/{case_id}/{path}", json=body or {}, headers=named)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str = f"/v1/cases/{CASE}", role: str = "manager", *, status: int = 200) -> Any:
        """What a reader is answered."""
        answer = await self.client(role).get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def file(self, case_id: str = CASE) -> Any:
        """Request and file the case on 8 September."""
        self.until("2021-09-08")
        officers = [{"officer_id": officer_id} for officer_id in HANDLERS]
        request = {"cause": "未使用固定式龙门钩案", "officers": officers, "opinion": "建议立案"}
        await self.post("officer", "filing-requests", request, case_id=case_id)
        return await self.post("approver", "filings", case_id=case_id)

    async def gather(self, case_id: str = CASE) -> None:
        """Evidence on 10 September."""
        self.until("2021-09-10")
        digest = hashlib.sha256(case_id.encode()).hexdigest()
        evidence = {"kind": "inspection-record", "title": "现场检查记录", "officers": HANDLERS, "sha256": digest}
        await self.post("officer", "evidence", evidence, case_id=case_id)

    async def investigate(self, case_id: str = CASE, **changes: Any) -> Any:
        """Evidence and charges on 10 September."""
        await self.gather(case_id)
        closing = {"charges": [{**CRANE, **changes}], "opinion": "建议处罚"}
        return await self.post("officer", "investigation-closings", closing, case_id=case_id)

    async def notify(self, case_id: str = CASE) -> Any:
        """The notice, on Monday 13 September."""
        self.until("2021-09-13")
        return await self.post("officer", "notices", {"manner": "direct"}, case_id=case_id)

    async def decide(self, case_id: str = CASE, *, status: int = 201, body: Any = None) -> Any:
        """The decision, on what the approver sees now."""
        seen = await self.get(f"/v1/cases/{case_id}", "approver")
        match = {"If_Match": f'"{seen["version"]}"'}
        return await self.post("approver", "decisions", body, case_id=case_id, status=status, **match)

    async def serve(self, received_on: str = "2021-09-18") -> Any:
        """The decision is received."""
        self.until(received_on)
        body = {"manner": "direct", "recipient": "张三", "received_on": received_on}
        return await self.post("officer", "services", body)

    async def publish(self, case_id: str = CASE, party_id: str = "unit", *, status: int = 201) -> Any:
        """The decision against a party is published."""
        return await self.post("officer", "publications", {"party_id": party_id}, case_id=case_id, status=status)

    async def served_case(self, received_on: str = "2021-09-18") -> Any:
        """The whole procedure up to the receipt of the decision: 9,000 yuan, due on 8 October."""
        await self.hears_a_referral()
        await self.file()
        await self.investigate()
        await self.notify()
        await self.post("officer", "statements", {"kind": "waived"})
        await self.decide()
        return await self.serve(received_on)

    async def pay(self, amount_fen: int, reference: str, *, status: int = 201) -> Any:
        """A transfer, today."""
        today = self.service.clock.now().astimezone(CHINA).date().isoformat()
        body = {"amount_fen": amount_fen, "bank_reference": reference, "paid_on": today}
        return await self.post("finance", "payments", body, status=status)
