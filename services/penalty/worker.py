"""What a worker of penalty follows, and what its deadlines fire."""

from __future__ import annotations

from chassis.deadlines import Fire
from services.penalty.commands import deciding, enforcement, payments, remedies, spots
from services.penalty.projections.clocks import DECISION, STATEMENT
from services.penalty.projections.enforcement_clocks import COURT_ALLOWED, COURT_RIGHT
from services.penalty.projections.payment_clocks import CAP, INSTALMENT, PAYMENT
from services.penalty.projections.remedy_clocks import LITIGATION_RIGHT, RECONSIDERATION_RIGHT
from services.penalty.projections.spot_clocks import CASH_TO_BANK, CASH_TO_ORGAN, SPOT_REPORT

SOURCES = ("registry", "inspection")

FIRES: dict[str, Fire] = {
    STATEMENT: deciding.lapse_statement,
    DECISION: deciding.flag_overdue,
    PAYMENT: payments.flag_payment_overdue,
    INSTALMENT: payments.flag_payment_overdue,
    CAP: payments.reach_cap,
    SPOT_REPORT: spots.flag_report,
    CASH_TO_ORGAN: spots.flag_handover,
    CASH_TO_BANK: spots.flag_deposit,
    RECONSIDERATION_RIGHT: remedies.lapse_reconsideration,
    LITIGATION_RIGHT: remedies.lapse_litigation,
    COURT_ALLOWED: enforcement.allow_court,
    COURT_RIGHT: enforcement.lapse_court,
}
