"""Forms that stay in the organ and carry its opinions: form 1, the filing of a case."""

from __future__ import annotations

from datetime import date

from services.penalty.documents.form import Form
from services.penalty.documents.parts import Officer, Opinion, Unit, facts

APPROVING = ("officer", "reviewer", "approver")


@facts()
class FilingApproval:
    """Of what a unit is suspected, since when from where it is known; what officers, reviewer and approver say."""

    cause: str
    source: str
    found_on: date
    case_name: str
    party: Unit
    case_facts: str
    opinion: str
    officers: tuple[Officer, ...]
    requested_on: date
    review: Opinion | None = None
    approval: Opinion | None = None


FILING = Form(no="01", name="立案审批表", zi="立", facts=FilingApproval, signatories=APPROVING)
FORMS = (FILING,)
