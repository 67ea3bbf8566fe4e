"""Remedies of a party against the decision: a region of its own, open from receipt until the decision is beyond remedy (P14)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chassis.domain import Event, Stream
from services.penalty.domain.ending_events import DecisionChanged, DecisionRevoked
from services.penalty.domain.parties import UNIT
from services.penalty.domain.remedy_events import (
    ExecutionStayed,
    JudgmentTookEffect,
    Kind,
    LitigationRightLapsed,
    ReconsiderationRightLapsed,
    RemediesOpened,
    RemedyAccepted,
    RemedyDecided,
    RemedyNotAccepted,
    RemedySought,
    RemedyWithdrawn,
    Result,
    StayLifted,
)

SETTING_ASIDE = frozenset({"revoked", "confirmed-illegal", "void", "ordered-anew"})
Status = Literal["none", "open", "pending", "ended"]
Spans = tuple[tuple[date, date | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a final result made of the decision; `total_fen` is the fine as changed."""

    kind: Kind
    authority: str
    reference_no: str
    result: Result
    decided_on: date
    effective_on: date
    total_fen: int | None

    @property
    def alters(self) -> bool:
        """Whether the decision does not stand as it was made: it is to be changed or revoked, its publication withdrawn."""
        return self.result != "upheld"

    @property
    def sets_aside(self) -> bool:
        """Whether the decision can be executed no more."""
        return self.result in SETTING_ASIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceeding:
    """One reconsideration, or one instance of a suit; `ended_on` is None as long as it is pending."""

    kind: Kind
    authority: str
    reference_no: str
    applied_on: date
    late: bool = False
    accepted_on: date | None = None
    result: Result | None = None
    decided_on: date | None = None
    received_on: date | None = None
    total_fen: int | None = None
    effective_on: date | None = None
    ended_on: date | None = None

    @property
    def counts(self) -> bool:
        """Whether it keeps the decision open: what came late does so only once it was accepted."""
        return not self.late or self.accepted_on is not None

    @property
    def latest_on(self) -> date:
        """The last day on which something happened in it."""
        days = (self.accepted_on, self.decided_on, self.received_on, self.effective_on, self.ended_on)
        return max((self.applied_on, *(day for day in days if day is not None)))

    @property
    def outcome(self) -> Outcome | None:
        """What it made of the decision, once that is final."""
        if self.result is None or self.decided_on is None or self.effective_on is None or self.result == "remanded":
            return None
        return Outcome(
            kind=self.kind, authority=self.authority, reference_no=self.reference_no, result=self.result,
            decided_on=self.decided_on, effective_on=self.effective_on, total_fen=self.total_fen,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A stop of execution; `lifted_on` is None as long as it holds."""

    authority: str
    reference_no: str
    ordered_on: date
    lifted_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyState:
    """A party's remedies as their events tell them; a due day is None once the right is used up.

    `followed` is what was done by them after the case was closed, whose own stream does not change any more.
    """

    case_id: str = ""
    party_id: str = UNIT
    document_no: str = ""
    received_on: date | None = None
    reconsideration_due_on: date | None = None
    litigation_due_on: date | None = None
    provisional: bool = False
    reconsideration_lapsed: bool = False
    litigation_lapsed: bool = False
    proceedings: tuple[Proceeding, ...] = ()
    stays: tuple[Stay, ...] = ()
    followed: tuple[DecisionChanged | DecisionRevoked, ...] = ()

    def is_of(self, document_no: str, received_on: date | None) -> bool:
        """Whether these are the remedies against this decision; one on the spot may have got its number after its receipt."""
        known = self.received_on is not None
        return known and (self.document_no == document_no or (self.document_no == "" and self.received_on == received_on))

    @property
    def current(self) -> Proceeding | None:
        """The proceeding that has not ended; there is at most one."""
        last = self.proceedings[-1] if self.proceedings else None
        return last if last is not None and last.ended_on is None else None

    @property
    def pending(self) -> Spans:
        """The days on which a remedy is, or was, pending: first and last day, each counted; None while it still is.

        Spans are in order and neither touch nor overlap. The day of the application counts, and the day on which it ended.
        """
        return merged(tuple((one.applied_on, one.ended_on) for one in self.proceedings if one.counts))

    @property
    def is_pending(self) -> bool:
        """Whether a remedy is pending now."""
        return self.current is not None and self.current.counts

    @property
    def stayed(self) -> bool:
        """Whether execution is stopped now."""
        return bool(self.stays) and self.stays[-1].lifted_on is None

    @property
    def status(self) -> Status:
        """How far the remedies are: not begun, a right runs, something was sought, nothing is left."""
        if self.received_on is None:
            return "none"
        if self.current is not None:
            return "pending"
        reconsideration = self.reconsideration_due_on is not None and not self.reconsideration_lapsed
        return "open" if reconsideration or (self.litigation_due_on is not None and not self.litigation_lapsed) else "ended"

    @property
    def ended_on(self) -> date | None:
        """The last day on which the decision is open to a remedy: it is beyond remedy from the day after.

        The later of the last period that is left (T19, T20) and the end of the last proceeding; None while one is pending, and
        before the party has received the decision.
        """
        if self.received_on is None or self.is_pending:
            return None
        rights = (self.reconsideration_due_on, self.litigation_due_on)
        ends = [one.ended_on for one in self.proceedings if one.counts]
        return max(day for day in (self.received_on, *rights, *ends) if day is not None)

    @property
    def outcome(self) -> Outcome | None:
        """What the remedies made of the decision: the last final result that alters it, else the last that upheld it."""
        found = [one.outcome for one in self.proceedings]
        final = [one for one in found if one is not None]
        altering = [one for one in final if one.alters]
        return altering[-1] if altering else (final[-1] if final else None)

    @property
    def latest_on(self) -> date | None:
        """The last day on which something happened: nothing later is noted before it."""
        days = [one.latest_on for one in self.proceedings]
        return max(days) if days else self.received_on


def merged(spans: Spans) -> Spans:
    """Spans of days in order of their first, joined where they touch or overlap."""
    joined: list[tuple[date, date | None]] = []
    for first, last in sorted(spans, key=lambda span: (span[0], span[1] or date.max)):
        before = joined[-1] if joined else None
        if before is None or (before[1] is not None and (first - before[1]).days > 1):
            joined.append((first, last))
        else:
            end = None if before[1] is None or last is None else max(before[1], last)
            joined[-1] = (before[0], end)
    return tuple(joined)


def evolve_remedy(state: RemedyState, event: Event) -> RemedyState:
    """The remedies after one more event; events they do not know leave them as they are."""
    match event:
        case RemediesOpened() as e:
            return RemedyState(
                case_id=e.case_id, party_id=e.party_id, document_no=e.document_no, received_on=e.received_on,
                reconsideration_due_on=e.reconsideration_due_on, litigation_due_on=e.litigation_due_on,
                provisional=e.provisional,
            )  # fmt: skip
        case RemedySought() as e:
            return _sought(state, e)
        case ReconsiderationRightLapsed():
            return replace(state, reconsideration_lapsed=True)
        case LitigationRightLapsed():
            return replace(state, litigation_lapsed=True)
        case ExecutionStayed() as e:
            stay = Stay(authority=e.authority, reference_no=e.reference_no, ordered_on=e.ordered_on)
            return replace(_resumed(state, e.ordered_on), stays=(*state.stays, stay))
        case StayLifted() as e:
            return _resumed(state, e.lifted_on)
        case DecisionChanged() | DecisionRevoked() as e:
            return replace(state, followed=(*state.followed, e))
        case _:
            return state if state.current is None else _gone_on(state, state.current, event)


def _sought(state: RemedyState, e: RemedySought) -> RemedyState:
    """A new proceeding; an appeal ends the first instance, whose judgment does not take effect."""
    ended = state if state.current is None else _with(state, replace(state.current, ended_on=e.applied_on))
    new = Proceeding(kind=e.kind, authority=e.authority, reference_no=e.reference_no, applied_on=e.applied_on, late=e.late)
    return replace(ended, proceedings=(*ended.proceedings, new))


def _gone_on(state: RemedyState, current: Proceeding, event: Event) -> RemedyState:
    match event:
        case RemedyAccepted() as e:
            return _with(state, replace(current, accepted_on=e.answered_on, reference_no=e.reference_no or current.reference_no))
        case RemedyNotAccepted() as e:
            return _given_up(state, current, e.answered_on)
        case RemedyWithdrawn() as e:
            return _given_up(state, current, e.withdrawn_on)
        case RemedyDecided() as e:
            return _decided(state, current, e)
        case JudgmentTookEffect() as e:
            stands = replace(current, effective_on=e.effective_on, ended_on=e.effective_on)
            return _used_up(_resumed(_with(state, stands), e.effective_on))
        case _:
            return state


def _given_up(state: RemedyState, current: Proceeding, day: date) -> RemedyState:
    """It ended without a result; an appeal that did leaves the judgment of the first instance in effect."""
    ended = _resumed(_with(state, replace(current, ended_on=day)), day)
    earlier = ended.proceedings[-2] if len(ended.proceedings) > 1 else None
    if current.kind != "second-instance" or earlier is None or earlier.result is None:
        return ended
    stands = replace(earlier, effective_on=day)
    return _used_up(replace(ended, proceedings=(*ended.proceedings[:-2], stands, ended.proceedings[-1])))


def _decided(state: RemedyState, current: Proceeding, e: RemedyDecided) -> RemedyState:
    found = replace(
        current, result=e.result, decided_on=e.decided_on, received_on=e.received_on, reference_no=e.reference_no,
        total_fen=e.total_fen, effective_on=e.effective_on, ended_on=e.effective_on,
    )  # fmt: skip
    if e.effective_on is None:
        return _with(state, found)
    if e.result == "remanded":
        return _remanded(_with(state, found), e.received_on)
    ended = _resumed(_with(state, found), e.effective_on)
    if e.kind == "reconsideration":
        return replace(ended, reconsideration_due_on=None, litigation_due_on=e.litigation_due_on, litigation_lapsed=False)
    return _used_up(ended)


def _remanded(state: RemedyState, day: date) -> RemedyState:
    """The court of the first instance goes on, as if nothing had been decided."""
    earlier = next((one for one in reversed(state.proceedings) if one.kind == "first-instance"), state.proceedings[-1])
    again = Proceeding(
        kind="first-instance", authority=earlier.authority, reference_no=earlier.reference_no, applied_on=day, accepted_on=day
    )
    return replace(state, proceedings=(*state.proceedings, again))


def _used_up(state: RemedyState) -> RemedyState:
    return replace(state, reconsideration_due_on=None, litigation_due_on=None)


def _with(state: RemedyState, last: Proceeding) -> RemedyState:
    return replace(state, proceedings=(*state.proceedings[:-1], last))


def _resumed(state: RemedyState, day: date) -> RemedyState:
    """Without a stay that still holds."""
    if not state.stayed:
        return state
    return replace(state, stays=(*state.stays[:-1], replace(state.stays[-1], lifted_on=max(day, state.stays[-1].ordered_on))))


REMEDIES = Stream("remedy", RemedyState(), evolve_remedy)
