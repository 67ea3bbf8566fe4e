"""More time for a rectification order: asked for in time, for force majeure, and answered in time; and hazards left out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from chassis.domain import Event, event
from services.inspection.domain.events import OrderedHazard
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules

ExtensionGround = Literal["force-majeure", "other"]


@event("casetrail.inspection.extension-asked.v1", title="申请延期整改", summary="企业申请延期至 {until}：{reason}")
class ExtensionAsked(Event):
    """The enterprise asks for more time; the organ answers by `answer_due_on` (None: the rulebook sets no day)."""

    order_id: str
    hazard_ids: tuple[str, ...]
    until: date
    ground: ExtensionGround
    reason: str
    asked_on: date
    answer_due_on: date | None


@event("casetrail.inspection.extension-granted.v1", title="同意延期整改", summary="同意延期至 {due_on}")
class ExtensionGranted(Event):
    """These hazards have until another day; `due_on` is the order's latest day now, `re_inspection_due_on` runs from there."""

    order_id: str
    hazards: tuple[OrderedHazard, ...]
    due_on: date
    re_inspection_due_on: date | None
    reason: str | None


@event("casetrail.inspection.extension-denied.v1", title="不同意延期整改", summary="不同意延期：{reason}")
class ExtensionDenied(Event):
    """The days stay as they are."""

    order_id: str
    reason: str


@event("casetrail.inspection.extension-answer-overdue.v1", title="逾期未答复延期申请", summary="至 {due_on} 未答复延期申请")
class ExtensionAnswerOverdue(Event):
    """The organ did not answer in time; the order's days stay as they are until it does."""

    order_id: str
    due_on: date


@event("casetrail.inspection.order-relieved.v1", title="指令内隐患终止", summary="指令不再包括已决定终止的隐患")
class OrderRelieved(Event):
    """A hazard of the order was closed by decision; `all_done`: nothing of the order is left to be done."""

    order_id: str
    hazard_id: str
    all_done: bool
    rectification_due_on: date | None
    re_inspection_due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExtension:
    """Which hazards need more time, until when, why."""

    hazard_ids: tuple[str, ...]
    until: date
    ground: ExtensionGround
    reason: str


def asked(
    order_id: str, due: dict[str, date], command: AskExtension, answer: Due | None, day: date, rules: Rules
) -> ExtensionAsked:
    """The request, if it is in time and its ground is one that extends (rule `rectification-extension`).

    `due` is the last day of each hazard asked for. Refused `extension-ground`, `extension-too-late`, `extension-not-later`.
    """
    if rules.extension_needs_force_majeure and command.ground != "force-majeure":
        raise refused("extension-ground", rules)
    notice = rules.extension_request.length if rules.extension_request is not None else 0
    if any(day > last - timedelta(days=notice) for last in due.values()):
        raise refused("extension-too-late", rules, days=notice)
    if any(command.until <= last for last in due.values()):
        raise refused("extension-not-later", rules)
    return ExtensionAsked(
        order_id=order_id, hazard_ids=command.hazard_ids, until=command.until, ground=command.ground, reason=command.reason,
        asked_on=day, answer_due_on=answer.on if answer is not None else None,
    )  # fmt: skip
