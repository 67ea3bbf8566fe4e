"""Evidence: captured, arrived, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.aggregates import Loaded
from chassis.domain import Unknown
from chassis.runner import Work
from services.inspection.domain import evidence as decisions
from services.inspection.domain import order as orders
from services.inspection.domain.evidence import EVIDENCE, EvidenceCaptured, EvidenceState, Kind, captured
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, InspectionState, prepared
from services.inspection.domain.order import ORDER
from services.inspection.domain.refusals import refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What was taken, as it is sent; see EvidenceCaptured."""

    evidence_id: str
    kind: Kind
    inspection_id: str
    hazard_ids: tuple[str, ...]
    item_code: str | None
    answer_id: str | None
    order_id: str | None
    measure_id: str | None
    sha256: str | None
    size: int | None
    media_type: str | None
    file_name: str | None
    facts: str | None
    place: str
    latitude_e7: int | None
    longitude_e7: int | None


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody of no organ who takes evidence: an enterprise about its own orders, or an expert at his own visits."""

    enterprise_id: str = ""
    expert_id: str = ""


async def capture(
    work: Work, command: Capture, by: Outsider | None = None, largest: int | None = None, unseen: bool = False
) -> None:
    """Note what was taken; `by`: who takes it, where that is no officer; `largest`: bytes of a file.

    `unseen`: it was noted on a device, where the hazards that it names had been found; else they may be noted after it.
    """
    evidence = await work.load(EVIDENCE, command.evidence_id)
    inspection = await work.existing(INSPECTION, command.inspection_id)
    if by is not None and by.expert_id and not inspection.state.takes_along(by.expert_id):
        raise Unknown(INSPECTION.name, command.inspection_id)
    await _order_of(work, command, by)
    _answered(command, inspection.state)
    for hazard_id in command.hazard_ids:
        await _found(work, hazard_id, command.inspection_id, unseen)
    if largest is not None and command.size is not None and command.size > largest:
        raise refused("file-too-large", largest=largest)
    fact = EvidenceCaptured(
        evidence_id=command.evidence_id, kind=command.kind, inspection_id=command.inspection_id,
        enterprise_id=prepared(inspection.state).enterprise_id, hazard_ids=command.hazard_ids, item_code=command.item_code,
        order_id=command.order_id, measure_id=command.measure_id, sha256=command.sha256, size=command.size,
        media_type=command.media_type, file_name=command.file_name, facts=command.facts, place=command.place,
        latitude_e7=command.latitude_e7, longitude_e7=command.longitude_e7, device=work.context.device,
        captured_by=work.actor.id, captured_at=work.at, answer_id=command.answer_id,
    )  # fmt: skip
    work.append(
        evidence, decisions.capture(evidence.state, fact),
        subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
    )  # fmt: skip


def _answered(command: Capture, inspection: InspectionState) -> None:
    """Refuse what names an answer that is not here, or is one to another item."""
    if command.answer_id is None:
        return
    if (answer := inspection.given.get(command.answer_id)) is None:
        raise refused("answer-unknown", answers=command.answer_id)
    if command.item_code not in (None, answer.item_code):
        raise refused("answer-of-another-item", answers=command.answer_id, item_code=command.item_code)


async def _found(work: Work, hazard_id: str, inspection_id: str, unseen: bool) -> None:
    """Refuse a hazard of another inspection; Unknown for one that is not here, where it must be."""
    found = (await (work.existing if unseen else work.load)(HAZARD, hazard_id)).state.found
    if found is not None and found.inspection_id != inspection_id:
        raise refused("hazard-of-another-inspection", hazard_id=hazard_id)


async def _order_of(work: Work, command: Capture, by: Outsider | None) -> None:
    """An enterprise adds to its own orders only, an expert to none; whoever adds to an order adds to that of the inspection."""
    if command.order_id is None:
        if by is not None and not by.expert_id:
            raise refused("evidence-order-missing")
        return
    order = orders.issued((await work.existing(ORDER, command.order_id)).state)
    if order.inspection_id != command.inspection_id or (by is not None and by.enterprise_id != order.enterprise_id):
        raise Unknown(ORDER.name, command.order_id)


async def arrive(work: Work, evidence_id: str, sha256: str, size: int) -> None:
    """Note that the file was checked and is kept."""
    evidence = await work.existing(EVIDENCE, evidence_id)
    work.append(evidence, decisions.arrive(evidence.state, sha256, size, work.at))


async def withdraw(work: Work, evidence_id: str, reason: str) -> None:
    """Note that it is not relied upon."""
    evidence = await work.existing(EVIDENCE, evidence_id)
    work.append(evidence, decisions.withdraw(evidence.state, reason, work.actor.id, work.at))


def require_own(evidence: Loaded[EvidenceState], by: Outsider | None) -> None:
    """An enterprise meets the evidence of its own orders only, an expert what he took himself (None: somebody of an organ).

    Any other is Unknown. What officers took for a hazard or a measure is told by the documents that rest on it, not before.
    """
    fact = captured(evidence.state)
    if by is None:
        return
    of_its_order = fact.enterprise_id == by.enterprise_id and fact.order_id is not None
    if not (fact.captured_by == by.expert_id if by.expert_id else of_its_order):
        raise Unknown(EVIDENCE.name, evidence.key)
