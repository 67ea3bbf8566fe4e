"""The facts of publishing a decision 公示: due, published, to be withdrawn, withdrawn and explained, at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chassis.domain import Event, event
from services.penalty.domain.events import PartyKind
from services.penalty.domain.parties import UNIT
from services.penalty.domain.remedy_events import Result

Fall = Result
"""What became of a decision that is not, or no more, to be shown as it was: by the organ itself, or by a remedy."""
Ending = Literal["expired", "repaired"]
"""公示期届满; 信用修复."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What everybody may read of a decision. A natural person's name is masked, whoever else is named in a text too."""

    kind: PartyKind
    name: str
    uscc: str
    cause: str
    facts: tuple[str, ...]
    basis: tuple[str, ...]
    kinds: tuple[str, ...]
    confiscate_fen: int
    organ: str


@event("casetrail.penalty.publication-opened.v1", title="应当公示", summary="{document_no} 应当于 {publish_by} 前公示")
class PublicationOpened(Event):
    """A decision is to be published by this day (P16, T16); `anew`: once more, because it was changed.

    `provisional` rests on weekends only.
    """

    case_id: str
    party_id: str = UNIT
    enterprise_id: str
    organ_id: str
    document_no: str
    decided_on: date
    publish_by: date
    anew: bool = False
    provisional: bool = False


@event("casetrail.penalty.decision-published.v1", title="处罚决定公示", summary="{published_on} 公示 {document_no}")
class DecisionPublished(Event):
    """The decision is in the public list, with the fine as first decided and as it is now, in fen; `late` is past T16.

    It may be asked to be taken down (credit repair) after `repairable_after`, and is taken down after `public_until` (T18).
    """

    case_id: str
    party_id: str = UNIT
    enterprise_id: str
    organ_id: str
    document_no: str
    edition: int
    decided_on: date
    published_on: date
    late: bool
    initial_fen: int
    current_fen: int
    content: Published
    repairable_after: date
    public_until: date


@event("casetrail.penalty.publication-overdue.v1", title="公示超期", summary="至 {due_on} 未公示")
class PublicationOverdue(Event):
    """The decision was not published in time: a defect; it must still be published (T16)."""

    case_id: str
    party_id: str = UNIT
    due_on: date


@event("casetrail.penalty.publication-called-off.v1", title="不再公示", summary="{fell_on} 决定不再有效，不再公示")
class PublicationCalledOff(Event):
    """The decision fell before it was published: there is nothing to publish, and nothing to withdraw."""

    case_id: str
    party_id: str = UNIT
    result: Fall
    fell_on: date


@event("casetrail.penalty.withdrawal-required.v1", title="应当撤回公示", summary="公示信息应当于 {withdraw_by} 前撤回并说明理由")
class WithdrawalRequired(Event):
    """What is published does not stand as it was decided: to be withdrawn by this day, and why told to everybody (T17).

    `awaited_fen` is the fine that a remedy left, as long as the organ has not changed its decision to it.
    """

    case_id: str
    party_id: str = UNIT
    edition: int
    result: Fall
    fell_on: date
    withdraw_by: date
    awaited_fen: int | None = None
    provisional: bool = False


@event("casetrail.penalty.publication-withdrawn.v1", title="撤回公示", summary="{withdrawn_on} 撤回公示：{explanation}")
class PublicationWithdrawn(Event):
    """The public list tells only that it was withdrawn, and why; `late` is past T17."""

    case_id: str
    party_id: str = UNIT
    edition: int
    withdrawn_on: date
    explanation: str
    late: bool


@event("casetrail.penalty.withdrawal-overdue.v1", title="撤回公示超期", summary="至 {due_on} 未撤回公示")
class WithdrawalOverdue(Event):
    """What does not stand any more was not withdrawn in time: a defect; it must still be withdrawn (T17)."""

    case_id: str
    party_id: str = UNIT
    due_on: date


@event("casetrail.penalty.credit-repair-requested.v1", title="申请信用修复", summary="{requested_on} 申请提前终止公示：{reason}")
class CreditRepairRequested(Event):
    """The party asks that its penalty be taken down before the end of its time (T18)."""

    case_id: str
    party_id: str = UNIT
    requested_on: date
    reason: str


@event("casetrail.penalty.credit-repair-refused.v1", title="不予信用修复", summary="{answered_on} 不予修复：{reason}")
class CreditRepairRefused(Event):
    """It stays in the public list."""

    case_id: str
    party_id: str = UNIT
    answered_on: date
    reason: str


@event("casetrail.penalty.publicity-ended.v1", title="公示终止", summary="{ended_on} 公示终止")
class PublicityEnded(Event):
    """The public list shows it no more: its time is over, or the party's credit is repaired (T18)."""

    case_id: str
    party_id: str = UNIT
    edition: int
    ended_on: date
    ending: Ending
