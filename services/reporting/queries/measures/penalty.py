"""Measures of cases and of what was decided in them. An amount of fines is a figure about districts, never about an officer.

行政处罚法 2021，第七十四条: fines may not be tied to the assessment of those who impose them; nothing here is told by officer.
"""

from __future__ import annotations

from services.reporting.queries.facts import CASE_KIND, CASE_LEVEL, CASE_STATE, CASES, ORIGIN, to_its_end
from services.reporting.queries.terms import ONE, Measure, above, among, known, number, one_if

REGISTERED = "casetrail.penalty.clue-registered.v1"
FILED = "casetrail.penalty.case-filed.v1"
EXTENDED = "casetrail.penalty.case-extended.v1"
DECIDED = "casetrail.penalty.penalty-decided.v1"
NO_PENALTY = "casetrail.penalty.no-penalty-decided.v1"
SPOT = "casetrail.penalty.spot-penalty-decided.v1"
CHANGED = ("casetrail.penalty.decision-changed.v1", "casetrail.penalty.decision-revoked.v1")
PAID = (
    "casetrail.penalty.payment-received.v1", "casetrail.penalty.refund-made.v1", "casetrail.penalty.payment-reversed.v1",
)  # fmt: skip
"""Cash is told as a payment received too."""
CLOSED = (
    "casetrail.penalty.filing-refused.v1", "casetrail.penalty.case-closed.v1", "casetrail.penalty.spot-penalty-closed.v1",
)  # fmt: skip
ISSUED = "casetrail.penalty.document-issued.v1"
STEPS = (
    REGISTERED, "casetrail.penalty.filing-requested.v1", FILED, "casetrail.penalty.investigation-closed.v1", DECIDED, NO_PENALTY,
    SPOT, *CLOSED, "casetrail.penalty.case-archived.v1",
)  # fmt: skip
BY = (CASE_KIND, ORIGIN, CASE_LEVEL)
PENALISED = (among("outcome", "penalty"),)

