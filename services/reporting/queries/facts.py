"""The facts: one table per kind, and by what the measures over them are broken down."""

from __future__ import annotations

from services.reporting.queries.terms import Band, Bands, Dimension, Fact, Parts

JURISDICTIONS = Fact(
    "fact_jurisdictions", "jurisdiction_id", ("name", "kind", "parent", "valid_from", "valid_to"), "registry", "jurisdiction:",
    about="",
)  # fmt: skip
ENTERPRISES = Fact(
    "fact_enterprises", "enterprise_id", ("uscc", "site_no", "sector", "grade", "registered_on", "ended_on"), "registry",
    "enterprise:",
)  # fmt: skip
TASKS = Fact(
    "fact_tasks", "task_id",
    ("kind", "campaign_id", "level", "organ", "sector", "grade", "generated_on", "due_on", "completed_on", "state", "lateness"),
    "tasks", "task:",
)  # fmt: skip
INSPECTIONS = Fact(
    "fact_inspections", "inspection_id",
    ("task_id", "kind", "campaign_id", "level", "sector", "concluded_on", "officers", "experts", "hazards", "documents"),
    "inspection", "inspection:",
)  # fmt: skip
COVERAGE = Fact(
    "fact_coverage", "coverage_id", ("inspection_id", "year", "first_on", "sector", "grade"), "inspection", "inspection:",
    of="inspection_id",
)  # fmt: skip
HAZARDS = Fact(
    "fact_hazards", "hazard_id",
    ("inspection_id", "item_code", "key_item_code", "severity", "sector", "found_on", "due_on", "rectified_on", "days", "state"),
    "inspection", "hazard:",
)  # fmt: skip
ORDERS = Fact(
    "fact_orders", "order_id",
    ("inspection_id", "document_no", "sector", "issued_on", "due_on", "done_on", "hazards", "looked_at"), "inspection", "order:",
)  # fmt: skip
REINSPECTIONS = Fact(
    "fact_reinspections", "reinspection_id", ("order_id", "re_inspected_on", "outcome", "hazards", "passed", "sector"),
    "inspection", "order:", of="order_id",
)  # fmt: skip
CASES = Fact(
    "fact_cases", "case_id",
    (
        "kind", "origin", "organ", "level", "state", "document_no", "registered_on", "filed_on", "decision_due_on", "decided_on",
        "closed_on", "initial_fen", "total_fen", "paid_fen", "documents",
    ),
    "penalty", "", of="stream_id",
)  # fmt: skip
DOCUMENTS = Fact(
    "fact_documents", "document_id", ("service", "form", "name", "document_no", "issued_on", "state", "about"), "", "document:"
)
USE = Fact("fact_use", "use_id", ("day", "service", "events", "from_devices", "deferred"), "", "", of="day", about="")
PEOPLE = Fact("fact_people", "people_id", ("month", "role", "first_on"), "", "", of="first_on", about="")

SECTORS = {
    "steel": ("钢铁", "steel"), "aluminium": ("铝加工（深井铸造）", "aluminium casting"), "dust": ("粉尘涉爆", "explosible dust"),
    "confined-space": ("有限空间", "confined space"), "": ("未登记", "not told"),
}  # fmt: skip
GRADES = {
    "major": ("重大风险", "major"), "considerable": ("较大风险", "considerable"), "general": ("一般风险", "general"),
    "low": ("低风险", "low"), "": ("未定级", "not graded"),
}  # fmt: skip
LEVELS = {"city": ("市级", "city"), "district": ("县区级", "district"), "": ("未说明", "not told")}
TASK_KINDS = {
    "campaign": ("专项执法", "campaign"), "random": ("随机抽查", "random"), "planned": ("计划检查", "planned"),
    "report": ("举报核查", "report"), "superior-campaign": ("上级专项", "campaign of a superior"),
    "re-inspection": ("复查", "re-inspection"),
}  # fmt: skip
TASK_STATES = {
    "generated": ("已生成", "generated"), "assigned": ("已派单", "assigned"), "accepted": ("已接单", "accepted"),
    "returned": ("已退回", "returned"), "started": ("检查中", "started"), "completed": ("已完成", "completed"),
    "cancelled": ("已撤销", "cancelled"),
}  # fmt: skip
HAZARD_STATES = {
    "found": ("未整改", "found"), "rectified": ("已整改", "rectified"), "withdrawn": ("已撤回", "withdrawn"),
    "closed": ("已了结", "closed"),
}  # fmt: skip

