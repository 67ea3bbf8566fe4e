"""Training (培训): sessions about the platform's modules, who attended, and who may use which module."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chassis.domain import Event, Refused, Stream, event
from services.tasks.domain.knowledge import Organ

Module = Literal["registry", "tasks", "inspection", "penalty", "reporting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Somebody who attended, the district that sent them, and whether they passed."""

    officer_id: str
    district: str
    passed: bool


@event("casetrail.tasks.training-planned.v1", title="培训安排", summary="{organ}定于{planned_on}举办培训《{title}》")
class TrainingPlanned(Event):
    """An organ will teach some modules."""

    training_id: str
    campaign_id: str
    title: str
    organ_id: str
    organ: str
    modules: tuple[Module, ...]
    planned_on: date


@event("casetrail.tasks.training-held.v1", title="培训举办", summary="培训于{held_on}举办，已登记出勤")
class TrainingHeld(Event):
    """It took place; who passed may use its modules, which is a `module-granted` each."""

    training_id: str
    held_on: date
    attended: tuple[Attendance, ...]


@event("casetrail.tasks.training-cancelled.v1", title="培训取消", summary="培训取消：{reason}")
class TrainingCancelled(Event):
    """It will not take place."""

    training_id: str
    reason: str


@event("casetrail.tasks.module-granted.v1", title="模块使用授权", summary="{officer_id} 经培训可使用模块 {module}")
class ModuleGranted(Event):
    """Who passed a session may use the module."""

    officer_id: str
    district: str
    module: Module
    training_id: str
    granted_on: date


@event("casetrail.tasks.module-revoked.v1", title="模块授权收回", summary="{officer_id} 不再使用模块 {module}：{reason}")
class ModuleRevoked(Event):
    """The permission ended."""

    officer_id: str
    module: Module
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingState:
    """A session and who came."""

    state: Literal["none", "planned", "held", "cancelled"] = "none"
    planned: TrainingPlanned | None = None
    held_on: date | None = None
    attended: tuple[Attendance, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulesState:
    """Which modules an officer may use."""

    officer_id: str = ""
    modules: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTraining:
    """Teach some modules on a day."""

    training_id: str
    campaign_id: str
    title: str
    modules: tuple[Module, ...]
    planned_on: date


def evolve_training(state: TrainingState, event: Event) -> TrainingState:
    """The session after an event."""
    match event:
        case TrainingPlanned():
            return TrainingState(state="planned", planned=event)
        case TrainingHeld():
            return replace(state, state="held", held_on=event.held_on, attended=event.attended)
        case TrainingCancelled():
            return replace(state, state="cancelled", reason=event.reason)
        case _:
            return state


def evolve_modules(state: ModulesState, event: Event) -> ModulesState:
    """An officer's modules after an event."""
    match event:
        case ModuleGranted():
            return ModulesState(officer_id=event.officer_id, modules=state.modules | {event.module})
        case ModuleRevoked():
            return replace(state, modules=state.modules - {event.module})
        case _:
            return state


TRAINING = Stream("training", TrainingState(), evolve_training)
MODULES = Stream("modules", ModulesState(), evolve_modules)


def plan_training(state: TrainingState, organ: Organ, command: PlanTraining) -> list[Event]:
    """Plan a session. Refused `training-exists`."""
    if state.planned is not None:
        raise Refused("training-exists", "该培训已存在", "there is such a session")
    return [
        TrainingPlanned(
            training_id=command.training_id, campaign_id=command.campaign_id, title=command.title, organ_id=organ.organ_id,
            organ=organ.organ, modules=tuple(dict.fromkeys(command.modules)), planned_on=command.planned_on,
        )
    ]  # fmt: skip


def hold_training(state: TrainingState, held_on: date, attended: Collection[Attendance]) -> list[Event]:
    """Record who came. Refused `training-over`, `attended-twice`, `nobody-attended`."""
    planned = _waiting(state)
    if not attended:
        raise Refused("nobody-attended", "未登记任何出勤人员", "nobody attended; a session without anybody is cancelled")
    if len({one.officer_id for one in attended}) != len(attended):
        raise Refused("attended-twice", "出勤人员重复", "somebody is named twice")
    return [
        TrainingHeld(
            training_id=planned.training_id, held_on=held_on, attended=tuple(sorted(attended, key=lambda a: a.officer_id))
        )
    ]


def cancel_training(state: TrainingState, reason: str) -> list[Event]:
    """Call a session off. Refused `training-over`."""
    return [TrainingCancelled(training_id=_waiting(state).training_id, reason=reason)]


def grant_modules(state: ModulesState, training: TrainingState, attendance: Attendance) -> list[Event]:
    """What somebody who attended may use now: the session's modules that they have not yet; nothing if they did not pass."""
    if training.planned is None or training.held_on is None or not attendance.passed:
        return []
    return [
        ModuleGranted(
            officer_id=attendance.officer_id, district=attendance.district, module=module,
            training_id=training.planned.training_id, granted_on=training.held_on,
        )
        for module in training.planned.modules
        if module not in state.modules
    ]  # fmt: skip


def revoke_module(state: ModulesState, module: Module, reason: str) -> list[Event]:
    """End a permission. Refused `module-not-granted`."""
    if module not in state.modules:
        raise Refused("module-not-granted", "未授权使用该模块", "the module was not granted", module=module)
    return [ModuleRevoked(officer_id=state.officer_id, module=module, reason=reason)]


def _waiting(state: TrainingState) -> TrainingPlanned:
    if state.planned is None or state.state != "planned":
        raise Refused("training-over", "培训已举办或已取消", "the session took place or was called off", state=state.state)
    return state.planned
