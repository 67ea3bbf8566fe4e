"""What inspection folds its ledger into."""

from chassis.projector import Projection
from services.inspection.projections import measures
from services.inspection.projections.devices import project_devices
from services.inspection.projections.documents import project_documents
from services.inspection.projections.evidence import project_evidence
from services.inspection.projections.lists import project
from services.inspection.projections.phrases import project_phrases
from services.inspection.projections.reads import project_reads
from services.inspection.projections.teams import project_teams

PROJECTIONS = (
    Projection("inspection_lists", version=2, project=project, tables=("inspections", "hazards", "orders")),
    Projection("devices", version=1, project=project_devices, tables=("devices",)),
    Projection("teams", version=2, project=project_teams, tables=("inspection_teams",)),
    Projection("phrases", version=1, project=project_phrases, tables=("phrases",)),
    Projection("documents", version=2, project=project_documents, tables=("documents",)),
    Projection("evidence", version=1, project=project_evidence, tables=("evidence",)),
    Projection("reads", version=1, project=project_reads, tables=("reads",)),
    Projection("measure_list", version=2, project=measures.project, tables=("measures",)),
)
