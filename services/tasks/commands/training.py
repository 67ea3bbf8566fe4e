"""Use cases of training: sessions, attendance, who may use which module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.runner import Work
from services.tasks.commands.fieldwork import officer_districts
from services.tasks.commands.organs import campaign_of, organ_of
from services.tasks.domain import training
from services.tasks.domain.training import MODULES, TRAINING, Attendance, Module, PlanTraining


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """An officer who came, and whether they passed."""

    officer_id: str
    passed: bool


async def plan_training(work: Work, command: PlanTraining) -> None:
    """Plan a session of the actor's organ."""
    session = await work.load(TRAINING, command.training_id)
    organ = await organ_of(work, work.context.organ)
    await campaign_of(work, command.campaign_id, organ)
    work.append(session, training.plan_training(session.state, organ, command), district=organ.district)


async def hold_training(work: Work, training_id: str, held_on: date, attended: Sequence[Attended]) -> dict[str, int]:
    """Record who came; who passed may use the session's modules, in one write set with it."""
    session = await work.existing(TRAINING, training_id)
    districts = await officer_districts(work, [one.officer_id for one in attended])
    came = [Attendance(officer_id=o.officer_id, district=districts[o.officer_id], passed=o.passed) for o in attended]
    held = work.append(session, training.hold_training(session.state, held_on, came))
    granted = 0
    for one in held.state.attended:
        modules = await work.load(MODULES, one.officer_id)
        events = training.grant_modules(modules.state, held.state, one)
        work.append(modules, events, district=one.district)
        granted += len(events)
    return {"granted": granted}


async def cancel_training(work: Work, training_id: str, reason: str) -> None:
    """Call a session off."""
    session = await work.existing(TRAINING, training_id)
    work.append(session, training.cancel_training(session.state, reason))


async def revoke_module(work: Work, officer_id: str, module: Module, reason: str) -> None:
    """End an officer's permission to use a module."""
    modules = await work.existing(MODULES, officer_id)
    work.append(modules, training.revoke_module(modules.state, module, reason))
