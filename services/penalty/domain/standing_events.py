"""The facts of an enterprise's standing: which penalties count against it, that it is to be closed, what became of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from chassis.domain import Event, Personal, event

ClosureResult = Literal["closed", "not-closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinedAct:
    """An act that was fined: by the hazard it showed as (empty: none is known), its item, its day."""

    hazard_id: str
    item_code: str
    act_date: date


@event("casetrail.penalty.penalty-counted.v1", title="处罚计入企业记录", summary="{decided_on} 的处罚 {document_no} 计入企业记录")
class PenaltyCounted(Event):
    """A penalty stands against an enterprise, or against a natural person beside it (`party_id`).

    `fined` are the acts that were fined, none where it only warns, or goes on with an earlier fine day by day. `major_hazards`
    are those of the case where the penalty counts towards a closure: none where it does not. `party_mark` tells a natural person
    by the paper it showed (`domain/identity.py`), whichever id it goes by.
    """

    enterprise_id: str
    case_id: str
    party_id: str
    document_no: str
    decided_on: date
    fined: tuple[FinedAct, ...]
    major_hazards: tuple[str, ...]
    party_mark: Annotated[str, Personal("party_id")] = ""


@event("casetrail.penalty.penalty-struck.v1", title="处罚移出企业记录", summary="{struck_on} 被撤销的处罚移出企业记录")
class PenaltyStruck(Event):
    """A penalty was revoked: it counts no more, and what it fined may be fined again."""

    enterprise_id: str
    case_id: str
    party_id: str
    struck_on: date


@event("casetrail.penalty.closure-due.v1", title="应当提请关闭", summary="{reached_on} 达到提请关闭的次数：{count} 次")
class ClosureDue(Event):
    """With a major hazard, so many penalties came together in the window of the rulebook: the closure is to be proposed.

    `case_id` is the one that reached the number; `case_ids` are all that count, `window` is the row of the rulebook.
    """

    enterprise_id: str
    enterprise_name: str
    organ_id: str
    case_id: str
    window: str
    count: int
    case_ids: tuple[str, ...]
    reached_on: date


@event("casetrail.penalty.closure-fell.v1", title="提请关闭的情形消失", summary="{fell_on} 处罚被撤销，不足提请关闭的次数")
class ClosureFell(Event):
    """A penalty that counted was revoked, and too few are left: nothing is to be proposed, what was proposed lost its ground."""

    enterprise_id: str
    case_id: str
    fell_on: date


@event("casetrail.penalty.closure-proposed.v1", title="提请关闭", summary="{proposed_on} 向 {authority} 提请关闭")
class ClosureProposed(Event):
    """The organ proposed to the government to close the enterprise."""

    enterprise_id: str
    case_id: str
    authority: str
    reference_no: str
    reason: str
    proposed_on: date
    approved_by: str


@event("casetrail.penalty.closure-answered.v1", title="提请关闭的答复", summary="{answered_on} 提请关闭的答复：{result}")
class ClosureAnswered(Event):
    """The government answered: it closes the enterprise, or not."""

    enterprise_id: str
    case_id: str
    result: ClosureResult
    reference_no: str
    reason: str
    answered_on: date
