"""Forms that stay in the organ and carry its opinions: 1, 30, 31, 38, 43, 45 and 46."""

from __future__ import annotations

from datetime import date

from services.penalty.documents.form import Form
from services.penalty.documents.parts import Earlier, Instalment, Officer, Opinion, Person, Sum, Unit, facts

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


@facts()
class DisposalApproval:
    """What was found of which party and on what it rests, what the party says, what is proposed, reviewed and approved."""

    case_name: str
    unit: Unit | None = None
    person: Person | None = None
    case_facts: str
    defence: str | None = None
    opinion: str
    officers: tuple[Officer, ...]
    requested_on: date
    review: Opinion | None = None
    approval: Opinion | None = None


@facts()
class Member:
    """One of the heads, and what they said."""

    name: str
    post: str | None = None
    text: str


@facts()
class DiscussionRecord:
    """What the heads of the organ said of a case, and what they came to."""

    case_name: str
    held_on: date
    place: str | None = None
    chair: str | None = None
    recorder: str | None = None
    officers: tuple[Officer, ...]
    case_facts: str
    members: tuple[Member, ...]
    conclusion: str


@facts()
class DeferralApproval:
    """Which fine a party asks to pay later or in parts, why, and how that was answered."""

    case_name: str
    unit: Unit | None = None
    person: Person | None = None
    earlier: Earlier
    fine: Sum
    kind: str
    reason: str
    instalments: tuple[Instalment, ...]
    applied_on: date
    handling: Opinion | None = None
    review: Opinion | None = None
    approval: Opinion | None = None


@facts()
class TransferApproval:
    """Why a case is to go to which authority."""

    cause: str
    party: str
    address: str | None = None
    authority: str
    summary: str
    reason: str
    handling: Opinion
    review: Opinion | None = None
    approval: Opinion | None = None


@facts()
class ExtensionApproval:
    """Why the limit of a case is extended, from which day to which, by which provision."""

    case_name: str
    party: str
    filed_on: date
    case_facts: str
    reason: str
    until: date
    basis: tuple[str, ...]
    handling: Opinion | None = None
    review: Opinion | None = None
    approval: Opinion


@facts()
class ClosingApproval:
    """What was decided, how it was carried out, and that the case is closed."""

    case_name: str
    party: Unit
    filed_on: date
    result: str
    execution: str
    handling: Opinion | None = None
    review: Opinion | None = None
    approval: Opinion


FILING = Form(no="01", name="立案审批表", zi="立", facts=FilingApproval, signatories=APPROVING)
DISPOSAL = Form(no="30", name="案件处理呈批表", zi="处呈", facts=DisposalApproval, signatories=APPROVING)
DISCUSSION = Form(no="31", name="行政处罚集体讨论记录", zi="罚集", facts=DiscussionRecord, signatories=("attendee", "recorder"))
DEFERRAL = Form(
    no="38", name="延期（分期）缴纳罚款审批表", zi="缴审", facts=DeferralApproval, signatories=("handler", "reviewer", "approver")
)  # fmt: skip
TRANSFER = Form(
    no="43", name="案件移送审批表", zi="移审", facts=TransferApproval, signatories=("handler", "reviewer", "approver")
)  # fmt: skip
EXTENSION = Form(
    no="45", name="案件延期审批表", zi="案延", facts=ExtensionApproval, signatories=("handler", "reviewer", "approver")
)  # fmt: skip
CLOSING = Form(
    no="46", name="结案审批表", zi="结", facts=ClosingApproval, signatories=("handler", "reviewer", "approver")
)  # fmt: skip
FORMS = (FILING, DISPOSAL, DISCUSSION, DEFERRAL, TRANSFER, EXTENSION, CLOSING)
