"""Measures that were noted on a device without a network: what is decided and recorded on site."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from pydantic import Field

from chassis.runner import Work
from services.inspection.api.measures import SuspensionBody
from services.inspection.api.records import ExaminationBody, QuestioningBody, SamplingBody
from services.inspection.api.seizures import EmergencySeizureBody
from services.inspection.api.signing import CommandBody
from services.inspection.commands import measures, records, seizures

Number = Annotated[int, Field(ge=1, le=10**9, strict=True)]
"""That a document was given on the device, out of the device's block; without one it is numbered when it arrives."""


class NotedSuspension(SuspensionBody):
    """A decision on site."""

    number: Number | None = None


class NotedSeizure(EmergencySeizureBody):
    """Sealed or seized at once."""

    number: Number | None = None


class NotedSampling(SamplingBody):
    """Samples."""

    number: Number | None = None


class NotedExamination(ExaminationBody):
    """An examination."""

    number: Number | None = None


def _whole(command: CommandBody) -> dict[str, Any]:
    return {**command.body, "inspection_id": command.inspection_id}


async def _suspend(work: Work, command: CommandBody) -> dict[str, Any]:
    body = NotedSuspension.model_validate(_whole(command))
    return await measures.suspend(work, body.measure_id, body.inspection_id, body.decided(), body.number)


async def _seize(work: Work, command: CommandBody) -> dict[str, Any]:
    body = NotedSeizure.model_validate(_whole(command))
    taken = (body.measure_id, body.inspection_id, body.asked(), body.receipt.told(), body.number)
    return await seizures.take_in_emergency(work, *taken)


async def _sample(work: Work, command: CommandBody) -> dict[str, Any]:
    body = NotedSampling.model_validate(_whole(command))
    return await records.sample(work, body.measure_id, body.inspection_id, body.taken(), body.number)


async def _question(work: Work, command: CommandBody) -> None:
    body = QuestioningBody.model_validate(_whole(command))
    await records.question(work, body.measure_id, body.inspection_id, body.asked())


async def _examine(work: Work, command: CommandBody) -> dict[str, Any]:
    body = NotedExamination.model_validate(_whole(command))
    return await records.examine(work, body.measure_id, body.inspection_id, body.examined(), body.number)


MEASURES: dict[str, Callable[[Work, CommandBody], Awaitable[dict[str, Any] | None]]] = {
    "suspension": _suspend, "emergency-seizure": _seize, "sampling": _sample, "questioning": _question,
    "examination": _examine,
}  # fmt: skip
"""How each kind of command is carried out."""
