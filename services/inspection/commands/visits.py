"""The visit: prepared, approved, on site, answered, advised, concluded."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.runner import Work
from services.inspection.commands.deciding import certificates_of, rules_of
from services.inspection.domain import hazard as hazards
from services.inspection.domain import inspection as inspections
from services.inspection.domain import team
from services.inspection.domain.catalogue import Catalogue, Site
from services.inspection.domain.events import Mode
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, Answered, CheckIn, Conclusion, Task
from services.inspection.domain.rules import Rules


async def prepare(work: Work, task: Task, catalogue: Catalogue, site: Site, rules: Rules, district: str) -> None:
    """Prepare the inspection of an assigned task, under the task's own id; one that is prepared goes to the task's people."""
    inspection = await work.load(INSPECTION, task.task_id)
    work.rulebook = rules.rulebook
    if inspection.exists:
        work.append(inspection, team.reassign(inspection.state, task, rules))
        return
    events = inspections.prepare(inspection.state, task, catalogue, site, rules)
    work.append(inspection, events, subject=task.enterprise_id, district=district)


async def withdraw_team(work: Work, task_id: str) -> None:
    """Nobody goes until the task is assigned again."""
    inspection = await work.load(INSPECTION, task_id)
    work.append(inspection, team.withdraw_team(inspection.state))


async def call_off(work: Work, task_id: str, reason: str) -> None:
    """Nobody goes any more."""
    inspection = await work.load(INSPECTION, task_id)
    work.append(inspection, team.call_off(inspection.state, reason))


async def approve_plan(work: Work, inspection_id: str, mode: Mode) -> None:
    """Approve the plan of an inspection."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    work.append(inspection, inspections.approve_plan(inspection.state, mode, work.actor.name, rules))


async def check_in(work: Work, inspection_id: str, command: CheckIn) -> None:
    """Check in on site."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    certificates = await certificates_of(work, command.officers)
    work.append(inspection, inspections.check_in(inspection.state, command, certificates, rules, work.at))


async def answer(work: Work, inspection_id: str, answers: Sequence[Answered]) -> None:
    """Answer items, and record the hazards that violations consist of."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    answered = inspections.answer_items(inspection.state, answers, rules)
    work.append(inspection, answered)
    for finding in inspections.findings(inspection.state, answers, work.at):
        hazard = await work.load(HAZARD, finding.hazard_id)
        work.append(
            hazard, hazards.find(hazard.state, finding),
            subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
        )  # fmt: skip


async def advise(work: Work, inspection_id: str, expert_id: str, advice: str) -> None:
    """Record an expert's advice."""
    inspection = await work.existing(INSPECTION, inspection_id)
    work.append(inspection, inspections.advise(inspection.state, expert_id, advice, await rules_of(work)))


async def conclude(work: Work, inspection_id: str, command: Conclusion) -> None:
    """Close the record of an inspection."""
    inspection = await work.existing(INSPECTION, inspection_id)
    work.append(inspection, inspections.conclude(inspection.state, command, await rules_of(work), work.at))
