// What fields are called in Chinese: as the events' own schemas call them, where nothing else is said here; in English as in the API.
import words from "../generated/labels.json";
import type { Service } from "./api";
import { english } from "./language";

const WORDS = words as Record<string, string>;

const FIELDS: Record<string, string> = {
  abandoned: "是否放弃", accepted_by: "接受人", amounts: "各项罚款（低于告知数额时）", article: "物品名称", article_id: "物品编号", articles: "物品清单", assigned_by: "派发人",
  campaign_id: "专项行动编号", cards_shown: "是否出示执法证", case_id: "案件", catalogue: "检查事项清单", challenged: "回避申请", check_in: "到场", clock: "期限", clocks: "在计期限",
  closure: "结案情形", commands: "离线记录", concurrences: "想象竞合的事项", convened_for: "召集日期", covers: "笔录包含的结论", cut_from: "停止供应时间", daily: "按日连续处罚", decision: "决定",
  document_id: "文书编号", document_no: "文号", draft: "方案", draw_id: "抽取编号", due: "各项期限", due_on: "期限", enterprise_id: "企业", evidence: "证据（文件指纹）",
  expected_enterprises: "企业名录应有家数", expert_ids: "专家", extended: "延期", extension_asked: "延期申请", facts: "文书内容", fields: "企业档案", file: "文件", file_form: "文件形式",
  filing_missed: "是否逾期未立案", forbidden_steps: "不可办步骤", former: "先前决定", fresh_evidence: "新证据", granted: "是否准许", ground: "事由", handed_over: "移交材料",
  hazard_id: "隐患", hazard_ids: "隐患", heard: "是否听取陈述申辩", hearing: "听证", hearing_held_on: "听证日期", how: "整改方式", inspection_id: "检查", investigated_on: "调查终结日期",
  item_code: "检查事项", items: "检查事项", key_sectors: "全部列为重点的行业", kind: "种类", lapsed: "是否逾期", last_reason: "最近理由", loans: "借阅", manner: "方式", measure_id: "措施编号",
  meetings: "会议", name: "姓名（名称）", next_steps: "可办步骤", no_penalty_on: "不予处罚日期", notice: "告知", number: "序号", numbering: "编号方式", officer_id: "执法人员",
  officer_ids: "执法人员", officers: "执法人员", offices: "经手职责", order_id: "指令编号", organ_id: "执法主体", overdue: "是否超期", parties: "各当事人", party_id: "当事人",
  passed: "是否通过", plan_id: "计划编号", png: "图像", progress: "进展", public_key: "公钥", publication: "公示", re_inspection_missed_on: "逾期未复查日期", recipient: "受送达人",
  reconsideration: "复议、诉讼途径", recused: "已回避", reference: "依据文件编号", referral_id: "移送编号", relation: "与受送达人关系", remedies: "救济途径", replaces: "取代的结论",
  report: "整改情况", reported_up_on: "报告上级日期", reporting_up_overdue: "报告上级是否超期", results: "复查结果", review: "法制审核", service_id: "送达编号", service_overdue: "送达是否超期",
  sha256: "文件指纹（SHA-256）", signatory: "签名人", spot_id: "当场处罚", state: "状态", statement: "陈述", statements: "陈述申辩", strokes: "笔迹", supervision_id: "督办编号",
  task_id: "任务编号", title: "名称", unfollowed: "未跟进事项", unsigned: "未签名", until: "截止日期", urgent_by: "紧急办理期限", warned: "是否已提醒", wording: "表述",
};

