"""Measures of documents, and of how the system is used: what is recorded, from where, how late, by how many people."""

from __future__ import annotations

from services.reporting.queries.facts import DOCUMENT_STATE, DOCUMENTS, FORM, PEOPLE, ROLE, SERVICE, USE
from services.reporting.queries.terms import Measure, number

ISSUED = ("casetrail.inspection.document-issued.v1", "casetrail.penalty.document-issued.v1")
MOVED = tuple(
    f"casetrail.{service}.{step}.v1"
    for service in ("inspection", "penalty")
    for step in ("document-signed", "document-signature-refused", "document-superseded")
)
SERVED = "casetrail.inspection.document-served.v1"
EVERYTHING = ("casetrail.*",)

ISSUED_DOCUMENTS = Measure(
    name="documents", title="执法文书", title_en="Documents issued", unit="份",
    formula="系统内出具的执法文书数，按出具日计", formula_en="documents issued in the system, on that day",
    exclusions="更正后重新出具的另计一份", exclusions_en="nothing: one that supersedes another counts too",
    source_events=(*ISSUED, *MOVED, SERVED), fact=DOCUMENTS, day="issued_on", by=(FORM, SERVICE, DOCUMENT_STATE),
)  # fmt: skip
RECORDED = Measure(
    name="events", title="系统使用", title_en="Events recorded", unit="条",
    formula="记录的业务事件数，按发生日计", formula_en="events recorded, on the day on which they happened",
    exclusions="无", exclusions_en="nothing", source_events=EVERYTHING, fact=USE, day="day", counts=number("events"),
    by=(SERVICE,),
)  # fmt: skip
FROM_DEVICES = Measure(
    name="events_from_devices", title="移动执法比例", title_en="From officers' devices", unit="%",
    formula="执法终端上记录的事件数 ÷ 事件数 × 100", formula_en="events noted on an officer's device / events x 100",
    exclusions="无", exclusions_en="nothing", source_events=EVERYTHING, fact=USE, day="day", counts=number("from_devices"),
    out_of=number("events"), by=(SERVICE,),
)  # fmt: skip
DEFERRED = Measure(
    name="events_deferred", title="补录比例", title_en="Recorded later", unit="%",
    formula="发生一小时以后才进入系统的事件数 ÷ 事件数 × 100",
    formula_en="events that reached the system more than an hour after they happened / events x 100",
    exclusions="无；离线记录、恢复信号后上传的也计", exclusions_en="nothing: notes that waited for a signal count too",
    source_events=EVERYTHING, fact=USE, day="day", counts=number("deferred"), out_of=number("events"), by=(SERVICE,),
)  # fmt: skip
ACTIVE = Measure(
    name="people_active", title="活跃用户", title_en="People active", unit="人月",
    formula="当月首次记录事件落在本期的人数，一人一月计一次",
    formula_en="people whose first event of a month falls into the period: once for each month",
    exclusions="不含系统自动记录", exclusions_en="not what the system records by itself", source_events=EVERYTHING, fact=PEOPLE,
    day="first_on", by=(ROLE,),
)  # fmt: skip
MEASURES = (ISSUED_DOCUMENTS, RECORDED, FROM_DEVICES, DEFERRED, ACTIVE)
