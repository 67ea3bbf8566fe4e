"""What questions about plans, campaigns, draws, tasks and dispatch are answered; tests hold each answer to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.answers import Items, Matter, Page, Told, Versioned, answer_of, told
from services.tasks.domain.approval import ApprovalState
from services.tasks.domain.campaign import CampaignState, DistrictCoverage
from services.tasks.domain.demonstration import DemonstrationState, Observer
from services.tasks.domain.draw import DrawState
from services.tasks.domain.guidance import GuidanceFinding, GuidanceState
from services.tasks.domain.implementation import ImplementationState
from services.tasks.domain.plan import PlanState
from services.tasks.domain.problem import ProblemState
from services.tasks.domain.task import AssignedExpert, AssignedOfficer, Progress, TaskGenerated
from services.tasks.domain.training import TrainingState
from services.tasks.domain.week import FigureLink, ReportedProblem, WeekState

__all__ = ("Items", "Page", "told")


class _Plan(Matter):
    stage: str
    """How far the revision in force is: `drafted`, `approved`, `filed`."""


PlanAnswer = answer_of("PlanAnswer", "An annual plan.", _Plan, PlanState)


class PlanRow(Told):
    """A plan in a list."""

    plan_id: str
    district: str
    organ_id: str
    organ: str
    title: str
    begins_on: date
    """The first day of its year."""
    state: str
    revision: int
    planned_inspections: int
    amendment_pending: bool
    version: int


class _Campaign(Matter):
    coverage: list[DistrictCoverage]
    """How far each district is now; nothing of the past."""


CampaignAnswer = answer_of("CampaignAnswer", "A campaign.", _Campaign, CampaignState)


class CampaignRow(Told):
    """A campaign in a list."""

    campaign_id: str
    district: str
    plan_id: str
    title: str
    starts_on: date
    ends_on: date
    state: str
    closed_on: date | None
    version: int


class ClaimRow(Told):
    """Which organ enforces at an enterprise in a campaign."""

    claim_id: str
    district: str
    campaign_id: str
    enterprise_id: str
    organ_id: str
    level: str
    claimed_on: date


DrawAnswer = answer_of("DrawAnswer", "A draw, with everything that is needed to repeat it.", Matter, DrawState)


class DrawRow(Told):
    """A draw in a list."""

    draw_id: str
    district: str
    organ_id: str
    campaign_id: str | None
    campaign_title: str | None
    plan_id: str | None
    plan_title: str | None
    purpose: str
    committed_on: date
    revealed_on: date | None
    state: str
    pool: int
    """From how many it draws."""
    picks: int
    drawn: int
    unassigned: int
    version: int


class _Task(Matter):
    state: Progress
    overdue: bool
    planned_on: date | None
    accepted_by: str | None
    warned: bool
    last_reason: str | None
    """Of the last return, reassignment or cancellation."""
    assigned_by: str | None
    """The draw that assigned it; null where a manager did."""
    officers: list[AssignedOfficer]
    experts: list[AssignedExpert]
    inspection_id: str | None
    completed_on: date | None


TaskAnswer = answer_of("TaskAnswer", "A task.", _Task, TaskGenerated)


class TaskRow(Told):
    """A task in a list."""

    task_id: str
    kind: str
    campaign_id: str | None
    draw_id: str | None
    enterprise_id: str
    enterprise_name: str
    uscc: str
    district: str
    sector: str
    level: str
    organ_id: str
    organ: str
    due_on: date
    planned_on: date | None
    state: str
    overdue: bool
    officers: list[AssignedOfficer]
    experts: list[AssignedExpert]
    inspection_id: str | None
    completed_on: date | None
    version: int


class DutyRow(Told):
    """A task in an officer's list."""

    duty_id: str
    officer_id: str
    organ_id: str
    task_id: str
    district: str
    enterprise_id: str
    enterprise_name: str
    due_on: date
    planned_on: date
    state: str
    warned: bool
    overdue: bool
    mine: bool
    """Whether it is theirs still; always so in a list."""


class LoadRow(Told):
    """How much an officer has to do."""

    officer_id: str
    open: int
    accepted: int
    started: int
    overdue: int
    due_in_a_week: int
    completed: int


