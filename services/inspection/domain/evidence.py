"""Evidence: what was taken on site, known by the hash it had when it was taken; its bytes may come later, and never change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, Stream, event
from services.inspection.domain.refusals import refused

Kind = Literal["photo", "video", "audio", "scan", "sample", "transcript"]
FITTING: dict[str, tuple[str, ...]] = {
    "photo": ("image/jpeg", "image/png", "image/webp"),
    "video": ("video/mp4", "video/webm"),
    "audio": ("audio/mp4", "audio/webm"),
    "scan": ("application/pdf", "image/jpeg", "image/png"),
    "sample": ("image/jpeg", "image/png", "image/webp"),
    "transcript": ("application/pdf",),
}
"""Which media types a kind of evidence may have."""

WITHOUT_FILE = ("sample", "transcript")


@event("casetrail.inspection.evidence-captured.v1", title="固定证据", summary="固定证据（{kind}）：{place}")
class EvidenceCaptured(Event):
    """Something was taken: when, where (1e-7 degrees), by whom, with which device; of its file the hash, size in bytes, type.

    It belongs to an inspection, and may belong to hazards, an item, an answer, an order or a measure of it. A file name is a
    label only.
    """

    evidence_id: str
    kind: Kind
    inspection_id: str
    enterprise_id: str
    hazard_ids: tuple[str, ...]
    item_code: str | None
    order_id: str | None
    measure_id: str | None
    sha256: str | None
    size: int | None
    media_type: str | None
    file_name: Annotated[str | None, Personal(SUBJECT, "evidence")]
    facts: Annotated[str | None, Personal(SUBJECT, "evidence")]
    place: str
    latitude_e7: int | None
    longitude_e7: int | None
    device: str | None
    captured_by: str
    captured_at: datetime
    answer_id: str | None = None


@event("casetrail.inspection.evidence-arrived.v1", title="证据文件到达", summary="证据文件已核对入库（{size} 字节）")
class EvidenceArrived(Event):
    """The bytes of this hash are kept; hash, size (bytes) and type were checked on what is kept."""

    evidence_id: str
    sha256: str
    size: int
    media_type: str
    arrived_at: datetime


@event("casetrail.inspection.evidence-withdrawn.v1", title="不采用证据", summary="不采用证据：{reason}")
class EvidenceWithdrawn(Event):
    """It is not relied upon, and why; the file stays as it is."""

    evidence_id: str
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceState:
    """A piece of evidence as its events tell it."""

    captured: EvidenceCaptured | None = None
    arrived: EvidenceArrived | None = None
    withdrawn: EvidenceWithdrawn | None = None

    @property
    def complete(self) -> bool:
        """Whether its file is here, or it has none."""
        return self.captured is not None and (self.captured.sha256 is None or self.arrived is not None)

    @property
    def status(self) -> str:
        """As lists call it."""
        return "withdrawn" if self.withdrawn is not None else "complete" if self.complete else "missing"


def evolve_evidence(state: EvidenceState, event: Event) -> EvidenceState:
    """The evidence after one more event."""
    match event:
        case EvidenceCaptured():
            return replace(state, captured=event)
        case EvidenceArrived():
            return replace(state, arrived=event)
        case EvidenceWithdrawn():
            return replace(state, withdrawn=event)
        case _:
            return state


EVIDENCE = Stream("evidence", EvidenceState(), evolve_evidence)


def captured(state: EvidenceState) -> EvidenceCaptured:
    """How evidence that exists was taken; whoever asks has loaded an existing stream."""
    if state.captured is None:
        raise ValueError("nothing was captured")
    return state.captured


def capture(state: EvidenceState, fact: EvidenceCaptured) -> list[Event]:
    """Note what was taken; a repeat that says the same changes nothing.

    Refused `evidence-exists`, `evidence-file-missing` (only samples and transcripts may be facts alone),
    `evidence-facts-missing`, `evidence-file-incomplete` (hash, size and type come together), `media-type-unfit`.
    """
    if state.captured is not None:
        if replace(fact, captured_at=state.captured.captured_at) != state.captured:
            raise refused("evidence-exists", evidence_id=fact.evidence_id)
        return []
    told = (fact.sha256, fact.size, fact.media_type)
    if None in told and any(one is not None for one in told):
        raise refused("evidence-file-incomplete")
    if fact.sha256 is None and fact.kind not in WITHOUT_FILE:
        raise refused("evidence-file-missing", kind=fact.kind)
    if fact.sha256 is None and fact.facts is None:
        raise refused("evidence-facts-missing", kind=fact.kind)
    if fact.media_type is not None and fact.media_type not in FITTING[fact.kind]:
        raise refused("media-type-unfit", kind=fact.kind, media_type=fact.media_type)
    return [fact]


def arrive(state: EvidenceState, sha256: str, size: int, at: datetime) -> list[Event]:
    """Note that its bytes were checked and are kept, once. Refused `hash-mismatch`, `size-mismatch`."""
    fact = captured(state)
    if fact.sha256 != sha256:
        raise refused("hash-mismatch", expected=fact.sha256)
    if fact.size != size:
        raise refused("size-mismatch", expected=fact.size)
    if state.arrived is not None:
        return []
    return [
        EvidenceArrived(
            evidence_id=fact.evidence_id, sha256=sha256, size=size, media_type=fact.media_type or "", arrived_at=at
        )
    ]  # fmt: skip


def withdraw(state: EvidenceState, reason: str, by: str, at: datetime) -> list[Event]:
    """Note that it is not relied upon, once; nothing of it is removed."""
    if state.withdrawn is not None:
        return []
    fact = captured(state)
    return [EvidenceWithdrawn(evidence_id=fact.evidence_id, reason=reason, withdrawn_by=by, withdrawn_at=at)]
