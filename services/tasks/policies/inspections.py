"""When something happened at an inspection, then its task goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chassis.policy import Reaction, Received
from chassis.runner import Work
from services.tasks.commands import tasks as commands


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What tasks need of it: which task began."""

    inspection_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class InspectionConcluded:
    """What tasks need of it: which task is done, and when."""

    inspection_id: str
    task_id: str
    concluded_on: date


async def on_checked_in(work: Work, received: Received) -> None:
    """A task starts when its officers have checked in on site."""
    seen = received.read(CheckedIn)
    await commands.start_task(work, seen.task_id, seen.inspection_id)


async def on_inspection_concluded(work: Work, received: Received) -> None:
    """A task is completed when its inspection is concluded."""
    seen = received.read(InspectionConcluded)
    await commands.complete_task(work, seen.task_id, seen.inspection_id, seen.concluded_on)


REACTIONS: dict[str, Reaction] = {
    "casetrail.inspection.checked-in.v1": on_checked_in,
    "casetrail.inspection.inspection-concluded.v1": on_inspection_concluded,
}
