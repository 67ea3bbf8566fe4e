"""Who was given a case file, and why (查阅)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chassis.domain import Event, Stream, event

Thing = Literal["case", "enterprise"]
Part = Literal["file", "bundle"]


@event("casetrail.reporting.file-read.v1", title="查阅案卷", summary="查阅 {thing} {thing_id} 的案卷（{part}，{events} 个事件）")
class FileRead(Event):
    """Somebody was given the case file of a case or of an enterprise, alone or with documents. Who and when, the envelope says.

    `sha256` is that of the file that was given, which holds so many `events`; `reason` is what the reader said it was for.
    """

    thing: Thing
    thing_id: str
    part: Part
    sha256: str
    enterprise_id: str
    events: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class AccessState:
    """A look as its one event tells it."""

    read: FileRead | None = None


def evolve_access(state: AccessState, event: Event) -> AccessState:
    """The look after its event."""
    return AccessState(event) if isinstance(event, FileRead) else state


ACCESS = Stream("access", AccessState(), evolve_access)
