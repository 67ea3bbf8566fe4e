"""Power or explosives cut off: asked for, approved, announced, carried out, restored."""

from __future__ import annotations

from datetime import datetime

from chassis.aggregates import Loaded
from chassis.domain import day_of
from chassis.runner import Work
from services.inspection.commands.deciding import certificates_of, hazards_of, rules_of, take_number
from services.inspection.commands.measures import Answer, approver_of, begin, beginning, matter
from services.inspection.domain.hazard import found
from services.inspection.domain.measures import supply_cut as cuts
from services.inspection.domain.measures.measure import MEASURE, MeasureState, of_kind
from services.inspection.domain.measures.parts import hours
from services.inspection.domain.measures.supply_cut import RequestCut, SupplyCut, requested
from services.inspection.domain.measures.suspension import Suspension, hazards_named, ordered
from services.inspection.domain.numbers import SUPPLY_ZI

NOTICE_ZI, DECISION_ZI, RESTORATION_ZI = SUPPLY_ZI
NOTICE = "T27-power-cut-notice"


async def request(work: Work, measure_id: str, inspection_id: str, command: RequestCut) -> None:
    """Ask that nothing be supplied any more, because a decision on site is not carried out."""
    new = await beginning(work, measure_id, inspection_id)
    suspension = await matter(work, command.suspension_id, Suspension)
    hazards = await hazards_of(work, hazards_named(ordered(suspension).targets))
    major = any(found(hazard.state).severity == "major" for hazard in hazards)
    certificates = await certificates_of(work, command.officers)
    begin(work, new, cuts.request(
        measure_id, new.inspection.state, suspension, major, command, certificates, work.actor.id, new.rules, work.at
    ))  # fmt: skip


async def _cut(work: Work, measure_id: str) -> tuple[Loaded[MeasureState], SupplyCut]:
    loaded = await work.existing(MEASURE, measure_id)
    return loaded, of_kind(loaded.state, SupplyCut, measure_id)


async def answer(work: Work, measure_id: str, agreed: bool, opinion: str) -> None:
    """Approve it, or not."""
    loaded, state = await _cut(work, measure_id)
    rules = await rules_of(work)
    work.append(loaded, cuts.answer(state, agreed, opinion, approver_of(work), day_of(work.at), rules))


async def notify(work: Work, measure_id: str, cut_from: datetime, emergency_reason: str | None) -> Answer:
    """Tell supplier and unit; answers the number of the decision."""
    loaded, state = await _cut(work, measure_id)
    rules = await rules_of(work)
    organ_id = requested(state).organ_id
    numbers = (
        await take_number(work, organ_id, NOTICE_ZI, measure_id), await take_number(work, organ_id, DECISION_ZI, measure_id),
    )  # fmt: skip
    suspension = await matter(work, requested(state).suspension_id, Suspension)
    events = cuts.notify(state, suspension, cut_from, emergency_reason, hours(rules, NOTICE), numbers, rules, work.at)
    work.append(loaded, events)
    return {"document_no": numbers[1]}


async def carry_out(work: Work, measure_id: str) -> None:
    """Note that nothing is supplied any more."""
    loaded, state = await _cut(work, measure_id)
    suspension = await matter(work, requested(state).suspension_id, Suspension)
    work.append(loaded, cuts.carry_out(state, suspension, await rules_of(work), work.at))


async def restore(work: Work, measure_id: str, reason: str) -> Answer:
    """Let it be supplied again; answers the number of the notice."""
    loaded, state = await _cut(work, measure_id)
    rules = await rules_of(work)
    number = await take_number(work, requested(state).organ_id, RESTORATION_ZI, measure_id)
    work.append(loaded, cuts.restore(state, reason, number, rules, day_of(work.at)))
    return {"document_no": number}
