"""The facts of enforcement: demands (催告, forms 36 and 41), the application to a court (form 42), what the court did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, event
from services.penalty.domain.events import Manner
from services.penalty.domain.parties import UNIT

Purpose = Literal["payment", "court"]
"""催缴 (form 36), 申请强制执行前催告 (form 41)."""
Ending = Literal["refused", "withdrawn", "enforced", "terminated"]
"""不予受理或者不准予执行, 撤回, 执行完毕, 终结执行."""
Termination = Literal["no-property", "party-ceased", "decision-set-aside", "settled", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpaidInstalment:
    """What of an instalment is unpaid, in fen: its number in the plan, and its last day."""

    number: int
    due_on: date
    amount_fen: int


@event("casetrail.penalty.demand-drafted.v1", title="催告", summary="{drafted_on} 制作 {document_no}，未缴 {amount_fen} 分")
class DemandDrafted(Event):
    """The organ demands what is overdue, in fen: before a surcharge (form 36), or before a court is asked (form 41).

    `instalments` are those of an approved plan that are demanded with it, each with what of it is unpaid.
    """

    case_id: str
    party_id: str = UNIT
    enterprise_id: str
    organ_id: str
    purpose: Purpose
    document_no: str
    amount_fen: int
    drafted_on: date
    instalments: tuple[UnpaidInstalment, ...] = ()


@event("casetrail.penalty.demand-served.v1", title="催告书送达", summary="{document_no} 于 {served_on} 送达")
class DemandServed(Event):
    """The party received the demand. A court may be asked after `wait_until` (T22); `provisional` rests on weekends only."""

    case_id: str
    party_id: str = UNIT
    purpose: Purpose
    document_no: str
    served_on: date
    manner: Manner
    recipient: Annotated[str, Personal(SUBJECT, "recipient")]
    wait_until: date | None = None
    provisional: bool = False
    announced_on: date | None = None


@event("casetrail.penalty.demand-answered.v1", title="对催告的陈述申辩", summary="{answered_on} 对 {document_no} 陈述申辩")
class DemandAnswered(Event):
    """What the party says of the demand."""

    case_id: str
    party_id: str = UNIT
    document_no: str
    text: Annotated[str, Personal(SUBJECT, "statement")]
    answered_on: date


@event("casetrail.penalty.court-application-allowed.v1", title="可以申请强制执行", summary="催告期于 {wait_until} 届满")
class CourtApplicationAllowed(Event):
    """The waiting time after the demand is over: a court may be asked, if nothing else stands in the way."""

    case_id: str
    party_id: str = UNIT
    wait_until: date


@event("casetrail.penalty.court-period-began.v1", title="申请强制执行期限起算", summary="自 {counts_from} 起算，至 {due_on}")
class CourtPeriodBegan(Event):
    """The decision is beyond remedy and not performed: a court may be asked until `due_on` (T21)."""

    case_id: str
    party_id: str = UNIT
    enterprise_id: str
    organ_id: str
    counts_from: date
    due_on: date


@event("casetrail.penalty.court-right-lapsed.v1", title="申请强制执行权消灭", summary="至 {due_on} 未申请强制执行")
class CourtRightLapsed(Event):
    """The period passed without an application (T21): the right lapses."""

    case_id: str
    party_id: str = UNIT
    due_on: date


@event(
    "casetrail.penalty.court-asked.v1",
    title="申请强制执行",
    summary="{applied_on} 以 {document_no} 向 {court} 申请执行 {amount_fen} 分",
)
class CourtAsked(Event):
    """The organ asks a court to enforce what is unpaid, in fen (form 42)."""

    case_id: str
    party_id: str = UNIT
    document_no: str
    court: str
    amount_fen: int
    applied_on: date
    approved_by: str


@event("casetrail.penalty.court-accepted.v1", title="法院受理强制执行申请", summary="{accepted_on} 受理，案号 {reference_no}")
class CourtAccepted(Event):
    """The court accepted the application."""

    case_id: str
    party_id: str = UNIT
    reference_no: str
    accepted_on: date


@event("casetrail.penalty.court-ruled.v1", title="法院准予强制执行", summary="{ruled_on} 裁定准予执行，{reference_no}")
class CourtRuled(Event):
    """The court ruled that the decision is enforced; what comes in goes through payment."""

    case_id: str
    party_id: str = UNIT
    reference_no: str
    ruled_on: date


@event(
    "casetrail.penalty.enforcement-voided.v1", title="强制执行失去依据", summary="{voided_on} 处罚决定撤销，催告、强制执行失效"
)
class EnforcementVoided(Event):
    """The decision was revoked: its demands and periods are void. `application_no`: the court that was asked is to be told."""

    case_id: str
    party_id: str = UNIT
    voided_on: date
    application_no: str | None = None


@event("casetrail.penalty.enforcement-ended.v1", title="强制执行程序结束", summary="{ended_on} 强制执行程序结束：{reason}")
class EnforcementEnded(Event):
    """It was not accepted or not allowed, withdrawn, carried out, or terminated and why.

    `due_on` is the last day on which a court may be asked again, where it may.
    """

    case_id: str
    party_id: str = UNIT
    ending: Ending
    termination: Termination | None
    reference_no: str
    reason: str
    ended_on: date
    due_on: date | None
