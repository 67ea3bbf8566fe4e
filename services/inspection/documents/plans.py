"""Form 2: the plan of an inspection."""

from __future__ import annotations

from datetime import date

from services.inspection.documents.form import Form
from services.inspection.documents.parts import Officer, Opinion, facts


@facts()
class InspectionPlan:
    """Who looks at what, where and when, and who approved it; `until` if it takes more than a day."""

    unit: str
    address: str
    contact: str | None = None
    industry: str | None = None
    planned_on: date
    until: date | None = None
    officers: tuple[Officer, ...]
    contents: tuple[str, ...]
    mode: str
    review: Opinion | None = None
    approval: Opinion | None = None
    remark: str | None = None


PLAN = Form(no="02", name="现场检查方案", zi="检查", facts=InspectionPlan, signatories=("reviewer", "approver"))
FORMS = (PLAN,)
