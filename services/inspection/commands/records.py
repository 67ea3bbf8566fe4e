"""Acts of investigation: recorded, signed, answered."""

from __future__ import annotations

from chassis.domain import day_of
from chassis.runner import Work
from services.inspection.commands.deciding import certificates_of, rules_of, take_number
from services.inspection.commands.measures import Answer, begin, beginning, matter
from services.inspection.domain.measures import recording
from services.inspection.domain.measures.measure import MEASURE, of_kind
from services.inspection.domain.measures.recording import Commission, Examine, Question, Sample, Summon
from services.inspection.domain.measures.records import Record
from services.inspection.domain.numbers import RECORD_ZI

SUMMONS_ZI, EXAMINATION_ZI, SAMPLING_ZI, APPRAISAL_ZI = RECORD_ZI


async def sample(work: Work, measure_id: str, inspection_id: str, command: Sample, given: int | None = None) -> Answer:
    """Record samples; answers the number of the voucher; `given` came from a device."""
    new = await beginning(work, measure_id, inspection_id)
    certificates = await certificates_of(work, command.done.officers)
    number = await take_number(work, new.organ_id, SAMPLING_ZI, measure_id, given)
    begin(work, new, recording.sample(measure_id, new.inspection.state, command, certificates, number, new.rules, work.at))
    return {"document_no": number}


async def commission(work: Work, measure_id: str, inspection_id: str, command: Commission) -> Answer:
    """Ask an institute to appraise things; answers the number of the request."""
    new = await beginning(work, measure_id, inspection_id)
    if command.of_measure is not None:
        await work.existing(MEASURE, command.of_measure)
    number = await take_number(work, new.organ_id, APPRAISAL_ZI, measure_id)
    events = recording.commission(measure_id, new.inspection.state, command, number, new.rules, day_of(work.at))
    begin(work, new, events)
    return {"document_no": number}


async def receive_appraisal(work: Work, measure_id: str, opinion: str, evidence: str | None) -> None:
    """Note the institute's opinion."""
    loaded = await work.existing(MEASURE, measure_id)
    state = of_kind(loaded.state, Record, measure_id)
    rules = await rules_of(work)
    work.append(loaded, recording.receive_appraisal(state, opinion, evidence, rules, day_of(work.at)))


async def summon(work: Work, measure_id: str, inspection_id: str, command: Summon) -> Answer:
    """Tell somebody to come and be questioned; answers the number of the notice."""
    new = await beginning(work, measure_id, inspection_id)
    number = await take_number(work, new.organ_id, SUMMONS_ZI, measure_id)
    begin(work, new, recording.summon(measure_id, new.inspection.state, command, number, new.rules, work.at))
    return {"document_no": number}


async def question(work: Work, measure_id: str, inspection_id: str, command: Question) -> None:
    """Record a questioning."""
    new = await beginning(work, measure_id, inspection_id)
    before = None if command.previous is None else await matter(work, command.previous, Record)
    certificates = await certificates_of(work, command.done.officers)
    begin(work, new, recording.question(
        measure_id, new.inspection.state, command, before, certificates, new.rules, work.at
    ))  # fmt: skip


async def examine(work: Work, measure_id: str, inspection_id: str, command: Examine, given: int | None = None) -> Answer:
    """Record the examination of a site; answers the number of the record; `given` came from a device."""
    new = await beginning(work, measure_id, inspection_id)
    certificates = await certificates_of(work, command.done.officers)
    number = await take_number(work, new.organ_id, EXAMINATION_ZI, measure_id, given)
    begin(work, new, recording.examine(measure_id, new.inspection.state, command, certificates, number, new.rules, work.at))
    return {"document_no": number}


async def sign(work: Work, measure_id: str, officer_id: str) -> None:
    """Add the signature of an officer who took part: one's own."""
    loaded = await work.existing(MEASURE, measure_id)
    state = of_kind(loaded.state, Record, measure_id)
    rules = await rules_of(work)
    work.append(loaded, recording.sign(state, officer_id, work.actor.id, rules, day_of(work.at)))
