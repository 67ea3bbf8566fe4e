"""What the worker of inspection follows and fires."""

from chassis.deadlines import Fire
from services.inspection.commands import keepings, measures, orders, seizures
from services.inspection.projections.clocks import EXTENSION_ANSWER_DUE, RE_INSPECTION_DUE, RECTIFICATION_DUE
from services.inspection.projections.measure_clocks import (
    KEEPING_DUE,
    REGULARISATION_DUE,
    SEIZURE_END,
    SUSPENSION_REVIEW,
)

SOURCES = ("registry", "tasks")
FIRES: dict[str, Fire] = {
    RECTIFICATION_DUE: orders.miss_rectification,
    RE_INSPECTION_DUE: orders.miss_re_inspection,
    EXTENSION_ANSWER_DUE: orders.miss_extension_answer,
    SUSPENSION_REVIEW: measures.need_review,
    KEEPING_DUE: keepings.lapse,
    REGULARISATION_DUE: seizures.miss_regularisation,
    SEIZURE_END: seizures.expire,
}
