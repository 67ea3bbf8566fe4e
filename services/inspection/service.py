"""What the inspection service is made of."""

from pathlib import Path

from chassis.service import Service
from services.inspection import api, policies, projections, worker
from services.inspection.domain.numbers import SERIES

SERVICE = Service(
    name="inspection",
    title="检查",
    routers=(api.router,),
    projections=projections.PROJECTIONS,
    deadlines=projections.deadlines,
    fires=worker.FIRES,
    sources=worker.SOURCES,
    reactions=policies.REACTIONS,
    snapshots=(SERIES,),
    migrations=Path(__file__).parent / "migrations",
)
