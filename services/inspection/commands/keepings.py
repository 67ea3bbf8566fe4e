"""Evidence registered and kept beforehand: asked for, approved, carried out, decided, lapsed."""

from __future__ import annotations

from chassis.deadlines import Deadline
from chassis.domain import day_of
from chassis.runner import Work
from services.inspection.commands.deciding import certificates_of, last_day, rules_of, take_number
from services.inspection.commands.measures import Answer, approver_of, begin, beginning, day_in
from services.inspection.domain.measures import keeping as keepings
from services.inspection.domain.measures.keeping import CarryOut, Keeping, KeptArticle, RequestKeeping, requested
from services.inspection.domain.measures.measure import MEASURE, of_kind
from services.inspection.domain.numbers import KEEPING_ZI

REQUEST_ZI, NOTICE_ZI, DISPOSAL_ZI, DECISION_ZI = KEEPING_ZI
DECIDE_WITHIN = "T04-evidence-pre-registration"


async def request(work: Work, measure_id: str, inspection_id: str, command: RequestKeeping) -> Answer:
    """Ask that evidence be kept; answers the number of the request."""
    new = await beginning(work, measure_id, inspection_id, command.records)
    certificates = await certificates_of(work, command.officers)
    number = await take_number(work, new.organ_id, REQUEST_ZI, measure_id)
    begin(work, new, keepings.request(
        measure_id, new.inspection.state, command, certificates, work.actor.id, number, new.rules, work.at
    ))  # fmt: skip
    return {"document_no": number}


async def answer(work: Work, measure_id: str, agreed: bool, opinion: str) -> None:
    """Approve it, or not."""
    loaded = await work.existing(MEASURE, measure_id)
    state = of_kind(loaded.state, Keeping, measure_id)
    rules = await rules_of(work)
    work.append(loaded, keepings.answer(state, agreed, opinion, approver_of(work), day_of(work.at), rules))


async def carry_out(work: Work, measure_id: str, command: CarryOut) -> Answer:
    """Carry it out; answers the number of the notice."""
    loaded = await work.existing(MEASURE, measure_id)
    state = of_kind(loaded.state, Keeping, measure_id)
    rules = await rules_of(work)
    certificates = await certificates_of(work, command.officers)
    due = last_day(rules, DECIDE_WITHIN, day_of(work.at))
    number = await take_number(work, requested(state).organ_id, NOTICE_ZI, measure_id)
    work.append(loaded, keepings.carry_out(state, command, certificates, number, due, rules, work.at))
    return {"document_no": number}


async def decide(work: Work, measure_id: str, decisions: tuple[KeptArticle, ...]) -> Answer:
    """Decide what becomes of articles; answers the number of the decision."""
    loaded = await work.existing(MEASURE, measure_id)
    state = of_kind(loaded.state, Keeping, measure_id)
    rules = await rules_of(work)
    organ_id = requested(state).organ_id
    approval_no = await take_number(work, organ_id, DISPOSAL_ZI, measure_id)
    number = await take_number(work, organ_id, DECISION_ZI, measure_id)
    events = keepings.decide(state, decisions, approver_of(work), (approval_no, number), day_of(work.at), rules)
    work.append(loaded, events)
    return {"document_no": number}


async def lapse(work: Work, deadline: Deadline) -> None:
    """The last day to decide has passed."""
    loaded = await work.existing(MEASURE, deadline.key)
    work.append(loaded, keepings.lapse(of_kind(loaded.state, Keeping, deadline.key), day_in(deadline)))
