"""The facts about people in a case: who joins it as a party, who is challenged, who handles it from now on."""

from __future__ import annotations

from datetime import date
from typing import Literal

from chassis.domain import Event, event
from services.penalty.domain.events import Handler, Person

Office = Literal["handler", "legal-reviewer", "approver", "hearing-host"]


@event("casetrail.penalty.party-joined.v1", title="追加当事人", summary="追加当事人 {person.party_id}：{reason}")
class PartyJoined(Event):
    """A natural person becomes a party beside the unit."""

    case_id: str
    person: Person
    reason: str


@event("casetrail.penalty.party-amended.v1", title="更正当事人信息", summary="更正当事人 {person.party_id} 的信息：{reason}")
class PartyAmended(Event):
    """What is known of a natural person who is a party is put right: all of it, as it is now; what it is punished as stays."""

    case_id: str
    person: Person
    reason: str


@event("casetrail.penalty.recusal-requested.v1", title="申请回避", summary="申请 {officer_id} 回避：{reason}")
class RecusalRequested(Event):
    """Somebody asks that a person keep away from the case; until it is decided the investigation goes on."""

    case_id: str
    officer_id: str
    office: Office
    reason: str


@event("casetrail.penalty.recusal-decided.v1", title="决定回避申请", summary="{officer_id} 回避申请：{reason}")
class RecusalDecided(Event):
    """The head of the organ decides whether the person keeps away."""

    case_id: str
    officer_id: str
    granted: bool
    reason: str
    decided_by: str


@event("casetrail.penalty.handlers-changed.v1", title="更换承办人", summary="更换承办人：{reason}")
class HandlersChanged(Event):
    """Other officers handle the case from now on."""

    case_id: str
    officers: tuple[Handler, ...]
    reason: str
    approved_by: str


@event("casetrail.penalty.urgent-investigation-begun.v1", title="先行调查", summary="情况紧急，先行调查：{reason}")
class UrgentInvestigationBegun(Event):
    """Officers investigate before the filing; it is made up for until `file_by` (T02)."""

    case_id: str
    officers: tuple[Handler, ...]
    reason: str
    begun_on: date
    file_by: date


@event("casetrail.penalty.filing-missed.v1", title="补办立案超期", summary="先行调查后至 {due_on} 未补办立案")
class FilingMissed(Event):
    """The filing was not made up for in time: a defect of the procedure; the case must be filed."""

    case_id: str
    due_on: date


@event("casetrail.penalty.filing-refused.v1", title="不予立案", summary="{refused_on} 不予立案：{reason}")
class FilingRefused(Event):
    """The approver does not file; the clue ends here (P03)."""

    case_id: str
    reason: str
    refused_on: date
    approved_by: str
