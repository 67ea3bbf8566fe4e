// What codes of answers are called where an answer gives only the code. Titles that an answer carries are always preferred.
import { t } from "./language";

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
  drafted: ["草拟", "drafted"],
  // parties
  unit: ["单位", "unit"], person: ["个人", "person"], individual: ["个人", "individual"],
};

/** A code in the chosen language; the code itself where it has no name. */
export function nameOf(code: string | null | undefined): string {
  if (!code) return "—";
  const named = NAMES[code];
  return named ? t(...named) : code;
}
