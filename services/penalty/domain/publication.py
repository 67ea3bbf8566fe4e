"""The publication of the decision against a party: a region of its own, open from the decision to the end of publicity (P16)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chassis.domain import Event, Stream
from services.penalty.domain.parties import UNIT
from services.penalty.domain.publication_events import (
    CreditRepairRefused,
    CreditRepairRequested,
    DecisionPublished,
    Ending,
    Fall,
    PublicationCalledOff,
    PublicationOpened,
    PublicationOverdue,
    PublicationWithdrawn,
    PublicityEnded,
    Published,
    WithdrawalOverdue,
    WithdrawalRequired,
)
from services.penalty.domain.remedy import SETTING_ASIDE

Status = Literal["none", "due", "published", "withdrawal-due", "withdrawn", "called-off", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One publication; withdrawn, its explanation stays. Fines in fen: as first decided (`initial_fen`), and as it was then."""

    number: int
    document_no: str
    published_on: date
    content: Published
    initial_fen: int
    current_fen: int
    repairable_after: date
    public_until: date
    withdraw_by: date | None = None
    withdrawn_on: date | None = None
    explanation: str | None = None
    ended_on: date | None = None
    ending: Ending | None = None

    @property
    def shown(self) -> bool:
        """Whether everybody can read what was decided."""
        return self.withdrawn_on is None and self.ended_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationState:
    """What is published, or to be, of the decision against a party.

    `fallen` is what became of a decision that is not to be published; `awaited_fen` the fine of a remedy that it lacks yet.
    """

    case_id: str = ""
    party_id: str = UNIT
    enterprise_id: str = ""
    organ_id: str = ""
    document_no: str = ""
    decided_on: date | None = None
    publish_by: date | None = None
    provisional: bool = False
    overdue: bool = False
    withdrawal_overdue: bool = False
    editions: tuple[Edition, ...] = ()
    fallen: Fall | None = None
    awaited_fen: int | None = None
    repair_requested_on: date | None = None

    @property
    def shown(self) -> Edition | None:
        """What everybody can read now; there is at most one."""
        last = self.editions[-1] if self.editions else None
        return last if last is not None and last.shown else None

    @property
    def withdraw_by(self) -> date | None:
        """Until when what is shown must be withdrawn; None if it may stay."""
        return None if self.shown is None else self.shown.withdraw_by

    @property
    def status(self) -> Status:
        """How far it is; what must be withdrawn goes before what must be published."""
        if self.decided_on is None:
            return "none"
        if self.shown is not None:
            return "published" if self.shown.withdraw_by is None else "withdrawal-due"
        if self.publish_by is not None:
            return "due"
        if self.fallen is not None and not self.editions:
            return "called-off"
        last = self.editions[-1] if self.editions else None
        return "called-off" if last is None else "ended" if last.ended_on is not None else "withdrawn"

    @property
    def settled(self) -> bool:
        """Whether nothing has to be published or withdrawn."""
        return self.publish_by is None and self.withdraw_by is None and self.awaited_fen is None and self.decided_on is not None


def evolve_publication(state: PublicationState, event: Event) -> PublicationState:
    """The publication after one more event; events it does not know leave it as it is."""
    match event:
        case PublicationOpened() as e:
            return _opened(state, e)
        case DecisionPublished() as e:
            edition = Edition(
                number=e.edition, document_no=e.document_no, published_on=e.published_on, content=e.content,
                initial_fen=e.initial_fen, current_fen=e.current_fen, repairable_after=e.repairable_after,
                public_until=e.public_until,
            )  # fmt: skip
            return replace(
                state, document_no=e.document_no, editions=(*state.editions, edition), publish_by=None, awaited_fen=None,
                repair_requested_on=None,
            )  # fmt: skip
        case PublicationOverdue():
            return replace(state, overdue=True)
        case PublicationCalledOff() as e:
            return replace(state, publish_by=None, awaited_fen=None, fallen=e.result)
        case WithdrawalOverdue():
            return replace(state, withdrawal_overdue=True)
        case CreditRepairRequested() as e:
            return replace(state, repair_requested_on=e.requested_on)
        case CreditRepairRefused():
            return replace(state, repair_requested_on=None)
        case _:
            return _of_edition(state, event)


def _opened(state: PublicationState, e: PublicationOpened) -> PublicationState:
    """A decision is to be published: another one begins without the fate of the one before it."""
    fallen = state.fallen if e.anew else None
    return replace(
        state, case_id=e.case_id, party_id=e.party_id, enterprise_id=e.enterprise_id, organ_id=e.organ_id,
        document_no=e.document_no, decided_on=e.decided_on, publish_by=e.publish_by, provisional=e.provisional, overdue=False,
        fallen=fallen, awaited_fen=state.awaited_fen if e.anew else None,
    )  # fmt: skip


def _of_edition(state: PublicationState, event: Event) -> PublicationState:
    last = state.editions[-1] if state.editions else None
    if last is None:
        return state
    match event:
        case WithdrawalRequired() as e:
            sets_aside = e.result in SETTING_ASIDE
            return replace(
                _with(state, replace(last, withdraw_by=e.withdraw_by)), withdrawal_overdue=False, awaited_fen=e.awaited_fen,
                fallen=e.result if sets_aside else state.fallen, publish_by=None if sets_aside else state.publish_by,
                repair_requested_on=None,
            )  # fmt: skip
        case PublicationWithdrawn() as e:
            return _with(state, replace(last, withdraw_by=None, withdrawn_on=e.withdrawn_on, explanation=e.explanation))
        case PublicityEnded() as e:
            ended = replace(last, withdraw_by=None, ended_on=e.ended_on, ending=e.ending)
            return replace(_with(state, ended), repair_requested_on=None)
        case _:
            return state


def _with(state: PublicationState, last: Edition) -> PublicationState:
    return replace(state, editions=(*state.editions[:-1], last))


PUBLICATIONS = Stream("publication", PublicationState(), evolve_publication)
