// The columns of the rows behind figures: what they are called, how their values are written, and where they lead.
import { count, money, NOTHING } from "../../shared/formats";
import { districtName } from "../../shared/jurisdictions";
import { either, t } from "../../shared/language";
import { nameOf } from "../../shared/names";
import type { Column } from "../../shared/RowList.vue";
import type { Cell } from "./csv";

export interface FigureRow {
  key: string;
  district: string;
  counts: number | null;
  out_of?: number | null;
  enterprise_id?: string | null;
  enterprise_name?: string | null;
  inspection_id?: string | null;
  document_no?: string | null;
  links: { events: string; enterprise?: string; case?: string };
  [column: string]: unknown;
}

// In the order in which they are shown; what is not named here follows by its own name.
const TITLES: Record<string, [string, string]> = {
  document_no: ["文号", "document no."], enterprise_name: ["企业", "enterprise"], name: ["名称", "name"], district: ["辖区", "district"],
  counts: ["计入", "counts"], out_of: ["基数", "out of"], item_title: ["检查项", "item"], item_code: ["检查项编码", "item code"],
  key_item_title: ["重点检查项", "key item"], key_item_code: ["重点项编码", "key item code"],
  severity: ["隐患级别", "severity"], state: ["状态", "state"], form: ["文书", "form"], level: ["层级", "level"], kind: ["类别", "kind"], origin: ["来源", "origin"],
  organ: ["执法机关", "organ"], sector: ["行业", "sector"], grade: ["风险等级", "risk grade"], standard: ["标准化等级", "standardisation"],
  registered_on: ["登记日期", "registered"], filed_on: ["立案日期", "filed"], generated_on: ["生成日期", "generated"], found_on: ["发现日期", "found"],
  issued_on: ["出具日期", "issued"], concluded_on: ["检查日期", "concluded"], due_on: ["期限", "due"], decision_due_on: ["决定期限", "decision due"],
  decided_on: ["决定日期", "decided"], rectified_on: ["整改日期", "rectified"], completed_on: ["完成日期", "completed"], done_on: ["完成日期", "done"],
  re_inspected_on: ["复查日期", "re-inspected"], closed_on: ["结案日期", "closed"], cancelled_on: ["取消日期", "cancelled"], ended_on: ["注销日期", "ended"],
  days: ["天数", "days"], initial_fen: ["原罚款", "fine at first"], total_fen: ["罚款", "fine"], paid_fen: ["已缴", "paid"],
  officers: ["执法人员", "officers"], experts: ["专家", "experts"], hazards: ["隐患", "hazards"], documents: ["文书", "documents"], looked_at: ["已复查", "looked at"],
  uscc: ["统一社会信用代码", "USCC"], site_no: ["厂区", "site"], parent: ["上级", "parent"], valid_from: ["起", "from"], valid_to: ["止", "until"],
  campaign_title: ["专项行动", "campaign"], campaign_id: ["专项编号", "campaign id"], task_id: ["任务", "task"], inspection_id: ["检查", "inspection"], service: ["业务", "service"], key: ["编号", "id"],
};
const UNSHOWN = new Set(["enterprise_id", "sorted_by", "links", "told_in", "district_name"]);
// Titles that have a column of their own, beside the code; every other stands in place of its code.
const OWN = new Set(["item_title", "key_item_title", "campaign_title"]);
const ORDER = Object.keys(TITLES);

/** The names of the columns that rows have, in the order in which they are shown. */
export function columnsOf(rows: FigureRow[]): string[] {
  const place = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].filter((name) => !UNSHOWN.has(name) && (OWN.has(name) || !/_title(_en)?$/.test(name))).sort((a, b) => place(a) - place(b));
}

/** What a column is called; its own name where it has no other. */
export function titleOf(column: string): string {
  const named = TITLES[column];
  return named ? t(...named) : column;
}

const isMoney = (column: string, unit: string): boolean => column.endsWith("_fen") || (["counts", "out_of"].includes(column) && unit === "fen");

/** A value as a person reads it; days short, as there are many beside each other. */
export function textOf(column: string, row: FigureRow, unit: string): string {
  const value = row[column];
  if (value === null || value === undefined || value === "") return NOTHING;
  if (typeof value === "number") return isMoney(column, unit) ? money(value) : count(value);
  if (column === "district" || column === "parent") return districtName(String(value));
  const [title, titleEn] = [row[`${column}_title`], row[`${column}_title_en`]];
  if (typeof title === "string" && typeof titleEn === "string") return either(title, titleEn);
  if (OWN.has(column)) return String(value);
  return nameOf(String(value));
}

/** A value as a spreadsheet takes it: numbers as numbers, money in yuan. */
export function cellOf(column: string, row: FigureRow, unit: string): Cell {
  const value = row[column];
  if (typeof value === "number") return isMoney(column, unit) ? value / 100 : value;
  if (value === null || value === undefined || value === "") return null;
  return textOf(column, row, unit);
}

/** The page of what a row is about: its case, its inspection, its campaign or its enterprise. */
function pageOf(column: string, row: FigureRow): string | null {
  const id = (text: unknown): string => encodeURIComponent(String(text));
  if (column === "enterprise_name" && row.enterprise_id) return `/enterprises/${id(row.enterprise_id)}`;
  if (row.links.case && (column === "document_no" || column === "key")) return `/cases/${id(row.key)}`;
  if (column === "campaign_id" && row.campaign_id) return `/campaigns/${id(row.campaign_id)}`;
  if (column === "inspection_id" && row.inspection_id) return `/inspections/${id(row.inspection_id)}`;
  if (column === "key" && row.links.events.includes("stream_id=inspection%3A")) return `/inspections/${id(row.key)}`;
  return null;
}

/** The audit's page of the history that a row is part of. */
function historyOf(row: FigureRow): string | null {
  const link = row.links.case ?? row.links.enterprise;
  return link ? link.replace("/v1/histories/", "/audit/") : null;
}

/** The columns of a list of rows whose figure has this unit. */
export function listColumns(names: string[], unit: string): Column<FigureRow>[] {
  const shown = names.map((name) => ({
    title: titleOf(name),
    text: (row: FigureRow) => textOf(name, row, unit),
    to: (row: FigureRow) => pageOf(name, row),
    number: ["counts", "out_of", "days"].includes(name) || name.endsWith("_fen"),
  }));
  const history = { title: t("历程", "History"), text: (row: FigureRow) => (historyOf(row) ? t("历程", "history") : NOTHING), to: historyOf };
  return [...shown, history];
}
