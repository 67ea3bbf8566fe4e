"""A guidance visit (专家指导服务): experts look at an enterprise and advise; they never order or punish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from chassis.domain import Event, Refused, Stream, day_of, event
from services.tasks.domain.knowledge import Enterprise, Organ


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceFinding:
    """What the experts saw and advise; `serious` asks the organ to look itself. `item_code`: the item it fits, if any."""

    fact: str
    advice: str
    item_code: str | None
    serious: bool


@event("casetrail.tasks.guidance-arranged.v1", title="专家指导安排", summary="{organ}安排专家于{planned_on}指导服务")
class GuidanceArranged(Event):
    """Experts will visit an enterprise in the week that begins on `monday`."""

    guidance_id: str
    campaign_id: str
    enterprise_id: str
    district: str
    organ_id: str
    organ: str
    monday: date
    planned_on: date
    expert_ids: tuple[str, ...]


@event("casetrail.tasks.guidance-reported.v1", title="专家指导反馈", summary="专家于{visited_on}指导服务，意见已反馈企业")
class GuidanceReported(Event):
    """What the experts found and advised; it binds nobody."""

    guidance_id: str
    visited_on: date
    findings: tuple[GuidanceFinding, ...]
    reported_by: str


@event("casetrail.tasks.guidance-cancelled.v1", title="专家指导取消", summary="专家指导取消：{reason}")
class GuidanceCancelled(Event):
    """The visit will not take place."""

    guidance_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceState:
    """A guidance visit and what came of it."""

    state: Literal["none", "arranged", "reported", "cancelled"] = "none"
    arranged: GuidanceArranged | None = None
    visited_on: date | None = None
    findings: tuple[GuidanceFinding, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeGuidance:
    """Send experts to an enterprise on a day."""

    guidance_id: str
    campaign_id: str
    enterprise_id: str
    planned_on: date
    expert_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGuidance:
    """What the experts found; nothing is an answer too."""

    visited_on: date
    findings: tuple[GuidanceFinding, ...]


def evolve_guidance(state: GuidanceState, event: Event) -> GuidanceState:
    """The visit after an event."""
    match event:
        case GuidanceArranged():
            return GuidanceState(state="arranged", arranged=event)
        case GuidanceReported():
            return replace(state, state="reported", visited_on=event.visited_on, findings=event.findings)
        case GuidanceCancelled():
            return replace(state, state="cancelled", reason=event.reason)
        case _:
            return state


GUIDANCE = Stream("guidance", GuidanceState(), evolve_guidance)


def arrange_guidance(
    state: GuidanceState, enterprise: Enterprise, organ: Organ, known: frozenset[str], command: ArrangeGuidance
) -> list[Event]:
    """Arrange a visit; `known` are the experts enrolled. Refused `guidance-exists`, `expert-not-known`."""
    if state.arranged is not None:
        raise Refused("guidance-exists", "该指导服务已存在", "there is such a guidance visit")
    if missing := sorted(set(command.expert_ids) - known):
        raise Refused("expert-not-known", "专家尚未登记", "experts that have not arrived from the registry", experts=missing)
    return [
        GuidanceArranged(
            guidance_id=command.guidance_id, campaign_id=command.campaign_id, enterprise_id=command.enterprise_id,
            district=enterprise.district, organ_id=organ.organ_id, organ=organ.organ,
            monday=date.fromordinal(command.planned_on.toordinal() - command.planned_on.weekday()),
            planned_on=command.planned_on, expert_ids=tuple(dict.fromkeys(command.expert_ids)),
        )
    ]  # fmt: skip


def report_guidance(state: GuidanceState, command: ReportGuidance, role: str, by: str, at: datetime) -> list[Event]:
    """Report what was found. Refused `guidance-over`, `not-the-expert` (an expert who was not sent), `visited-in-the-future`."""
    arranged = _waiting(state)
    if role == "expert" and by not in arranged.expert_ids:
        raise Refused("not-the-expert", "本人不在受派专家之列", "another expert was sent", expert_id=by)
    if command.visited_on > day_of(at):
        raise Refused("visited-in-the-future", "指导日期尚未到来", "the day of the visit has not come")
    return [
        GuidanceReported(
            guidance_id=arranged.guidance_id, visited_on=command.visited_on, findings=command.findings, reported_by=by
        )
    ]


def cancel_guidance(state: GuidanceState, reason: str) -> list[Event]:
    """Call the visit off. Refused `guidance-over`."""
    return [GuidanceCancelled(guidance_id=_waiting(state).guidance_id, reason=reason)]


def _waiting(state: GuidanceState) -> GuidanceArranged:
    if state.arranged is None or state.state != "arranged":
        raise Refused("guidance-over", "指导服务已反馈或已取消", "the visit was reported or called off", state=state.state)
    return state.arranged
