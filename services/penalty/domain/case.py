"""The main procedure of a case: what its events add up to, and the guards that several steps share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chassis.domain import Actor, Event, Refused, Stream
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
    Handler,
    InvestigationClosed,
    LegalReviewPassed,
    LegalReviewReturned,
    NoticeServed,
    Party,
    PenaltyDecided,
    StatementLapsed,
    StatementMade,
    StatementWaived,
)
from services.penalty.domain.parties import UNIT
from services.penalty.domain.rulebook import Rules

Stage = Literal["none", "clue", "filing-requested", "investigating", "investigated", "noticed", "decided", "served", "closed"]
STAGES: tuple[Stage, ...] = (
    "none", "clue", "filing-requested", "investigating", "investigated", "noticed", "decided", "served", "closed",
)  # fmt: skip
Review = Literal["passed", "returned"]
APPROVAL = "handlers-do-not-approve"  # the forms keep handling and approval apart
NOBODY = Party(kind="unit", name="", uscc="")


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
    statements: int = 0
    waived: bool = False
    lapsed: bool = False

    @property
    def answered(self) -> bool:
        """Whether the party has spoken, has waived, or has let the period lapse."""
        return self.statements > 0 or self.waived or self.lapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The penalty decision."""

    document_no: str
    decided_on: date
    charges: tuple[Charge, ...]
    total_fen: int
    late: bool
    received_on: date | None = None
    payment_due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """A case as its events tell it. Coercion, remedies, payment and publication are streams of their own."""

    stage: Stage = "none"
    case_id: str = ""
    enterprise_id: str = ""
    party: Party = NOBODY
    level: str = ""
    organ_id: str = ""
    organ: str = ""
    act_date: date = date.min
    acts: tuple[CaseAct, ...] = ()
    catalogue: str = ""
    cause: str = ""
    officers: tuple[Handler, ...] = ()
    case_no: str = ""
    filed_on: date | None = None
    decision_due_on: date | None = None
    overdue: bool = False
    evidence: tuple[str, ...] = ()
    fresh_evidence: bool = False
    investigated_on: date | None = None
    charges: tuple[Charge, ...] = ()
    proposed_fen: int = 0
    review_grounds: tuple[str, ...] = ()
    review: Review | None = None
    notice: Notice | None = None
    decision: Decision | None = None
    closed_on: date | None = None

    def reached(self, stage: Stage) -> bool:
        """Whether the procedure has come to this stage, or further."""
        return STAGES.index(self.stage) >= STAGES.index(stage)

    def decision_of(self, party_id: str) -> Decision | None:
        """The decision against a party, if it is made."""
        return self.decision if party_id == UNIT else None

    @property
    def review_required(self) -> bool:
        """Whether the law demands a legal review of this case."""
        return bool(self.review_grounds)


def evolve_case(state: CaseState, event: Event) -> CaseState:
    """The case after one more event; events it does not know leave it as it is."""
    match event:
        case ClueRegistered() as e:
            return CaseState(
                stage="clue", case_id=e.case_id, enterprise_id=e.enterprise_id, party=e.party, level=e.level,
                organ_id=e.organ_id, organ=e.organ, act_date=e.act_date, acts=e.acts, catalogue=e.catalogue,
            )  # fmt: skip
        case FilingRequested() as e:
            return replace(state, stage="filing-requested", cause=e.cause, officers=e.officers)
        case CaseFiled() as e:
            return replace(
                state, stage="investigating", case_no=e.case_no, filed_on=e.filed_on, decision_due_on=e.decision_due_on
            )
        case EvidenceRecorded() as e:
            return replace(state, evidence=(*state.evidence, e.sha256), fresh_evidence=True)
        case InvestigationClosed() as e:
            return _investigated(state, e)
        case LegalReviewPassed():
            return replace(state, review="passed")
        case LegalReviewReturned():
            return replace(state, review="returned")
        case CaseOverdue():
            return replace(state, overdue=True)
        case CaseClosed() as e:
            return replace(state, stage="closed", closed_on=e.closed_on)
        case _:
            return _evolve_decision(state, event)


def _investigated(state: CaseState, e: InvestigationClosed) -> CaseState:
    """Closing the investigation anew voids the review and the notice that rested on the old charges."""
    return replace(
        state, stage="investigated", charges=e.charges, proposed_fen=e.proposed_fen, investigated_on=e.closed_on,
        review_grounds=e.review_grounds, review=None, notice=None, fresh_evidence=False,
    )  # fmt: skip


