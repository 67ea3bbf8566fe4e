"""One measure, whatever its kind: a stream whose first event says which, and how far it is after each event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    SeizureExtended,
    SeizureLifted,
    SeizureNotRegularised,
    SeizureReported,
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
NUMBERED: Mapping[type[Event], str] = {
    SuspensionOrdered: "04", SeizureRequested: "07", SeizureReported: "07", SeizureCarriedOut: "08", SeizureExtended: "10",
    SeizureDecided: "11", SupplyRestored: "14", QuestioningNotified: "15", SiteExamined: "17", SamplingRecorded: "18",
    KeepingRequested: "19", KeepingCarriedOut: "20", AppraisalCommissioned: "23",
}  # fmt: skip
"""Which form an event gives a number to."""


@dataclass(frozen=True, slots=True)
class MeasureState:
    """A measure as its events tell it; `numbers` are those of its documents, the latest of each, by the number of the form."""

    kind: Kind | None = None
    status: Status | None = None
    matter: Matter | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_the_organ_alone(self) -> bool:
        """Whether it is only asked for or approved: a party that is told beforehand takes away what is to be kept or seized."""
        return self.kind != "record" and self.status in ("requested", "approved", "denied")

    @property
    def inspection_id(self) -> str | None:
        """The inspection that it is taken at."""
        match self.matter:
            case Suspension(ordered=begun) | Record(recorded=begun):
                return None if begun is None else begun.inspection_id
            case Seizure(request=begun, taken=taken):
                first = begun or taken
                return None if first is None else first.inspection_id
            case Keeping(request=begun) | SupplyCut(request=begun):
                return None if begun is None else begun.inspection_id
            case _:
                return None

    @property
    def files(self) -> tuple[str, ...]:
        """The hashes of all files that its events name."""
        return self.matter.files if isinstance(self.matter, Suspension | Record) else ()


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
    return MeasureState(
        kind, status_after(event) or state.status, evolve(state.matter or initial, event), {**state.numbers, **numbers_in(event)}
    )


def numbers_in(event: Event) -> dict[str, str]:
    """The numbers of documents that an event gives, by the number of the form among the 48."""
    match event:
        case KeepingDecided():
            return {"21": event.approval_no, "22": event.document_no}
        case SupplyCutNotified():
            return {"12": event.notice_no, "13": event.decision_no}
        case KeepingRequested() | SeizureRequested() | SeizureReported():
            return {NUMBERED[type(event)]: event.approval_no}
        case _ if type(event) in NUMBERED:
            return {NUMBERED[type(event)]: getattr(event, "document_no")}  # noqa: B009 - each of these has one
        case _:
            return {}


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
