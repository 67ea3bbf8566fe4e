"""One measure, whatever its kind: a stream whose first event says which, and how far it is after each event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from chassis.domain import Event, Stream, Unknown
from services.inspection.domain.measures.keeping import (
    Keeping,
    KeepingCarriedOut,
    KeepingDecided,
    KeepingLapsed,
    KeepingRequested,
    evolve_keeping,
)
from services.inspection.domain.measures.parts import Kind, MeasureApproved, MeasureDenied, Status
from services.inspection.domain.measures.records import (
    AppraisalAnswered,
    AppraisalCommissioned,
    QuestioningNotified,
    QuestioningRecorded,
    Record,
    RecordSigned,
    SamplingRecorded,
    SiteExamined,
    evolve_record,
)
from services.inspection.domain.measures.seizure import Seizure, evolve_seizure
from services.inspection.domain.measures.seizure_events import (
    SeizureCarriedOut,
    SeizureDecided,
    SeizureExpired,
    SeizureLifted,
    SeizureNotRegularised,
    SeizureRequested,
)
from services.inspection.domain.measures.supply_cut import (
    SupplyCut,
    SupplyCutCarriedOut,
    SupplyCutNotified,
    SupplyCutRequested,
    SupplyRestored,
    evolve_supply_cut,
)
from services.inspection.domain.measures.suspension import (
    ResumptionReviewed,
    Suspension,
    SuspensionOrdered,
    evolve_suspension,
)
from services.inspection.domain.refusals import refused

Matter = Suspension | Keeping | Seizure | SupplyCut | Record
M = TypeVar("M", Suspension, Keeping, Seizure, SupplyCut, Record)

BEGINNINGS: Mapping[type[Event], Kind] = {
    SuspensionOrdered: "suspension", KeepingRequested: "keeping", SeizureRequested: "seizure", SeizureCarriedOut: "seizure",
    SupplyCutRequested: "supply-cut", SamplingRecorded: "record", AppraisalCommissioned: "record",
    QuestioningNotified: "record", QuestioningRecorded: "record", SiteExamined: "record",
}  # fmt: skip
"""With which events a measure begins, and of which kind it then is."""
FOLDS: Mapping[Kind, tuple[Matter, Callable[[Any, Event], Matter]]] = {
    "suspension": (Suspension(), evolve_suspension),
    "keeping": (Keeping(), evolve_keeping),
    "seizure": (Seizure(), evolve_seizure),
    "supply-cut": (SupplyCut(), evolve_supply_cut),
    "record": (Record(), evolve_record),
}
REACHED: Mapping[type[Event], Status] = {
    KeepingRequested: "requested", SeizureRequested: "requested", SupplyCutRequested: "requested",
    MeasureApproved: "approved", MeasureDenied: "denied", SuspensionOrdered: "in-force", KeepingCarriedOut: "in-force",
    SeizureCarriedOut: "in-force", SupplyCutNotified: "notified", SupplyCutCarriedOut: "in-force", SupplyRestored: "ended",
    KeepingLapsed: "lapsed", SeizureNotRegularised: "must-be-lifted", SeizureExpired: "must-be-lifted",
    SeizureLifted: "ended", AppraisalCommissioned: "requested", AppraisalAnswered: "ended", QuestioningNotified: "notified",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MeasureState:
    """A measure as its events tell it."""

    kind: Kind | None = None
    status: Status | None = None
    matter: Matter | None = None


def status_after(event: Event) -> Status | None:
    """How far a measure is after this event; None if the event does not change that."""
    match event:
        case ResumptionReviewed() | KeepingDecided() | SeizureDecided():
            return "in-force" if event.remaining else "ended"
        case SamplingRecorded() | QuestioningRecorded() | SiteExamined() | RecordSigned():
            return "signed" if event.complete else "recorded"
        case _:
            return REACHED.get(type(event))


def evolve_measure(state: MeasureState, event: Event) -> MeasureState:
    """The measure after one more event."""
    kind = state.kind or BEGINNINGS.get(type(event))
    if kind is None:
        return state
    initial, evolve = FOLDS[kind]
    return MeasureState(kind, status_after(event) or state.status, evolve(state.matter or initial, event))


MEASURE = Stream("measure", MeasureState(), evolve_measure)


def new(state: MeasureState, measure_id: str) -> None:
    """Refuse `measure-exists` if there is a measure of this id."""
    if state.kind is not None:
        raise refused("measure-exists", measure_id=measure_id)


def of_kind(state: MeasureState, kind: type[M], measure_id: str) -> M:
    """The measure as one of this kind; Unknown if it is of another."""
    if not isinstance(state.matter, kind):
        raise Unknown(MEASURE.name, measure_id)
    return state.matter
