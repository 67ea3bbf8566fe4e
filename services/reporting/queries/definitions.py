"""What each figure means: its definition in words beside the SQL of the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FOUND = (
    "casetrail.inspection.hazard-found.v1",
    "casetrail.inspection.hazard-withdrawn.v1",
    "casetrail.inspection.hazard-restored.v1",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: what it is called, how it is computed, from which events, what is left out; and the SQL of its rows.

    `rows` selects `key`, `district`, `counts` (what the row adds to the figure; for a share, to its numerator), for a share
    also `out_of` (what the row adds to its denominator), and what a reader needs to recognise the row.
    """

    name: str
    title: str
    title_en: str
    unit: str
    formula: str
    formula_en: str
    source_events: tuple[str, ...]
    exclusions: str
    exclusions_en: str
    rows: str
    share: bool = False


FIGURES = (
    Figure(
        name="jurisdictions", title="执法辖区", title_en="Jurisdictions", unit="个",
        formula="有上级、且在数据截止日有效的辖区数", formula_en="jurisdictions with a parent, valid on the as-of day",
        source_events=(
            "casetrail.registry.jurisdiction-established.v1", "casetrail.registry.jurisdiction-renamed.v1",
            "casetrail.registry.jurisdiction-ended.v1",
        ),
        exclusions="不含市本级和省级；不含已撤销的辖区", exclusions_en="not the city itself, not the province; not abolished",
        rows="""SELECT jurisdiction_id AS key, district, 1 AS counts, name, kind, parent, valid_from, valid_to
            FROM fact_jurisdictions, as_of WHERE parent IS NOT NULL
            AND coalesce(valid_from, as_of.day) <= as_of.day AND coalesce(valid_to, as_of.day) >= as_of.day""",
    ),
    Figure(
        name="enterprises", title="建档企业", title_en="Enterprises on file", unit="家",
        formula="已登记企业数，一址一档", formula_en="enterprises registered, one file per site",
        source_events=(
            "casetrail.registry.enterprise-registered.v1", "casetrail.registry.enterprise-merged.v1",
            "casetrail.registry.enterprise-moved.v1", "casetrail.registry.profile-amended.v1",
            "casetrail.registry.duplicate-absorbed.v1",
        ),
        exclusions="不含导入时被退回的行；不含已并入其他档案的重复档案",
        exclusions_en="not the rows refused at import; not duplicates that were merged",
        rows="""SELECT enterprise_id AS key, district, 1 AS counts, enterprise_id, name AS enterprise_name, uscc, site_no, sector
            FROM fact_enterprises WHERE merged_into IS NULL""",
    ),
    Figure(
        name="inspections", title="执法检查", title_en="Inspections", unit="次",
        formula="已结束的检查次数", formula_en="inspections concluded",
        source_events=("casetrail.inspection.inspection-concluded.v1",),
        exclusions="不含复查；不含未结束的检查", exclusions_en="not re-inspections; not those still open",
        rows="""SELECT i.inspection_id AS key, i.district, 1 AS counts, i.enterprise_id, e.name AS enterprise_name,
            i.concluded_on, i.officers, i.experts FROM fact_inspections i LEFT JOIN fact_enterprises e USING (enterprise_id)""",
    ),
    Figure(
        name="officer_visits", title="出动执法人员", title_en="Officer visits", unit="人次",
        formula="已结束检查中签到执法人员数之和", formula_en="sum of the officers checked in at the inspections concluded",
        source_events=("casetrail.inspection.inspection-concluded.v1",),
        exclusions="不含专家；不含复查", exclusions_en="not experts; not re-inspections",
        rows="""SELECT i.inspection_id AS key, i.district, i.officers AS counts, i.enterprise_id, e.name AS enterprise_name,
            i.concluded_on, i.experts FROM fact_inspections i LEFT JOIN fact_enterprises e USING (enterprise_id)""",
    ),
    Figure(
        name="hazards", title="发现隐患", title_en="Hazards found", unit="项",
        formula="检查发现的隐患数", formula_en="hazards found at inspections",
        source_events=(*FOUND,),
        exclusions="不含结论变更后撤回的；一条检查项可有多项隐患，逐项计",
        exclusions_en="not those withdrawn with their answer; several hazards on one item count one by one",
        rows="""SELECT h.hazard_id AS key, h.district, 1 AS counts, h.enterprise_id, e.name AS enterprise_name, h.inspection_id,
            h.item_code, h.severity, h.found_on, h.state
            FROM fact_hazards h LEFT JOIN fact_enterprises e USING (enterprise_id) WHERE h.state <> 'withdrawn'""",
    ),
    Figure(
        name="key_item_hazards", title="其中重点项隐患", title_en="of which on key items", unit="项",
        formula="属于重点检查项的隐患数", formula_en="hazards found on key items of the catalogue",
        source_events=(*FOUND,),
        exclusions="不含一般检查项的隐患；不含撤回的", exclusions_en="not hazards on other items; not those withdrawn",
        rows="""SELECT h.hazard_id AS key, h.district, 1 AS counts, h.enterprise_id, e.name AS enterprise_name, h.inspection_id,
            h.key_item_code, h.severity, h.found_on, h.state
            FROM fact_hazards h LEFT JOIN fact_enterprises e USING (enterprise_id)
            WHERE h.key_item_code IS NOT NULL AND h.state <> 'withdrawn'""",
    ),
    Figure(
        name="hazards_rectified", title="隐患整改完成", title_en="Hazards rectified", unit="项",
        formula="复查合格或当场整改的隐患数", formula_en="hazards that passed re-inspection or were put right at once",
        source_events=(*FOUND, "casetrail.inspection.hazard-rectified.v1", "casetrail.inspection.hazard-corrected.v1"),
        exclusions="不含仅由企业报告、尚未复查的", exclusions_en="not those only reported as rectified",
        rows="""SELECT h.hazard_id AS key, h.district, 1 AS counts, h.enterprise_id, e.name AS enterprise_name, h.inspection_id,
            h.item_code, h.found_on, h.rectified_on
            FROM fact_hazards h LEFT JOIN fact_enterprises e USING (enterprise_id) WHERE h.state = 'rectified'""",
    ),
    Figure(
        name="penalties", title="行政处罚", title_en="Penalties", unit="件",
        formula="已作出处罚决定的案件数", formula_en="cases with a penalty decided",
        source_events=("casetrail.penalty.penalty-decided.v1",),
        exclusions="不含尚未作出决定的案件", exclusions_en="not cases without a decision",
        rows="""SELECT p.case_id AS key, p.district, 1 AS counts, p.enterprise_id, e.name AS enterprise_name, p.document_no,
            p.decided_on, p.total_fen FROM fact_penalties p LEFT JOIN fact_enterprises e USING (enterprise_id)""",
    ),
    Figure(
        name="penalty_amount_fen", title="处罚金额", title_en="Penalty amount", unit="fen",
        formula="处罚决定的罚款金额之和（分）", formula_en="sum of the fines decided, in fen",
        source_events=("casetrail.penalty.penalty-decided.v1",),
        exclusions="不含加处罚款；与是否已缴纳无关", exclusions_en="not surcharges; whether paid or not",
        rows="""SELECT p.case_id AS key, p.district, p.total_fen AS counts, p.enterprise_id, e.name AS enterprise_name,
            p.document_no, p.decided_on FROM fact_penalties p LEFT JOIN fact_enterprises e USING (enterprise_id)""",
    ),
    Figure(
        name="tasks_generated", title="生成任务", title_en="Tasks generated", unit="项",
        formula="已生成的检查任务数", formula_en="inspection tasks generated",
        source_events=("casetrail.tasks.task-generated.v1",),
        exclusions="无", exclusions_en="nothing",
        rows="""SELECT task_id AS key, district, 1 AS counts, enterprise_id, enterprise_name, kind, level, organ, due_on, state
            FROM fact_tasks""",
    ),
    Figure(
        name="tasks_completed", title="完成任务", title_en="Tasks completed", unit="项",
        formula="已完成的检查任务数", formula_en="inspection tasks completed",
        source_events=("casetrail.tasks.task-generated.v1", "casetrail.tasks.task-completed.v1"),
        exclusions="不含未完成的任务", exclusions_en="not tasks still open",
        rows="""SELECT task_id AS key, district, 1 AS counts, enterprise_id, enterprise_name, kind, level, organ, completed_on
            FROM fact_tasks WHERE state = 'completed'""",
    ),
    Figure(
        name="completion_percent", title="任务完成率", title_en="Completed / generated", unit="%", share=True,
        formula="完成任务数 ÷ 生成任务数 × 100", formula_en="tasks completed / tasks generated x 100",
        source_events=(
            "casetrail.tasks.task-generated.v1", "casetrail.tasks.task-completed.v1", "casetrail.tasks.task-cancelled.v1",
        ),
        exclusions="不含已撤销的任务", exclusions_en="not tasks that were cancelled",
        rows="""SELECT task_id AS key, district, (state = 'completed')::int AS counts, 1 AS out_of, enterprise_id,
            enterprise_name, kind, due_on, completed_on, state FROM fact_tasks WHERE state <> 'cancelled'""",
    ),
    Figure(
        name="city_share", title="市级承担比例", title_en="City's share", unit="%", share=True,
        formula="各辖区专项任务中市级承担数 ÷ 该辖区专项任务数 × 100",
        formula_en="per district: campaign tasks of the city / all campaign tasks x 100",
        source_events=("casetrail.tasks.task-generated.v1",),
        exclusions="不含随机抽查任务", exclusions_en="not random tasks",
        rows="""SELECT task_id AS key, district, (level = 'city')::int AS counts, 1 AS out_of, enterprise_id, enterprise_name,
            campaign_id, level, organ FROM fact_tasks WHERE kind = 'campaign'""",
    ),
)  # fmt: skip
BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in FIGURES}
