"""The meetings around a visit (启动会, 总结会), who of the enterprise was present, and what the enterprise states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, event
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules

Meeting = Literal["opening", "closing"]
Part = Literal["unit-head", "safety-manager", "operator", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody of the enterprise: 主要负责人, 安全管理人员, 岗位操作员工 or another; or why nobody came."""

    part: Part
    name: Annotated[str | None, Personal(SUBJECT, role_in="part")]
    absent_reason: str | None = None


@event("casetrail.inspection.meeting-held.v1", title="启动会或总结会", summary="召开会议（{meeting}），企业人员到场情况已记录")
class MeetingHeld(Event):
    """The opening meeting (执法告知) or the closing meeting (交流反馈): who was present, what was told, what was said."""

    inspection_id: str
    meeting_id: str
    meeting: Meeting
    held_at: datetime
    attendees: tuple[Attendee, ...]
    told: tuple[str, ...]
    recusal_requested: bool
    note: str | None


@event("casetrail.inspection.statement-made.v1", title="企业陈述", summary="企业对检查情况作出陈述")
class StatementMade(Event):
    """What the enterprise states about what was found; it is heard and recorded, and changes no answer by itself."""

    inspection_id: str
    statement_id: str
    part: Part
    name: Annotated[str, Personal(SUBJECT, role_in="part")]
    statement: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMeeting:
    """A meeting as the officer writes it down; `told` are the codes of what was told."""

    meeting_id: str
    meeting: Meeting
    held_at: datetime
    attendees: tuple[Attendee, ...]
    told: tuple[str, ...] = ()
    recusal_requested: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeStatement:
    """What somebody of the enterprise states."""

    statement_id: str
    part: Part
    name: str
    statement: str
    made_at: datetime


def meeting_of(inspection_id: str, command: HoldMeeting, rules: Rules) -> MeetingHeld:
    """The meeting with everybody whom the rulebook wants there, present or with the reason why not.

    Source: 应急〔2021〕23号 (主要负责人、安全管理人员、岗位操作员工全过程在场).

    Refused `presence-missing`, `absence-unexplained`.
    """
    for attendee in command.attendees:
        if (attendee.name is None) == (attendee.absent_reason is None):
            raise refused("absence-unexplained", rules, part=attendee.part)
    there = {attendee.part for attendee in command.attendees}
    if missing := [part for part in rules.presence if part not in there]:
        raise refused("presence-missing", rules, parts="、".join(missing))
    return MeetingHeld(
        inspection_id=inspection_id, meeting_id=command.meeting_id, meeting=command.meeting, held_at=command.held_at,
        attendees=command.attendees, told=command.told, recusal_requested=command.recusal_requested, note=command.note,
    )  # fmt: skip


def require_meetings(held: Iterable[MeetingHeld], rules: Rules) -> None:
    """Refuse `meeting-missing` unless the meetings that the rulebook wants were held."""
    kinds = {meeting.meeting for meeting in held}
    if missing := [kind for kind in rules.meetings if kind not in kinds]:
        raise refused("meeting-missing", rules, meetings="、".join(missing))