SECTOR = Dimension(name="sector", title="行业", title_en="Sector", column="sector", values=SECTORS)
GRADE = Dimension(name="grade", title="风险等级", title_en="Risk grade", column="grade", values=GRADES)
CAMPAIGN = Dimension(
    name="campaign", title="专项行动", title_en="Campaign", column="campaign_id", values={"": ("非专项", "none")}
)
LEVEL = Dimension(name="level", title="执法层级", title_en="Level", column="level", values=LEVELS)
TASK_KIND = Dimension(name="kind", title="任务类型", title_en="Kind", column="kind", values=TASK_KINDS)
TASK_STATE = Dimension(name="state", title="状态", title_en="State", column="state", values=TASK_STATES)
LATENESS = Dimension(
    name="lateness", title="是否逾期", title_en="Lateness", column="lateness",
    values={"on-time": ("按期", "on time"), "late": ("逾期", "late")},
)  # fmt: skip
ITEM = Dimension(name="item", title="检查项", title_en="Item", column="item_code")
KEY_ITEM = Dimension(
    name="key-item", title="重点检查项", title_en="Key item", column="key_item_code", values={"": ("非重点项", "none")}
)
SEVERITY = Dimension(
    name="severity", title="隐患级别", title_en="Severity", column="severity",
    values={"general": ("一般隐患", "general"), "major": ("重大隐患", "major")},
)  # fmt: skip
HAZARD_STATE = Dimension(name="state", title="状态", title_en="State", column="state", values=HAZARD_STATES)
OUTCOME = Dimension(
    name="outcome", title="复查结果", title_en="Outcome", column="outcome",
    values={"passed": ("全部合格", "all passed"), "failed": ("仍有不合格", "some failed")},
)  # fmt: skip
STANDARD = Dimension(
    name="standard", title="标准化等级", title_en="Standardisation", column="standard",
    values={"1": ("一级", "1"), "2": ("二级", "2"), "3": ("三级", "3"), "none": ("无", "none"), "": ("未登记", "not told")},
)  # fmt: skip
ELEMENTS = Parts(
    name="element", title="档案要素", title_en="Element",
    parts={
        "head": ("head_on", "法定代表人", "legal representative"),
        "safety-head": ("safety_head_on", "安全负责人", "safety head"),
        "staff": ("staff_on", "从业人数", "staff"),
        "places": ("places_on", "场所", "places"),
        "equipment": ("equipment_on", "设备设施", "equipment"),
        "standard": ("standard_on", "标准化等级", "standardisation grade"),
        "grade": ("graded_on", "风险等级", "risk grade"),
        "confirmed": ("confirmed_on", "现场核实", "confirmed on site"),
    },
)  # fmt: skip
CASE_KIND = Dimension(
    name="kind", title="程序", title_en="Procedure", column="kind",
    values={"general": ("普通程序", "general procedure"), "spot": ("当场处罚", "on the spot")},
)  # fmt: skip
CASE_STATE = Dimension(
    name="state", title="状态", title_en="State", column="state",
    values={
        "clue": ("线索", "clue"), "filing-requested": ("待立案", "filing requested"),
        "investigating": ("调查中", "investigating"), "investigated": ("调查终结", "investigated"),
        "decided": ("已决定", "decided"), "closed": ("已结案", "closed"),
        "archived": ("已归档", "archived"),
    },
)  # fmt: skip
CASE_LEVEL = Dimension(name="level", title="执法层级", title_en="Level", column="level", values=LEVELS)
ORIGIN = Dimension(
    name="origin", title="线索来源", title_en="Origin", column="origin",
    values={
        "inspection": ("检查发现", "inspection"), "report": ("投诉举报", "report"), "transfer": ("移送", "transfer"),
        "assignment": ("交办", "assignment"), "accident": ("事故", "accident"), "monitoring": ("监测预警", "monitoring"),
        "": ("未说明", "not told"),
    },
)  # fmt: skip
FORM = Dimension(name="form", title="文书式样", title_en="Form", column="form")
SERVICE = Dimension(
    name="service", title="业务", title_en="Service", column="service",
    values={
        "registry": ("登记", "registry"), "tasks": ("任务", "tasks"), "inspection": ("检查", "inspection"),
        "penalty": ("处罚", "penalty"),
    },
)  # fmt: skip
DOCUMENT_STATE = Dimension(
    name="state", title="状态", title_en="State", column="state",
    values={
        "issued": ("已出具", "issued"), "signed": ("已签收", "signed"), "refused": ("拒签", "signature refused"),
        "served": ("已送达", "served"), "superseded": ("已被更正", "superseded"),
    },
)  # fmt: skip
ROLE = Dimension(
    name="role", title="角色", title_en="Role", column="role",
    values={
        "officer": ("执法人员", "officer"), "manager": ("负责人", "manager"), "approver": ("审批人", "approver"),
        "legal-reviewer": ("法制审核", "legal reviewer"), "finance": ("财务", "finance"), "enterprise": ("企业", "enterprise"),
        "expert": ("专家", "expert"), "administrator": ("管理员", "administrator"), "auditor": ("审计", "auditor"),
        "operator": ("运维", "operator"),
    },
)  # fmt: skip

# How soon is soon is how a screen sorts what is open; no rule rests on it.
NEAR = 7  # days


def to_its_end(column: str, near: int = NEAR) -> Bands:
    """A stock by how far it is from its last day, which still counts as in time."""
    return Bands(
        name="lateness", title="期限", title_en="Lateness", column=column,
        bands=(
            Band(value="not-due", title="未到期", title_en="not due"),
            Band(value="due-soon", title=f"{near} 日内到期", title_en=f"due within {near} days", least=-near),
            Band(value="overdue", title="已逾期", title_en="overdue", least=1),
        ),
    )  # fmt: skip


def by_age(column: str) -> Bands:
    """A stock by how many days old it is."""
    return Bands(
        name="age", title="存续天数", title_en="Age", column=column,
        bands=(
            Band(value="0-7", title="7 日以内", title_en="up to 7 days"),
            Band(value="8-30", title="8 至 30 日", title_en="8 to 30 days", least=8),
            Band(value="31-90", title="31 至 90 日", title_en="31 to 90 days", least=31),
            Band(value="91-", title="90 日以上", title_en="more than 90 days", least=91),
        ),
    )  # fmt: skip
