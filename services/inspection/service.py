"""What the inspection service is made of."""

from pathlib import Path

from chassis.service import Service
from services.inspection import policies, worker
from services.inspection.api import ROUTERS
from services.inspection.domain.numbers import SERIES
from services.inspection.projections import PROJECTIONS
from services.inspection.projections.clocks import deadlines

SERVICE = Service(
    name="inspection",
    title="检查",
    routers=ROUTERS,
    projections=PROJECTIONS,
    deadlines=deadlines,
    fires=worker.FIRES,
    sources=worker.SOURCES,
    reactions=policies.REACTIONS,
    snapshots=(SERIES,),
    migrations=Path(__file__).parent / "migrations",
)
