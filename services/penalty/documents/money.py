"""Forms 36, 37, 39, 41 and 42: a fine that was not paid, or is paid later; demands, surcharge, the application to a court."""

from __future__ import annotations

from datetime import date

from services.penalty.documents.form import Form
from services.penalty.documents.parts import (
    Earlier,
    Instalment,
    Overdue,
    Payable,
    Person,
    Reached,
    Remedies,
    Share,
    Sum,
    Unit,
    facts,
)


@facts()
class PaymentDemand:
    """What a party still owes by an earlier decision, where it pays, and what it costs to be late.

    `instalments`: of a fine that may be paid in parts, those that are demanded.
    """

    addressee: str
    earlier: Earlier
    penalty: str
    due_on: date
    unpaid: Sum
    shares: tuple[Share, ...] = ()
    instalments: tuple[Overdue, ...] = ()
    payment: Payable
    reached: Reached
    organ: str
    issued_on: date


@facts()
class SurchargeDecision:
    """What is added to a fine for so many days of delay, at which rate, with which limit; what was added before, and was paid."""

    addressee: str
    earlier: Earlier
    fine: Sum
    due_on: date
    until: date
    days: int
    paid: Sum | None = None
    before: tuple[Earlier, ...] = ()
    added: Sum | None = None
    suspended: tuple[str, ...] = ()
    surcharge: str
    surcharge_most: str
    basis: tuple[str, ...]
    amount: Sum
    bank: str
    account: str
    remedies: Remedies
    organ: str
    issued_on: date


@facts()
class DeferralNotice:
    """That a fine may be paid later, or in parts: until when how much, and what remains then."""

    addressee: str
    earlier: Earlier
    fine: Sum
    kind: str
    basis: tuple[str, ...]
    instalment: Instalment
    bank: str
    account: str
    organ: str
    issued_on: date


@facts()
class CourtDemand:
    """What is to be performed before a court is asked, within which period; that the party may speak.

    `contested`: what the party did against the decision, or that it let its periods pass; None as long as they run.
    """

    addressee: str
    earlier: Earlier
    penalty: str
    contested: str | None = None
    unpaid: Sum
    shares: tuple[Share, ...] = ()
    basis: tuple[str, ...]
    period: str
    bank: str
    account: str
    reached: Reached
    organ: str
    issued_on: date


@facts()
class CourtApplication:
    """What a court is asked to enforce against whom, why, and with which papers."""

    court: str
    applicant: str
    representative: str
    reached: Reached
    unit: Unit | None = None
    person: Person | None = None
    earlier: Earlier
    received_on: date | None = None
    penalty: str
    contested: str | None = None
    demand: Earlier | None = None
    unpaid: Sum
    shares: tuple[Share, ...] = ()
    basis: tuple[str, ...]
    attachments: tuple[str, ...]
    issuer: str
    issued_on: date


DEMAND = Form(no="36", name="缴纳罚款催告书", zi="催", facts=PaymentDemand, signatories=("seal",), version=3)
SURCHARGE = Form(no="37", name="加处罚款决定书", zi="加罚", facts=SurchargeDecision, signatories=("seal",), version=2)
DEFERRAL = Form(no="39", name="延期（分期）缴纳罚款批准书", zi="缴批", facts=DeferralNotice, signatories=("seal",))
COURT_DEMAND = Form(no="41", name="行政强制执行事先催告书", zi="执行催告", facts=CourtDemand, signatories=("seal",), version=2)
COURT = Form(no="42", name="强制执行申请书", zi="强执", facts=CourtApplication, signatories=("issuer", "seal"), version=2)
FORMS = (DEMAND, SURCHARGE, DEFERRAL, COURT_DEMAND, COURT)
