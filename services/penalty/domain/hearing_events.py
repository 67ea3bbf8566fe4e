"""The facts of a hearing of one party (P10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from chassis.domain import Event, Personal, event
from services.penalty.domain.parties import UNIT

Absence = Literal["absent", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """Who speaks for the party at the hearing; an id of the sender's own, because the name is sealed under it."""

    representative_id: str
    name: Annotated[str, Personal("representative_id")]
    relation: str


@event("casetrail.penalty.hearing-requested.v1", title="申请听证", summary="当事人于 {requested_on} 申请听证")
class HearingRequested(Event):
    """The party asks to be heard; `hold_by` is the last day for it, where the rules set one (T10)."""

    case_id: str
    requested_on: date
    hold_by: date | None
    party_id: str = UNIT


@event("casetrail.penalty.hearing-right-lapsed.v1", title="听证权利消灭", summary="至 {due_on} 未申请听证")
class HearingRightLapsed(Event):
    """The period for the request has passed: the right lapses (T08)."""

    case_id: str
    due_on: date
    party_id: str = UNIT


@event("casetrail.penalty.hearing-convened.v1", title="听证会通知", summary="{document_no} 通知于 {held_at} 举行听证")
class HearingConvened(Event):
    """The party is told time, place and host at least the period T09 before (form 27)."""

    case_id: str
    document_no: str
    notified_on: date
    held_at: datetime
    place: str
    host: str
    clerk: str
    public: bool
    closed_reason: str | None = None
    party_id: str = UNIT


@event("casetrail.penalty.hearing-held.v1", title="举行听证", summary="{held_on} 举行听证")
class HearingHeld(Event):
    """The hearing took place; its record is known by its hash (form 28)."""

    case_id: str
    held_on: date
    representatives: tuple[Representative, ...]
    record_sha256: str
    signed: bool
    unsigned_reason: str | None = None
    party_id: str = UNIT


@event("casetrail.penalty.hearing-abandoned.v1", title="听证终止", summary="当事人未出席或者中途退出，听证终止")
class HearingAbandoned(Event):
    """The party did not come, or left, without a reason: it gave the right up and the hearing ends."""

    case_id: str
    on: date
    how: Absence
    party_id: str = UNIT


@event("casetrail.penalty.hearing-withdrawn.v1", title="撤回听证申请", summary="当事人撤回听证申请")
class HearingWithdrawn(Event):
    """The party takes its request back."""

    case_id: str
    on: date
    party_id: str = UNIT


@event("casetrail.penalty.hearing-reported.v1", title="听证会报告", summary="听证主持人报告：{opinion}")
class HearingReported(Event):
    """The host tells the head what was heard and what follows (form 29)."""

    case_id: str
    reported_on: date
    opinion: str
    host: str
    party_id: str = UNIT


@event("casetrail.penalty.hearing-overdue.v1", title="听证超期", summary="至 {due_on} 未举行听证")
class HearingOverdue(Event):
    """The hearing was not held in time: a defect of the procedure; it must still be held (T10)."""

    case_id: str
    due_on: date
    party_id: str = UNIT
