"""The visit: planned, noticed, on site, answered, advised, stated, concluded.

`unseen` says that a command was noted on a device that did not see what others did meanwhile: nothing of theirs is in its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chassis.aggregates import Loaded
from chassis.domain import Unknown
from chassis.runner import Work
from services.inspection.commands.deciding import certificates_of, rules_of
from services.inspection.domain import hazard as hazards
from services.inspection.domain import inspection as inspections
from services.inspection.domain import team, visit
from services.inspection.domain.answering import Answered, Answering
from services.inspection.domain.catalogue import Catalogue, Site
from services.inspection.domain.events import Mode
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, Advice, CheckIn, Conclusion, InspectionState, Task
from services.inspection.domain.onsite_plan import DraftPlan, Notice
from services.inspection.domain.presence import HoldMeeting, MakeStatement
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


async def draft_plan(work: Work, inspection_id: str, command: DraftPlan) -> None:
    """Draft the plan of an inspection."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    work.append(inspection, inspections.draft_plan(inspection.state, command, work.actor.id, rules))


async def review_plan(work: Work, inspection_id: str, agreed: bool, opinion: str) -> None:
    """Review the drafted plan."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    work.append(inspection, inspections.review_plan(inspection.state, agreed, opinion, work.actor.id, rules))


async def approve_plan(work: Work, inspection_id: str, mode: Mode) -> None:
    """Approve the plan of an inspection."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    approver = work.actor
    work.append(
        inspection,
        inspections.approve_plan(inspection.state, mode, approver.name, rules, approver.id, work.recorded_at),
    )


async def notify(work: Work, inspection_id: str, command: Notice) -> None:
    """Tell the enterprise of the inspection."""
    inspection = await work.existing(INSPECTION, inspection_id)
    work.append(inspection, visit.notify(inspection.state, command, await rules_of(work), work.at))


async def check_in(work: Work, inspection_id: str, command: CheckIn, unseen: bool = False) -> None:
    """Check in on site."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    certificates = await certificates_of(work, command.officers)
    events = visit.check_in(inspection.state, command, certificates, rules, work.at, unseen=unseen, stated=work.context.stated)
    work.append(inspection, events)


async def answer(work: Work, inspection_id: str, answers: Sequence[Answered], unseen: bool = False) -> dict[str, Any]:
    """Answer items, and record the hazards that violations consist of; answers the items that are disputed then."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    by = Answering(work.actor.id, work.at, unseen)
    after = work.append(inspection, visit.answer_items(inspection.state, answers, rules, by))
    for finding in visit.findings(after.state, answers, work.at):
        hazard = await work.load(HAZARD, finding.hazard_id)
        work.append(
            hazard, hazards.find(hazard.state, finding),
            subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
        )  # fmt: skip
    await _follow(work, after, answers)
    return {"disputed": sorted(after.state.disputed)}


async def _follow(work: Work, inspection: Loaded[InspectionState], answers: Sequence[Answered]) -> None:
    """Hazards of these answers, and of those that they replace, stand as long as an answer that stands consists of them."""
    given, standing = inspection.state.given, inspection.state.hazards
    named = {finding.hazard_id for answered in answers for finding in answered.hazards}
    named |= {one for answered in answers for other in answered.replaces if other in given for one in given[other].hazards}
    for hazard_id in sorted(named):
        hazard = await work.load(HAZARD, hazard_id)
        work.append(hazard, hazards.follow_answers(hazard.state, hazard_id in standing))


async def advise(work: Work, inspection_id: str, told: Advice, unseen: bool = False) -> None:
    """Record an expert's advice: told by an officer of any expert of the visit, by an expert of himself.

    An expert who says when he noted it had no network, and may not have seen that the record was closed meanwhile. Unknown is
    to an expert any visit that he is not sent to.
    """
    inspection = await work.existing(INSPECTION, inspection_id)
    adviser = work.actor.id if work.actor.role == "expert" else None
    if adviser is not None and not inspection.state.takes_along(adviser):
        raise Unknown(INSPECTION.name, inspection_id)
    unseen = unseen or (adviser is not None and work.context.stated)
    events = visit.advise(inspection.state, told, await rules_of(work), at=work.at, unseen=unseen, adviser=adviser)
    work.append(inspection, events)


async def hold_meeting(work: Work, inspection_id: str, command: HoldMeeting, unseen: bool = False) -> None:
    """Record the opening or the closing meeting."""
    inspection = await work.existing(INSPECTION, inspection_id)
    work.append(inspection, visit.hold_meeting(inspection.state, command, await rules_of(work), unseen=unseen))


async def state_something(work: Work, inspection_id: str, command: MakeStatement, unseen: bool = False) -> None:
    """Record what the enterprise states."""
    inspection = await work.existing(INSPECTION, inspection_id)
    work.append(inspection, visit.state_something(inspection.state, command, await rules_of(work), unseen=unseen))


async def conclude(work: Work, inspection_id: str, command: Conclusion, unseen: bool = False) -> None:
    """Close the record of an inspection."""
    inspection = await work.existing(INSPECTION, inspection_id)
    work.append(inspection, visit.conclude(inspection.state, command, await rules_of(work), work.at, unseen=unseen))
