"""The clocks of measures: by when a suspension is reviewed, kept evidence decided, a seizure regularised, decided, released."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.inspection.domain.measures.keeping import KeepingCarriedOut, KeepingDecided
from services.inspection.domain.measures.seizure_events import (
    AppraisalBegun,
    AppraisalEnded,
    SeizureCarriedOut,
    SeizureDecided,
    SeizureExtended,
    SeizureLifted,
    SeizureNotRegularised,
    SeizureRegularised,
)
from services.inspection.domain.measures.suspension import ResumptionReviewed, SuspensionOrdered

SUSPENSION_REVIEW = "suspension-review"
KEEPING_DUE = "keeping-decision"
REGULARISATION_DUE = "seizure-regularisation"
SEIZURE_END = "seizure-end"
APPRAISAL_DUE = "appraisal-due"


def measure_deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """A clock for each thing that a measure must come to; an appraisal stops that of a seizure."""
    match event:
        case SuspensionOrdered():
            yield by_day(sequenced, SUSPENSION_REVIEW, event.measure_id, event.until)
        case ResumptionReviewed() if not event.remaining:
            yield by_day(sequenced, SUSPENSION_REVIEW, event.measure_id, None)
        case KeepingCarriedOut():
            yield by_day(sequenced, KEEPING_DUE, event.measure_id, event.decide_by)
        case KeepingDecided() if not event.remaining:
            yield by_day(sequenced, KEEPING_DUE, event.measure_id, None)
        case _:
            yield from _seizure(sequenced, event)


def _seizure(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    match event:
        case SeizureCarriedOut():
            yield by_day(sequenced, SEIZURE_END, event.measure_id, event.until)
            if event.regularise_by is not None:
                yield _by_time(sequenced, REGULARISATION_DUE, event.measure_id, event.regularise_by)
        case SeizureExtended() | AppraisalEnded():
            yield by_day(sequenced, SEIZURE_END, event.measure_id, event.until)
            if isinstance(event, AppraisalEnded):
                yield by_day(sequenced, APPRAISAL_DUE, event.measure_id, None)
        case AppraisalBegun():
            yield by_day(sequenced, SEIZURE_END, event.measure_id, None)
            yield by_day(sequenced, APPRAISAL_DUE, event.measure_id, event.expected_until)
        case SeizureRegularised():
            yield Disarm(id=f"{REGULARISATION_DUE}:{event.measure_id}")
        case SeizureLifted() | SeizureNotRegularised():
            yield from _stop(sequenced, event.measure_id)
        case SeizureDecided() if not event.remaining:
            yield from _stop(sequenced, event.measure_id)


def _stop(sequenced: Sequenced, measure_id: str) -> Iterable[Arm | Disarm]:
    yield by_day(sequenced, SEIZURE_END, measure_id, None)
    yield by_day(sequenced, APPRAISAL_DUE, measure_id, None)
    yield Disarm(id=f"{REGULARISATION_DUE}:{measure_id}")


def by_day(sequenced: Sequenced, kind: str, key: str, due_on: date | None) -> Arm | Disarm:
    """A clock that runs until the end of `due_on` in China, or stands still."""
    name = f"{kind}:{key}"
    if due_on is None:
        return Disarm(id=name)
    return Arm(
        id=name, kind=kind, key=key, due_at=end_of(due_on), district=sequenced.envelope.district,
        detail={"due_on": due_on.isoformat()},
    )  # fmt: skip


def _by_time(sequenced: Sequenced, kind: str, key: str, by: datetime) -> Arm:
    """A clock of hours: it fires at the moment itself."""
    return Arm(
        id=f"{kind}:{key}", kind=kind, key=key, due_at=by, district=sequenced.envelope.district, detail={"by": by.isoformat()}
    )
