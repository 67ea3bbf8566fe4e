// What the fields of states are called that no event names by itself; those that events name, the history tells.
import { english } from "../../shared/language";
import { labelOf, valueName } from "../../shared/labels";
import { nameOf } from "../../shared/names";

const FIELDS: Record<string, string> = {
  abandoned: "是否放弃", accepted_by: "接受人", assigned_by: "派发人", challenged: "回避申请", check_in: "到场", clock: "期限", clocks: "在计期限", closure: "结案情形",
  convened_for: "召集日期", daily: "按日连续处罚", decision: "决定", district: "辖区", draft: "方案", due: "各项期限", extended: "延期", extension_asked: "延期申请",
  fields: "企业档案", filing_missed: "是否逾期未立案", forbidden_steps: "不可办步骤", former: "先前决定", fresh_evidence: "新证据", hearing: "听证", hearing_held_on: "听证日期",
  investigated_on: "调查终结日期", lapsed: "是否逾期", last_reason: "最近理由", loans: "借阅", meetings: "会议", next_steps: "可办步骤", no_penalty_on: "不予处罚日期",
  notice: "告知", offices: "经手职责", overdue: "是否超期", parties: "各当事人", party: "当事人", progress: "进展", publication: "公示", re_inspection_missed_on: "逾期未复查日期",
  recused: "已回避", reported_up_on: "报告上级日期", reporting_up_overdue: "报告上级是否超期", review: "法制审核", service_overdue: "送达是否超期", state: "状态",
  statements: "陈述申辩", unfollowed: "未跟进事项", unsigned: "未签名", urgent_by: "紧急办理期限", version: "版本", warned: "是否已提醒",
};

/** What a field of a state is called: as the history has it, else by its form's label. */
export function fieldName(name: string, told: Record<string, string>): string {
  return english.value ? name : (told[name] ?? FIELDS[name] ?? labelOf(name));
}

/** What a value is called; a text that is no known code stays as it is. */
export function saidOfValue(text: string): string {
  const named = nameOf(text);
  return english.value || named !== text ? named : valueName(text);
}
