"""A document of a case as it was issued: facts, template, number, hash of its file; signed, superseded, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, Refused, Stream, event
from services.penalty.domain.parties import UNIT

Manner = Literal["drawn", "wet-scan", "certificate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that stands in the file: whose signature or seal, and the hash of what was drawn or scanned."""

    signatory: str
    sha256: str


@event("casetrail.penalty.document-issued.v1", title="出具文书", summary="出具《{name}》{document_no}")
class DocumentIssued(Event):
    """A form, filled in and laid out. The file's hash, the template and the facts (the addressee among them) stay as they are.

    `facts` are the canonical JSON from which the same template makes the same file again; they are sealed for `owner`: the
    natural person whom the document is about, else the enterprise.
    """

    document_id: str
    form: str
    name: str
    template: str
    document_no: str | None
    case_id: str
    party_id: str
    enterprise_id: str
    owner: str
    facts: Annotated[str, Personal("owner", "documents")]
    facts_sha256: str
    file_sha256: str
    file_size: int
    pictures: tuple[Picture, ...]
    issued_on: date
    laid_out_at: datetime
    supersedes: str | None


@event("casetrail.penalty.document-superseded.v1", title="文书更正", summary="文书已由 {by} 更正：{reason}")
class DocumentSuperseded(Event):
    """Another document takes its place; it stays readable as it was."""

    document_id: str
    by: str
    reason: str


@event("casetrail.penalty.document-signed.v1", title="文书签字", summary="文书已签字或盖章（{manner}）")
class DocumentSigned(Event):
    """Signed after it was issued: `file_sha256` is a scan of the signed paper, or the file with an electronic signature."""

    document_id: str
    signatory: str
    name: Annotated[str, Personal(SUBJECT, role_in="signatory")]
    manner: Manner
    file_sha256: str
    file_size: int


@event("casetrail.penalty.document-signature-refused.v1", title="拒绝签字", summary="当事人拒绝签字：{reason}")
class DocumentSignatureRefused(Event):
    """Somebody who should sign would not: why, and who saw it."""

    document_id: str
    signatory: str
    reason: str
    witness: Annotated[str, Personal(SUBJECT, "witness")]


@event("casetrail.penalty.number-borne.v1", title="文号使用", summary="文号 {document_no} 用于文书 {document_id}")
class NumberBorne(Event):
    """The document that bears a number (of `about`, a case); another one bears it only in its place."""

    about: str
    form: str
    party_id: str
    document_no: str
    document_id: str


@event("casetrail.penalty.form-issued.v1", title="出具文书（无文号）", summary="文书 {document_id} 为现行文书")
class FormIssued(Event):
    """A document of a form about a party of a case (`about`) that bears no number; of most such forms there is one."""

    about: str
    form: str
    party_id: str
    document_id: str


@dataclass(frozen=True, slots=True)
class BearerState:
    """Which document bears a number, by number: a case may give one form several in its time; by party, if there is none.

    `issued` are all documents of the form, also those that another one superseded.
    """

    documents: Mapping[str, str] = field(default_factory=dict)
    issued: tuple[str, ...] = ()


def evolve_bearer(state: BearerState, event: Event) -> BearerState:
    """The bearers after one more event."""
    match event:
        case NumberBorne():
            return BearerState({**state.documents, event.document_no: event.document_id}, (*state.issued, event.document_id))
        case FormIssued():
            return BearerState({**state.documents, event.party_id: event.document_id}, (*state.issued, event.document_id))
        case _:
            return state


BEARER = Stream("bearer", BearerState(), evolve_bearer)
"""The documents of one form of one case, by `case/form`."""


def bear(state: BearerState, event: NumberBorne, supersedes: str | None) -> list[Event]:
    """Let a document bear a number; a later one takes the place of the one that bears it. Refused `number-borne`."""
    standing = state.documents.get(event.document_no)
    if standing is not None and standing != supersedes:
        raise Refused(
            "number-borne", f"文号 {event.document_no} 已用于文书 {standing}，只能更正",
            f"document {standing} bears the number; it is superseded only", document_id=standing, document_no=event.document_no,
        )  # fmt: skip
    return [event]


