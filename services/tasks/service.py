"""What the tasks service is made of."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from services.tasks import worker
from services.tasks.api import ROUTERS
from services.tasks.policies import REACTIONS
from services.tasks.projections import PROJECTIONS
from services.tasks.projections.tasks import deadlines

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
)
