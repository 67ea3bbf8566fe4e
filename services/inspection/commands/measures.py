"""What all commands about measures share: the inspection, its rules, the records a measure rests on; and on-site measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Event, Unknown, day_of
from chassis.runner import Work
from services.inspection import queries
from services.inspection.commands.deciding import certificates_of, due_of, require_own_time, rules_of, take_number
from services.inspection.domain.events import CheckedInOfficer, ReinspectionResult
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, InspectionState, prepared
from services.inspection.domain.measures import measure as measures
from services.inspection.domain.measures import suspension as suspensions
from services.inspection.domain.measures.keeping import Keeping
from services.inspection.domain.measures.measure import MEASURE, MeasureState
from services.inspection.domain.measures.parts import Approver
from services.inspection.domain.measures.records import Record, require_signed
from services.inspection.domain.measures.seizure import Seizure
from services.inspection.domain.measures.supply_cut import SupplyCut
from services.inspection.domain.measures.suspension import Suspend, Suspension, hazards_named
from services.inspection.domain.numbers import ON_SITE_ZI
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules

Answer = dict[str, Any]
M = TypeVar("M", Suspension, Keeping, Seizure, SupplyCut, Record)
LONGEST_SUSPENSION = "R04-suspension-maximum"


@dataclass(frozen=True, slots=True)
class Beginning:
    """A measure that is about to begin, the inspection it belongs to, and the rules of the day."""

    measure: Loaded[MeasureState]
    inspection: Loaded[InspectionState]
    rules: Rules

    @property
    def organ_id(self) -> str:
        """Whose documents the measure makes."""
        return prepared(self.inspection.state).organ_id


async def beginning(work: Work, measure_id: str, inspection_id: str, records: Sequence[str] = ()) -> Beginning:
    """Load what a new measure needs; refuses one that exists, and records that too few officers have signed."""
    measure = await work.load(MEASURE, measure_id)
    inspection = await work.existing(INSPECTION, inspection_id)
    measures.new(measure.state, measure_id)
    rules = await rules_of(work)
    rested_on = [await matter(work, record_id, Record) for record_id in records]
    require_signed(rested_on, inspection_id, rules)
    return Beginning(measure, inspection, rules)


def begin(work: Work, new: Beginning, events: Sequence[Event]) -> None:
    """Append a measure's first event, in the matter of its inspection."""
    about = new.inspection
    work.append(
        new.measure, events, subject=about.subject, district=about.district, correlation_id=about.correlation_id
    )  # fmt: skip


async def matter(work: Work, measure_id: str, kind: type[M]) -> M:
    """A measure of this kind; Unknown if there is none, or one of another kind."""
    return measures.of_kind((await work.existing(MEASURE, measure_id)).state, kind, measure_id)


def approver_of(work: Work) -> Approver:
    """Who decides now."""
    return Approver(id=work.actor.id, name=work.actor.name)


def day_in(deadline: Deadline) -> date:
    """The last day of a deadline."""
    return date.fromisoformat(deadline.detail["due_on"])


async def suspend(work: Work, measure_id: str, inspection_id: str, command: Suspend, number: int | None = None) -> Answer:
    """Decide on site that people are withdrawn, production or use suspended; answers the number of the decision.

    `number` was given to it on a device, out of that device's block; else it is the next of the organ.
    """
    new = await beginning(work, measure_id, inspection_id, command.records)
    hazards = {
        hazard_id: (await work.existing(HAZARD, hazard_id)).state for hazard_id in hazards_named(command.targets)
    }  # fmt: skip
    catalogue_id = prepared(new.inspection.state).catalogue
    catalogue = await queries.catalogue(work.read, catalogue_id)
    if catalogue is None:
        raise refused("catalogue-unknown", new.rules, catalogue=catalogue_id)
    basis = suspensions.draft(new.inspection.state, command, hazards, catalogue, new.rules)
    certificates = await certificates_of(work, command.officers)
    longest = due_of(new.rules, new.rules.periods.get(LONGEST_SUSPENSION), day_of(work.at))
    document_no = await take_number(work, new.organ_id, ON_SITE_ZI, measure_id, number)
    events = suspensions.decide(
        measure_id, new.inspection.state, command, certificates, longest, document_no, basis, new.rules, work.at
    )
    begin(work, new, events)
    return {"document_no": document_no}


async def ask_resumption(
    work: Work, measure_id: str, hazard_ids: tuple[str, ...], report: str, evidence: tuple[str, ...], enterprise_id: str | None
) -> None:
    """Ask to resume; `enterprise_id` is whose measure it must be (None: an officer notes it)."""
    require_own_time(work, enterprise_id)
    loaded = await work.existing(MEASURE, measure_id)
    state = measures.of_kind(loaded.state, Suspension, measure_id)
    if enterprise_id is not None and enterprise_id != suspensions.ordered(state).enterprise_id:
        raise Unknown(MEASURE.name, measure_id)
    rules = await rules_of(work)
    work.append(loaded, suspensions.ask_resumption(state, hazard_ids, report, evidence, day_of(work.at), rules))


async def review_resumption(
    work: Work, measure_id: str, officers: tuple[CheckedInOfficer, ...], results: tuple[ReinspectionResult, ...]
) -> None:
    """Agree to resume, or not, hazard by hazard."""
    loaded = await work.existing(MEASURE, measure_id)
    state = measures.of_kind(loaded.state, Suspension, measure_id)
    rules = await rules_of(work)
    certificates = await certificates_of(work, officers)
    work.append(loaded, suspensions.review_resumption(state, officers, results, certificates, rules, work.at))


async def need_review(work: Work, deadline: Deadline) -> None:
    """The longest time of a suspension has passed."""
    loaded = await work.existing(MEASURE, deadline.key)
    state = measures.of_kind(loaded.state, Suspension, deadline.key)
    work.append(loaded, suspensions.need_review(state, day_in(deadline)))
