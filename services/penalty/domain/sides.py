"""What the procedure has done towards one party of a case: its notice, its hearing, the decision against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.penalty.domain.events import Charge, PartyKind, Person
from services.penalty.domain.parties import UNIT

CITIZEN = "citizen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notice of intended penalty that stands, and what the party did about it."""

    form_no: int
    document_no: str
    intended_fen: int
    hearing_right: bool
    served_on: date
    statement_due_on: date
    hearing_request_due_on: date | None
    intended_kinds: tuple[str, ...] = ()
    statements: int = 0
    waived: bool = False
    lapsed: bool = False

    @property
    def answered(self) -> bool:
        """Whether the party has spoken, has waived, or has let the period lapse."""
        return self.statements > 0 or self.waived or self.lapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How far the hearing of a party is; it is settled when it was heard and reported on, or will not be held."""

    requested_on: date | None = None
    hold_by: date | None = None
    convened_for: datetime | None = None
    host: str | None = None
    held_on: date | None = None
    abandoned: bool = False
    withdrawn: bool = False
    lapsed: bool = False
    overdue: bool = False
    reported_on: date | None = None

    @property
    def open(self) -> bool:
        """Whether it was asked for and is neither heard nor given up."""
        return self.requested_on is not None and self.held_on is None and not self.abandoned and not self.withdrawn

    @property
    def awaits_report(self) -> bool:
        """Whether it was heard, and its host has not reported yet."""
        return self.held_on is not None and self.reported_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The penalty decision against one party."""

    document_no: str
    decided_on: date
    charges: tuple[Charge, ...]
    total_fen: int
    late: bool
    kinds: tuple[str, ...] = ()
    confiscate_fen: int = 0
    received_on: date | None = None
    payment_due_on: date | None = None
    serve_by: date | None = None
    service_overdue: bool = False
    report_up_by: date | None = None
    reported_up_on: date | None = None
    reporting_up_overdue: bool = False
    initial_fen: int | None = None
    changed_on: date | None = None
    revoked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One party, and the procedure towards it; `former` are decisions that were revoked and had to be made anew."""

    party_id: str = UNIT
    kind: PartyKind = "unit"
    name: str = ""
    uscc: str = ""
    person: Person | None = None
    notice: Notice | None = None
    hearing: Hearing = Hearing()
    decision: Decision | None = None
    former: tuple[Decision, ...] = ()

    @property
    def measured_as(self) -> str:
        """The kind of party that the thresholds of the rulebook speak of."""
        return CITIZEN if self.kind == "person" else "unit"
