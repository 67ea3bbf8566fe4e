"""The main procedure of a case: what its events add up to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from chassis.domain import Event, Stream
from services.penalty.domain import ending_events as endings
from services.penalty.domain import hearing_events as hearings
from services.penalty.domain import party_events as people
from services.penalty.domain.daily_events import Continuing, DailyFineBegun
from services.penalty.domain.events import (
    CaseAct,
    CaseClosed,
    CaseFiled,
    CaseOverdue,
    Charge,
    ClueRegistered,
    DecisionServed,
    EvidenceRecorded,
    FilingRequested,
    Ground,
    Handler,
    InvestigationClosed,
    LegalReviewPassed,
    LegalReviewReturned,
    NoticeServed,
    Origin,
    Outcome,
    Party,
    PenaltyDecided,
    StatementLapsed,
    StatementMade,
    StatementWaived,
)
from services.penalty.domain.parties import UNIT
from services.penalty.domain.sides import Decision, Hearing, Notice, Side

Stage = Literal[
    "none", "clue", "filing-requested", "investigating", "investigated", "noticed", "decided", "served", "closed", "archived"
]
STAGES: tuple[Stage, ...] = (
    "none", "clue", "filing-requested", "investigating", "investigated", "noticed", "decided", "served", "closed", "archived",
)  # fmt: skip
Review = Literal["passed", "returned"]
NOBODY = Party(kind="unit", name="", uscc="")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """A case as its events tell it. Coercion, remedies, payment and publication are streams of their own.

    `offices` are who acted in which office, so that nobody acts in two; `recused` keep away; `challenged` may have to.
    """

    stage: Stage = "none"
    case_id: str = ""
    enterprise_id: str = ""
    party: Party = NOBODY
    level: str = ""
    organ_id: str = ""
    organ: str = ""
    origin: Origin = "inspection"
    act_date: date = date.min
    discovered_on: date | None = None
    harm: bool = False
    acts: tuple[CaseAct, ...] = ()
    catalogue: str = ""
    cause: str = ""
    officers: tuple[Handler, ...] = ()
    offices: tuple[tuple[str, people.Office], ...] = ()
    challenged: tuple[str, ...] = ()
    recused: tuple[str, ...] = ()
    urgent_by: date | None = None
    filing_missed: bool = False
    case_no: str = ""
    filed_on: date | None = None
    decision_due_on: date | None = None
    extended: tuple[str, ...] = ()
    overdue: bool = False
    evidence: tuple[str, ...] = ()
    fresh_evidence: bool = False
    investigated_on: date | None = None
    outcome: Outcome | None = None
    charges: tuple[Charge, ...] = ()
    proposed_fen: int = 0
    review_grounds: tuple[str, ...] = ()
    review: Review | None = None
    hearing_held_on: date | None = None
    discussion_grounds: tuple[str, ...] = ()
    discussed_on: date | None = None
    sides: tuple[Side, ...] = ()
    no_penalty_on: date | None = None
    ground: Ground | None = None
    closed_on: date | None = None
    archived_on: date | None = None
    loans: tuple[str, ...] = ()
    continues: Continuing | None = None
    daily: tuple[DailyFineBegun, ...] = ()

    def reached(self, stage: Stage) -> bool:
        """Whether the procedure has come to this stage, or further."""
        return STAGES.index(self.stage) >= STAGES.index(stage)

    def side(self, party_id: str = UNIT) -> Side | None:
        """The procedure towards a party; None if it is no party of the case."""
        return next((side for side in self.sides if side.party_id == party_id), None)

    def charges_of(self, party_id: str) -> tuple[Charge, ...]:
        """What is proposed against one party."""
        return tuple(charge for charge in self.charges if charge.party_id == party_id)

    def decision_of(self, party_id: str) -> Decision | None:
        """The decision against a party, if it is made."""
        side = self.side(party_id)
        return None if side is None else side.decision

    @property
    def charged(self) -> tuple[Side, ...]:
        """The parties against whom something is proposed."""
        accused = {charge.party_id for charge in self.charges}
        return tuple(side for side in self.sides if side.party_id in accused)

    @property
    def decided(self) -> bool:
        """Whether anything is decided yet: a penalty against a party, or that there is none."""
        return self.no_penalty_on is not None or any(side.decision is not None for side in self.sides)

    @property
    def to_decide_anew(self) -> bool:
        """Whether a decision that was revoked has yet to be made anew."""
        return any(side.former and side.decision is None for side in self.sides) and self.no_penalty_on is None

    @property
    def review_required(self) -> bool:
        """Whether the law demands a legal review of this case: for what the officers say, or because a hearing was held."""
        return bool(self.review_grounds) or self.hearing_held_on is not None


def evolve_case(state: CaseState, event: Event) -> CaseState:
    """The case after one more event; events it does not know leave it as it is."""
    for fold in (_evolve_filing, _evolve_investigation, _evolve_people, _evolve_party, _evolve_hearing, _evolve_ending):
        if (after := fold(state, event)) is not None:
            return after
    return state


def _evolve_filing(state: CaseState, event: Event) -> CaseState | None:
    match event:
        case ClueRegistered() as e:
            unit = Side(party_id=UNIT, kind="unit", name=e.party.name, uscc=e.party.uscc)
            return CaseState(
                stage="clue", case_id=e.case_id, enterprise_id=e.enterprise_id, party=e.party, level=e.level,
                organ_id=e.organ_id, organ=e.organ, act_date=e.act_date, acts=e.acts, catalogue=e.catalogue,
                origin=e.origin, discovered_on=e.discovered_on, harm=e.harm, sides=(unit,), continues=e.continues,
            )  # fmt: skip
        case FilingRequested() as e:
            return replace(state, stage="filing-requested", cause=e.cause, officers=e.officers)
        case CaseFiled() as e:
            filed = _held(state, e.approved_by, "approver")
            return replace(
                filed, stage="investigating", case_no=e.case_no, filed_on=e.filed_on, decision_due_on=e.decision_due_on,
                urgent_by=None,
            )  # fmt: skip
        case people.FilingRefused() as e:
            return replace(_held(state, e.approved_by, "approver"), stage="closed", ground="not-filed", closed_on=e.refused_on)
        case people.UrgentInvestigationBegun() as e:
            return replace(state, officers=e.officers, urgent_by=e.file_by)
        case people.FilingMissed():
            return replace(state, filing_missed=True)
        case CaseOverdue():
            return replace(state, overdue=True)
        case endings.CaseExtended() as e:
            return replace(state, decision_due_on=e.decision_due_on, extended=(*state.extended, e.step), overdue=False)
        case _:
            return None


def _evolve_investigation(state: CaseState, event: Event) -> CaseState | None:
    match event:
        case EvidenceRecorded() as e:
            return replace(state, evidence=(*state.evidence, e.sha256), fresh_evidence=True)
        case InvestigationClosed() as e:
            return _investigated(state, e)
        case LegalReviewPassed() as e:
            return replace(_held(state, e.reviewer, "legal-reviewer"), review="passed")
        case LegalReviewReturned() as e:
            return replace(_held(state, e.reviewer, "legal-reviewer"), review="returned")
        case endings.CaseDiscussed() as e:
            if e.conclusion == "returned":
                return replace(state, review="returned", discussed_on=None)
            return replace(state, discussed_on=e.discussed_on)
        case _:
            return None


def _investigated(state: CaseState, e: InvestigationClosed) -> CaseState:
    """Closing the investigation anew voids the review, the discussion and the notices that rested on the old charges.

    What is decided against other parties, and the charges of that, stand.
    """
    standing = {side.party_id for side in state.sides if side.decision is not None}
    sides = tuple(side if side.party_id in standing else replace(side, notice=None, hearing=Hearing()) for side in state.sides)
    charges = (*(charge for charge in state.charges if charge.party_id in standing), *e.charges)
    return replace(
        state, stage="investigated", outcome=e.outcome, charges=charges, proposed_fen=e.proposed_fen,
        investigated_on=e.closed_on, review_grounds=e.review_grounds, discussion_grounds=e.discussion_grounds, review=None,
        discussed_on=None, hearing_held_on=None, sides=sides, fresh_evidence=False,
    )  # fmt: skip


def _evolve_people(state: CaseState, event: Event) -> CaseState | None:
    match event:
        case people.PartyJoined() as e:
            side = Side(party_id=e.person.party_id, kind="person", name=e.person.name, person=e.person)
            return replace(state, sides=(*state.sides, side))
        case people.PartyAmended() as e:
            return _towards(state, e.person.party_id, name=e.person.name, person=e.person)
        case people.RecusalRequested() as e:
            return replace(state, challenged=(*state.challenged, e.officer_id))
        case people.RecusalDecided() as e:
            open_ = tuple(one for one in state.challenged if one != e.officer_id)
            return replace(state, challenged=open_, recused=(*state.recused, e.officer_id) if e.granted else state.recused)
        case people.HandlersChanged() as e:
            return replace(_held(state, e.approved_by, "approver"), officers=e.officers)
        case _:
            return None


def _evolve_party(state: CaseState, event: Event) -> CaseState | None:
    match event:
        case NoticeServed() as e:
            return _advanced(_towards(state, e.party_id, notice=_notice(e), hearing=Hearing()))
        case StatementMade() | StatementWaived() | StatementLapsed() as e:
            return _answered(state, e)
        case PenaltyDecided() as e:
            decided = _towards(state, e.party.party_id, decision=_decision(e))
            return _advanced(_held(decided, e.approved_by, "approver"))
        case DecisionServed() as e:
            decision = state.decision_of(e.party_id)
            if decision is None:
                return state
            served = replace(decision, received_on=e.received_on, payment_due_on=e.payment_due_on)
            return _advanced(_towards(state, e.party_id, decision=served))
        case endings.ServiceOverdue() as e if (decision := state.decision_of(e.party_id)) is not None:
            return _towards(state, e.party_id, decision=replace(decision, service_overdue=True))
        case endings.DecisionReportedUp() as e if (decision := state.decision_of(e.party_id)) is not None:
            return _towards(state, e.party_id, decision=replace(decision, reported_up_on=e.reported_on))
        case endings.ReportingUpOverdue() as e if (decision := state.decision_of(e.party_id)) is not None:
            return _towards(state, e.party_id, decision=replace(decision, reporting_up_overdue=True))
        case endings.DecisionChanged() as e if (decision := state.decision_of(e.party_id)) is not None:
            initial = decision.initial_fen if decision.initial_fen is not None else e.former_fen
            changed = replace(
                decision, charges=e.charges, total_fen=e.total_fen, initial_fen=initial, changed_on=e.changed_on,
                confiscate_fen=sum(charge.confiscate_fen for charge in e.charges),
            )  # fmt: skip
            return _towards(state, e.party_id, decision=changed)
        case endings.DecisionRevoked() as e if (decision := state.decision_of(e.party_id)) is not None:
            return _revoked(state, e, decision)
        case _:
            return None


def _answered(state: CaseState, event: StatementMade | StatementWaived | StatementLapsed) -> CaseState:
    side = state.side(event.party_id)
    if side is None or side.notice is None:
        return state
    match event:
        case StatementMade():
            notice = replace(side.notice, statements=side.notice.statements + 1)
        case StatementWaived():
            notice = replace(side.notice, waived=True)
        case _:
            notice = replace(side.notice, lapsed=True)
    return _towards(state, event.party_id, notice=notice)


def _revoked(state: CaseState, e: endings.DecisionRevoked, decision: Decision) -> CaseState:
    """The decision is void; where it has to be made anew the party is noticed anew, on charges of a new closing."""
    revoked = replace(decision, revoked_on=e.revoked_on)
    if not e.anew:
        return _towards(state, e.party_id, decision=revoked)
    side = state.side(e.party_id)
    former = (*(side.former if side is not None else ()), revoked)
    again = _towards(state, e.party_id, decision=None, notice=None, hearing=Hearing(), former=former)
    return replace(again, stage="investigating", review="returned")


def _evolve_hearing(state: CaseState, event: Event) -> CaseState | None:
    if not isinstance(event, hearings.HearingRequested | hearings.HearingRightLapsed | hearings.HearingConvened |
                      hearings.HearingHeld | hearings.HearingAbandoned | hearings.HearingWithdrawn |
                      hearings.HearingReported | hearings.HearingOverdue):  # fmt: skip
        return None
    side = state.side(event.party_id)
    if side is None:
        return state
    after = _towards(state, event.party_id, hearing=_heard(side.hearing, event))
    match event:
        case hearings.HearingHeld() as e:  # what is decided rests on the record: review and discussion come after it
            return replace(after, hearing_held_on=e.held_on, review=None, discussed_on=None)
        case hearings.HearingConvened() as e:
            return _held(after, e.host, "hearing-host")
        case _:
            return after


def _heard(hearing: Hearing, event: Event) -> Hearing:
    match event:
        case hearings.HearingRequested() as e:
            return replace(hearing, requested_on=e.requested_on, hold_by=e.hold_by, withdrawn=False, convened_for=None)
        case hearings.HearingRightLapsed():
            return replace(hearing, lapsed=True)
        case hearings.HearingConvened() as e:
            return replace(hearing, convened_for=e.held_at, host=e.host)
        case hearings.HearingHeld() as e:
            return replace(hearing, held_on=e.held_on)
        case hearings.HearingAbandoned():
            return replace(hearing, abandoned=True)
        case hearings.HearingWithdrawn():
            return replace(hearing, withdrawn=True)
        case hearings.HearingReported() as e:
            return replace(hearing, reported_on=e.reported_on)
        case hearings.HearingOverdue():
            return replace(hearing, overdue=True)
        case _:
            return hearing


def _evolve_ending(state: CaseState, event: Event) -> CaseState | None:
    match event:
        case endings.NoPenaltyDecided() as e:
            return replace(_held(state, e.approved_by, "approver"), stage="decided", no_penalty_on=e.decided_on)
        case CaseClosed() as e:
            return replace(state, stage="closed", ground=e.ground, closed_on=e.closed_on)
        case DailyFineBegun() as e:
            return replace(state, daily=(*state.daily, e))
        case endings.CaseArchived() as e:
            return replace(state, stage="archived", archived_on=e.archived_on)
        case endings.FileBorrowed() as e:
            return replace(state, loans=(*state.loans, e.loan_id))
        case endings.FileReturned() as e:
            return replace(state, loans=tuple(loan for loan in state.loans if loan != e.loan_id))
        case _:
            return None


def _towards(state: CaseState, party_id: str, **changes: Any) -> CaseState:
    """The case with one party's procedure changed; a party that is none leaves it as it is."""
    sides = tuple(replace(side, **changes) if side.party_id == party_id else side for side in state.sides)
    return replace(state, sides=sides)


