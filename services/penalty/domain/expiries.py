"""What the end of a period means, in English: the rulebook, which knows each by a code, says it in Chinese."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "case-extension-by-head-needed": "the head of the organ has to extend the limit; a later decision is a defect",
    "case-extension-by-superior-needed": "the superior organ has to extend the limit; a later decision is a defect",
    "case-limit-overdue": "a defect is flagged; a decision stays possible",
    "cash-deposit-overdue": "a defect is flagged; the cash still has to reach the bank",
    "cash-handover-overdue": "a defect is flagged; the cash still has to reach the organ",
    "closure-proposable": "the closure is to be proposed to the government",
    "court-application-allowed": "a court may be asked to enforce",
    "court-enforcement-right-lapsed": "the right to ask a court to enforce is gone",
    "crime-transfer-overdue": "a defect is flagged; the step stays due",
    "defence-lapsed": "the party counts as having waived its statement and defence",
    "filing-overdue": "a defect is flagged; the filing has to be made up for",
    "hearing-overdue": "a defect is flagged; the hearing must still be held",
    "hearing-right-lapsed": "the right to a hearing is gone",
    "litigation-right-lapsed": "the right to sue is gone",
    "on-the-spot-report-overdue": "a defect is flagged; the report stays due",
    "payment-overdue": "what is missing is in arrears: the surcharge runs from the next day",
    "police-answer-overdue": "a defect is flagged; the organ asks, and may turn to the procuratorate",
    "publication-overdue": "a defect is flagged; the decision must still be published",
    "publicity-ended": "the penalty leaves the public list",
    "reconsideration-right-lapsed": "the right to reconsideration is gone",
    "reporting-up-overdue": "a defect is flagged; the report to the organ above stays due",
    "service-overdue": "a defect is flagged; the decision must still be served",
    "surcharge-cap-reached": "the surcharge is at its limit and grows no more",
    "withdrawal-overdue": "a defect is flagged; the publication must still be withdrawn",
}
"""By the rulebook's code; of every period that a clock of this service runs by."""
