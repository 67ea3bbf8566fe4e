"""The deadlines of cases and payments: what an event sets running, and what it ends; and what a miss means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event, day_of
from chassis.envelope import Sequenced
from services.penalty.domain import (
    UNIT,
    CaseClosed,
    CaseExtended,
    CaseFiled,
    DecisionRevoked,
    DecisionServed,
    FilingRefused,
    HearingAbandoned,
    HearingHeld,
    HearingRequested,
    HearingWithdrawn,
    InvestigationClosed,
    NoPenaltyDecided,
    NoticeServed,
    PenaltyDecided,
    StatementMade,
    StatementWaived,
    UrgentInvestigationBegun,
    region_key,
    rulebook,
    transfer,
)
from services.penalty.domain.cash import TO_BANK, TO_ORGAN
from services.penalty.domain.ending_events import DecisionReportedUp
from services.penalty.domain.spot import REPORT
from services.penalty.projections.closure_clocks import CLOSURE
from services.penalty.projections.enforcement_clocks import COURT_ALLOWED, COURT_RIGHT, enforcement_deadlines
from services.penalty.projections.payment_clocks import CAP, INSTALMENT, PAYMENT, payment_deadlines
from services.penalty.projections.publication_clocks import PUBLICATION, PUBLICITY, WITHDRAWAL, publication_deadlines
from services.penalty.projections.remedy_clocks import LITIGATION_RIGHT, RECONSIDERATION_RIGHT, remedy_deadlines
from services.penalty.projections.spot_clocks import CASH_TO_BANK, CASH_TO_ORGAN, SPOT_REPORT, spot_deadlines
from services.penalty.projections.transfer_clocks import TRANSFER_ANSWER, TRANSFER_DECISION, TRANSFER_HANDOVER, transfer_deadlines

STATEMENT, DECISION = "statement", "case-limit"
FILING, HEARING_RIGHT, HEARING, SERVICE = "filing-after-the-fact", "hearing-request", "hearing-held", "service-due"
REPORTING_UP = "reporting-up"

TIMERS = {
    STATEMENT: rulebook.STATEMENT, PAYMENT: rulebook.PAYMENT, FILING: rulebook.AFTER_THE_FACT,
    HEARING_RIGHT: rulebook.HEARING_REQUEST, HEARING: rulebook.HEARING_HELD_BY, SERVICE: rulebook.SERVICE,
    REPORTING_UP: rulebook.REPORTING_UP, PUBLICATION: rulebook.PUBLICATION, WITHDRAWAL: rulebook.WITHDRAWAL,
    CLOSURE: rulebook.CLOSURE_HALF_YEAR, SPOT_REPORT: REPORT, CASH_TO_ORGAN: TO_ORGAN, CASH_TO_BANK: TO_BANK,
    RECONSIDERATION_RIGHT: rulebook.RECONSIDERATION, LITIGATION_RIGHT: rulebook.LITIGATION, COURT_ALLOWED: rulebook.DEMAND,
    COURT_RIGHT: rulebook.COURT_ENFORCEMENT, INSTALMENT: rulebook.PAYMENT, CAP: rulebook.SURCHARGE,
    PUBLICITY: rulebook.PUBLICITY_MAXIMUM, TRANSFER_DECISION: transfer.DECISION, TRANSFER_HANDOVER: transfer.HANDOVER,
    TRANSFER_ANSWER: transfer.ANSWER,
}  # fmt: skip
"""The period of the rulebook behind each kind of clock; the rulebook says what its end means. A case's limit is a ladder."""


def period_of(kind: str, named: str, rules: rulebook.Rules) -> str:
    """The period of a clock: the one that it names, else that of its kind; of a case's limit the first step."""
    return named or (rules.case_limits[0] if kind == DECISION else TIMERS.get(kind, ""))


def deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event sets running, and what it ends."""
    match event:
        case UrgentInvestigationBegun() as e:
            return [_arm(sequenced, FILING, e.case_id, e.file_by)]
        case CaseFiled() as e:
            return [Disarm(id=f"{FILING}:{e.case_id}"), _arm(sequenced, DECISION, e.case_id, e.decision_due_on)]
        case FilingRefused() as e:
            return [Disarm(id=f"{FILING}:{e.case_id}")]
        case CaseExtended() as e:
            return [_arm(sequenced, DECISION, e.case_id, e.decision_due_on, period=e.step)]
        case NoPenaltyDecided() as e:
            return [Disarm(id=f"{DECISION}:{e.case_id}")]
        case CaseClosed() as e:
            return [Disarm(id=f"{kind}:{e.case_id}") for kind in (DECISION, STATEMENT, HEARING_RIGHT, HEARING, SERVICE)]
        case InvestigationClosed() as e:
            return _ended(e.case_id, UNIT, STATEMENT, HEARING_RIGHT, HEARING)
        case _:
            return _towards_a_party(sequenced, event)


def clock_day(arm: Arm) -> str:
    """The last day of a deadline, as it was armed."""
    return str(arm.detail.get("due_on") or day_of(arm.due_at - timedelta(seconds=1)).isoformat())


def _towards_a_party(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    match event:
        case NoticeServed() as e:
            right = e.hearing_request_due_on
            heard = [] if right is None else [_arm(sequenced, HEARING_RIGHT, e.case_id, right, e.party_id)]
            return [_arm(sequenced, STATEMENT, e.case_id, e.statement_due_on, e.party_id), *heard]
        case StatementMade() | StatementWaived() as e:
            return _ended(e.case_id, e.party_id, STATEMENT)
        case HearingRequested() as e:
            held = [] if e.hold_by is None else [_arm(sequenced, HEARING, e.case_id, e.hold_by, e.party_id)]
            return [*_ended(e.case_id, e.party_id, HEARING_RIGHT), *held]
        case HearingHeld() | HearingAbandoned() | HearingWithdrawn() as e:
            return _ended(e.case_id, e.party_id, HEARING)
        case PenaltyDecided() as e:
            party = e.party.party_id
            ended = _ended(e.case_id, party, STATEMENT, HEARING_RIGHT)
            limit = [Disarm(id=f"{DECISION}:{e.case_id}")] if party == UNIT else []
            return [*limit, *ended, *_after_decision(sequenced, e, party)]
        case DecisionServed() as e:
            return _ended(e.case_id, e.party_id, SERVICE)
        case DecisionReportedUp() as e:
            return _ended(e.case_id, e.party_id, REPORTING_UP)
        case DecisionRevoked() as e:
            ended, left = _ended(e.case_id, e.party_id, SERVICE, REPORTING_UP), e.decision_due_on
            return ended if left is None else [*ended, _arm(sequenced, DECISION, e.case_id, left, period=e.limit_step)]
        case _:
            regions = (
                payment_deadlines, remedy_deadlines, enforcement_deadlines, publication_deadlines, spot_deadlines,
                transfer_deadlines,
            )  # fmt: skip
            return [change for region in regions for change in region(sequenced, event)]


def _after_decision(sequenced: Sequenced, e: PenaltyDecided, party_id: str) -> Iterator[Arm]:
    for kind, due_on in ((SERVICE, e.serve_by), (REPORTING_UP, e.report_up_by)):
        if due_on is not None:
            yield _arm(sequenced, kind, e.case_id, due_on, party_id)


def _ended(case_id: str, party_id: str, *kinds: str) -> list[Disarm]:
    return [Disarm(id=f"{kind}:{region_key(case_id, party_id)}") for kind in kinds]


def _arm(sequenced: Sequenced, kind: str, case_id: str, due_on: date, party_id: str = UNIT, period: str = "") -> Arm:
    envelope = sequenced.envelope
    return Arm(
        id=f"{kind}:{region_key(case_id, party_id)}", kind=kind, key=case_id, due_at=end_of(due_on),
        district=envelope.district,
        detail={"due_on": due_on.isoformat(), "rulebook": envelope.rulebook, "party_id": party_id},
        told={"period": period},
    )  # fmt: skip
