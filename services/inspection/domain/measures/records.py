"""Acts of investigation that are recorded: sampling, appraisal, questioning, examination of a site (forms 15 to 18 and 23)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, event
from services.inspection.domain.events import CheckedInOfficer
from services.inspection.domain.measures.parts import Article
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules
from services.inspection.domain.signing import Receipt

RecordKind = Literal["sampling", "appraisal", "questioning-notice", "questioning", "examination"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """A question, and what was answered."""

    question: str
    answer: Annotated[str, Personal(SUBJECT, "questioned")]


@event("casetrail.inspection.sampling-recorded.v1", title="抽样取证", summary="抽样取证 {document_no}")
class SamplingRecorded(Event):
    """Form 18: which samples were taken of which lots, where, by whom; `signed` are the officers whose signatures it bears.

    `complete`: these are enough.
    """

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    document_no: str
    sampled_at: datetime
    place: str
    purpose: str
    samples: tuple[Article, ...]
    basis: tuple[str, ...]
    officers: tuple[CheckedInOfficer, ...]
    signed: tuple[str, ...]
    complete: bool
    receipt: Receipt


@event("casetrail.inspection.appraisal-commissioned.v1", title="委托鉴定", summary="委托 {institute} 鉴定 {document_no}")
class AppraisalCommissioned(Event):
    """Form 23: what an institute is to appraise, in which respect, by when; `of_measure` holds the things, if a measure does."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    document_no: str
    commissioned_on: date
    institute: str
    articles: tuple[Article, ...]
    matter: str
    due_on: date
    of_measure: str | None


@event("casetrail.inspection.appraisal-answered.v1", title="鉴定意见", summary="{answered_on} 收到鉴定意见")
class AppraisalAnswered(Event):
    """The institute's opinion came; `evidence` is the SHA-256 sum of its file, if there is one."""

    measure_id: str
    answered_on: date
    opinion: str
    evidence: str | None


@event("casetrail.inspection.questioning-notified.v1", title="询问通知", summary="通知接受询问 {document_no}")
class QuestioningNotified(Event):
    """Form 15: who is to come where and when, about what, with which papers."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    document_no: str
    notified_on: date
    person: Annotated[str, Personal(SUBJECT, "questioned")]
    matter: str
    come_at: datetime
    come_to: str
    bring: tuple[str, ...]
    receipt: Receipt


@event("casetrail.inspection.questioning-recorded.v1", title="询问笔录", summary="第 {nth} 次询问，已作笔录")
class QuestioningRecorded(Event):
    """Form 16: who asked, who wrote it down, what was asked and answered; signed on each page, or refused before a witness."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    nth: int
    previous: str | None
    begun_at: datetime
    ended_at: datetime
    place: str
    person: Annotated[str, Personal(SUBJECT, "questioned")]
    position: Annotated[str | None, Personal(SUBJECT, "questioned")]
    asked_by: str
    recorded_by: str
    told_rights: bool
    dialogue: tuple[QuestionAnswered, ...]
    pages: int
    pages_signed: int
    officers: tuple[CheckedInOfficer, ...]
    signed: tuple[str, ...]
    complete: bool
    receipt: Receipt


@event("casetrail.inspection.site-examined.v1", title="勘验笔录", summary="现场勘验 {document_no}")
class SiteExamined(Event):
    """Form 17: what was found at a place, who was there, which sketches and photographs were made (their SHA-256 sums)."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    document_no: str
    begun_at: datetime
    ended_at: datetime
    place: str
    weather: str | None
    party: Annotated[str | None, Personal(SUBJECT, "party")]
    invited: Annotated[str | None, Personal(SUBJECT, "invited")]
    recorded_by: str
    found: str
    photos: tuple[str, ...]
    officers: tuple[CheckedInOfficer, ...]
    signed: tuple[str, ...]
    complete: bool
    receipt: Receipt


@event("casetrail.inspection.record-signed.v1", title="补签笔录", summary="执法人员签署笔录")
class RecordSigned(Event):
    """An officer who took part signed the record afterwards; `complete`: enough of them have now."""

    measure_id: str
    officer_id: str
    signed_on: date
    complete: bool


Recorded = SamplingRecorded | AppraisalCommissioned | QuestioningNotified | QuestioningRecorded | SiteExamined
Attested = (SamplingRecorded, QuestioningRecorded, SiteExamined)
"""Records of what officers did or heard: they count once enough of them have signed."""
KINDS: Mapping[type[Event], RecordKind] = {
    SamplingRecorded: "sampling", AppraisalCommissioned: "appraisal", QuestioningNotified: "questioning-notice",
    QuestioningRecorded: "questioning", SiteExamined: "examination",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """A record, who of the officers has signed it, and the answer, if it asked an institute for one."""

    recorded: Recorded | None = None
    signed: frozenset[str] = frozenset()
    answer: AppraisalAnswered | None = None

    @property
    def kind(self) -> RecordKind | None:
        """Which act was recorded."""
        return None if self.recorded is None else KINDS[type(self.recorded)]

    @property
    def files(self) -> tuple[str, ...]:
        """The hashes of all files that its events name."""
        photos = self.recorded.photos if isinstance(self.recorded, SiteExamined) else ()
        return photos if self.answer is None or self.answer.evidence is None else (*photos, self.answer.evidence)


def evolve_record(state: Record, event: Event) -> Record:
    """The record after one more event."""
    match event:
        case SamplingRecorded() | QuestioningRecorded() | SiteExamined():
            return replace(state, recorded=event, signed=frozenset(event.signed))
        case AppraisalCommissioned() | QuestioningNotified():
            return replace(state, recorded=event)
        case AppraisalAnswered():
            return replace(state, answer=event)
        case RecordSigned():
            return replace(state, signed=state.signed | {event.officer_id})
        case _:
            return state


def recorded(state: Record) -> Recorded:
    """What was recorded; whoever asks has loaded an existing stream."""
    if state.recorded is None:
        raise ValueError("nothing was recorded")
    return state.recorded


def require_signed(records: Iterable[Record], inspection_id: str, rules: Rules) -> None:
    """Refuse `record-of-another-inspection`, `record-not-signed` unless enough officers signed each (rule `two-officers`)."""
    for record in records:
        fact = recorded(record)
        if fact.inspection_id != inspection_id:
            raise refused("record-of-another-inspection", rules, record=fact.measure_id)
        if isinstance(fact, Attested) and not enough(record.signed, rules):
            raise refused(
                "record-not-signed", rules, record=fact.measure_id, signed=len(record.signed), needed=rules.minimum_officers
            )


def enough(signed: Collection[str], rules: Rules) -> bool:
    """Whether these are the signatures of enough officers."""
    return len(set(signed)) >= rules.minimum_officers
