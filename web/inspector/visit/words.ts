// What the phone app calls things.
import { t } from "../../shared/language";
import type { Visit } from "./visit";

type Names = Record<string, () => string>;

const named = (names: Names, code: string): string => names[code]?.() ?? code;

/** How far a visit is, seen from this phone. */
export function stageName({ conclusion, check_in, state }: Visit): string {
  if (conclusion) return t("已结束", "concluded");
  if (check_in) return t("检查中", "on site");
  return { prepared: t("方案待批准", "plan to be approved"), approved: t("方案已批准", "plan approved"), "called-off": t("已取消", "called off") }[state] ?? state;
}

const ANSWERS: Names = {
  compliant: () => t("合格", "Compliant"), violation: () => t("不合格", "Violation"), "not-applicable": () => t("不适用", "Not applicable"), "not-checked": () => t("未检查", "Not checked"),
};

/** The answer to an item. */
export const answerName = (answer: string): string => named(ANSWERS, answer);

const KINDS: Names = {
  "check-in": () => t("到场签到", "Check-in"), meeting: () => t("会议记录", "Meeting"), answers: () => t("检查结论", "Answer"), statement: () => t("企业陈述", "Statement"),
  advice: () => t("专家意见", "Advice"), correction: () => t("当场整改", "Correction at once"), conclusion: () => t("检查结束", "Conclusion"),
  order: () => t("责令限期整改", "Rectification order"), evidence: () => t("证据", "Evidence"), suspension: () => t("现场处理措施", "Suspension"), sampling: () => t("抽样取证", "Sampling"), examination: () => t("勘验笔录", "Examination"),
  questioning: () => t("询问笔录", "Questioning"), "emergency-seizure": () => t("紧急查封扣押", "Emergency seizure"), rectification: () => t("整改情况报告", "Rectification report"),
};

/** What a command is about. */
export const kindName = (kind: string): string => named(KINDS, kind);

const STANDINGS: Names = {
  waiting: () => t("待上报", "waiting"), held: () => t("已上报，等待生效", "sent, waits"), accepted: () => t("已生效", "in effect"), conflict: () => t("与他人不一致", "in conflict"),
  refused: () => t("被退回", "refused"),
};

/** Where a command stands. */
export const standingName = (standing: string): string => named(STANDINGS, standing);

/** The parts in which people of an enterprise are present. */
export const PARTS: Names = {
  "unit-head": () => t("主要负责人", "head of the unit"), "safety-manager": () => t("安全管理人员", "safety manager"), operator: () => t("岗位操作员工", "operator"), other: () => t("其他人员", "other"),
};

export const partName = (part: string): string => named(PARTS, part);

/** What is told at the opening meeting, by its code. */
export const TOLD: Names = {
  cards: () => t("已出示执法证件", "certificates were shown"), subject: () => t("已告知检查事项和依据", "what is inspected, on what basis"), rights: () => t("已告知陈述、申辩等权利", "rights were told"),
  obligations: () => t("已告知配合检查的义务", "obligations were told"), recusal: () => t("已询问是否申请回避", "asked whether recusal is requested"),
};

const SEVERITIES: Names = { general: () => t("一般隐患", "general"), major: () => t("重大隐患", "major") };

export const severityName = (severity: string): string => named(SEVERITIES, severity);

/** What is decided on site. */
export const MEASURES: Names = {
  "withdraw-people": () => t("撤出作业人员", "withdraw people"), "suspend-production": () => t("暂时停产停业", "suspend production"), "suspend-use": () => t("暂停使用", "suspend use"),
};

const HAZARD_STATES: Names = {
  found: () => t("已发现", "found"), ordered: () => t("已责令整改", "ordered"), reported: () => t("已申报整改", "reported"), rectified: () => t("已整改", "rectified"), failed: () => t("复查不合格", "failed"),
  corrected: () => t("已当场整改", "corrected at once"),
};

export const hazardState = (state: string): string => named(HAZARD_STATES, state);
