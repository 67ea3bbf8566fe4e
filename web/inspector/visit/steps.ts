// The steps of a visit, in the order in which the law takes them.
import { t } from "../../shared/language";
import type { Visit } from "./visit";

/** The addresses of the steps that are forms. */
export const STEPS = ["site", "check-in", "opening", "hazards", "advice", "statement", "closing", "conclusion", "order", "suspension", "sampling", "examination", "questioning", "emergency-seizure", "files"] as const;

export type StepName = (typeof STEPS)[number];

const TITLES: Record<StepName, () => string> = {
  site: () => t("检查准备", "Preparation"), "check-in": () => t("到场签到、亮证", "Check-in, certificates"), opening: () => t("启动会（执法告知）", "Opening meeting"),
  hazards: () => t("隐患与当场整改", "Hazards, correction at once"), advice: () => t("专家意见", "Expert advice"), statement: () => t("企业陈述", "The enterprise's statement"),
  closing: () => t("总结会（交流反馈）", "Closing meeting"), conclusion: () => t("检查结束、签字", "Conclusion, signature"), order: () => t("责令限期整改", "Rectification order"),
  suspension: () => t("现场处理措施", "Measures on site"), files: () => t("证据文件", "Evidence"),
  sampling: () => t("抽样取证", "Sampling"), examination: () => t("勘验", "Examination"), questioning: () => t("询问", "Questioning"), "emergency-seizure": () => t("紧急查封扣押", "Emergency seizure"),
};

export const titleOf = (step: StepName): string => TITLES[step]();

/** Steps that may be taken any number of times, or never; a phone knows of those that were noted on it. */
const RECORDS = ["sampling", "examination", "questioning", "emergency-seizure"] as const;

export interface Line {
  to: string;
  title: string;
  said: string;
  done: boolean;
}

/** A visit as its steps, and what stands for each on this phone. */
export function linesOf(visit: Visit): Line[] {
  const answered = visit.items.filter(({ answers }) => answers.length > 0).length;
  const disputed = visit.items.filter((item) => item.disputed).length;
  const counted = (count: number) => (count ? t(`${count} 条`, String(count)) : "");
  const line = (step: StepName, said: string, done: boolean): Line => ({ to: step, title: titleOf(step), said, done });
  const met = (meeting: string) => visit.meetings.some((one) => one.meeting === meeting);
  const differs = disputed ? t(`，${disputed} 项不一致`, `, ${disputed} differ`) : "";
  return [
    line("site", "", visit.check_in !== null),
    line("check-in", visit.check_in?.place ?? "", visit.check_in !== null),
    line("opening", "", met("opening")),
    { to: "items", title: t("检查事项", "Items"), said: t(`已答 ${answered} / ${visit.items.length}${differs}`, `${answered} of ${visit.items.length}${differs}`), done: answered === visit.items.length && !disputed },
    line("hazards", counted(visit.hazards.length), false),
    line("advice", counted(visit.advice.length), visit.advice.length > 0),
    line("statement", counted(visit.statements.length), visit.statements.length > 0),
    line("closing", "", met("closing")),
    line("conclusion", visit.conclusion?.signed_by ?? visit.conclusion?.refused_reason ?? "", visit.conclusion !== null),
    line("order", counted(visit.orders.length), visit.orders.length > 0),
    line("suspension", "", false),
    ...RECORDS.map((kind) => line(kind, counted(visit.noted[kind] ?? 0), (visit.noted[kind] ?? 0) > 0)),
    line("files", "", false),
  ];
}
