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
)
