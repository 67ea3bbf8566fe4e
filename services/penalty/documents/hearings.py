"""Forms 25 and 27 to 29: what the party said, the hearing from invitation to report."""

from __future__ import annotations

from datetime import date, datetime

from services.penalty.documents.form import Form
from services.penalty.documents.parts import Named, Officer, Opinion, Reached, facts


@facts()
class StatementRecord:
    """What a party said in its defence, when, where, before whom; every page is signed. `statement` may have several lines."""

    case_name: str
    party: str
    begun_at: datetime
    ended_at: datetime
    place: str
    speaker: Named
    recorder: Named | None = None
    organ: str
    officers: tuple[Officer, ...]
    statement: str
    refusal: str | None = None
    signed_on: date


@facts()
class HearingInvitation:
    """When, where and before whom a party is heard; how many may speak for it; why not in public, if so."""

    addressee: str
    case_name: str
    basis: tuple[str, ...]
    held_at: datetime
    place: str
    closed_reason: str | None = None
    host: Named
    clerk: Named
    hearing_officers: tuple[Named, ...] = ()
    representatives: str
    absence_basis: str
    reached: Reached
    organ: str
    issued_on: date


@facts()
class HearingRecord:
    """What was said at a hearing; every page is signed. `record` may have several lines."""

    case_name: str
    begun_at: datetime
    ended_at: datetime | None = None
    place: str
    closed_reason: str | None = None
    applicant: Named
    representatives: tuple[Named, ...] = ()
    host: Named
    clerk: Named
    hearing_officers: tuple[Named, ...] = ()
    officers: tuple[Officer, ...]
    record: str
    refusal: str | None = None
    signed_on: date


@facts()
class HearingReport:
    """What the host tells the head: who was heard, what they said, what follows."""

    case_name: str
    party: str
    held_on: date
    place: str
    host: Named
    clerk: Named
    hearing_officers: tuple[Named, ...] = ()
    case_facts: str
    summary: str
    opinion: Opinion
    approval: Opinion | None = None


STATEMENT = Form(
    no="25", name="当事人陈述申辩笔录", zi=None, facts=StatementRecord, signatories=("speaker", "handler", "recorder")
)  # fmt: skip
INVITATION = Form(no="27", name="行政处罚听证会通知书", zi="听通", facts=HearingInvitation, signatories=("seal",))
RECORD = Form(
    no="28", name="听证笔录", zi=None, facts=HearingRecord, signatories=("applicant", "host", "hearing-officer", "clerk")
)  # fmt: skip
REPORT = Form(no="29", name="听证会报告书", zi="听报", facts=HearingReport, signatories=("host", "approver"))
FORMS = (STATEMENT, INVITATION, RECORD, REPORT)
