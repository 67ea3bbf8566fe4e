"""Measures of inspections, of the hazards that they found, of orders and re-inspections."""

from __future__ import annotations

from services.reporting.queries.facts import (
    CAMPAIGN,
    COVERAGE,
    GRADE,
    HAZARD_STATE,
    HAZARDS,
    INSPECTIONS,
    ITEM,
    KEY_ITEM,
    LEVEL,
    ORDERS,
    OUTCOME,
    REINSPECTIONS,
    SECTOR,
    SEVERITY,
    TASK_KIND,
    by_age,
    to_its_end,
)
from services.reporting.queries.terms import ONE, Measure, above, among, known, none_of, number, one_if

PREPARED = "casetrail.inspection.inspection-prepared.v1"
CHECKED_IN = "casetrail.inspection.checked-in.v1"
CONCLUDED = "casetrail.inspection.inspection-concluded.v1"
ISSUED = "casetrail.inspection.document-issued.v1"
FOUND = (
    "casetrail.inspection.hazard-found.v1", "casetrail.inspection.hazard-withdrawn.v1",
    "casetrail.inspection.hazard-restored.v1",
)  # fmt: skip
ORDERED = ("casetrail.inspection.hazard-ordered.v1", "casetrail.inspection.hazard-extended.v1")
RECTIFIED = ("casetrail.inspection.hazard-rectified.v1", "casetrail.inspection.hazard-corrected.v1")
ENDED = (*RECTIFIED, "casetrail.inspection.hazard-closed.v1")
ORDER = "casetrail.inspection.order-issued.v1"
REINSPECTED = "casetrail.inspection.re-inspected.v1"
RELIEVED = "casetrail.inspection.order-relieved.v1"

OF_INSPECTIONS = (TASK_KIND, CAMPAIGN, SECTOR, LEVEL)
OF_HAZARDS = (ITEM, SEVERITY, KEY_ITEM, SECTOR)
NOT_WITHDRAWN = none_of("state", "withdrawn")