def issue_once(state: BearerState, event: FormIssued, name: str, supersedes: str | None) -> list[Event]:
    """Let a document be the one of its form; a later one takes the place of the one that stands. Refused `form-stands`."""
    standing = state.documents.get(event.party_id)
    if standing is not None and standing != supersedes:
        raise Refused(
            "form-stands", f"《{name}》已出具（{standing}），只能更正", f"{standing} is the one {name}; it is superseded only",
            form=name, document_id=standing,
        )  # fmt: skip
    return [event]


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document as its events tell it."""

    issued: DocumentIssued | None = None
    superseded: DocumentSuperseded | None = None
    signed: Mapping[str, DocumentSigned] = field(default_factory=dict)
    refused: Mapping[str, DocumentSignatureRefused] = field(default_factory=dict)

    @property
    def signatories(self) -> frozenset[str]:
        """Whose signature stands in the file or was added, or who would not sign before a witness."""
        pictures = () if self.issued is None else (one.signatory for one in self.issued.pictures)
        return frozenset({*pictures, *self.signed, *self.refused})


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
        case _:
            return state


DOCUMENT = Stream("document", DocumentState(), evolve_document)


def issue(state: DocumentState, event: DocumentIssued) -> list[Event]:
    """Issue a document under a new id. Refused `document-exists`."""
    if state.issued is not None:
        zh, en = f"文书编号 {event.document_id} 已被使用", "there is a document of this id"
        raise Refused("document-exists", zh, en, document_id=event.document_id)
    return [event]


def issued(state: DocumentState) -> DocumentIssued:
    """A document that exists; whoever asks has loaded an existing stream."""
    if state.issued is None:
        raise ValueError("the document was not issued")
    return state.issued


def require_same(state: DocumentState, form: str, case_id: str, party_id: str = UNIT) -> DocumentIssued:
    """The document whose place one of this form, case and party takes. Refused `already-superseded`, `other-document`."""
    known = _standing(state)
    if (known.form, known.case_id, known.party_id) != (form, case_id, party_id):
        raise Refused(
            "other-document", f"更正的文书须与原文书 {known.document_id} 同类、同案、同一当事人",
            "a document is superseded by one of the same form, case and party", document_id=known.document_id,
        )  # fmt: skip
    return known


def supersede(state: DocumentState, by: DocumentIssued, reason: str) -> list[Event]:
    """Let another document take its place. Refused as `require_same` does."""
    known = require_same(state, by.form, by.case_id, by.party_id)
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
    event = DocumentSigned(
        document_id=_standing(state).document_id, signatory=command.signatory, name=command.name, manner=command.manner,
        file_sha256=command.file_sha256, file_size=command.file_size,
    )  # fmt: skip
    if state.signed.get(command.signatory) == event:
        return []
    _require_unsigned(state, command.signatory)
    if command.signatory in state.refused:
        zh, en = f"{command.signatory} 已记录为拒绝签字", f"{command.signatory} is recorded as having refused"
        raise Refused("signature-was-refused", zh, en, signatory=command.signatory)
    return [event]


def refuse_signature(state: DocumentState, signatory: str, reason: str, witness: str) -> list[Event]:
    """Note that somebody would not sign. Refused `already-superseded`, `already-signed`."""
    document = _standing(state)
    event = DocumentSignatureRefused(document_id=document.document_id, signatory=signatory, reason=reason, witness=witness)
    if state.refused.get(signatory) == event:
        return []
    _require_unsigned(state, signatory)
    return [event]


def _require_unsigned(state: DocumentState, signatory: str) -> None:
    if signatory in state.signed:
        raise Refused("already-signed", f"{signatory} 已经签字", f"{signatory} has signed already", signatory=signatory)


def _standing(state: DocumentState) -> DocumentIssued:
    document = issued(state)
    if state.superseded is not None:
        raise Refused(
            "already-superseded", f"文书 {document.document_id} 已由 {state.superseded.by} 更正", "the document was superseded",
            document_id=document.document_id, by=state.superseded.by,
        )  # fmt: skip
    return document
