"""Forms 19 to 23: evidence registered and kept beforehand, and experts' appraisal of it."""

from __future__ import annotations

from datetime import date

from services.inspection.documents.form import Form
from services.inspection.documents.parts import Earlier, Opinion, Remedies, Sum, facts

STEPS = ("handler", "department-head", "reviewer", "approver")


@facts()
class KeepingApproval:
    """What is asked to be kept, how and why; four steps of approval."""

    case_name: str
    party: str
    case_facts: str
    evidence: str
    grounds: str
    keeping: str
    handling: Opinion | None = None
    department: Opinion | None = None
    review: Opinion | None = None
    approval: Opinion | None = None


@facts()
class DisposalApproval:
    """What is asked to become of what was kept; four steps of approval."""

    case_name: str
    party: str
    case_facts: str
    evidence: str
    grounds: str
    handling: Opinion | None = None
    department: Opinion | None = None
    review: Opinion | None = None
    approval: Opinion | None = None


@facts()
class KeptThing:
    """A piece of evidence in a list."""

    name: str
    model: str | None = None
    origin: str | None = None
    quality: str | None = None
    unit: str | None = None
    price: Sum | None = None
    amount: str
    remark: str | None = None


@facts()
class KeepingNotice:
    """What somebody is suspected of, and what of theirs is kept: until `period` (`七日`) has passed, answered for on a day."""

    addressee: str
    suspicion: str
    basis: tuple[str, ...]
    period: str
    answered_on: date
    answered_at: str
    things: tuple[KeptThing, ...]
    organ: str
    issued_on: date


@facts()
class KeepingDecision:
    """What becomes of what the `earlier` notice registered."""

    addressee: str
    earlier: Earlier
    objects: str
    decision: str
    remedies: Remedies
    organ: str
    issued_on: date


@facts()
class Appraised:
    """A thing to be appraised."""

    name: str
    model: str | None = None
    amount: str
    remark: str | None = None


@facts()
class AppraisalRequest:
    """To an institute: what it is to appraise, in which respect, by when."""

    addressee: str
    things: tuple[Appraised, ...]
    request: str
    due_on: date
    contact: str
    phone: str
    organ: str
    issued_on: date


KEEPING_APPROVAL = Form(no="19", name="先行登记保存证据审批表", zi="先保审", facts=KeepingApproval, signatories=STEPS)
NOTICE = Form(
    no="20", name="先行登记保存证据通知书", zi="先保通", facts=KeepingNotice, signatories=("seal", "recipient", "handler")
)  # fmt: skip
DISPOSAL_APPROVAL = Form(no="21", name="先行登记保存证据处理审批表", zi="先保处审", facts=DisposalApproval, signatories=STEPS)
DECISION = Form(no="22", name="先行登记保存证据处理决定书", zi="先保处", facts=KeepingDecision, signatories=("seal",))
APPRAISAL = Form(no="23", name="鉴定委托书", zi="鉴", facts=AppraisalRequest, signatories=("seal",))
FORMS = (KEEPING_APPROVAL, NOTICE, DISPOSAL_APPROVAL, DECISION, APPRAISAL)
