"""What the tasks service is made of."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from services.tasks import worker
from services.tasks.api import ROUTERS
from services.tasks.policies import REACTIONS
from services.tasks.projections import PROJECTIONS
from services.tasks.projections.tasks import deadlines

THINGS = {
    "guidance": "指导服务", "implementation": "实施方案", "demonstration": "观摩", "task": "任务", "week": "周调度",
    "bulletins": "通报", "training": "培训", "modules": "培训模块", "inspections": "检查次数", "problem": "问题",
    "draw": "随机抽取", "campaign": "专项行动", "claim": "占用", "plan": "计划", "approval": "审批",
}  # fmt: skip
"""How what is not found is called."""

SERVICE = Service(
    name="tasks",
    title="任务",
    routers=ROUTERS,
    projections=PROJECTIONS,
    deadlines=deadlines,
    fires=worker.FIRES,
    sources=worker.SOURCES,
    reactions=REACTIONS,
    migrations=Path(__file__).parent / "migrations",
    things=THINGS,
)
