"""What questions about cases and money are answered, for the description of the service and whoever makes a client of it.

Answers are written from rows and states as they are; tests/service/penalty/test_answers.py holds them to this.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.answers import Also, Page, Told, answer_of, told
from services.penalty import domain
from services.penalty.domain.account import PaymentState
from services.penalty.domain.bank import TransferState
from services.penalty.domain.case import Stage
from services.penalty.domain.events import PartyKind
from services.penalty.domain.following import Unfollowed
from services.penalty.domain.publication import Status
from services.penalty.domain.spot import SpotState

__all__ = ("Page", "told")


class NextStep(Told):
    """A step that is permitted."""

    name: str
    """Its stable name."""
    title: str
    """Its Chinese title."""
    title_en: str
    path: str
    """Where it is posted: below the address of the matter, or the whole one where it begins with `/`."""
    role: str
    """By which role."""
    article: str | None
    """On which article it rests."""
    party_id: str | None
    """Towards which party; null if it is of the whole matter."""


class ForbiddenStep(Told):
    """A step that is not permitted; of `*`: none is, because no rules are in force."""

    name: str
    title: str = ""
    title_en: str = ""
    path: str = ""
    role: str = ""
    article: str | None
    party_id: str | None = None
    code: str
    """The code of the refusal."""
    reason: str
    """Why, in Chinese."""
    reason_en: str
    """Why, in English."""
    facts: dict[str, Any]
    """The facts of the refusal."""
    also: list[Also]
    """What else stands against it."""


class Steps(Told):
    """What may be done next, and what not and why."""

    next_steps: list[NextStep]
    forbidden_steps: list[ForbiddenStep]


class Ended(Told):
    """What the end of a clock means; null where no period of the rules is behind it."""

    article: str | None
    """By which article."""
    on_expiry: str | None
    """As a code."""
    on_expiry_title: str | None
    on_expiry_title_en: str | None
    rolls: bool | None
    """Whether a last day that is no working day moves on."""
    rolls_unverified: bool
    """That was not checked against the law yet."""


class Clock(Ended):
    """A clock that runs."""

    clock: str
    """Which."""
    due_on: date | None
    """Its last day."""
    overdue: bool
    """Whether what it is for was missed."""
    party_id: str
    """Of which party."""


class Published(Told):
    """How far the publication of a decision is."""

    state: Status
    publish_by: date | None
    withdraw_by: date | None
    public_until: date | None


class PartyAnswer(Told):
    """A party of a case, and the procedure towards it."""

    party_id: str
    """`unit`, or the id of a natural person who joined."""
    kind: PartyKind
    name: str
    uscc: str
    person: domain.Person | None
    """Who it is, of a natural person."""
    notice: domain.Notice | None
    hearing: domain.Hearing
    decision: domain.Decision | None
    former: list[domain.Decision]
    """Decisions that were revoked and had to be made anew."""
    payment: PaymentState | None
    """What it owes; null before the decision was served."""
    publication: Published | None
    """Its publication; null before the decision."""


class _Case(Steps):
    state: Stage
    """How far it is."""
    district: str
    """In which district."""
    version: int
    """Its version, for If-Match."""
    parties: list[PartyAnswer]
    """Its parties: the unit, and natural persons who joined."""
    notice: domain.Notice | None
    """Of the unit, as in `parties`; so are the following."""
    hearing: domain.Hearing | None
    decision: domain.Decision | None
    payment: PaymentState | None
    publication: Published | None
    closure: str
    """How far the closure of the enterprise is."""
    clocks: list[Clock]
    """The clocks that run."""
    unfollowed: list[Unfollowed]
    """What a remedy decided that is to be followed."""


CaseAnswer = answer_of("CaseAnswer", "One case.", _Case, domain.CaseState, frozenset({"stage", "sides"}))


class _Spot(Steps):
    spot_id: str
    state: str
    """`incomplete`, `complete`, `closed`."""
    missing: list[str]
    """What makes it incomplete: `number`, `report`."""
    district: str
    version: int
    payment: PaymentState | None
    closure: str
    clocks: list[Clock]
    publication: Published | None
    unfollowed: list[Unfollowed]


SpotAnswer = answer_of("SpotAnswer", "A penalty decided on the spot.", _Spot, SpotState)


class _Transfer(Steps):
    bank_transfer: str
    """How it is called: its reference, with the organ behind it where another organ's account had the reference first."""
    district: str
    organ_id: str
    """In whose account it is."""


