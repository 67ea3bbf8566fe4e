"""What decisions and screens ask of this service's own tables, one module for each thing that is asked about."""

from services.penalty.queries.books import rules_on
from services.penalty.queries.case_lists import CaseFilter, MatterFilter, cases, matters, spots
from services.penalty.queries.due import CalendarFilter, calendar
from services.penalty.queries.hazards import hazards_of, hazards_of_others, major_of, refusals_of
from services.penalty.queries.money import (
    Owing,
    PaymentFilter,
    bank_transfers,
    owing_named,
    paying_parties,
    payments,
    surcharge_law_on,
    transfers_named,
)
from services.penalty.queries.outlook import outlook_of
from services.penalty.queries.papers import DOCUMENTS_OF_CASE, DocumentFilter, ReadFilter, deeds, documents, reads
from services.penalty.queries.publications import published, unpublished
from services.penalty.queries.register import (
    Enterprise,
    Organ,
    address_of,
    blocks_of,
    enterprise_and_organ,
    enterprise_of,
    officers_for,
    organ_of,
)
from services.penalty.queries.sanctions import choices_of, norms_of, sanctions_for

__all__ = [
    "DOCUMENTS_OF_CASE", "CalendarFilter", "CaseFilter", "DocumentFilter", "Enterprise", "MatterFilter", "Organ",
    "Owing", "PaymentFilter", "ReadFilter", "address_of", "bank_transfers", "blocks_of", "calendar", "cases", "choices_of",
    "deeds", "documents", "enterprise_and_organ", "enterprise_of", "hazards_of", "hazards_of_others", "major_of", "matters",
    "norms_of", "officers_for", "organ_of", "outlook_of", "owing_named", "paying_parties", "payments", "published", "reads",
    "refusals_of", "rules_on", "sanctions_for", "spots", "surcharge_law_on", "transfers_named", "unpublished",
]  # fmt: skip
