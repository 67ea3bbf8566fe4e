"""Measures of the register: which jurisdictions and sites there are, and how much of a site's file is known."""

from __future__ import annotations

from services.reporting.queries.facts import ELEMENTS, ENTERPRISES, GRADE, JURISDICTIONS, SECTOR, STANDARD
from services.reporting.queries.terms import Measure, known

REGISTERED = "casetrail.registry.enterprise-registered.v1"
IDENTITY = (
    REGISTERED, "casetrail.registry.enterprise-merged.v1", "casetrail.registry.enterprise-moved.v1",
    "casetrail.registry.enterprise-closed.v1", "casetrail.registry.enterprise-reopened.v1",
    "casetrail.registry.profile-amended.v1", "casetrail.registry.duplicate-absorbed.v1",
)  # fmt: skip
GRADED = ("casetrail.registry.risk-graded.v1", "casetrail.registry.standardisation-graded.v1")
FILLED = (
    "casetrail.registry.place-added.v1", "casetrail.registry.equipment-added.v1", "casetrail.registry.confirmed-on-site.v1",
)  # fmt: skip

DISTRICTS = Measure(
    name="jurisdictions", title="执法辖区", title_en="Jurisdictions", unit="个",
    formula="有上级、且在数据截止日有效的辖区数", formula_en="jurisdictions with a parent, valid on the as-of day",
    exclusions="不含市本级和省级；不含已撤销的辖区", exclusions_en="not the city itself, not the province; not abolished",
    source_events=(
        "casetrail.registry.jurisdiction-established.v1", "casetrail.registry.jurisdiction-renamed.v1",
        "casetrail.registry.jurisdiction-ended.v1",
    ),
    fact=JURISDICTIONS, day="valid_since", until="valid_until", where=(known("parent"),),
)  # fmt: skip
SITES = Measure(
    name="enterprises", title="建档企业", title_en="Enterprises on file", unit="家",
    formula="当日在册企业数，一址一档", formula_en="enterprises on file on the day, one file per site",
    exclusions="不含导入时被退回的行；不含已并入其他档案的重复档案；不含已关闭的企业",
    exclusions_en="not the rows refused at import; not duplicates that were merged; not sites that closed",
    source_events=(*IDENTITY, *GRADED), fact=ENTERPRISES, day="registered_on", until="ended_on", by=(SECTOR, GRADE, STANDARD),
)  # fmt: skip
COMPLETENESS = Measure(
    name="register_completeness", title="档案完整率", title_en="Register completeness", unit="%",
    formula=f"在册企业已填写的档案要素数 ÷ 应填要素数 × 100；每家 {len(ELEMENTS.parts)} 项要素，自填写之日起计",
    formula_en=f"elements known / asked x 100 of the enterprises on file: {len(ELEMENTS.parts)} of each, from the day told",
    exclusions="不含已并入、已关闭的企业；各行业表单的细项见登记服务的档案完整度",
    exclusions_en="not merged or closed ones; the fields of each sector's form are the registry's to tell",
    source_events=(*IDENTITY, *GRADED, *FILLED), fact=ENTERPRISES, day="registered_on", until="ended_on", by=(SECTOR,),
    parts=ELEMENTS,
)  # fmt: skip
MEASURES = (DISTRICTS, SITES, COMPLETENESS)
