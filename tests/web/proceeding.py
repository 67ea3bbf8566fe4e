"""A bureau's penalty service behind the gateway, with the console in front: cases that are acted on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chassis.testing import service_under_test
from services.penalty.service import SERVICE
from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.conftest import heard
from tests.web.staging import behind_the_gateway

CASES = f"/console/cases/{CASE}"
DONGHU = {"districts": ["donghu"], "organ": "donghu-emb"}
PEOPLE = {
    "li": {"sub": "o-li", "name": "李明", "roles": ["officer"], "officer_id": "o-li", **DONGHU},
    "reviewer": {"name": "东湖 法制审核", "roles": ["legal-reviewer"], **DONGHU},
    "head": {"name": "东湖 分管负责人", "roles": ["approver"], **DONGHU},
}


@dataclass(frozen=True, slots=True)
class Office:
    """A bureau, and the gateway's address."""

    bureau: Bureau
    url: str

    async def requested(self) -> None:
        """Filing is asked for, and not answered."""
        self.bureau.until("2021-09-08")
        officers = [{"officer_id": officer_id} for officer_id in ("o-li", "o-wang")]
        asked = {"cause": "未使用固定式龙门钩案", "officers": officers, "opinion": "建议立案"}
        await self.bureau.post("officer", "filing-requests", asked)
        await self.bureau.service.settle()


@asynccontextmanager
async def proceeding(admin_dsn: str, data: Path) -> AsyncIterator[Office]:
    """Before the first case."""
    async with service_under_test(SERVICE, admin_dsn, before=heard) as under_test:
        bureau = Bureau(under_test)
        async with behind_the_gateway(data, under_test) as url:
            yield Office(bureau, url)
        for client in bureau.clients.values():
            await client.aclose()


def peopled(data: Path) -> None:
    """The issuer knows an officer, a reviewer and a head of Donghu instead of the demonstration's people."""
    (data / "practice").mkdir()
    (data / "practice" / "people.json").write_text(json.dumps({"people": PEOPLE}), encoding="utf-8")