CASES_REGISTERED = Measure(
    name="cases_registered", title="案件线索", title_en="Cases registered", unit="件",
    formula="登记的案件线索数，含当场处罚", formula_en="clues registered, penalties on the spot included",
    exclusions="无", exclusions_en="nothing", source_events=STEPS, fact=CASES, day="registered_on", by=(CASE_STATE, *BY),
)  # fmt: skip
CASES_FILED = Measure(
    name="cases_filed", title="立案", title_en="Cases filed", unit="件", formula="立案的案件数", formula_en="cases filed",
    exclusions="不含当场处罚（不立案）", exclusions_en="not penalties on the spot, which are not filed",
    source_events=(REGISTERED, FILED), fact=CASES, day="filed_on", by=(CASE_STATE, ORIGIN, CASE_LEVEL),
)  # fmt: skip
CASES_OPEN = Measure(
    name="cases_open", title="未结案件", title_en="Cases open", unit="件",
    formula="当日已立案而未结案的案件数", formula_en="cases filed by the day and not closed by then",
    exclusions="不含当场处罚；不含未立案的线索", exclusions_en="not penalties on the spot, not clues that are not filed",
    source_events=(REGISTERED, FILED, *CLOSED), fact=CASES, day="filed_on", until="closed_on", by=(ORIGIN, CASE_LEVEL),
)  # fmt: skip
CASES_UNDECIDED = Measure(
    name="cases_undecided", title="办案期限", title_en="Cases whose clock runs", unit="件",
    formula="当日已立案而未作出决定的案件数，按距办案期限的天数分档",
    formula_en="cases filed by the day and not decided by then, by how far the last day for the decision is",
    exclusions="不含已作出决定或已结案的；扣除的期间按延长后的期限计",
    exclusions_en="not those decided or closed; periods that do not count are in the last day as it was told last",
    source_events=(REGISTERED, FILED, EXTENDED, DECIDED, NO_PENALTY, *CLOSED), fact=CASES, day="filed_on",
    until="undecided_until", by=(ORIGIN, CASE_LEVEL), bands=(to_its_end("decision_due_on", 15),),
)  # fmt: skip
PENALTIES = Measure(
    name="penalties", title="行政处罚", title_en="Penalties", unit="件",
    formula="已作出处罚决定的案件数，含当场处罚", formula_en="cases with a penalty decided, on the spot included",
    exclusions="不含尚未作出决定的、决定不予处罚的案件；决定后被撤销的仍计",
    exclusions_en="not cases without a decision or decided without a penalty; a decision revoked later still counts",
    source_events=(DECIDED, SPOT), fact=CASES, day="decided_on", where=PENALISED, by=(*BY, CASE_STATE),
)  # fmt: skip
AMOUNT = Measure(
    name="penalty_amount_fen", title="处罚金额", title_en="Penalty amount", unit="fen",
    formula="处罚决定作出时的罚款金额之和（分），含当场处罚",
    formula_en="sum of the fines as they were decided, in fen, on the spot included",
    exclusions="不含加处罚款；与是否已缴纳、决定后是否变更无关",
    exclusions_en="not surcharges; whether paid or not, whether changed later or not",
    source_events=(DECIDED, SPOT), fact=CASES, day="decided_on", where=PENALISED, counts=number("initial_fen"), by=BY,
)  # fmt: skip
CURRENT = Measure(
    name="penalty_current_fen", title="现行处罚金额", title_en="Penalty amount as it stands", unit="fen",
    formula="处罚决定经变更、撤销后的罚款金额之和（分），按决定日计",
    formula_en="sum of the fines as changed or revoked since, in fen, on the day of the decision",
    exclusions="不含加处罚款", exclusions_en="not surcharges",
    source_events=(DECIDED, SPOT, *CHANGED), fact=CASES, day="decided_on", where=PENALISED, counts=number("total_fen"), by=BY,
)  # fmt: skip
PAID_FEN = Measure(
    name="penalty_paid_fen", title="已缴金额", title_en="Paid", unit="fen",
    formula="上述案件已缴纳金额减去已退还金额和已冲正金额（分），含加处罚款，按决定日计",
    formula_en="received less given back or taken back as wrong in these cases, in fen, with surcharges, on the decision's day",
    exclusions="不含尚未指认到案件的银行到账", exclusions_en="not bank transfers that no case was found for yet",
    source_events=(DECIDED, SPOT, *PAID), fact=CASES, day="decided_on", where=PENALISED, counts=number("paid_fen"), by=BY,
)  # fmt: skip
DECISION_DAYS = Measure(
    name="decision_days", title="平均办案天数", title_en="Days to the decision", unit="天",
    formula="立案日至决定日的天数之和 ÷ 已决定案件数，按决定日计",
    formula_en="days from filing to decision, on average, of the cases decided, on that day",
    exclusions="不含当场处罚", exclusions_en="not penalties on the spot",
    source_events=(FILED, DECIDED, NO_PENALTY), fact=CASES, day="decided_on", where=(known("days"),), out_of=ONE,
    counts=number("days"), by=(ORIGIN, CASE_LEVEL),
)  # fmt: skip
CASES_ONLINE = Measure(
    name="cases_online", title="案件线上办理率", title_en="Cases done online", unit="%",
    formula="在系统内出具文书的已决定案件数 ÷ 已决定案件数 × 100，含当场处罚",
    formula_en="cases decided with a document issued in the system / cases decided x 100, on the spot included",
    exclusions="不含尚未作出决定的案件；没有已决定案件时无数据",
    exclusions_en="not cases without a decision; no data where none is decided",
    source_events=(DECIDED, NO_PENALTY, SPOT, ISSUED), fact=CASES, day="decided_on", where=(known("outcome"),), out_of=ONE,
    counts=one_if(above("documents", 0)), by=BY,
)  # fmt: skip
MEASURES = (
    CASES_REGISTERED, CASES_FILED, CASES_OPEN, CASES_UNDECIDED, PENALTIES, AMOUNT, CURRENT, PAID_FEN, DECISION_DAYS,
    CASES_ONLINE,
)  # fmt: skip