def _held(state: CaseState, person_id: str, office: people.Office) -> CaseState:
    return state if (person_id, office) in state.offices else replace(state, offices=(*state.offices, (person_id, office)))


def _advanced(state: CaseState) -> CaseState:
    """The stage that every party has come to."""
    charged = state.charged or state.sides
    if all(side.decision is not None and side.decision.received_on is not None for side in charged):
        return replace(state, stage="served")
    if all(side.decision is not None for side in charged):
        return replace(state, stage="decided")
    if all(side.notice is not None for side in charged):
        return replace(state, stage="noticed")
    return state


def _notice(e: NoticeServed) -> Notice:
    return Notice(
        form_no=e.form_no, document_no=e.document_no, intended_fen=e.intended_fen, hearing_right=e.hearing_right,
        served_on=e.served_on, statement_due_on=e.statement_due_on, hearing_request_due_on=e.hearing_request_due_on,
        intended_kinds=e.intended_kinds,
    )  # fmt: skip


def _decision(e: PenaltyDecided) -> Decision:
    return Decision(
        document_no=e.document_no, decided_on=e.decided_on, charges=e.charges, total_fen=e.total_fen, late=e.late,
        kinds=e.kinds, confiscate_fen=e.confiscate_fen, serve_by=e.serve_by, report_up_by=e.report_up_by,
    )  # fmt: skip


CASE = Stream("case", CaseState(), evolve_case, snapshot_every=50)
