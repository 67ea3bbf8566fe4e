"""Inspection's events as deadlines that run and stop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.inspection.domain.events import (
    OrderIssued,
    RectificationOverdue,
    RectificationReported,
    ReInspected,
)
from services.inspection.domain.extension import ExtensionAsked, ExtensionDenied, ExtensionGranted, OrderRelieved

RECTIFICATION_DUE = "rectification-due"
RE_INSPECTION_DUE = "re-inspection-due"
EXTENSION_ANSWER_DUE = "extension-answer-due"


def deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """The clocks of an order: until when the enterprise must rectify, until when the organ must re-inspect."""
    match event:
        case OrderIssued():
            yield _clock(sequenced, RECTIFICATION_DUE, event.order_id, event.due_on)
        case RectificationReported() | ReInspected():
            yield _clock(sequenced, RECTIFICATION_DUE, event.order_id, event.rectification_due_on)
            yield _clock(sequenced, RE_INSPECTION_DUE, event.order_id, event.re_inspection_due_on)
        case RectificationOverdue():
            yield _clock(sequenced, RE_INSPECTION_DUE, event.order_id, event.re_inspection_due_on)
        case OrderRelieved():
            yield _clock(sequenced, RECTIFICATION_DUE, event.order_id, event.rectification_due_on)
            yield _clock(sequenced, RE_INSPECTION_DUE, event.order_id, event.re_inspection_due_on)
        case ExtensionAsked():
            yield _clock(sequenced, EXTENSION_ANSWER_DUE, event.order_id, event.answer_due_on)
        case ExtensionGranted():
            yield _clock(sequenced, EXTENSION_ANSWER_DUE, event.order_id, None)
            yield _clock(sequenced, RECTIFICATION_DUE, event.order_id, event.due_on)
        case ExtensionDenied():
            yield _clock(sequenced, EXTENSION_ANSWER_DUE, event.order_id, None)


def _clock(sequenced: Sequenced, kind: str, order_id: str, due_on: date | None) -> Arm | Disarm:
    """A clock that runs until the end of `due_on` in China, or stands still."""
    name = f"{kind}:{order_id}"
    if due_on is None:
        return Disarm(id=name)
    return Arm(
        id=name, kind=kind, key=order_id, due_at=end_of(due_on), district=sequenced.envelope.district,
        detail={"due_on": due_on.isoformat()},
    )  # fmt: skip
