// What codes of answers are called where an answer gives only the code. Titles that an answer carries are always preferred.
import { english, t } from "./language";

const NAMES: Record<string, [string, string]> = {
  // states of cases
  clue: ["线索登记", "clue"], "filing-requested": ["申请立案", "filing requested"], investigating: ["调查取证", "investigating"],
  investigated: ["调查终结", "investigated"], noticed: ["已告知", "noticed"], decided: ["已决定", "decided"], served: ["已送达", "served"],
  closed: ["已结案", "closed"], archived: ["已归档", "archived"], "not-filed": ["不予立案", "not filed"], reported: ["已报告整改", "rectification reported"],
  // states of tasks, inspections, hazards, orders, approvals, documents
  generated: ["已生成", "generated"], assigned: ["已派发", "assigned"], accepted: ["已接受", "accepted"], returned: ["已退回", "returned"],
  started: ["检查中", "started"], completed: ["已完成", "completed"], cancelled: ["已取消", "cancelled"], prepared: ["已准备", "prepared"],
  approved: ["已批准", "approved"], "checked-in": ["已签到", "checked in"], concluded: ["已结束", "concluded"], "called-off": ["已取消", "called off"],
  found: ["已发现", "found"], withdrawn: ["已撤回", "withdrawn"], ordered: ["已责令整改", "ordered"], rectified: ["已整改", "rectified"],
  failed: ["复查不合格", "failed"], open: ["进行中", "open"], requested: ["待审批", "requested"], rejected: ["未批准", "rejected"],
  issued: ["已出具", "issued"], superseded: ["已更换", "superseded"],
  published: ["已公示", "published"], due: ["待公示", "to be published"], ended: ["公示期满", "ended"],
  // severity, sector, level
  general: ["一般", "general"], major: ["重大", "major"], steel: ["钢铁", "steel"], aluminium: ["铝加工", "aluminium"], dust: ["粉尘涉爆", "dust"],
  "confined-space": ["有限空间", "confined space"], city: ["市级", "city"], district: ["区县", "district"], county: ["县", "county"],
  campaign: ["专项", "campaign"], random: ["随机抽查", "random"],
  // answers of checklists, status and sources of the register
  compliant: ["符合", "compliant"], violation: ["不符合", "violation"], "not-applicable": ["不适用", "not applicable"], "not-checked": ["未检查", "not checked"],
  producing: ["在产", "producing"], suspended: ["停产", "suspended"], "self-report": ["企业自报", "self-report"], "officer-desk": ["执法人员录入", "officer, at the desk"],
  "officer-on-site": ["执法人员现场", "officer, on site"], imported: ["导入", "imported"], "re-inspection": ["复查", "re-inspection"], apportioned: ["已分配", "apportioned"],
  drafted: ["草拟", "drafted"], filed: ["已备案", "filed"],
  // kinds and states of measures
  suspension: ["现场处理措施", "suspension"], keeping: ["先行登记保存", "keeping"], seizure: ["查封扣押", "seizure"], "supply-cut": ["停止供应", "supply cut"], record: ["笔录、凭证", "record"],
  denied: ["未批准", "denied"], notified: ["已通知", "notified"], "in-force": ["实施中", "in force"], "must-be-lifted": ["须解除", "must be lifted"], lapsed: ["已失效", "lapsed"],
  recorded: ["已记录", "recorded"], signed: ["已签署", "signed"], planned: ["计划检查", "planned"], report: ["举报", "report"], "superior-campaign": ["上级专项", "superior campaign"],
  // draws
  officers: ["执法人员", "officers"], enterprises: ["企业", "enterprises"], recusal: ["回避", "recusal"], "certificate-expired": ["执法证到期", "certificate expired"],
  "not-trained": ["未取得模块授权", "not trained"], "cap-reached": ["已达频次上限", "cap reached"],
  // parties
  unit: ["单位", "unit"], person: ["个人", "person"], individual: ["个人", "individual"],
};

/** A code in the chosen language; the code itself where it has no name. */
export function nameOf(code: string | null | undefined): string {
  if (!code) return "—";
  const named = NAMES[code];
  return named ? t(...named) : code;
}

