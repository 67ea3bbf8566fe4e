"""The penalty service: what it is made of."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from services.penalty import policies, worker
from services.penalty.api import ROUTERS
from services.penalty.domain import CASE, SERIES
from services.penalty.projections import PROJECTIONS
from services.penalty.projections.clocks import deadlines

SERVICE = Service(
    name="penalty", title="行政处罚", routers=ROUTERS, migrations=Path(__file__).parent / "migrations",
    projections=PROJECTIONS, deadlines=deadlines, fires=worker.FIRES, sources=worker.SOURCES,
    reactions=policies.REACTIONS, snapshots=(SERIES, CASE),
)  # fmt: skip
