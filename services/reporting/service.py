"""Reporting's manifest."""

from pathlib import Path

from chassis.service import Service
from services.reporting import api, projections, worker
from services.reporting.api import feed
from services.reporting.queries import soundness

THINGS = {
    "access": "查阅记录", "dimension": "维度", "panel": "面板", "measure": "度量", "figure": "指标", "officer": "执法人员",
    "event": "事件", "case": "案件", "enterprise": "企业",
}  # fmt: skip
"""How what is not found is called."""

SERVICE = Service(
    name="reporting",
    title="统计报告",
    routers=(api.router,),
    migrations=Path(__file__).parent / "migrations",
    projections=projections.PROJECTIONS,
    sources=worker.SOURCES,
    feed=worker.CopyFeed(),
    applier=worker.LedgerCopy,
    records=True,
    background=(feed.follow,),
    loops=worker.LOOPS,
    checks=(soundness.check_copies, soundness.check_witness),
    witness=soundness.Copies(),
    things=THINGS,
)
