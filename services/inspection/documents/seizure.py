"""Forms 7 to 11: sealing and seizure, from the approval to what becomes of what was seized."""

from __future__ import annotations

from datetime import date

from services.inspection.documents.form import Form
from services.inspection.documents.parts import (
    Earlier,
    Officer,
    Opinion,
    Organisation,
    Person,
    Problem,
    Refusal,
    Remedies,
    facts,
)


@facts()
class CoercionApproval:
    """What is asked to be approved: the measure with its grounds, basis, kind and period, against a person or an organisation."""

    case_name: str
    person: Person | None = None
    organisation: Organisation | None = None
    case_facts: str
    request: str
    officers: tuple[Officer, ...]
    requested_on: date
    review: Opinion | None = None
    approval: Opinion | None = None


@facts()
class SeizureDecision:
    """What was found, what is sealed or seized from which day to which; the things are in list no. `list_no`."""

    addressee: str
    problems: tuple[Problem, ...]
    basis: tuple[str, ...]
    measures: tuple[str, ...]
    from_on: date
    until_on: date
    list_no: str
    remedies: Remedies
    organ: str
    issued_on: date


@facts()
class Thing:
    """A place, an installation or goods in a list."""

    name: str
    specification: str | None = None
    unit: str | None = None
    amount: str
    remark: str | None = None


@facts()
class SeizureList:
    """The list to a decision, which has its number."""

    things: tuple[Thing, ...]
    officers: tuple[Officer, ...]
    refusal: Refusal | None = None
    signed_on: date


@facts()
class SeizureExtension:
    """Why and until when the measure of the `earlier` decision goes on."""

    addressee: str
    earlier: Earlier
    objects: str
    measure: str
    reason: str
    basis: tuple[str, ...]
    until_on: date
    list_no: str
    remedies: Remedies
    organ: str
    issued_on: date


@facts()
class SeizureDisposal:
    """What becomes of what the `earlier` decision sealed or seized."""

    addressee: str
    earlier: Earlier
    objects: str
    measure: str
    basis: tuple[str, ...]
    decision: str
    remedies: Remedies
    organ: str
    issued_on: date


APPROVAL = Form(
    no="07", name="行政强制审批表", zi="强审", facts=CoercionApproval, signatories=("officer", "reviewer", "approver")
)  # fmt: skip
DECISION = Form(no="08", name="查封扣押决定书", zi="查扣", facts=SeizureDecision, signatories=("seal",))
LIST = Form(
    no="09", name="查封扣押（场所、设施、财物）清单", zi=None, facts=SeizureList, signatories=("party", "officer", "witness")
)  # fmt: skip
EXTENSION = Form(no="10", name="延长查封扣押期限决定书", zi="查扣延期", facts=SeizureExtension, signatories=("seal",))
DISPOSAL = Form(no="11", name="查封扣押处理决定书", zi="查扣处", facts=SeizureDisposal, signatories=("seal",))
FORMS = (APPROVAL, DECISION, LIST, EXTENSION, DISPOSAL)
