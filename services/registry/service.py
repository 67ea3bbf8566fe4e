"""What the registry is made of."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from services.registry import policies, projections, worker
from services.registry.api import (
    erasures,
    exchange,
    exports,
    feeds,
    imports,
    jurisdictions,
    library,
    lookups,
    numbers,
    publications,
    reference,
    rosters,
    site_files,
    submissions,
)
from services.registry.commands import register
from services.registry.domain.numbers import NUMBER_SERIES

THINGS = {
    "submission": "企业自报", "erasure": "个人信息删除", "reconciliation": "比对", "catalogue": "检查事项清单",
    "rulebook": "规则库", "feed": "数据来源", "number-series": "文号序列", "site-claim": "企业占用", "officer": "执法人员",
    "expert": "专家", "jurisdiction": "辖区", "import": "导入", "enterprise": "企业", "person": "人员",
    "refused rows": "未导入的行",
}  # fmt: skip
"""How what is not found is called."""

SERVICE = Service(
    name="registry",
    title="企业与执法力量登记",
    routers=(
        jurisdictions.router,
        reference.router,
        library.router,
        rosters.router,
        exchange.router,
        publications.router,
        numbers.router,
        lookups.router,
        imports.router,
        feeds.router,
        site_files.router,
        exports.router,
        submissions.router,
        erasures.router,
    ),
    background=(exports.sweep,),
    projections=projections.PROJECTIONS,
    deadlines=projections.deadlines,
    fires=worker.FIRES,
    sources=worker.SOURCES,
    reactions=policies.REACTIONS,
    purges=register.PURGES,
    snapshots=(NUMBER_SERIES,),
    migrations=Path(__file__).parent / "migrations",
    things=THINGS,
)
