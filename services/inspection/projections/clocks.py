"""Inspection's events as deadlines that run and stop."""

from __future__ import annotations

from collections.abc import Iterable

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
from services.inspection.projections.measure_clocks import by_day, measure_deadlines

RECTIFICATION_DUE = "rectification-due"
RE_INSPECTION_DUE = "re-inspection-due"
EXTENSION_ANSWER_DUE = "extension-answer-due"


def deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """The clocks of an order: until when the enterprise must rectify, the organ re-inspect; and those of measures."""
    match event:
        case OrderIssued():
            yield by_day(sequenced, RECTIFICATION_DUE, event.order_id, event.due_on)
        case RectificationReported() | ReInspected():
            yield by_day(sequenced, RECTIFICATION_DUE, event.order_id, event.rectification_due_on)
            yield by_day(sequenced, RE_INSPECTION_DUE, event.order_id, event.re_inspection_due_on)
        case RectificationOverdue():
            yield by_day(sequenced, RE_INSPECTION_DUE, event.order_id, event.re_inspection_due_on)
        case OrderRelieved():
            yield by_day(sequenced, RECTIFICATION_DUE, event.order_id, event.rectification_due_on)
            yield by_day(sequenced, RE_INSPECTION_DUE, event.order_id, event.re_inspection_due_on)
        case ExtensionAsked():
            yield by_day(sequenced, EXTENSION_ANSWER_DUE, event.order_id, event.answer_due_on)
        case ExtensionGranted():
            yield by_day(sequenced, EXTENSION_ANSWER_DUE, event.order_id, None)
            yield by_day(sequenced, RECTIFICATION_DUE, event.order_id, event.due_on)
        case ExtensionDenied():
            yield by_day(sequenced, EXTENSION_ANSWER_DUE, event.order_id, None)
        case _:
            yield from measure_deadlines(sequenced, event)
