"""A document as it was issued: facts, template, number, hash of its file; signed, refused, superseded, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, Stream, event
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules
from services.inspection.domain.serving import DocumentReceived, DocumentReturned, DocumentServed, Serve, served

Manner = Literal["drawn", "wet-scan", "certificate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that stands in the file: whose signature or seal, and the hash of what was drawn or scanned."""

    signatory: str
    sha256: str


@event("casetrail.inspection.document-issued.v1", title="出具文书", summary="出具《{name}》{document_no}")
class DocumentIssued(Event):
    """A form, filled in and laid out. The file's hash, the template and the facts (the addressee among them) stay as they are.

    `facts` are the canonical JSON from which the same template makes the same file again.
    """

    document_id: str
    form: str
    name: str
    template: str
    document_no: str | None
    inspection_id: str
    about: str | None
    enterprise_id: str
    facts: Annotated[str, Personal(SUBJECT, "documents")]
    facts_sha256: str
    file_sha256: str
    file_size: int
    pictures: tuple[Picture, ...]
    issued_on: date
    laid_out_at: datetime
    supersedes: str | None


@event("casetrail.inspection.document-superseded.v1", title="文书更正", summary="文书已由 {by} 更正：{reason}")
class DocumentSuperseded(Event):
    """Another document takes its place; it stays readable as it was."""

    document_id: str
    by: str
    reason: str


@event("casetrail.inspection.document-signed.v1", title="文书签字", summary="文书已签字或盖章（{manner}）")
class DocumentSigned(Event):
    """Signed after it was issued: `file_sha256` is a scan of the signed paper, or the file with an electronic signature."""

    document_id: str
    signatory: str
    name: Annotated[str, Personal(SUBJECT, role_in="signatory")]
    manner: Manner
    file_sha256: str
    file_size: int


@event("casetrail.inspection.document-signature-refused.v1", title="拒绝签字", summary="当事人拒绝签字：{reason}")
class DocumentSignatureRefused(Event):
    """Somebody who should sign would not: why, and who saw it."""

    document_id: str
    signatory: str
    reason: str
    witness: Annotated[str, Personal(SUBJECT, "witness")]


@event("casetrail.inspection.number-borne.v1", title="文号使用", summary="文号 {document_no} 用于文书 {document_id}")
class NumberBorne(Event):
    """The document that bears the number of an order or a measure (`about`); another one bears it only in its place."""

    about: str
    form: str
    document_no: str
    document_id: str


@event("casetrail.inspection.form-issued.v1", title="出具文书（一次）", summary="文书 {document_id} 为现行文书")
class FormIssued(Event):
    """The one document of a form about an inspection, or about a measure that gives the form no number (`about`)."""

    about: str
    form: str
    document_id: str


@dataclass(frozen=True, slots=True)
class BearerState:
    """Which document bears a number: by number, because a measure may give one form several in its time; "" if it gives none."""

    documents: Mapping[str, str] = field(default_factory=dict)


def evolve_bearer(state: BearerState, event: Event) -> BearerState:
    """The bearers after one more event."""
    match event:
        case NumberBorne():
            return BearerState({**state.documents, event.document_no: event.document_id})
        case FormIssued():
            return BearerState({**state.documents, "": event.document_id})
        case _:
            return state


BEARER = Stream("bearer", BearerState(), evolve_bearer)
"""The documents of one form about one order, measure or inspection, by `about/form`."""


def bear(state: BearerState, event: NumberBorne, supersedes: str | None) -> list[Event]:
    """Let a document bear a number; a later one takes the place of the one that bears it. Refused `number-borne`."""
    standing = state.documents.get(event.document_no)
    if standing is not None and standing != supersedes:
        raise refused("number-borne", document_no=event.document_no, document_id=standing)
    return [event]


