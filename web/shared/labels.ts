// What the fields of forms and their values are called in Chinese; in English they are called as in the API.
import { english } from "./language";
import { nameOf } from "./names";

const FIELDS: Record<string, string> = {
  accepted: "是否受理", act_date: "违法行为发生日", acts: "违法行为", address: "地址", age: "年龄", agreed: "当事人是否同意", amount_fen: "金额",
  amounts: "各项罚款（低于告知数额时）", anew: "是否责令重新作出", announced_on: "公告之日", answer: "答复", answered_on: "答复日期", applied_on: "申请日期",
  article: "条", authority: "受理机关", bank_reference: "银行流水号", base: "计算基数", base_evidence: "基数的证据", base_fen: "基数金额", borrower: "借阅人",
  capacity: "身份", cards_shown: "是否出示执法证", case_id: "案件", cash_reason: "当场收缴的理由", catalogue: "检查事项清单", cause: "案由（事由）",
  charges: "处罚事项", clerk: "书记员", closed_reason: "关闭理由", collected_on: "收缴日期", conclusion: "结论", concurrences: "想象竞合的事项",
  confirmation: "送达地址确认书", confiscate_fen: "没收违法所得", count: "期数", court: "法院", decided_on: "决定日期", deposited_on: "缴存日期",
  discovered_on: "发现之日", discussion_grounds: "集体讨论事由", document_id: "文书", document_no: "文号", due_on: "期限", education: "文化程度",
  effective_on: "生效日期", employer: "工作单位", ended_on: "终结日期", ending: "终结方式", enterprise_id: "企业", explanation: "说明", fact: "违法事实",
  facts: "事实", file: "文件", file_form: "文件形式", form: "文书式样", granted: "是否准许", ground: "事由", handed_over: "移交材料", handed_over_on: "移交日期",
  evidence: "证据（文件指纹）", hazard_ids: "隐患", report: "整改情况", results: "复查结果",
  harm: "是否造成危害后果", hazard_id: "隐患", heard: "是否听取陈述申辩", held_at: "举行地点", host: "主持人", how: "方式", id_number: "证件号码",
  inspection_id: "检查", instalments: "分期", item: "项", item_code: "检查事项", keep_years: "保管年限", kind: "种类", kinds: "其他处罚种类", law: "法律",
  law_version: "法律版本", lifted_on: "恢复日期", loan_id: "借阅", manner: "送达（签名）方式", materials: "材料", member_id: "参会负责人", members: "参会负责人意见",
  metric: "计量值", mitigation: "从轻、减轻事由", name: "姓名（名称）", note: "备注", number: "编号", numbering: "编号方式", office: "职责", officer_id: "执法人员",
  officers: "执法人员", opinion: "意见", ordered_on: "责令日期", origin: "线索来源", outcome: "处理意见", pages: "页数", paid_on: "缴款日期", paragraph: "款",
  party_id: "当事人", party_kind: "当事人类型", party_request: "当事人申请", passed: "是否通过", payment: "缴款方式", person: "个人", person_id: "人员", phase: "阶段",
  phone: "电话", pictures: "图片", place: "地点", png: "图像", post: "职务", public: "是否公开", purpose: "目的", reason: "理由", receipt_no: "收据号",
  received_by: "签收人", received_on: "收到日期", receiver: "接收人", recipient: "受送达人", reconsideration: "复议、诉讼途径", record_sha256: "笔录",
  reference: "编号", reference_no: "编号", refunded_on: "退款日期", refused_to_sign: "是否拒签", relation: "与当事人关系", remedies: "救济途径", reported_on: "报告日期",
  representative_id: "代理人证件号", representatives: "代理人", result: "结果", return_by: "归还期限", return_reference: "退款流水号", returned_on: "归还日期",
  review_grounds: "法制审核事由", sealed: "是否盖章", served_on: "送达日期", sex: "性别", sha256: "文件指纹（SHA-256）", signatory: "签名人", signed: "是否签名",
  source: "来源", spot_id: "当场处罚", statement: "陈述申辩", step: "步骤", strokes: "笔迹", subject: "处罚对象", supersedes: "更换的文书", team: "办案机构",
  termination: "终结执行理由", text: "内容", title: "名称", to: "移送对象", total_fen: "合计", unsigned_reason: "未签名理由", until: "截止日期", volumes: "卷数",
  withdrawn_on: "撤回日期", witness: "见证人", wording: "表述",
};

const VALUES: Record<string, string> = {
  accident: "事故", assignment: "上级交办", inspection: "监督检查", monitoring: "监测", report: "举报", transfer: "移送", "directly-responsible": "直接责任人员",
  individual: "个人", "manager-in-charge": "直接负责的主管人员", "principal-head": "主要负责人", approver: "审批人", handler: "承办人", "hearing-host": "听证主持人",
  "legal-reviewer": "法制审核人", "audio-visual": "视听资料", documentary: "书证", "electronic-data": "电子数据", "expert-opinion": "鉴定意见",
  "first-instance": "一审", "inspection-record": "勘验笔录、现场笔录", made: "已陈述申辩", "party-statement": "当事人陈述", physical: "物证", reconsideration: "行政复议",
  "second-instance": "二审", waived: "放弃", "witness-testimony": "证人证言", "first-slight": "初次且轻微，不罚", "minor-corrected": "轻微并已改正，不罚",
  "no-fault": "无主观过错，不罚", "not-proven": "违法事实不成立", penalise: "予以处罚", first: "首次发现", overdue: "逾期未改", person: "个人", unit: "单位",
  approved: "同意", returned: "退回", absent: "未到场", left: "留置送达", announcement: "公告送达", certificate: "证书签名", direct: "直接送达", drawn: "手写签名",
  electronic: "电子送达", entrusted: "委托送达", post: "邮寄送达", "wet-scan": "纸质签名扫描", litigation: "行政诉讼", "self-correction": "自行纠正",
  supervision: "层级监督", bank: "银行缴款", "on-the-spot": "当场收缴", device: "设备预领", none: "无", series: "统一编号", changed: "变更", closed: "关闭",
  "confirmed-illegal": "确认违法", "not-closed": "不予关闭", "ordered-anew": "责令重新作出", remanded: "发回重审", revoked: "撤销", upheld: "维持", void: "无效",
  "force-majeure": "不可抗力", other: "其他", rectified: "已整改", failed: "未整改",
  court: "申请法院", payment: "缴款", accepted: "受理", ruled: "裁定", enforced: "执行完毕", terminated: "终结", withdrawn: "撤回", organ: "其他机关",
  police: "公安机关", "not-taken": "不接收", taken: "接收", "no-penalty": "不予处罚", "not-filed": "不予立案", performed: "已履行", transferred: "已移送",
};

/** What a field is called. */
export function labelOf(name: string, title?: string): string {
  return english.value ? (title ?? name) : (FIELDS[name] ?? title ?? name);
}

/** What a value of a choice is called. */
export function valueName(value: string): string {
  return english.value ? value.replaceAll("-", " ") : (VALUES[value] ?? nameOf(value));
}
