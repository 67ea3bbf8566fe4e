"""What penalty folds its ledger into."""

from chassis.projector import Projection
from services.penalty.projections.cases import project_cases

PROJECTIONS = (Projection("case_list", version=1, project=project_cases, tables=("case_list",)),)
