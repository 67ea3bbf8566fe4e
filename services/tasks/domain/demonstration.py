"""A demonstration visit (巡回示范执法): an inspection in one district that officers of the others come to watch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from chassis.domain import Event, Refused, Stream, day_of, event
from services.tasks.domain.knowledge import Enterprise, Organ


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """An officer who watches, and the district that sent them."""

    officer_id: str
    district: str


@event(
    "casetrail.tasks.demonstration-planned.v1",
    title="示范执法安排",
    summary="{organ}定于{planned_on}在 {district} 开展示范执法：{topic}",
)
class DemonstrationPlanned(Event):
    """An organ will show an inspection at an enterprise; `task_id` is the inspection's own task, where there is one."""

    demonstration_id: str
    campaign_id: str
    enterprise_id: str
    district: str
    organ_id: str
    organ: str
    task_id: str | None
    planned_on: date
    topic: str


@event("casetrail.tasks.observers-named.v1", title="观摩人员报名", summary="示范执法 {demonstration_id} 新增观摩人员")
class ObserversNamed(Event):
    """A district sends officers to watch."""

    demonstration_id: str
    observers: tuple[Observer, ...]


@event("casetrail.tasks.demonstration-held.v1", title="示范执法开展", summary="示范执法于{held_on}开展：{lessons}")
class DemonstrationHeld(Event):
    """It took place; who of the observers was there, and what was learnt."""

    demonstration_id: str
    held_on: date
    present: tuple[Observer, ...]
    lessons: str


@event("casetrail.tasks.demonstration-cancelled.v1", title="示范执法取消", summary="示范执法取消：{reason}")
class DemonstrationCancelled(Event):
    """It will not take place."""

    demonstration_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationState:
    """A demonstration visit; `observers` are who was named, `present` who came."""

    state: Literal["none", "planned", "held", "cancelled"] = "none"
    planned: DemonstrationPlanned | None = None
    observers: tuple[Observer, ...] = ()
    present: tuple[Observer, ...] = ()
    held_on: date | None = None
    lessons: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDemonstration:
    """Show an inspection at an enterprise on a day."""

    demonstration_id: str
    campaign_id: str
    enterprise_id: str
    task_id: str | None
    planned_on: date
    topic: str


def evolve_demonstration(state: DemonstrationState, event: Event) -> DemonstrationState:
    """The visit after an event."""
    match event:
        case DemonstrationPlanned():
            return DemonstrationState(state="planned", planned=event)
        case ObserversNamed():
            return replace(state, observers=(*state.observers, *event.observers))
        case DemonstrationHeld():
            return replace(state, state="held", held_on=event.held_on, present=event.present, lessons=event.lessons)
        case DemonstrationCancelled():
            return replace(state, state="cancelled", reason=event.reason)
        case _:
            return state


DEMONSTRATION = Stream("demonstration", DemonstrationState(), evolve_demonstration)


def plan_demonstration(
    state: DemonstrationState, enterprise: Enterprise, organ: Organ, command: PlanDemonstration, at: datetime
) -> list[Event]:
    """Plan a visit. Refused `demonstration-exists`, `planned-in-the-past`."""
    if state.planned is not None:
        raise Refused("demonstration-exists", "该示范执法已存在", "there is such a demonstration visit")
    if command.planned_on < day_of(at):
        raise Refused("planned-in-the-past", "计划日期已过", "the planned day has passed")
    return [
        DemonstrationPlanned(
            demonstration_id=command.demonstration_id, campaign_id=command.campaign_id, enterprise_id=command.enterprise_id,
            district=enterprise.district, organ_id=organ.organ_id, organ=organ.organ, task_id=command.task_id,
            planned_on=command.planned_on, topic=command.topic,
        )
    ]  # fmt: skip


def name_observers(state: DemonstrationState, observers: Collection[Observer]) -> list[Event]:
    """A district names officers who come to watch; who was named before stays. Refused `demonstration-over`."""
    planned = _waiting(state)
    known = {observer.officer_id for observer in state.observers}
    fresh = {observer.officer_id: observer for observer in observers if observer.officer_id not in known}
    if not fresh:
        return []
    return [ObserversNamed(demonstration_id=planned.demonstration_id, observers=tuple(one for _, one in sorted(fresh.items())))]


def hold_demonstration(state: DemonstrationState, held_on: date, present: Collection[str], lessons: str) -> list[Event]:
    """Record that it took place. Refused `demonstration-over`, `not-an-observer`, `no-observers` (of another district)."""
    planned = _waiting(state)
    named = {observer.officer_id: observer for observer in state.observers}
    if strange := sorted(set(present) - named.keys()):
        raise Refused("not-an-observer", "到场人员未报名观摩", "present, but not named as observers", officers=strange)
    came = tuple(named[one] for one in sorted(set(present)))
    if all(observer.district == planned.district for observer in came):
        raise Refused("no-observers", "示范执法须有其他区县人员观摩", "nobody of another district came to watch")
    return [DemonstrationHeld(demonstration_id=planned.demonstration_id, held_on=held_on, present=came, lessons=lessons)]


def cancel_demonstration(state: DemonstrationState, reason: str) -> list[Event]:
    """Call it off. Refused `demonstration-over`."""
    return [DemonstrationCancelled(demonstration_id=_waiting(state).demonstration_id, reason=reason)]


def _waiting(state: DemonstrationState) -> DemonstrationPlanned:
    if state.planned is None or state.state != "planned":
        raise Refused("demonstration-over", "示范执法已开展或已取消", "the visit took place or was called off", state=state.state)
    return state.planned
