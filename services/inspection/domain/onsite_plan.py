"""The plan of one inspection (现场检查方案, form 2) as people make it: drafted, reviewed, approved; and the notice of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from chassis.domain import SUBJECT, Event, Personal, event
from services.inspection.domain.events import Mode, PlannedItem
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class OmittedItem:
    """An item that applies to the site and is not looked at this time, and why."""

    item_code: str
    reason: str


@event("casetrail.inspection.plan-drafted.v1", title="拟定检查方案", summary="拟定现场检查方案，{planned_on} 检查")
class PlanDrafted(Event):
    """What is to be looked at, where and how; key items are always looked at."""

    inspection_id: str
    drafted_by: str
    planned_on: date
    mode: Mode
    items: tuple[str, ...]
    omitted: tuple[OmittedItem, ...]
    places: tuple[str, ...]
    remark: str | None


@event("casetrail.inspection.plan-reviewed.v1", title="审核检查方案", summary="审核现场检查方案：{opinion}")
class PlanReviewed(Event):
    """The opinion of the reviewer; with `agreed` the plan may be approved, otherwise it is drafted anew."""

    inspection_id: str
    reviewed_by: str
    agreed: bool
    opinion: str


@event("casetrail.inspection.inspection-noticed.v1", title="通知企业", summary="已通知企业将于 {planned_on} 检查")
class InspectionNoticed(Event):
    """The enterprise was told: when, who comes, how often it was inspected this year, what officers must not do (五个严禁)."""

    inspection_id: str
    notice_id: str
    planned_on: date
    inspections_so_far: int
    handed_to: Annotated[str, Personal(SUBJECT, "recipient")]
    noticed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPlan:
    """What an officer means to look at; what applies and is not among `items` is omitted for a reason."""

    mode: Mode
    items: tuple[str, ...]
    omitted: tuple[OmittedItem, ...] = ()
    places: tuple[str, ...] = ()
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How the enterprise was told."""

    notice_id: str
    inspections_so_far: int
    handed_to: str


def drafted(
    inspection_id: str, planned_on: date, applicable: Mapping[str, PlannedItem], command: DraftPlan, drafted_by: str, rules: Rules
) -> PlanDrafted:
    """The plan over the items that apply, each either looked at or omitted with a reason; no key item is omitted.

    Source: 执法检查重点事项 must be checked (2025 guidance). Refused `no-items-chosen`, `item-not-planned`, `item-twice`,
    `item-left-out`, `key-item-omitted`.
    """
    omitted = {one.item_code: one for one in command.omitted}
    _check_each_once([*command.items, *(one.item_code for one in command.omitted)], applicable, rules)
    if not command.items:
        raise refused("no-items-chosen", rules)
    for code in omitted:
        if applicable[code].key_item_code is not None:
            raise refused("key-item-omitted", rules, item_code=code)
    return PlanDrafted(
        inspection_id=inspection_id, drafted_by=drafted_by, planned_on=planned_on, mode=command.mode,
        items=tuple(code for code in applicable if code in command.items),
        omitted=tuple(omitted[code] for code in applicable if code in omitted), places=command.places, remark=command.remark,
    )  # fmt: skip


def _check_each_once(codes: list[str], applicable: Collection[str], rules: Rules) -> None:
    for place, code in enumerate(codes):
        if code not in applicable:
            raise refused("item-not-planned", rules, item_code=code)
        if code in codes[:place]:
            raise refused("item-twice", rules, item_code=code)
    if left := [code for code in applicable if code not in codes]:
        raise refused("item-left-out", rules, items="、".join(left))


def require_agreed(draft: PlanDrafted | None, review: PlanReviewed | None, mode: Mode, approver: str, rules: Rules) -> None:
    """Refuse an approval that the plan is not ready for (form 2: drafted, then reviewed, then approved, by three people).

    Where the rulebook demands a review: `plan-not-reviewed`, `plan-not-agreed`. Always: `own-plan`, `mode-differs`.
    """
    if rules.plan_review_required and (draft is None or review is None):
        raise refused("plan-not-reviewed", rules)
    if review is not None and not review.agreed:
        raise refused("plan-not-agreed", rules)
    if draft is not None and mode != draft.mode:
        raise refused("mode-differs", rules, mode=draft.mode)
    if approver in {draft.drafted_by if draft else None, review.reviewed_by if review else None}:
        raise refused("own-plan", rules)


def review(draft: PlanDrafted | None, agreed: bool, opinion: str, reviewer: str, rules: Rules) -> PlanReviewed:
    """The opinion of somebody who did not draft the plan. Refused `plan-not-drafted`, `own-plan`."""
    if draft is None:
        raise refused("plan-not-drafted", rules)
    if reviewer == draft.drafted_by:
        raise refused("own-plan", rules)
    return PlanReviewed(inspection_id=draft.inspection_id, reviewed_by=reviewer, agreed=agreed, opinion=opinion)
