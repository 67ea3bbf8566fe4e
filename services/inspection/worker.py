"""What the worker of inspection follows and fires."""

import asyncio
from datetime import UTC, datetime, timedelta

from chassis.clock import Clock
from chassis.deadlines import Fire
from chassis.eventstore import Pool
from chassis.leftovers import Leftovers
from chassis.service import Loop
from chassis.settings import Settings
from chassis.uploads import Uploads
from services.inspection.commands import keepings, measures, orders, seizures
from services.inspection.projections.clocks import EXTENSION_ANSWER_DUE, RE_INSPECTION_DUE, RECTIFICATION_DUE
from services.inspection.projections.measure_clocks import (
    APPRAISAL_DUE,
    KEEPING_DUE,
    REGULARISATION_DUE,
    SEIZURE_END,
    SUSPENSION_REVIEW,
)

SOURCES = ("registry", "tasks")
SWEEP_SECONDS = 3600
FIRES: dict[str, Fire] = {
    RECTIFICATION_DUE: orders.miss_rectification,
    RE_INSPECTION_DUE: orders.miss_re_inspection,
    EXTENSION_ANSWER_DUE: orders.miss_extension_answer,
    SUSPENSION_REVIEW: measures.need_review,
    KEEPING_DUE: keepings.lapse,
    REGULARISATION_DUE: seizures.miss_regularisation,
    SEIZURE_END: seizures.expire,
    APPRAISAL_DUE: seizures.miss_appraisal,
}


async def sweep_uploads(settings: Settings, _: Pool, __: Clock) -> None:
    """Remove parts and halves of files that nobody went on with, by the time they were written; never a finished file."""
    leftovers = Leftovers(settings.files)
    uploads = Uploads(settings.files, settings.upload_part_kib << 10)
    while True:
        before = datetime.now(UTC) - timedelta(days=settings.upload_days)
        await uploads.sweep(before)
        await leftovers.sweep_halves(before)
        await asyncio.sleep(SWEEP_SECONDS)


LOOPS: dict[str, Loop] = {"uploads": sweep_uploads}