ApprovalAnswer = answer_of("ApprovalAnswer", "How far the approval of an inspection is.", Versioned, ApprovalState)


class ApprovalRow(Told):
    """The latest request for the approval of an inspection."""

    task_id: str
    enterprise_id: str
    district: str
    organ_id: str
    planned_on: date
    requested_by: str
    urgent: bool
    over_cap: bool
    state: str
    decided_by: str | None
    overdue: bool
    version: int


class CountRow(Told):
    """How often an enterprise was inspected in a year."""

    enterprise_id: str
    year: int
    district: str
    counted: int
    exempt: int
    overridden: int


class CountAnswer(Told):
    """The inspections of an enterprise in a year."""

    enterprise_id: str
    year: int
    maximum: int | None
    """How many the rules permit; null without a cap."""
    counted: int
    exempt: int
    overridden: int
    tasks: dict[str, str]
    """How each task counts: `counted`, `exempt`, `overridden`."""
    version: int


WeekAnswer = answer_of("WeekAnswer", "A district's report on a week.", Versioned, WeekState)


class WeekRow(Told):
    """A district's report on a week, in a list."""

    week_id: str
    campaign_id: str
    district: str
    organ_id: str
    organ: str
    monday: date
    done: str
    planned: str
    problems: list[ReportedProblem]
    suggestions: list[str]
    supplements: list[str]
    version: int


class ReportedRow(Told):
    """Whether a district reported a week."""

    district: str
    name: str
    organ_id: str
    organ: str
    reported: bool
    problems: int


ProblemAnswer = answer_of("ProblemAnswer", "A problem with every answer it was given.", Versioned, ProblemState)


class ProblemRow(Told):
    """A problem in a list."""

    problem_id: str
    campaign_id: str
    district: str
    organ_id: str
    organ: str
    monday: date
    problem: str
    state: str
    answer: str | None
    reopened: int
    outcome: str | None
    version: int


class _Figure(Told):
    rows: str
    """Where reporting answers it."""


Figure: Any = answer_of("Figure", "A figure of a bulletin.", _Figure, FigureLink)


class BulletinRow(Told):
    """A bulletin of a campaign."""

    bulletin_id: str
    campaign_id: str
    district: str
    number: int
    monday: date
    title: str
    text: str
    figures: list[Figure]
    issued: str
    """Where reporting tells whether what was sent is what it still makes."""


ImplementationAnswer = answer_of("ImplementationAnswer", "A district's plan for a campaign.", Versioned, ImplementationState)


class ImplementationRow(Told):
    """A district's plan in a list."""

    implementation_id: str
    campaign_id: str
    district: str
    organ_id: str
    organ: str
    title: str
    drafted_on: date
    state: str
    version_no: int
    in_force: int
    """The version in force; 0 for none."""
    version: int


DemonstrationAnswer = answer_of("DemonstrationAnswer", "A demonstration visit.", Versioned, DemonstrationState)


class DemonstrationRow(Told):
    """A demonstration visit in a list."""

    demonstration_id: str
    campaign_id: str
    district: str
    enterprise_id: str
    organ_id: str
    organ: str
    planned_on: date
    topic: str
    state: str
    observers: list[Observer]
    present: list[Observer]
    lessons: str | None
    version: int


GuidanceAnswer = answer_of("GuidanceAnswer", "A guidance visit.", Versioned, GuidanceState)


class GuidanceRow(Told):
    """A guidance visit in a list."""

    guidance_id: str
    campaign_id: str
    district: str
    enterprise_id: str
    organ_id: str
    organ: str
    monday: date
    planned_on: date
    experts: list[str]
    state: str
    findings: list[GuidanceFinding]
    serious: int
    version: int


TrainingAnswer = answer_of("TrainingAnswer", "A session and who came.", Versioned, TrainingState)


class TrainingRow(Told):
    """A session in a list."""

    training_id: str
    campaign_id: str
    district: str
    organ_id: str
    organ: str
    title: str
    modules: list[str]
    planned_on: date
    state: str
    attended: int
    passed: int
    version: int


class ModuleUserRow(Told):
    """Who may use a module."""

    grant_id: str
    officer_id: str
    district: str
    module: str
    training_id: str
    granted_on: date
    state: str
