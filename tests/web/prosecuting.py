"""A case of the penalty service, its ledger copied and cosigned by reporting, behind the gateway: what an auditor looks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import orjson

from chassis.broker import Received
from chassis.envelope import Envelope, Recorded, uuid7
from chassis.eventstore import ledger_after
from chassis.testing import service_under_test
from services.penalty.service import SERVICE as PENALTY
from services.reporting.service import SERVICE as REPORTING
from tests.service.penalty.bureau import CASE, ENTERPRISE, Bureau
from tests.service.penalty.conftest import heard
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import OFFICER, Ledgers
from tests.service.reporting.logs import settings_of, witnessed
from tests.web.staging import behind_the_gateway

LATE_DAYS = 3


@dataclass(frozen=True, slots=True)
class Prosecution:
    """Both services behind the gateway at `url`, and the events of the case in the order of the copy."""

    url: str
    bureau: Bureau
    reporting: Reporting
    ledgers: Ledgers

    def event(self, name: str) -> str:
        """The id of the first event of this name."""
        wanted = f".{name}.v"
        return next(str(one.envelope.event_id) for one in self.ledgers.recorded if wanted in one.envelope.type)


@asynccontextmanager
async def prosecution(admin_dsn: str, data: Path) -> AsyncIterator[Prosecution]:
    """A case from the clue to the served decision; an expert's opinion came to the inspection's ledger three days late."""
    async with (
        service_under_test(PENALTY, admin_dsn, before=heard) as penalty,
        service_under_test(REPORTING, admin_dsn) as under_test,
    ):
        bureau, reporting, ledgers = Bureau(penalty), Reporting(under_test), Ledgers()
        await bureau.served_case()
        await penalty.settle()
        for row in await ledger_after(penalty.connection, 0, 1000):
            ledgers.recorded.append(Received(PENALTY.name, row.idx, row.shard, row.shard_idx, row.leaf, row.chain, row.recorded))
        correlation = next(one.envelope.correlation_id for one in ledgers.recorded if one.envelope.stream_id == f"case:{CASE}")
        ledgers.recorded.append(told_late(ledgers, correlation))
        under_test.clock.at = penalty.clock.at
        await reporting.receive(ledgers.recorded)
        await witnessed(reporting, ledgers)
        async with behind_the_gateway(data, penalty, under_test) as url:
            under_test.app.state.settings = settings_of(reporting)
            yield Prosecution(url, bureau, reporting, ledgers)
        for client in bureau.clients.values():
            await client.aclose()


def told_late(ledgers: Ledgers, correlation_id: UUID) -> Received:
    """What an expert said on site, recorded days later from a phone that was offline."""
    newest = max(one.envelope.recorded_at for one in ledgers.recorded)
    said = {"inspection_id": "t-1", "text": "建议更换吊具", "place": "炼钢车间"}
    envelope = Envelope(
        event_id=uuid7(), command_id=(command := uuid7()), stream_id="inspection:t-1", version=1,
        type="casetrail.inspection.expert-advised.v1", district="donghu", organ="donghu-emb", subject=ENTERPRISE,
        occurred_at=newest - timedelta(days=LATE_DAYS), recorded_at=newest, actor=replace(OFFICER, name="李专家", role="expert"),
        device="phone-7", correlation_id=correlation_id, causation_id=command, traceparent=None, rulebook=None,
    )  # fmt: skip
    return ledgers.sequenced("inspection", Recorded(envelope, orjson.dumps(said)))
