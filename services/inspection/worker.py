"""What the worker of inspection follows and fires."""

from chassis.deadlines import Fire
from services.inspection import commands
from services.inspection.projections import RE_INSPECTION_DUE, RECTIFICATION_DUE

SOURCES = ("registry", "tasks")
FIRES: dict[str, Fire] = {
    RECTIFICATION_DUE: commands.miss_rectification,
    RE_INSPECTION_DUE: commands.miss_re_inspection,
}
