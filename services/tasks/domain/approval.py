"""The prior approval of an inspection (行政检查审批): asked for by one, decided by the head of the body; afterwards if urgent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from chassis.domain import Event, Refused, Stream, event
from services.tasks.domain.caps import InspectionRules
from services.tasks.domain.task import ENDED, TaskState

SOURCE = "国办发〔2024〕54号"


@event("casetrail.tasks.approval-requested.v1", title="检查申请", summary="申请于{planned_on}检查（任务 {task_id}）")
class ApprovalRequested(Event):
    """Somebody asks that an inspection be approved for a day; `items` are the codes of what will be checked.

    An urgent one may begin at once and is regularised by `regularise_by`; `over_cap_reason` asks for one beyond the cap.
    """

    task_id: str
    enterprise_id: str
    organ_id: str
    planned_on: date
    items: tuple[str, ...]
    requested_by: str
    urgent_reason: str | None
    regularise_by: datetime | None
    over_cap_reason: str | None


@event("casetrail.tasks.inspection-approved.v1", title="检查批准", summary="批准检查（任务 {task_id}），批准人 {approved_by}")
class InspectionApproved(Event):
    """The head of the body approved; `late` if an urgent inspection was regularised after its last moment."""

    task_id: str
    approved_by: str
    late: bool


@event("casetrail.tasks.inspection-not-approved.v1", title="检查不予批准", summary="不予批准检查（任务 {task_id}）：{reason}")
class InspectionNotApproved(Event):
    """The head of the body turned the request down."""

    task_id: str
    rejected_by: str
    reason: str


@event("casetrail.tasks.regularisation-fell-due.v1", title="补办审批到期", summary="紧急检查（任务 {task_id}）到期未补办审批")
class RegularisationFellDue(Event):
    """An urgent inspection was not regularised in time."""

    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalState:
    """How far the approval of a task's inspection is; `overdue` once an urgent one was not regularised in time."""

    state: Literal["none", "requested", "approved", "rejected"] = "none"
    request: ApprovalRequested | None = None
    decided_by: str | None = None
    reason: str | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestApproval:
    """What is asked for."""

    planned_on: date
    items: tuple[str, ...]
    urgent_reason: str | None = None
    over_cap_reason: str | None = None


def evolve_approval(state: ApprovalState, event: Event) -> ApprovalState:
    """The approval after an event."""
    match event:
        case ApprovalRequested():
            return ApprovalState(state="requested", request=event)
        case InspectionApproved():
            return replace(state, state="approved", decided_by=event.approved_by)
        case InspectionNotApproved():
            return replace(state, state="rejected", decided_by=event.rejected_by, reason=event.reason)
        case RegularisationFellDue():
            return replace(state, overdue=True)
        case _:
            return state


APPROVAL = Stream("approval", ApprovalState(), evolve_approval)


def request_approval(
    state: ApprovalState, task: TaskState, command: RequestApproval, rules: InspectionRules | None,
    published: Collection[str], actor: str, at: datetime,
) -> list[Event]:  # fmt: skip
    """Ask for an inspection; again after a rejection, for another day, or beyond the cap once that is known to be reached.

    `published` are the items in force on the planned day.
    Refused `task-ended`, `approval-pending`, `approved-already`, `item-not-published` (only what is on the published list is
    inspected), `over-cap-not-urgent` (beyond the cap only once the head has agreed).
    Source: 国办发〔2024〕54号.
    """
    facts = task.facts
    if task.state in ENDED:
        raise Refused("task-ended", "任务已结束", "the task has ended", state=task.state)
    if state.state == "requested":
        raise Refused("approval-pending", "已有待批的检查申请", "a request waits for its decision")
    if state.state == "approved" and state.request is not None and _covers(state.request, command):
        raise Refused("approved-already", "该日检查已获批准", "the inspection is approved for this day already")
    missing = sorted(set(command.items) - set(published)) if rules is not None and rules.published_items else []
    if missing or (rules is not None and rules.published_items and not command.items):
        raise Refused("item-not-published", "检查事项不在公布的事项清单内", "items that are not on the published list in force",
                      basis=SOURCE, items=missing)  # fmt: skip
    if command.urgent_reason is not None and command.over_cap_reason is not None:
        raise Refused("over-cap-not-urgent", "超出频次上限的检查须事先批准", "what goes beyond the cap is approved beforehand",
                      basis=SOURCE)  # fmt: skip
    hours = rules.regularise_within_hours if rules is not None and command.urgent_reason is not None else None
    return [
        ApprovalRequested(
            task_id=facts.task_id, enterprise_id=facts.enterprise_id, organ_id=facts.organ_id, planned_on=command.planned_on,
            items=command.items, requested_by=actor, urgent_reason=command.urgent_reason,
            regularise_by=None if hours is None else at + timedelta(hours=hours), over_cap_reason=command.over_cap_reason,
        )
    ]  # fmt: skip


def _covers(approved: ApprovalRequested, command: RequestApproval) -> bool:
    """Whether what is asked for was approved: the same day, and beyond the cap if that is asked for."""
    beyond = command.over_cap_reason is not None and approved.over_cap_reason is None
    return approved.planned_on == command.planned_on and not beyond


def decide_approval(state: ApprovalState, actor: str, organ_id: str, at: datetime, rejection: str | None = None) -> list[Event]:
    """The head of the body approves, or rejects with a reason; an urgent inspection is regularised by it.

    Refused `no-request-pending`, `own-request` (applicant and approver are two people), `approver-of-another-organ`.
    """
    request = state.request
    if request is None or state.state != "requested":
        raise Refused("no-request-pending", "没有待批的检查申请", "no request waits for a decision", state=state.state)
    if actor == request.requested_by:
        raise Refused("own-request", "申请人不得审批本人的申请", "nobody approves the own request", basis=SOURCE)
    if organ_id != request.organ_id:
        raise Refused("approver-of-another-organ", "应由本执法主体负责人审批", "the head of the inspecting body decides",
                      organ_id=request.organ_id)  # fmt: skip
    if rejection is not None:
        return [InspectionNotApproved(task_id=request.task_id, rejected_by=actor, reason=rejection)]
    late = request.regularise_by is not None and at > request.regularise_by
    return [InspectionApproved(task_id=request.task_id, approved_by=actor, late=late)]


def regularisation_due(state: ApprovalState) -> list[Event]:
    """The time to regularise an urgent inspection is over; nothing if it was decided about."""
    if state.state != "requested" or state.overdue or state.request is None or state.request.regularise_by is None:
        return []
    return [RegularisationFellDue(task_id=state.request.task_id)]


def require_approved(state: ApprovalState, rules: InspectionRules | None, planned_on: date) -> None:
    """An inspection is approved for its day, or urgent and not turned down, where the rules of that day demand it (F-39).

    Refused `inspection-not-approved`, with the state of the request. Source: 国办发〔2024〕54号.
    """
    if rules is None or not rules.prior_approval:
        return
    request = state.request
    covered = request is not None and request.planned_on == planned_on
    urgent = request is not None and request.urgent_reason is not None and state.state == "requested"
    if not covered or not (state.state == "approved" or urgent):
        raise Refused("inspection-not-approved", f"{planned_on}的检查未经批准", "the inspection is not approved for that day",
                      basis=SOURCE, state=state.state)  # fmt: skip


def over_cap_of(state: ApprovalState) -> tuple[str, str] | None:
    """The reason and the approver of an inspection beyond the cap, once it is approved."""
    if state.state != "approved" or state.request is None or state.request.over_cap_reason is None or state.decided_by is None:
        return None
    return state.request.over_cap_reason, state.decided_by
