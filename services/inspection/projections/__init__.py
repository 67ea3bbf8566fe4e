"""What inspection folds its ledger into."""

from chassis.projector import Projection
from services.inspection.projections.lists import project

PROJECTIONS = (Projection("inspection_lists", version=1, project=project, tables=("inspections", "hazards", "orders")),)
