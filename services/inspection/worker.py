"""What the worker of inspection follows and fires."""

from chassis.deadlines import Fire
from services.inspection.commands import orders
from services.inspection.projections.clocks import EXTENSION_ANSWER_DUE, RE_INSPECTION_DUE, RECTIFICATION_DUE

SOURCES = ("registry", "tasks")
FIRES: dict[str, Fire] = {
    RECTIFICATION_DUE: orders.miss_rectification,
    RE_INSPECTION_DUE: orders.miss_re_inspection,
    EXTENSION_ANSWER_DUE: orders.miss_extension_answer,
}
