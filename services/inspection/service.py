"""What the inspection service is made of."""

from pathlib import Path

from chassis.service import Service
from services.inspection import policies, worker
from services.inspection.api import ROUTERS
from services.inspection.api.settling import settle_held
from services.inspection.domain.device import DEVICE
from services.inspection.domain.numbers import SERIES
from services.inspection.projections import PROJECTIONS
from services.inspection.projections.clocks import deadlines

THINGS = {
    "access": "查阅记录", "bearer": "文书字号", "document": "文书", "evidence": "证据", "measure": "现场措施",
    "order": "责令整改", "receipt": "送达回证", "inspection": "检查", "series": "文号序列",
    "referral": "移送处罚", "device": "设备",
    "hazard": "隐患", "phrase": "常用语", "signature": "签名", "catalogue": "检查事项清单",
}  # fmt: skip
"""How what is not found is called."""

SERVICE = Service(
    name="inspection",
    title="检查",
    routers=ROUTERS,
    projections=PROJECTIONS,
    deadlines=deadlines,
    fires=worker.FIRES,
    sources=worker.SOURCES,
    reactions=policies.REACTIONS,
    snapshots=(SERIES, DEVICE),
    background=(settle_held,),
    loops=worker.LOOPS,
    migrations=Path(__file__).parent / "migrations",
    things=THINGS,
)
