"""The penalty service: what it is made of."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from services.penalty import api, policies, projections, worker
from services.penalty.domain import SERIES

SERVICE = Service(
    name="penalty", title="行政处罚", routers=(api.router,), migrations=Path(__file__).parent / "migrations",
    projections=projections.PROJECTIONS, deadlines=projections.deadlines, fires=worker.FIRES, sources=worker.SOURCES,
    reactions=policies.REACTIONS, snapshots=(SERIES,),
)  # fmt: skip
