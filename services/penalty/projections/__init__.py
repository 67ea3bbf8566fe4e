"""What penalty folds its ledger into."""

from chassis.projector import Projection
from services.penalty.projections.bank import project_transfers
from services.penalty.projections.calendar import project_calendar
from services.penalty.projections.cases import project_cases
from services.penalty.projections.closures import project_closures
from services.penalty.projections.documents import project_documents, project_reads
from services.penalty.projections.matters import project_matters
from services.penalty.projections.payments import project_payments
from services.penalty.projections.publications import project_publications
from services.penalty.projections.spots import project_spots
from services.penalty.projections.superior_reports import project_superior_reports

PROJECTIONS = (
    Projection("case_list", version=5, project=project_cases, tables=("case_list",)),
    Projection("payments", version=3, project=project_payments, tables=("payment_list", "payment_cases")),
    Projection("bank_transfers", version=3, project=project_transfers, tables=("bank_transfers",)),
    Projection("spots", version=2, project=project_spots, tables=("spot_list",)),
    Projection("publications", version=1, project=project_publications, tables=("publication_list",)),
    Projection("party_matters", version=1, project=project_matters, tables=("party_matters",)),
    Projection("closures", version=1, project=project_closures, tables=("closure_list",)),
    Projection("superior_reports", version=1, project=project_superior_reports, tables=("superior_reports",)),
    Projection("documents", version=1, project=project_documents, tables=("documents",)),
    Projection("reads", version=1, project=project_reads, tables=("reads",)),
    Projection("calendar", version=5, project=project_calendar, tables=("calendar", "calendar_cases", "calendar_officers")),
)