// What one service means in a way of its own.
const OWN: Partial<Record<Service, Record<string, string>>> = {
  inspection: {
    agreed: "是否同意", fact: "隐患事实", facts: "文书内容（其他栏目）", kind: "证据种类", name: "姓名", signatory: "签名人（文书栏目）", statement: "陈述内容", until: "截止日期",
  },
  penalty: {
    act_date: "违法行为发生日", agreed: "当事人是否同意", anew: "是否责令重新作出", announced_on: "公告之日", article: "条", authority: "受理机关", base: "计算基数", base_evidence: "基数的证据",
    cash_reason: "当场收缴的理由", cause: "案由（事由）", charges: "处罚事项", clerk: "书记员", closed_reason: "关闭理由", confiscate_fen: "没收违法所得", count: "期数",
    discovered_on: "发现之日", education: "文化程度", ended_on: "终结日期", ending: "终结方式", fact: "违法事实", ground: "事由", harm: "是否造成危害后果", host: "主持人",
    how: "方式", item: "项", kind: "种类", kinds: "其他处罚种类", lifted_on: "恢复日期", loan_id: "借阅", manner: "送达（签名）方式", member_id: "参会负责人", members: "参会负责人意见",
    metric: "计量值", mitigation: "从轻、减轻事由", number: "编号", office: "职责", origin: "线索来源", outcome: "处理意见", paid_on: "缴款日期", party_kind: "当事人类型",
    party_request: "当事人申请", person: "个人", person_id: "人员", purpose: "目的", received_by: "签收人", receiver: "接收人", record_sha256: "笔录", reference: "编号",
    reference_no: "编号", refunded_on: "退款日期", relation: "与当事人关系", representative_id: "代理人证件号", return_by: "归还期限", sealed: "是否盖章", signed: "是否签名",
    statement: "陈述申辩", subject: "处罚对象", supersedes: "更换的文书", team: "办案机构", termination: "终结执行理由", text: "内容", title: "名称", to: "移送对象", total_fen: "合计",
    unsigned_reason: "未签名理由", until: "截止日期",
  },
  registry: {
    amount_fen: "金额", article: "条", articles: "条款", applies_if: "适用条件", apportionment: "分级分配", approved_plan_required: "检查须有批准的方案", at_least_inclusive: "“以上”含本数",
    at_most_inclusive: "“以下”含本数", bands: "分级分数", basis: "依据", begins: "起", boundary: "以上以下", calendar_overrides: "节假日调整", case_limit: "办案期限",
    check_points: "检查要点", choices: "选项", chosen: "选定值", close: "关闭", closing_guards: "结案条件", comparison: "比较方式", counts: "计入次数的检查", date: "日期",
    deadline: "期限代码", deadlines: "期限", decision_contents: "决定书内容", decision_seal: "决定书印章", default_days: "默认整改天数", discretion_bands: "裁量阶次",
    due_warning_days: "临期提醒天数", earlier_basis: "原依据", ends: "止", eq: "等于", equipment_kind: "设备种类", exempt_task_sources: "不计入上限的任务来源", factor: "风险因素",
    finding_text: "违法行为表述", from: "下限", grading: "风险分级", highest_article: "最大条号", id: "代码", in: "其中之一", inclusive: "含本数", inspection: "检查",
    inspection_caps: "检查频次上限", key_share_percent: "重点检查最低比例（%）", kind: "种类", law: "法律", laws: "法律", legal_review: "法制审核", length: "长度", mapping_confidence: "条款对应的可信度", max: "最大",
    max_fen: "最高罚款", max_inclusive: "含最高额", min: "最小", min_fen: "最低罚款", minimum: "最低", mitigation_grounds: "从轻减轻事由", months: "月数", number: "编号",
    number_patterns: "文号式样", onsite_measure: "现场处理", opening: "新档案内容", options: "选项", ordering_guards: "责令条件", other_kinds: "其他处罚种类", paragraphs: "款数",
    penalty: "处罚", period: "周期", phase: "阶段", planning: "计划", proposals: "建议", provision: "条款", ranges: "处罚幅度", reference: "编号",
    regularise_within_hours: "补办审批时限（小时）", required: "是否必须", required_when: "须审核的情形", review_months: "复评周期（月）", rolls_to_working_day: "顺延至工作日", rules: "规则",
    short_title: "简称", site: "单位", staleness: "过期规则", standardisation_grade: "标准化等级", steps: "步骤", subject: "对象", text: "内容", thresholds: "数额标准",
    title: "名称", unit: "单位", unverified: "待核实", version: "版本", visit: "检查种类", when: "适用于", working: "是否工作日",
  },
  tasks: {
    conclusion: "专项行动总结", count: "抽取数量", items: "检查事项代码", reference: "依据文件编号", seed: "种子",
  },
};

interface Told {
  service?: Service;
  title?: string; // what the contract calls it
  told?: Record<string, string>; // what a history says that its fields are called
}

/** What a field of a form, of a state or of an event is called. */
export function fieldName(name: string, { service, title, told = {} }: Told = {}): string {
  if (english.value) return title ?? name;
  return told[name] ?? (service && OWN[service]?.[name]) ?? FIELDS[name] ?? WORDS[name] ?? title ?? name;
}
