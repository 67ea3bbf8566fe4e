"""What the tasks service is made of."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from services.tasks import api, policies, projections, worker

SERVICE = Service(
    name="tasks",
    title="任务",
    routers=(api.router,),
    projections=projections.PROJECTIONS,
    deadlines=projections.deadlines,
    fires=worker.FIRES,
    sources=worker.SOURCES,
    reactions=policies.REACTIONS,
    migrations=Path(__file__).parent / "migrations",
)