def _evolve_decision(state: CaseState, event: Event) -> CaseState:
    match event:
        case NoticeServed() as e:
            return replace(state, stage="noticed", notice=_notice(e))
        case StatementMade() if state.notice:
            return replace(state, notice=replace(state.notice, statements=state.notice.statements + 1))
        case StatementWaived() if state.notice:
            return replace(state, notice=replace(state.notice, waived=True))
        case StatementLapsed() if state.notice:
            return replace(state, notice=replace(state.notice, lapsed=True))
        case PenaltyDecided() as e:
            return replace(state, stage="decided", decision=_decision(e))
        case DecisionServed() as e if state.decision:
            served = replace(state.decision, received_on=e.received_on, payment_due_on=e.payment_due_on)
            return replace(state, stage="served", decision=served)
        case _:
            return state


def _notice(e: NoticeServed) -> Notice:
    return Notice(
        form_no=e.form_no, document_no=e.document_no, intended_fen=e.intended_fen, hearing_right=e.hearing_right,
        served_on=e.served_on, statement_due_on=e.statement_due_on, hearing_request_due_on=e.hearing_request_due_on,
    )  # fmt: skip


def _decision(e: PenaltyDecided) -> Decision:
    return Decision(document_no=e.document_no, decided_on=e.decided_on, charges=e.charges, total_fen=e.total_fen, late=e.late)


CASE = Stream("case", CaseState(), evolve_case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An enrolled officer: the certificate, and whether recused from the enterprise of the case."""

    officer_id: str
    name: str
    certificate_no: str
    certificate_valid_to: date
    recused: bool = False


def require_open(state: CaseState, rules: Rules) -> None:
    """A closed case is not touched any more (archive integrity)."""
    rules.require(state.stage != "closed", "archive-integrity", "case-closed", "案件已结案，不得再变更", "the case is closed")


def require_filed(state: CaseState, rules: Rules) -> None:
    """What belongs to the general procedure needs a filed case (APL 2021, article 54)."""
    require_open(state, rules)
    rules.require(
        state.reached("investigating"), "filing-before-penalty", "case-not-filed", "案件尚未立案", "the case is not filed yet"
    )


def require_undecided(state: CaseState, rules: Rules) -> None:
    """What prepares the decision must come before it."""
    require_filed(state, rules)
    rules.require(
        state.decision is None, "service-after-decision", "decided-already", "已作出处罚决定", "the penalty is decided already"
    )


def require_investigated(state: CaseState, rules: Rules) -> None:
    """What rests on the charges needs a closed investigation (APL 2021, article 57)."""
    require_undecided(state, rules)
    rules.require(
        state.investigated_on is not None, "notice", "investigation-open", "调查尚未终结", "the investigation is not closed yet"
    )


def require_not_before(day: date, earlier: date | None, rules: Rules, rule: str) -> None:
    """No step happens on a day before the step it rests on."""
    rules.require(
        earlier is None or day >= earlier, rule, "before-earlier-step", f"日期 {day} 早于上一步骤的 {earlier}",
        f"{day} lies before the step it rests on ({earlier})", day=day, earlier=earlier,
    )  # fmt: skip


def require_not_handler(state: CaseState, actor: Actor, rules: Rules, rule: str) -> None:
    """Whoever handles the case does not approve or review it."""
    handles = any(actor.id == handler.officer_id or actor.certificate_no == handler.certificate_no for handler in state.officers)
    rules.require(
        not handles, rule, "handler-approves", "承办人不得审批或者审核本案", "a handling officer approves or reviews nothing"
    )


def require_qualified(ids: Iterable[str], known: Iterable[Officer], day: date, rules: Rules) -> tuple[Officer, ...]:
    """The officers of these ids, at least as many as the law demands, each with a certificate valid that day, none recused.

    APL 2021, article 42 paragraph 1 (two officers holding the qualification), article 43 (recusal).
    """
    found = {officer.officer_id: officer for officer in known}
    chosen = tuple(_fit(officer_id, found.get(officer_id), day, rules) for officer_id in dict.fromkeys(ids))
    rules.require(
        len(chosen) >= rules.minimum_officers, "two-officers", "too-few-officers",
        f"执法人员不得少于 {rules.minimum_officers} 人", f"at least {rules.minimum_officers} officers are needed",
        officers=len(chosen), minimum=rules.minimum_officers,
    )  # fmt: skip
    return chosen


def _fit(officer_id: str, officer: Officer | None, day: date, rules: Rules) -> Officer:
    if officer is None:
        zh, en = f"没有登记的执法人员：{officer_id}", f"no such officer: {officer_id}"
        raise Refused("officer-unknown", zh, en, basis=rules.cite("two-officers"), officer_id=officer_id)
    rules.require(
        officer.certificate_valid_to >= day, "two-officers", "certificate-expired",
        f"{officer.name} 的执法证已于 {officer.certificate_valid_to} 到期", f"the certificate of {officer_id} has expired",
        officer_id=officer_id, valid_to=officer.certificate_valid_to,
    )  # fmt: skip
    rules.require(
        not officer.recused, "recusal", "officer-recused", f"{officer.name} 应当回避", f"{officer_id} is recused",
        officer_id=officer_id,
    )  # fmt: skip
    return officer
