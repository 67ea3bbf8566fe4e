"""What a worker of penalty follows, and what its deadlines fire."""

from __future__ import annotations

from chassis.deadlines import Fire
from services.penalty.commands import deciding, enforcement, filing, hearings, payments, publishing, remedies, spots, transfers
from services.penalty.projections import clocks
from services.penalty.projections.enforcement_clocks import COURT_ALLOWED, COURT_RIGHT
from services.penalty.projections.payment_clocks import CAP, INSTALMENT, PAYMENT
from services.penalty.projections.publication_clocks import PUBLICATION, PUBLICITY, WITHDRAWAL
from services.penalty.projections.remedy_clocks import LITIGATION_RIGHT, RECONSIDERATION_RIGHT
from services.penalty.projections.spot_clocks import CASH_TO_BANK, CASH_TO_ORGAN, SPOT_REPORT
from services.penalty.projections.transfer_clocks import TRANSFER_ANSWER, TRANSFER_DECISION, TRANSFER_HANDOVER

SOURCES = ("registry", "inspection")

FIRES: dict[str, Fire] = {
    clocks.FILING: filing.miss_filing,
    clocks.DECISION: filing.flag_overdue,
    clocks.STATEMENT: deciding.lapse_statement,
    clocks.HEARING_RIGHT: hearings.lapse_hearing,
    clocks.HEARING: hearings.miss_hearing,
    clocks.SERVICE: deciding.miss_service,
    clocks.REPORTING_UP: deciding.miss_reporting_up,
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
    PUBLICATION: publishing.miss_publication,
    WITHDRAWAL: publishing.miss_withdrawal,
    PUBLICITY: publishing.end_publicity,
    TRANSFER_DECISION: transfers.flag_decision,
    TRANSFER_HANDOVER: transfers.flag_handover,
    TRANSFER_ANSWER: transfers.flag_answer,
}