// What a value is called where it is chosen in a form, and not said of something.
const CHOSEN: Record<string, string> = {
  "audio-visual": "视听资料", "confirmed-illegal": "确认违法", "decision-set-aside": "决定被撤销", "development-zone": "开发区", "directly-responsible": "直接责任人员",
  "electronic-data": "电子数据", "equipment-removed": "设备已拆除", "expert-opinion": "鉴定意见", "first-instance": "一审", "first-slight": "初次且轻微，不罚",
  "force-majeure": "不可抗力", "found-in-error": "认定有误", "handed-over": "移交其他部门", "hearing-host": "听证主持人", "in-person": "直接送达", "inspection-record": "勘验笔录、现场笔录",
  "legal-reviewer": "法制审核人", "manager-in-charge": "直接负责的主管人员", "minor-corrected": "轻微并已改正，不罚", "no-fault": "无主观过错，不罚", "no-penalty": "不予处罚",
  "no-property": "无财产可供执行", "not-closed": "不予关闭", "not-proven": "违法事实不成立", "not-taken": "不接收", "on-the-spot": "当场收缴", "ordered-anew": "责令重新作出",
  "party-ceased": "当事人终止", "party-statement": "当事人陈述", "permanent-residence": "外国人永久居留证", "principal-head": "主要负责人", "refer-for-confiscation": "移送没收",
  "residence-permit": "居住证", "resident-id": "居民身份证", "safety-manager": "安全管理人员", "sample-or-appraise": "抽样或鉴定", "second-instance": "二审",
  "self-correction": "自行纠正", "site-closed": "企业关闭", "superior-campaign": "上级专项", "suspend-production": "停产", "suspend-use": "停止使用", "travel-permit": "通行证",
  "unit-head": "主要负责人", "wet-scan": "纸质签名扫描", "withdraw-people": "撤出人员", "witness-testimony": "证人证言", absent: "未到场", accepted: "受理", accident: "事故",
  administration: "管理", announcement: "公告送达", approved: "同意", approver: "审批人", assignment: "上级交办", audio: "音频", bank: "银行缴款", certificate: "证书签名",
  changed: "变更", closed: "关闭", closing: "总结会", collection: "当场收缴", considerable: "较大", corrected: "更正", court: "申请法院", destroy: "销毁", device: "设备预领", direct: "直接送达",
  documentary: "书证", drawn: "手写签名", electronic: "电子送达", enforced: "执行完毕", enterprises: "企业", entrusted: "委托送达", equipment: "设备", explosives: "民用爆炸物品",
  failed: "未整改", first: "首次发现", forfeit: "没收", handler: "承办人", handover: "交至机关", inspection: "监督检查", kept: "保留", left: "留置送达", litigation: "行政诉讼", low: "低", made: "已陈述申辩",
  mail: "邮寄送达", merged: "企业合并", misassigned: "归属有误", mistyped: "录入有误", monitoring: "监测", none: "无", notified: "事先通知", officers: "执法人员", opening: "启动会",
  operator: "岗位操作员工", organ: "其他机关", other: "其他", overdue: "逾期未改", passport: "护照", payment: "缴款", penalise: "予以处罚", performed: "已履行", photo: "照片",
  physical: "物证", place: "场所", planned: "计划检查", police: "公安机关", post: "邮寄送达", power: "电力", province: "省", reconsideration: "行政复议", remanded: "发回重审",
  report: "举报", return: "退还", returned: "退回", revoked: "撤销", ruled: "裁定", sample: "样品", scan: "扫描件", seal: "查封", seize: "扣押", series: "统一编号", service: "服务",
  settled: "和解", site: "单位", supervision: "层级监督", taken: "接收", terminated: "终结", transcript: "笔录", transfer: "移送", transferred: "已移送", unannounced: "不事先通知",
  upheld: "维持", video: "视频", void: "无效", waived: "放弃", withdrawn: "撤回",
};

/** A value of a choice in the chosen language. */
export function choiceName(value: string): string {
  return english.value ? value.replaceAll("-", " ") : (CHOSEN[value] ?? nameOf(value));
}

const SIGNATORIES: Record<string, [string, string]> = {
  applicant: ["申请人", "applicant"], approver: ["审批人", "approver"], asker: ["询问人", "who asks"], attendee: ["参加人", "attendee"], clerk: ["记录人", "clerk"],
  "department-head": ["承办部门负责人", "department head"], examiner: ["勘验人", "examiner"], handler: ["承办人", "handler"], "hearing-officer": ["听证员", "hearing officer"],
  host: ["主持人", "host"], invitee: ["被邀请人", "invitee"], issuer: ["出具人", "issuer"], officer: ["执法人员", "officer"], party: ["当事人", "party"],
  "person-asked": ["被询问人", "person asked"], recipient: ["受送达人", "recipient"], recorder: ["记录人", "recorder"], reviewer: ["审核人", "reviewer"], seal: ["印章", "seal"],
  server: ["送达人", "server"], "site-head": ["现场负责人", "head of the site"], sketch: ["示意图", "sketch"], speaker: ["发言人", "speaker"],
  "unit-head": ["被检查单位负责人", "head of the unit"], witness: ["见证人", "witness"],
};

/** Whose place in a form it is; of several of a kind the how manyth: `officer-2`. */
export function signatoryName(key: string): string {
  const [, kind = key, at = ""] = /^([a-z-]+?)(?:-(\d+))?$/.exec(key) ?? [];
  const named = SIGNATORIES[kind];
  return named ? `${t(...named)}${at && ` ${at}`}` : key;
}
