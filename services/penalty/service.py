"""The penalty service: what it is made of."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from services.penalty import policies, worker
from services.penalty.api import ROUTERS
from services.penalty.domain import CASE, SERIES
from services.penalty.projections import PROJECTIONS
from services.penalty.projections.clocks import deadlines

THINGS = {
    "bank-transfer": "银行入账", "bank-statement": "银行对账单", "enforcement": "强制执行", "access": "查阅记录",
    "bearer": "文书字号", "document": "文书", "case": "案件", "receipt": "罚款收据", "spot": "当场处罚", "payment": "罚款缴纳",
    "series": "文号序列", "publication": "公示", "standing": "企业处罚记录", "transfer": "案件移送", "remedy": "救济",
    "signature": "签名",
}  # fmt: skip
"""How what is not found is called."""

SERVICE = Service(
    name="penalty", title="行政处罚", routers=ROUTERS, migrations=Path(__file__).parent / "migrations",
    projections=PROJECTIONS, deadlines=deadlines, fires=worker.FIRES, sources=worker.SOURCES,
    reactions=policies.REACTIONS, snapshots=(SERIES, CASE), things=THINGS,
)  # fmt: skip