TransferAnswer = answer_of("TransferAnswer", "One bank transfer.", _Transfer, TransferState)


class CaseRow(Told):
    """A case in a list."""

    case_id: str
    district: str
    state: str
    case_no: str | None
    cause: str | None
    enterprise_id: str
    enterprise_name: str
    organ_id: str
    organ: str
    level: str
    act_date: date
    filed_on: date | None
    decision_due_on: date | None
    statement_due_on: date | None
    payment_due_on: date | None
    decided_on: date | None
    closed_on: date | None
    intended_fen: int | None
    total_fen: int | None
    paid_fen: int
    overdue: bool
    payment_overdue: bool
    review: str | None
    clock: str | None
    """The clock that runs out first."""
    clock_on: date | None
    """Its last day; null if none runs."""
    version: int
    handlers: list[str]
    late: list[str]
    """Parties of whom something is late."""


class SpotRow(Told):
    """A penalty on the spot in a list."""

    spot_id: str
    district: str
    state: str
    enterprise_id: str
    party_kind: str
    party_name: str
    organ_id: str
    organ: str
    form_no: int
    document_no: str | None
    decided_on: date
    kinds: list[str]
    total_fen: int
    cash_fen: int
    """What was taken in cash."""
    report_by: date
    reported_on: date | None
    hand_over_by: date | None
    deposit_by: date | None
    defects: list[str]
    closed_on: date | None
    clock: str | None
    clock_on: date | None
    version: int
    proposed: str | None
    """Which correction of its cash waits to be decided."""
    struck: bool
    """Whether something of its cash had been recorded wrongly."""


class PaymentRow(Told):
    """What a party owes, in a list."""

    payment_code: str
    case_id: str
    party_id: str
    district: str
    state: str
    enterprise_id: str
    organ_id: str
    organ: str
    officers: list[str]
    case_no: str | None
    document_no: str
    imposed_fen: int
    amount_fen: int
    confiscated_fen: int
    confiscation_fen: int
    surcharge_fen: int
    remitted_fen: int
    received_fen: int
    refunded_fen: int
    outstanding_fen: int
    credit_fen: int
    due_on: date | None
    overdue: bool
    settled_on: date | None
    version: int


class TransferRow(Told):
    """A bank transfer in a list."""

    bank_reference: str
    """How it is called; `reference@organ` where another organ's account had the reference first."""
    district: str
    organ_id: str
    """In whose account it is."""
    state: str
    amount_fen: int
    paid_on: date
    payer: str | None
    remark: str | None
    reason: str | None
    """Why it is for no fine."""
    statement_id: str | None
    line: int | None
    case_id: str | None
    party_id: str | None
    returned_on: date | None
    proposed: str | None
    """Which correction waits to be decided."""
    version: int


class ClockRow(Ended):
    """A clock in the calendar."""

    clock_id: str
    kind: str
    case_id: str
    party_id: str
    district: str
    organ_id: str
    case_no: str | None
    enterprise_name: str
    due_on: date
    passed: bool


class PassedClock(Clock):
    passed: bool
    """Whether its day is over by then."""


class CaseOutlook(Steps):
    """What may be done with a case on a day."""

    case_id: str
    on: date
    clocks: list[PassedClock]


class SpotOutlook(Steps):
    """What may be done with a penalty on the spot on a day."""

    spot_id: str
    on: date
    clocks: list[PassedClock]
