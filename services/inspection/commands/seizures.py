"""Sealing and seizure: approved before, or taken in an emergency and reported; extended, appraised, decided, lifted, expired."""

from __future__ import annotations

from datetime import date, datetime

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import day_of
from chassis.runner import Work
from services.inspection.commands.deciding import certificates_of, last_day, rules_of, take_number
from services.inspection.commands.measures import Answer, approver_of, begin, beginning, day_in
from services.inspection.domain.measures import seizure as seizures
from services.inspection.domain.measures.measure import MEASURE, MeasureState, of_kind
from services.inspection.domain.measures.parts import hours
from services.inspection.domain.measures.seizure import RequestSeizure, Seize, Seizure, held, in_time
from services.inspection.domain.measures.seizure_events import SeizedArticle
from services.inspection.domain.numbers import SEIZURE_ZI
from services.inspection.domain.refusals import refused
from services.inspection.domain.signing import Receipt

REQUEST_ZI, DECISION_ZI, EXTENSION_ZI, DISPOSAL_ZI = SEIZURE_ZI
PERIOD, EXTENSION, EMERGENCY = "T05-seizure", "T05-seizure-extension", "T06-emergency-measure"


async def request(work: Work, measure_id: str, inspection_id: str, command: RequestSeizure) -> Answer:
    """Ask to seal or seize; answers the number of the request."""
    new = await beginning(work, measure_id, inspection_id, command.records)
    certificates = await certificates_of(work, command.officers)
    number = await take_number(work, new.organ_id, REQUEST_ZI, measure_id)
    begin(work, new, seizures.request(
        measure_id, new.inspection.state, command, certificates, work.actor.id, number, new.rules, work.at
    ))  # fmt: skip
    return {"document_no": number}


async def take_in_emergency(
    work: Work, measure_id: str, inspection_id: str, command: RequestSeizure, receipt: Receipt, given: int | None = None
) -> Answer:
    """Seal or seize at once; answers the number of the decision, and by when it is to be approved.

    `given` is the number that a device gave it, out of its own block.
    """
    new = await beginning(work, measure_id, inspection_id, command.records)
    certificates = await certificates_of(work, command.officers)
    due = last_day(new.rules, PERIOD, day_of(work.at))
    within = hours(new.rules, EMERGENCY)
    number = await take_number(work, new.organ_id, DECISION_ZI, measure_id, given)
    begin(work, new, seizures.take_in_emergency(
        measure_id, new.inspection.state, command, receipt, certificates, number, due, within, new.rules, work.at
    ))  # fmt: skip
    return {"document_no": number, "regularise_by": (work.at + within).isoformat()}


async def _seizure(work: Work, measure_id: str) -> tuple[Loaded[MeasureState], Seizure]:
    loaded = await work.existing(MEASURE, measure_id)
    return loaded, of_kind(loaded.state, Seizure, measure_id)


async def answer(work: Work, measure_id: str, agreed: bool, opinion: str) -> None:
    """Approve it, or not, before or, in an emergency, afterwards."""
    loaded, state = await _seizure(work, measure_id)
    rules = await rules_of(work)
    work.append(loaded, seizures.answer(state, agreed, opinion, approver_of(work), rules, work.at))


async def carry_out(work: Work, measure_id: str, command: Seize) -> Answer:
    """Carry it out as approved; answers the number of the decision."""
    loaded, state = await _seizure(work, measure_id)
    rules = await rules_of(work)
    if state.request is None:
        raise refused("seizure-not-approved", rules)
    certificates = await certificates_of(work, command.officers)
    due = last_day(rules, PERIOD, day_of(work.at))
    number = await take_number(work, state.request.organ_id, DECISION_ZI, measure_id)
    work.append(loaded, seizures.carry_out(state, command, certificates, number, due, rules, work.at))
    return {"document_no": number}


async def report(work: Work, measure_id: str, text: str) -> Answer:
    """Report what was taken in an emergency; answers the number of the request."""
    loaded, state = await _seizure(work, measure_id)
    rules = await rules_of(work)
    number = await take_number(work, held(state, rules).organ_id, REQUEST_ZI, measure_id)
    work.append(loaded, seizures.report(state, text, work.actor.id, number, rules, work.at))
    return {"document_no": number}


async def extend(work: Work, measure_id: str, until: date, reason: str) -> Answer:
    """Extend it; answers the number of the decision."""
    loaded, state = await _seizure(work, measure_id)
    rules = await rules_of(work)
    day = day_of(work.at)
    taken, ends = in_time(state, rules, day)
    longest = last_day(rules, EXTENSION, ends)
    number = await take_number(work, taken.organ_id, EXTENSION_ZI, measure_id)
    work.append(loaded, seizures.extend(state, until, reason, longest, approver_of(work), number, rules, day))
    return {"document_no": number}


async def begin_appraisal(work: Work, measure_id: str, appraisal: str, expected_until: date) -> None:
    """Stop the clock."""
    loaded, state = await _seizure(work, measure_id)
    rules = await rules_of(work)
    work.append(loaded, seizures.begin_appraisal(state, appraisal, expected_until, rules, day_of(work.at)))


async def end_appraisal(work: Work, measure_id: str, result: str) -> None:
    """Let the clock run again."""
    loaded, state = await _seizure(work, measure_id)
    rules = await rules_of(work)
    work.append(loaded, seizures.end_appraisal(state, result, rules, day_of(work.at)))


async def decide(work: Work, measure_id: str, decisions: tuple[SeizedArticle, ...]) -> Answer:
    """Decide what becomes of articles; answers the number of the decision."""
    loaded, state = await _seizure(work, measure_id)
    rules = await rules_of(work)
    number = await take_number(work, held(state, rules).organ_id, DISPOSAL_ZI, measure_id)
    work.append(loaded, seizures.decide(state, decisions, approver_of(work), number, rules, day_of(work.at)))
    return {"document_no": number}


async def lift(work: Work, measure_id: str, reason: str, receipt: Receipt) -> None:
    """Give back everything that is still held."""
    loaded, state = await _seizure(work, measure_id)
    rules = await rules_of(work)
    work.append(loaded, seizures.lift(state, reason, receipt, rules, day_of(work.at)))


async def miss_regularisation(work: Work, deadline: Deadline) -> None:
    """The time to approve what was taken in an emergency has passed."""
    loaded, state = await _seizure(work, deadline.key)
    work.append(loaded, seizures.miss_regularisation(state, datetime.fromisoformat(deadline.detail["by"])))


async def expire(work: Work, deadline: Deadline) -> None:
    """The last day of a seizure has passed."""
    loaded, state = await _seizure(work, deadline.key)
    work.append(loaded, seizures.expire(state, day_in(deadline)))


async def miss_appraisal(work: Work, deadline: Deadline) -> None:
    """The time that an appraisal was to take has passed."""
    loaded, state = await _seizure(work, deadline.key)
    work.append(loaded, seizures.miss_appraisal(state, day_in(deadline)))
