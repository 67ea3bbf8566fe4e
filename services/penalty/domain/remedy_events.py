"""The facts of a party's remedies: reconsideration (行政复议), litigation (行政诉讼), and what they did to the decision."""

from __future__ import annotations

from datetime import date
from typing import Literal

from chassis.domain import Event, event
from services.penalty.domain.parties import UNIT

Kind = Literal["reconsideration", "first-instance", "second-instance"]
"""行政复议, 行政诉讼一审, 行政诉讼二审."""
Result = Literal["upheld", "changed", "revoked", "confirmed-illegal", "void", "ordered-anew", "remanded"]
"""What becomes of the penalty decision: 维持, 变更, 撤销, 确认违法, 确认无效, 责令重新作出; 发回重审 (the suit begins anew)."""


@event(
    "casetrail.penalty.remedies-opened.v1",
    title="救济期限起算",
    summary="{received_on} 起可以申请行政复议（至 {reconsideration_due_on}）或者提起行政诉讼（至 {litigation_due_on}）",
)
class RemediesOpened(Event):
    """The party knows the decision: both rights run until these days (P14); `provisional` rests on weekends only."""

    case_id: str
    party_id: str = UNIT
    enterprise_id: str
    organ_id: str
    document_no: str
    received_on: date
    reconsideration_due_on: date
    litigation_due_on: date
    provisional: bool = False


@event("casetrail.penalty.remedy-sought.v1", title="申请行政复议、提起行政诉讼", summary="{applied_on} 向 {authority} 提出")
class RemedySought(Event):
    """The party turned to a reconsideration organ or a court; `late`: after its right had lapsed, so only acceptance counts."""

    case_id: str
    party_id: str = UNIT
    kind: Kind
    authority: str
    reference_no: str
    applied_on: date
    late: bool


@event("casetrail.penalty.remedy-accepted.v1", title="救济申请受理", summary="{answered_on} 受理，案号 {reference_no}")
class RemedyAccepted(Event):
    """The organ or court accepted it."""

    case_id: str
    party_id: str = UNIT
    kind: Kind
    reference_no: str
    answered_on: date


@event("casetrail.penalty.remedy-not-accepted.v1", title="救济申请不予受理", summary="{answered_on} 不予受理：{reason}")
class RemedyNotAccepted(Event):
    """It was not accepted: the rights run until the days named, as if it had not been; None for a right that is used up."""

    case_id: str
    party_id: str = UNIT
    kind: Kind
    reference_no: str
    answered_on: date
    reason: str
    reconsideration_due_on: date | None
    litigation_due_on: date | None


@event("casetrail.penalty.remedy-withdrawn.v1", title="撤回复议申请、撤诉", summary="{withdrawn_on} 撤回：{reason}")
class RemedyWithdrawn(Event):
    """The party withdrew it, by leave; the rights run until the days named, None for a right that is used up."""

    case_id: str
    party_id: str = UNIT
    kind: Kind
    withdrawn_on: date
    reason: str
    reconsideration_due_on: date | None
    litigation_due_on: date | None


@event("casetrail.penalty.remedy-decided.v1", title="复议决定、裁判", summary="{authority} {decided_on} 作出 {reference_no}")
class RemedyDecided(Event):
    """What becomes of the decision. `total_fen` is the fine as changed, in fen.

    `effective_on` is None for a judgment that may still be appealed; `litigation_due_on` is the last day for a suit against a
    decision on reconsideration.
    """

    case_id: str
    party_id: str = UNIT
    kind: Kind
    authority: str
    reference_no: str
    result: Result
    decided_on: date
    received_on: date
    total_fen: int | None
    effective_on: date | None
    litigation_due_on: date | None


@event("casetrail.penalty.judgment-took-effect.v1", title="一审裁判生效", summary="{effective_on} 一审裁判 {reference_no} 生效")
class JudgmentTookEffect(Event):
    """Nobody appealed: the judgment of the first instance stands."""

    case_id: str
    party_id: str = UNIT
    reference_no: str
    result: Result
    total_fen: int | None
    effective_on: date


@event("casetrail.penalty.execution-stayed.v1", title="停止执行", summary="{authority} {ordered_on} 决定停止执行：{reason}")
class ExecutionStayed(Event):
    """The exception to the rule that a remedy does not stop execution."""

    case_id: str
    party_id: str = UNIT
    authority: str
    reference_no: str
    ordered_on: date
    reason: str


@event("casetrail.penalty.stay-lifted.v1", title="恢复执行", summary="{lifted_on} 恢复执行：{reason}")
class StayLifted(Event):
    """Execution goes on; a stay also ends with the proceeding that it was ordered in."""

    case_id: str
    party_id: str = UNIT
    lifted_on: date
    reason: str


@event("casetrail.penalty.reconsideration-right-lapsed.v1", title="复议权利消灭", summary="至 {due_on} 未申请行政复议")
class ReconsiderationRightLapsed(Event):
    """The period for reconsideration passed and none is pending (T19): the right lapses."""

    case_id: str
    party_id: str = UNIT
    due_on: date


@event("casetrail.penalty.litigation-right-lapsed.v1", title="诉讼权利消灭", summary="至 {due_on} 未提起行政诉讼")
class LitigationRightLapsed(Event):
    """The period for litigation passed and no remedy is pending (T20): the right lapses."""

    case_id: str
    party_id: str = UNIT
    due_on: date
