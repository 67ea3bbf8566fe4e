"""What the law says about a penalty case: facts, states, decisions. Pure; a lawyer can review it."""

from services.penalty.domain import bank, enforcement_events, payment_events, remedy_events, spot_events
from services.penalty.domain.case import CASE, CaseState, Decision, Notice, Officer, require_not_before
from services.penalty.domain.decision import (
    RECTIFIED,
    DecidePenalty,
    ServeDecision,
    close_case,
    decide_penalty,
    drafted_contents,
    flag_overdue,
    require_served,
    serve_decision,
)
from services.penalty.domain.events import (
    CaseAct,
    CaseClosed,
    CaseFiled,
    CaseOverdue,
    Charge,
    ClueRegistered,
    DecisionServed,
    EvidenceKind,
    EvidenceRecorded,
    FilingRequested,
    Handler,
    InvestigationClosed,
    LegalReviewPassed,
    LegalReviewReturned,
    Manner,
    NoticeServed,
    NumberSpan,
    NumbersReceived,
    NumberTaken,
    Party,
    PaymentOpened,
    PaymentOverdue,
    PaymentReceived,
    PaymentSettled,
    PenaltyDecided,
    Phase,
    StatementLapsed,
    StatementMade,
    StatementWaived,
    Subject,
)
from services.penalty.domain.filing import RegisterClue, RequestFiling, case_limits, file_case, register_clue, request_filing
from services.penalty.domain.investigation import (
    CloseInvestigation,
    RecordEvidence,
    ReviewCase,
    Sanctions,
    close_investigation,
    record_evidence,
    review_case,
)
from services.penalty.domain.notice import StatementKind, form_of_notice, lapse_statement, record_statement, serve_notice
from services.penalty.domain.numbers import (
    DECISION,
    FILING,
    HEARING_NOTICE,
    NOTICE,
    SERIES,
    WORDS,
    Form,
    SeriesState,
    receive_numbers,
    series_key,
    take_number,
)
from services.penalty.domain.parties import UNIT, region_key
from services.penalty.domain.payment import (
    PAYMENTS,
    PaymentState,
    ReceivePayment,
    flag_payment_overdue,
    open_payment,
    receive_payment,
)
from services.penalty.domain.rulebook import Row, Rules, not_in_force, overrides, penalties, ranges, rules_on
from services.penalty.domain.steps import Facts, Outlook, outlook

__all__ = [
    "CASE", "DECISION", "FILING", "HEARING_NOTICE", "NOTICE", "PAYMENTS", "RECTIFIED", "SERIES", "UNIT", "WORDS", "CaseAct",
    "CaseClosed", "CaseFiled", "CaseOverdue", "CaseState", "Charge", "CloseInvestigation", "ClueRegistered",
    "DecidePenalty", "Decision", "DecisionServed", "EvidenceKind", "EvidenceRecorded", "Facts", "FilingRequested",
    "Form", "Handler", "InvestigationClosed", "LegalReviewPassed", "LegalReviewReturned", "Manner", "Notice",
    "NoticeServed", "NumberSpan", "NumberTaken", "NumbersReceived", "Officer", "Outlook", "Party", "PaymentOpened",
    "PaymentOverdue", "PaymentReceived", "PaymentSettled", "PaymentState", "PenaltyDecided", "Phase", "ReceivePayment",
    "RecordEvidence", "RegisterClue", "RequestFiling", "ReviewCase", "Row", "Rules", "Sanctions", "SeriesState",
    "ServeDecision", "StatementKind", "StatementLapsed", "StatementMade", "StatementWaived", "Subject", "bank",
    "case_limits",
    "close_case", "close_investigation", "decide_penalty", "drafted_contents", "enforcement_events", "file_case", "flag_overdue",
    "flag_payment_overdue", "form_of_notice", "lapse_statement", "not_in_force", "open_payment", "outlook", "overrides",
    "payment_events",
    "penalties", "ranges", "receive_numbers", "receive_payment", "record_evidence", "record_statement", "region_key",
    "register_clue", "remedy_events",
    "request_filing", "require_not_before", "require_served", "review_case", "rules_on", "series_key", "serve_decision",
    "serve_notice", "spot_events", "take_number",
]  # fmt: skip