def issue_once(state: BearerState, event: FormIssued, name: str, supersedes: str | None) -> list[Event]:
    """Let a document be the one of its form; a later one takes the place of the one that stands. Refused `form-stands`."""
    standing = state.documents.get("")
    if standing is not None and standing != supersedes:
        raise refused("form-stands", form=name, document_id=standing)
    return [event]


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document as its events tell it."""

    issued: DocumentIssued | None = None
    superseded: DocumentSuperseded | None = None
    signed: Mapping[str, DocumentSigned] = field(default_factory=dict)
    refused: Mapping[str, DocumentSignatureRefused] = field(default_factory=dict)
    services: Mapping[str, DocumentServed] = field(default_factory=dict)
    returned: Mapping[str, DocumentReturned] = field(default_factory=dict)

    @property
    def effective_on(self) -> date | None:
        """The first day from which it counts as served; None as long as none is known."""
        return min((one.effective_on for one in self.services.values() if one.effective_on is not None), default=None)

    @property
    def signatories(self) -> frozenset[str]:
        """Whose signature stands in the file or was added, or who would not sign before a witness."""
        pictures = () if self.issued is None else (one.signatory for one in self.issued.pictures)
        return frozenset({*pictures, *self.signed, *self.refused})

    @property
    def files(self) -> tuple[str, ...]:
        """The hashes of all files that its events name: itself, pictures on it, signed ones, what shows that it was served."""
        own = () if self.issued is None else (self.issued.file_sha256, *(one.sha256 for one in self.issued.pictures))
        signed = (one.file_sha256 for one in self.signed.values())
        shown = (sha256 for one in self.services.values() for sha256 in (one.confirmation, one.recording) if sha256 is not None)
        return (*own, *signed, *shown)


def evolve_document(state: DocumentState, event: Event) -> DocumentState:
    """The document after one more event."""
    match event:
        case DocumentIssued():
            return replace(state, issued=event)
        case DocumentSuperseded():
            return replace(state, superseded=event)
        case DocumentSigned():
            return replace(state, signed={**state.signed, event.signatory: event})
        case DocumentSignatureRefused():
            return replace(state, refused={**state.refused, event.signatory: event})
        case DocumentServed():
            return replace(state, services={**state.services, event.service_id: event})
        case DocumentReceived() if event.service_id in state.services:
            arrived = replace(state.services[event.service_id], effective_on=event.received_on)
            return replace(state, services={**state.services, event.service_id: arrived})
        case DocumentReturned():
            return replace(state, returned={**state.returned, event.service_id: event})
        case _:
            return state


DOCUMENT = Stream("document", DocumentState(), evolve_document)


def issue(state: DocumentState, event: DocumentIssued) -> list[Event]:
    """Issue a document under a new id. Refused `document-exists`."""
    if state.issued is not None:
        raise refused("document-exists", document_id=event.document_id)
    return [event]


def issued(state: DocumentState) -> DocumentIssued:
    """A document that exists; whoever asks has loaded an existing stream."""
    if state.issued is None:
        raise ValueError("the document was not issued")
    return state.issued


def supersede(state: DocumentState, by: DocumentIssued, reason: str) -> list[Event]:
    """Let another document of the same form and inspection take its place. Refused `already-superseded`, `other-document`."""
    known = issued(state)
    if known.document_id == by.document_id:
        raise refused("other-document", document_id=known.document_id)
    if state.superseded is not None:
        raise refused("already-superseded", document_id=known.document_id, by=state.superseded.by)
    if (known.form, known.inspection_id) != (by.form, by.inspection_id):
        raise refused("other-document", document_id=known.document_id)
    return [DocumentSuperseded(document_id=known.document_id, by=by.document_id, reason=reason)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Who signed a document in what manner, and the file that shows it."""

    signatory: str
    name: str
    manner: Manner
    file_sha256: str
    file_size: int


def standing_file(state: DocumentState) -> str:
    """The hash of the file as it stands: as it was issued, or with the last electronic signature on it."""
    sealed = [one for one in state.signed.values() if one.manner == "certificate"]
    return max(sealed, key=lambda one: one.file_size).file_sha256 if sealed else issued(state).file_sha256


def sign(state: DocumentState, command: Signing) -> list[Event]:
    """Note a signature. Refused `already-superseded`, `already-signed` (otherwise), `signature-was-refused`."""
    document = _standing(state)
    known = state.signed.get(command.signatory)
    event = DocumentSigned(
        document_id=document.document_id, signatory=command.signatory, name=command.name, manner=command.manner,
        file_sha256=command.file_sha256, file_size=command.file_size,
    )  # fmt: skip
    if known == event:
        return []
    if known is not None:
        raise refused("already-signed", signatory=command.signatory)
    if command.signatory in state.refused:
        raise refused("signature-was-refused", signatory=command.signatory)
    return [event]


def refuse_signature(state: DocumentState, signatory: str, reason: str, witness: str) -> list[Event]:
    """Note that somebody would not sign. Refused `already-superseded`, `already-signed`."""
    document = _standing(state)
    event = DocumentSignatureRefused(document_id=document.document_id, signatory=signatory, reason=reason, witness=witness)
    if state.refused.get(signatory) == event:
        return []
    if signatory in state.signed:
        raise refused("already-signed", signatory=signatory)
    return [event]


def serve(state: DocumentState, command: Serve, announced: Due | None, rules: Rules) -> list[Event]:
    """Serve a document. Refused as `serving.served` does; `already-superseded`, `service-exists`."""
    document = _standing(state)
    event = served(document.document_id, document.issued_on, command, announced, rules)
    known = state.services.get(command.service_id)
    if known is not None and replace(known, effective_on=event.effective_on) != event:
        raise refused("service-exists", rules, service_id=command.service_id)
    return [] if known is not None else [event]


def receive(state: DocumentState, service_id: str, received_on: date, rules: Rules) -> list[Event]:
    """What was mailed arrived. Refused `service-unknown`, `not-mailed`, `service-returned`, `served-before-issue`."""
    sent = _mailed(state, service_id, rules)
    if service_id in state.returned:
        raise refused("service-returned", rules, service_id=service_id)
    if received_on < sent.served_on:
        raise refused("served-before-issue", rules)
    if sent.effective_on is not None:
        return []
    return [DocumentReceived(document_id=sent.document_id, service_id=service_id, received_on=received_on)]


def give_back(state: DocumentState, service_id: str, returned_on: date, reason: str, rules: Rules) -> list[Event]:
    """What was mailed came back. Refused `service-unknown`, `not-mailed`, `served-before-issue`."""
    sent = _mailed(state, service_id, rules)
    if returned_on < sent.served_on:
        raise refused("served-before-issue", rules)
    if service_id in state.returned or sent.effective_on is not None:
        return []
    return [DocumentReturned(document_id=sent.document_id, service_id=service_id, returned_on=returned_on, reason=reason)]


def _mailed(state: DocumentState, service_id: str, rules: Rules) -> DocumentServed:
    sent = state.services.get(service_id)
    if sent is None:
        raise refused("service-unknown", rules, service_id=service_id)
    if sent.way != "mail":
        raise refused("not-mailed", rules, service_id=service_id)
    return sent


def _standing(state: DocumentState) -> DocumentIssued:
    if state.superseded is not None:
        raise refused("already-superseded", document_id=issued(state).document_id, by=state.superseded.by)
    return issued(state)
