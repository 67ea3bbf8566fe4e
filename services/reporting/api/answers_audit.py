"""What answers of the audit look like, and those of issued bulletins: described in OpenAPI, and never run over an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.reporting.api.answers import Answer, CopyHead

Ledger = Literal["registry", "tasks", "inspection", "penalty"]


class Actor(Answer):
    """Who acted, in which role."""

    id: str
    name: str | None = None
    role: str | None = None
    certificate_no: str | None = None


class Event(Answer):
    """An event as it was recorded, with its words; `data` as its schema in contracts/events says."""

    seq: int
    """Its place in the copy."""
    event_id: UUID
    service: Ledger
    stream_id: str
    version: int
    type: str
    title: str
    summary: str
    actor: Actor
    organ: str
    district: str
    device: str | None
    occurred_at: datetime
    recorded_at: datetime
    causation_id: UUID
    correlation_id: UUID
    rulebook: str | None
    """The version of the rules under which it was decided."""
    data: Any


class Events(Answer):
    """A page of events."""

    items: list[Event]
    next: str | None


class Standing(Answer):
    """How a row of a ledger stands: under a checkpoint that was cosigned, not yet, behind a hole, or contradicted by its log."""

    state: Literal["cosigned", "held", "beyond-hole", "contradicted"]
    size: int | None
    """Of the newest cosigned checkpoint."""
    cosigned_at: datetime | None


class Inclusion(Answer):
    """That a row is in the log: its proof (RFC 6962) in the tree of `size` leaves."""

    size: int
    proof: list[str]
    """Hashes in base64."""


class Entry(Event):
    """An entry of a history."""

    command_id: UUID
    subject: str
    """The enterprise that it is about, else its own stream."""
    traceparent: str | None
    idx: int
    """Its place in the ledger of its service."""
    late_by: int | None
    """Seconds from happening to recording, if that is late."""
    backdated: bool
    """It says that it happened before what its stream had told already."""
    checkpoint: Standing
    inclusion: Inclusion | None = None
    """There only if `?proofs=true` was asked, and the row is under a cosigned checkpoint."""


class Rulebook(Answer):
    """A rulebook under which events of a history were decided: how many, the first and the last of them."""

    rulebook: str
    events: int
    first: UUID
    last: UUID


class History(Answer):
    """A history in causal order; one of `enterprise`, `case` and `document` names what it is of."""

    enterprise: str | None = None
    case: str | None = None
    document: str | None = None
    as_of: str | None
    head: CopyHead
    rulebooks: list[Rulebook]
    names: Mapping[str, Mapping[str, str]]
    """The Chinese names of the fields, by the type of the event."""
    items: list[Entry]


class HistoryPage(Answer):
    """A page of an officer's history."""

    items: list[Entry]
    next: str | None


class Change(Answer):
    """A field that an event told otherwise; `known`: whether an earlier one had told it."""

    field: str
    name: str
    known: bool
    before: Any
    after: Any
    words: str


class Added(Entry):
    """An event that came between, with what it changed."""

    changes: list[Change]


class NetChange(Change):
    """What a field came to, between two moments."""

    service: Ledger
    stream_id: str


class Difference(Answer):
    """What came between two moments of a history; one of `enterprise`, `case` and `document` names what it is of."""

    enterprise: str | None = None
    case: str | None = None
    document: str | None = None
    since: str
    until: str | None
    head: CopyHead
    added: list[Added]
    removed: list[Entry]
    fields: list[NetChange]


class Read(Answer):
    """Who was given what; `data` says which document, for what reason, with which hash."""

    service: str
    event_id: UUID
    type: str
    title: str
    district: str
    organ: str
    subject: str
    actor: Actor
    recorded_at: datetime
    data: Mapping[str, Any]


class Reads(Answer):
    """A page of reads in the order of time."""

    items: list[Read]
    next: str | None


class Deviation(Answer):
    """A step that is not where the law requires it."""

    rule: str
    article: str
    title: str
    event_id: UUID
    step: str
    party: str
    occurred_at: datetime


class ClosedCase(Answer):
    """A closed case, and its deviations; none if it kept the order."""

    seq: int
    case_id: str
    district: str
    closed_at: datetime
    steps: int
    deviations: list[Deviation]


class ClosedCases(Answer):
    """A page of closed cases in the order of their closing."""

    items: list[ClosedCase]
    next: str | None


class WitnessedLedger(Answer):
    """How far the copy of a ledger goes, how far it is cosigned, and what contradicted it."""

    source: Ledger
    held: int
    cosigned: int | None
    alarms: list[Mapping[str, Any]]


class WitnessedLedgers(Answer):
    """Every ledger."""

    items: list[WitnessedLedger]


class UsedLedger(Answer):
    """How much of a ledger a bulletin was made from: its size, the root there (hex), the newest cosigned checkpoint."""

    ledger: Ledger
    size: int
    root: str
    checkpoint: int | None


class UsedCut(Answer):
    """The ledgers as of a moment."""

    recorded_before: datetime
    ledgers: list[UsedLedger]


class ToIssue(Answer):
    """What is recorded of a bulletin when it is issued; to be given to tasks unchanged."""

    bulletin_id: str
    week: str
    district: str | None
    districts: list[str]
    json_sha256: str
    pdf_sha256: str
    template: str
    cuts: list[UsedCut]
    """The last is of the moment as of which it is told, the others of the weeks that it is compared with."""
    signed_note: str | None
    """Our signature of all the rest; null where nothing is signed."""


class Differs(Answer):
    """What is not as it was recorded: a paper, its template, or a ledger (then with its size and moment)."""

    what: Literal["json_sha256", "pdf_sha256", "template", "ledger"]
    recorded: str
    now: str | None
    ledger: Ledger | None = None
    size: int | None = None
    recorded_before: datetime | None = None


class IssuedLinks(Answer):
    """The paper made again as JSON and PDF, what proves it, and the events of its series."""

    json_: str = Field(alias="json")
    pdf: str
    proof: str
    events: str


class IssuedBulletin(Answer):
    """A bulletin that was issued, made again and compared."""

    event_id: UUID
    campaign_id: str | None
    number: int | None
    title: str | None
    issued_by: str
    organ: str
    occurred_at: datetime
    recorded_at: datetime
    same: bool
    differs: list[Differs]
    issued: Mapping[str, Any]
    """As it was recorded: what `to-issue` told."""
    links: IssuedLinks


class IssuedBulletins(Answer):
    """What was issued of a week."""

    items: list[IssuedBulletin]
    next: str | None
