"""Enforcement against a party that does not pay: demands, and the application to a court (P15); a region of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chassis.domain import Event, Stream
from services.penalty.domain.enforcement_events import (
    CourtAccepted,
    CourtApplicationAllowed,
    CourtAsked,
    CourtPeriodBegan,
    CourtRightLapsed,
    CourtRuled,
    DemandAnswered,
    DemandDrafted,
    DemandServed,
    Ending,
    EnforcementEnded,
    EnforcementVoided,
    Purpose,
    Termination,
    UnpaidInstalment,
)
from services.penalty.domain.parties import UNIT

Status = Literal["none", "due", "demanding", "waiting", "allowed", "asked", "accepted", "ruled", "ended", "lapsed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One demand, in fen, of these instalments; `wait_until` is the last day on which no court may be asked yet."""

    purpose: Purpose
    document_no: str
    amount_fen: int
    drafted_on: date
    served_on: date | None = None
    wait_until: date | None = None
    answers: int = 0
    instalments: tuple[UnpaidInstalment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One application to a court, in fen; `ended_on` is None as long as the court is at it."""

    document_no: str
    court: str
    amount_fen: int
    applied_on: date
    reference_no: str = ""
    accepted_on: date | None = None
    ruled_on: date | None = None
    ending: Ending | None = None
    termination: Termination | None = None
    ended_on: date | None = None

    @property
    def latest_on(self) -> date:
        """The last day on which something happened to it."""
        return max(day for day in (self.applied_on, self.accepted_on, self.ruled_on, self.ended_on) if day is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementState:
    """A party's enforcement as its events tell it; `due_on` is the last day to ask a court, once that is known."""

    case_id: str = ""
    party_id: str = UNIT
    demands: tuple[Demand, ...] = ()
    applications: tuple[Application, ...] = ()
    counts_from: date | None = None
    due_on: date | None = None
    allowed: bool = False
    lapsed: bool = False

    @property
    def current(self) -> Application | None:
        """The application that the court is at; there is at most one."""
        last = self.applications[-1] if self.applications else None
        return last if last is not None and last.ended_on is None else None

    @property
    def court_demand(self) -> Demand | None:
        """The last demand before a court that was served."""
        served = [one for one in self.demands if one.purpose == "court" and one.served_on is not None]
        return served[-1] if served else None

    @property
    def hopeless(self) -> bool:
        """Whether no court helps any more: it ended enforcement, or the period for asking one has passed (ACL 2011, 53)."""
        return self.finished is not None or (self.lapsed and self.current is None)

    @property
    def finished(self) -> Application | None:
        """The application with which enforcement came to its end: carried out or terminated (for the closing of the case)."""
        last = self.applications[-1] if self.applications else None
        return last if last is not None and last.ending in ("enforced", "terminated") else None

    @property
    def status(self) -> Status:
        """How far it is."""
        if self.current is not None:
            return "ruled" if self.current.ruled_on else "accepted" if self.current.accepted_on else "asked"
        if self.finished is not None:
            return "ended"
        if self.lapsed:
            return "lapsed"
        if self.court_demand is not None:
            return "allowed" if self.allowed else "waiting"
        if self.demands:
            return "demanding"
        return "none" if self.due_on is None else "due"


def evolve_enforcement(state: EnforcementState, event: Event) -> EnforcementState:
    """The enforcement after one more event; events it does not know leave it as it is."""
    match event:
        case DemandDrafted() as e:
            demand = Demand(
                purpose=e.purpose, document_no=e.document_no, amount_fen=e.amount_fen, drafted_on=e.drafted_on,
                instalments=e.instalments,
            )  # fmt: skip
            return replace(state, case_id=e.case_id, party_id=e.party_id, demands=(*state.demands, demand))
        case DemandServed() as e:
            demands = _changed(state.demands, e.document_no, served_on=e.served_on, wait_until=e.wait_until)
            return replace(state, demands=demands, allowed=state.allowed and e.purpose == "payment")
        case DemandAnswered() as e:
            answers = 1 + sum(one.answers for one in state.demands if one.document_no == e.document_no)
            return replace(state, demands=_changed(state.demands, e.document_no, answers=answers))
        case CourtApplicationAllowed():
            return replace(state, allowed=True)
        case CourtPeriodBegan() as e:
            return replace(
                state, case_id=e.case_id, party_id=e.party_id, counts_from=e.counts_from, due_on=e.due_on, lapsed=False
            )
        case CourtRightLapsed():
            return replace(state, lapsed=True)
        case EnforcementVoided() as e:
            return EnforcementState(case_id=e.case_id, party_id=e.party_id)
        case CourtAsked() as e:
            new = Application(document_no=e.document_no, court=e.court, amount_fen=e.amount_fen, applied_on=e.applied_on)
            return replace(state, applications=(*state.applications, new))
        case _:
            return state if state.current is None else _gone_on(state, state.current, event)


def _gone_on(state: EnforcementState, current: Application, event: Event) -> EnforcementState:
    match event:
        case CourtAccepted() as e:
            changed = replace(current, accepted_on=e.accepted_on, reference_no=e.reference_no)
        case CourtRuled() as e:
            changed = replace(current, ruled_on=e.ruled_on, reference_no=e.reference_no)
        case EnforcementEnded() as e:
            changed = replace(current, ending=e.ending, termination=e.termination, ended_on=e.ended_on)
        case _:
            return state
    return replace(state, applications=(*state.applications[:-1], changed))


def _changed(demands: tuple[Demand, ...], document_no: str, **changes: object) -> tuple[Demand, ...]:
    return tuple(replace(one, **changes) if one.document_no == document_no else one for one in demands)  # type: ignore[arg-type]


ENFORCEMENTS = Stream("enforcement", EnforcementState(), evolve_enforcement)
