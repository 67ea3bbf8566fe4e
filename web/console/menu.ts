// What the console shows to whom. It only hides what a role has no use for: what is allowed, the services decide.
import { t } from "../shared/language";
import { person } from "../shared/session";
import { lessons } from "./parts/lessons";

export interface Entry {
  path: string;
  title: () => string;
  roles: string[] | null; // null: everybody
  also?: string[]; // what is entered by it, too
  where?: () => boolean; // not everywhere: only where this holds
}

const STAFF = ["officer", "manager", "approver", "legal-reviewer", "finance", "auditor", "administrator"];
const LEADING = ["manager", "approver", "auditor"];

const ENTRIES: Entry[] = [
  { path: "/training", title: () => t("岗前演练", "Practice"), roles: null, where: () => lessons.value !== null },
  { path: "/today", title: () => t("今日", "Today"), roles: [...STAFF, "enterprise"] },
  { path: "/dashboards", title: () => t("看板", "Dashboards"), roles: [...LEADING, "administrator"] },
  { path: "/enterprises", title: () => t("企业库", "Register"), roles: [...STAFF, "enterprise"] },
  { path: "/campaigns", title: () => t("计划与专项", "Plans, campaigns"), roles: [...LEADING, "officer"], also: ["/plans"] },
  { path: "/tasks", title: () => t("任务", "Tasks"), roles: [...LEADING, "officer"] },
  { path: "/draws", title: () => t("抽取", "Draws"), roles: LEADING },
  { path: "/inspections", title: () => t("检查", "Inspections"), roles: [...STAFF, "expert"] },
  { path: "/hazards", title: () => t("隐患", "Hazards"), roles: [...STAFF, "enterprise"] },
  { path: "/measures", title: () => t("措施", "Measures"), roles: [...LEADING, "officer", "enterprise"] },
  { path: "/cases", title: () => t("案件", "Cases"), roles: STAFF },
  { path: "/documents", title: () => t("文书", "Documents"), roles: [...STAFF, "enterprise"] },
  { path: "/bulletins", title: () => t("周通报", "Bulletins"), roles: [...LEADING, "officer"] },
  { path: "/audit", title: () => t("审计", "Audit"), roles: ["auditor", "manager", "approver", "legal-reviewer"] },
  { path: "/catalogue", title: () => t("清单与规则", "Catalogue, rules"), roles: [...STAFF, "expert"] },
  { path: "/operator", title: () => t("运维", "Operator"), roles: ["operator", "auditor"] },
];

/** The entries for whoever is signed in, of those that have a page. */
export function menu(having: Set<string>): Entry[] {
  const roles = person.value?.roles ?? [];
  return ENTRIES.filter(({ path, roles: shown, where }) => having.has(path) && (where?.() ?? true) && (shown === null || shown.some((role) => roles.includes(role))));
}