VISITS = Measure(
    name="inspections", title="执法检查", title_en="Inspections", unit="次",
    formula="已结束的检查次数", formula_en="inspections concluded",
    exclusions="不含复查；不含未结束的检查", exclusions_en="not re-inspections; not those still open",
    source_events=(PREPARED, CONCLUDED), fact=INSPECTIONS, day="concluded_on", where=(known("concluded_on"),), by=OF_INSPECTIONS,
)  # fmt: skip
OFFICER_VISITS = Measure(
    name="officer_visits", title="出动执法人员", title_en="Officer visits", unit="人次",
    formula="已结束检查中签到执法人员数之和", formula_en="sum of the officers checked in at the inspections concluded",
    exclusions="不含专家；不含复查", exclusions_en="not experts; not re-inspections",
    source_events=(PREPARED, CONCLUDED), fact=INSPECTIONS, day="concluded_on", where=(known("concluded_on"),),
    counts=number("officers"), by=OF_INSPECTIONS,
)  # fmt: skip
EXPERT_VISITS = Measure(
    name="expert_visits", title="出动专家", title_en="Expert visits", unit="人次",
    formula="已结束检查中签到专家数之和", formula_en="sum of the experts checked in at the inspections concluded",
    exclusions="不含执法人员；不含复查", exclusions_en="not officers; not re-inspections",
    source_events=(PREPARED, CONCLUDED), fact=INSPECTIONS, day="concluded_on", where=(known("concluded_on"),),
    counts=number("experts"), by=OF_INSPECTIONS,
)  # fmt: skip
WITH_HAZARDS = Measure(
    name="inspections_with_hazards", title="检查发现隐患比例", title_en="Inspections that found hazards", unit="%",
    formula="发现隐患的检查次数 ÷ 检查次数 × 100", formula_en="inspections that found a hazard / inspections x 100",
    exclusions="不含未结束的检查", exclusions_en="not those still open",
    source_events=(PREPARED, CONCLUDED), fact=INSPECTIONS, day="concluded_on", where=(known("concluded_on"),),
    out_of=ONE, counts=one_if(above("hazards", 0)), by=OF_INSPECTIONS,
)  # fmt: skip
INSPECTIONS_ONLINE = Measure(
    name="inspections_online", title="检查线上办理率", title_en="Inspections done online", unit="%",
    formula="在系统内现场签到并在系统内出具文书的检查次数 ÷ 检查次数 × 100",
    formula_en="inspections with a check-in on site and a document issued, both in the system / inspections x 100",
    exclusions="不含未结束的检查", exclusions_en="not those still open",
    source_events=(PREPARED, CHECKED_IN, ISSUED, CONCLUDED), fact=INSPECTIONS, day="concluded_on",
    where=(known("concluded_on"),), out_of=ONE, counts=number("online"), by=OF_INSPECTIONS,
)  # fmt: skip
COVERED = Measure(
    name="enterprises_covered", title="受检企业", title_en="Enterprises covered", unit="家",
    formula="当年首次受检落在本期的企业数", formula_en="enterprises whose first inspection of a year falls into the period",
    exclusions="同一年内再次受检不重复计", exclusions_en="further inspections in the same year do not count again",
    source_events=(PREPARED, CONCLUDED), fact=COVERAGE, day="first_on", by=(SECTOR, GRADE),
)  # fmt: skip
HAZARDS_FOUND = Measure(
    name="hazards", title="发现隐患", title_en="Hazards found", unit="项",
    formula="检查发现的隐患数", formula_en="hazards found at inspections",
    exclusions="不含结论变更后撤回的；一条检查项可有多项隐患，逐项计",
    exclusions_en="not those withdrawn with their answer; several hazards on one item count one by one",
    source_events=(*FOUND, *ENDED), fact=HAZARDS, day="found_on", where=(NOT_WITHDRAWN,), by=(HAZARD_STATE, *OF_HAZARDS),
)  # fmt: skip
KEY_ITEM_HAZARDS = Measure(
    name="key_item_hazards", title="其中重点项隐患", title_en="of which on key items", unit="项",
    formula="属于重点检查项的隐患数", formula_en="hazards found on key items of the catalogue",
    exclusions="不含一般检查项的隐患；不含撤回的", exclusions_en="not hazards on other items; not those withdrawn",
    source_events=FOUND, fact=HAZARDS, day="found_on", where=(known("key_item_code"), NOT_WITHDRAWN), by=(KEY_ITEM, SECTOR),
)  # fmt: skip
HAZARDS_RECTIFIED = Measure(
    name="hazards_rectified", title="隐患整改完成", title_en="Hazards rectified", unit="项",
    formula="复查合格或当场整改的隐患数，按整改确认日计",
    formula_en="hazards that passed re-inspection or were put right at once, on that day",
    exclusions="不含仅由企业报告、尚未复查的", exclusions_en="not those only reported as rectified",
    source_events=(*FOUND, *RECTIFIED), fact=HAZARDS, day="rectified_on", where=(among("state", "rectified"),), by=OF_HAZARDS,
)  # fmt: skip
RECTIFICATION = Measure(
    name="rectification_percent", title="隐患整改率", title_en="Hazards rectified / found", unit="%",
    formula="已整改隐患数 ÷ 发现隐患数 × 100，按发现日计",
    formula_en="hazards rectified / hazards found x 100, on the day of their finding",
    exclusions="不含撤回的", exclusions_en="not those withdrawn",
    source_events=(*FOUND, *RECTIFIED), fact=HAZARDS, day="found_on", where=(NOT_WITHDRAWN,), out_of=ONE,
    counts=one_if(among("state", "rectified")), by=OF_HAZARDS,
)  # fmt: skip
RECTIFICATION_DAYS = Measure(
    name="rectification_days", title="平均整改天数", title_en="Days to rectify", unit="天",
    formula="发现日至整改确认日的天数之和 ÷ 已整改隐患数，按整改确认日计",
    formula_en="days from finding to rectification, on average, of the hazards rectified, on that day",
    exclusions="不含未整改、已撤回、已了结的", exclusions_en="not those open, withdrawn or closed",
    source_events=(*FOUND, *RECTIFIED), fact=HAZARDS, day="rectified_on", where=(among("state", "rectified"),), out_of=ONE,
    counts=number("days"), by=OF_HAZARDS,
)  # fmt: skip
HAZARDS_OPEN = Measure(
    name="hazards_open", title="未整改隐患", title_en="Hazards open", unit="项",
    formula="当日已发现而未整改、未撤回、未了结的隐患数",
    formula_en="hazards found by the day, not rectified, withdrawn or closed by then",
    exclusions="不含撤回的和依法了结的", exclusions_en="not those withdrawn, not those closed by decision",
    source_events=(*FOUND, *ORDERED, *ENDED), fact=HAZARDS, day="found_on", until="ended_on", by=OF_HAZARDS,
    bands=(by_age("found_on"), to_its_end("due_on")),
)  # fmt: skip
ORDERS_ISSUED = Measure(
    name="orders", title="责令限期整改", title_en="Rectification orders", unit="份",
    formula="已发出的责令限期整改指令书数", formula_en="rectification orders issued",
    exclusions="无", exclusions_en="nothing", source_events=(ORDER,), fact=ORDERS, day="issued_on", by=(SECTOR,),
)  # fmt: skip
ORDERS_OPEN = Measure(
    name="orders_open", title="未办结指令书", title_en="Orders open", unit="份",
    formula="当日已发出、其隐患尚未全部复查合格或了结的指令书数",
    formula_en="orders issued by the day whose hazards had not all passed re-inspection or been closed by then",
    exclusions="无", exclusions_en="nothing", source_events=(ORDER, REINSPECTED, RELIEVED), fact=ORDERS, day="issued_on",
    until="done_on", by=(SECTOR,), bands=(to_its_end("due_on"),),
)  # fmt: skip
REINSPECTED_TIMES = Measure(
    name="re_inspections", title="复查", title_en="Re-inspections", unit="次",
    formula="复查次数", formula_en="re-inspections", exclusions="不含首次检查", exclusions_en="not inspections",
    source_events=(ORDER, REINSPECTED), fact=REINSPECTIONS, day="re_inspected_on", by=(OUTCOME, SECTOR),
)  # fmt: skip
REINSPECTION_PASSED = Measure(
    name="re_inspection_percent", title="复查合格率", title_en="Hazards that passed re-inspection", unit="%",
    formula="复查合格隐患数 ÷ 复查隐患数 × 100，一项隐患每复查一次计一次",
    formula_en="hazards that passed / hazards looked at x 100, once for each time that one was looked at",
    exclusions="无", exclusions_en="nothing", source_events=(ORDER, REINSPECTED), fact=REINSPECTIONS, day="re_inspected_on",
    out_of=number("hazards"), counts=number("passed"), by=(SECTOR,),
)  # fmt: skip
MEASURES = (
    VISITS, OFFICER_VISITS, EXPERT_VISITS, WITH_HAZARDS, INSPECTIONS_ONLINE, COVERED, HAZARDS_FOUND, KEY_ITEM_HAZARDS,
    HAZARDS_RECTIFIED, RECTIFICATION, RECTIFICATION_DAYS, HAZARDS_OPEN, ORDERS_ISSUED, ORDERS_OPEN, REINSPECTED_TIMES,
    REINSPECTION_PASSED,
)  # fmt: skip
