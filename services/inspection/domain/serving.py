"""Service of documents (送达): in person, left, by mail, electronically, by announcement; and from when it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, Stream, event
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules

ANNOUNCEMENT = "T12-announcement-service"
"""The rulebook's period after which an announcement takes effect."""
Way = Literal["in-person", "left", "mail", "electronic", "announcement"]


@event("casetrail.inspection.document-served.v1", title="送达文书", summary="{served_on} 送达文书（{way}）")
class DocumentServed(Event):
    """How a document went to whom; `effective_on` is the day from which it counts as served (None: not yet known).

    `relation`: what somebody who took it for the addressee is to them. `confirmation`, `recording`: hashes of files that show it.
    """

    document_id: str
    service_id: str
    way: Way
    recipient: Annotated[str, Personal(SUBJECT, "recipient")]
    relation: str | None
    place: str
    served_on: date
    servers: tuple[str, ...]
    witness: Annotated[str | None, Personal(SUBJECT, "witness")]
    confirmation: str | None
    recording: str | None
    reference: str | None
    effective_on: date | None
    provisional: bool


@event("casetrail.inspection.document-received.v1", title="文书签收", summary="{received_on} 签收")
class DocumentReceived(Event):
    """What was sent by mail arrived: from that day it counts as served."""

    document_id: str
    service_id: str
    received_on: date


@event("casetrail.inspection.document-returned.v1", title="文书退回", summary="{returned_on} 文书退回：{reason}")
class DocumentReturned(Event):
    """What was sent did not reach the addressee; it is to be served in another way."""

    document_id: str
    service_id: str
    returned_on: date
    reason: str


@event("casetrail.inspection.receipt-made.v1", title="制作送达回执", summary="制作文书送达回执")
class ReceiptMade(Event):
    """The one receipt (form 40) of everything that was served at an inspection; it takes the place of the one before."""

    inspection_id: str
    document_id: str


@dataclass(frozen=True, slots=True)
class ReceiptState:
    """The receipt of an inspection that stands: the id of the document; None if there is none yet."""

    document_id: str | None = None


def evolve_receipt(state: ReceiptState, event: Event) -> ReceiptState:
    """The receipt after one more event."""
    return ReceiptState(event.document_id) if isinstance(event, ReceiptMade) else state


RECEIPT = Stream("receipt", ReceiptState(), evolve_receipt)


def make_receipt(state: ReceiptState, inspection_id: str, document_id: str, supersedes: str | None) -> list[Event]:
    """Make the receipt of an inspection; a later one takes the place of the one that stands. Refused `receipt-stands`."""
    if state.document_id is not None and state.document_id != supersedes:
        raise refused("receipt-stands", document_id=state.document_id)
    return [ReceiptMade(inspection_id=inspection_id, document_id=document_id)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """A document goes to somebody."""

    service_id: str
    way: Way
    recipient: str
    place: str
    served_on: date
    servers: tuple[str, ...]
    relation: str | None = None
    witness: str | None = None
    confirmation: str | None = None
    recording: str | None = None
    reference: str | None = None


def check_happened(day: date, today: date, rules: Rules) -> None:
    """Refuse `served-in-future`: what is to be served some day was not served, and counts from no day."""
    if day > today:
        raise refused("served-in-future", rules, day=day.isoformat())


def served(document_id: str, issued_on: date, command: Serve, announced: Due | None, rules: Rules) -> DocumentServed:
    """The service, if it was done as its way demands. `announced` is when an announcement takes effect, by the rulebook.

    Source: 行政处罚法（2021）第61条 and the civil-procedure law (rules `service`, `electronic-service-confirmation`).

    Refused `served-before-issue`; `left-without-witness` (a witness, or a recording of it); `electronic-unconfirmed` (the party's
    signed confirmation); `mail-without-reference`; `too-few-officers`.
    """
    if command.served_on < issued_on:
        raise refused("served-before-issue", rules)
    if command.way == "left" and not (command.witness or command.recording):
        raise refused("left-without-witness", rules)
    if command.way == "electronic" and command.confirmation is None:
        raise refused("electronic-unconfirmed", rules)
    if command.way in ("mail", "announcement") and not command.reference:
        raise refused("mail-without-reference", rules)
    if command.way in ("in-person", "left") and len(set(command.servers)) < rules.minimum_officers:
        raise refused("too-few-officers", rules, needed=rules.minimum_officers, given=len(set(command.servers)))
    on, provisional = _effective(command, announced)
    return DocumentServed(
        document_id=document_id, service_id=command.service_id, way=command.way, recipient=command.recipient,
        relation=command.relation, place=command.place, served_on=command.served_on, servers=command.servers,
        witness=command.witness, confirmation=command.confirmation, recording=command.recording, reference=command.reference,
        effective_on=on, provisional=provisional,
    )  # fmt: skip


def _effective(command: Serve, announced: Due | None) -> tuple[date | None, bool]:
    """By mail it counts from the day of receipt, which is told later; by announcement when its period has run."""
    if command.way == "mail":
        return None, False
    if command.way == "announcement":
        return (announced.on, announced.provisional) if announced is not None else (None, False)
    return command.served_on, False
