// Weekly bulletins and assessments as reporting tells them, as far as the console shows them.
import { type RowsOf, type Titled, type Value } from "./figures";

export interface Late {
  value?: number;
  counts?: number;
  out_of?: number;
}

export interface Spans {
  week: Value | null;
  week_before: Value | null;
  change: number | null;
  last_year: Value | null;
  change_on_year: number | null;
  year: Value | null;
  year_before: Value | null;
  late: Late | null;
  rows: RowsOf[];
}

export interface Line extends Spans, Titled {
  name: string;
  unit: string;
  formula: string;
  formula_en: string;
  exclusions: string;
  exclusions_en: string;
  by_district: (Spans & { district: string; name: string })[];
}

export interface AsOfCut {
  recorded_before: string;
  final: boolean;
}

export interface Rules {
  version: string;
  status: string;
  source: string;
}

export interface Bulletin extends Titled {
  week: { name: string; title: string; from: string; until: string };
  as_of: AsOfCut;
  scope: { district: string | null; districts: { district: string; name: string }[] };
  rules: Rules | null;
  sections: (Titled & { name: string; lines: Line[] })[];
  rankings: (Ranking)[];
  summary: string[];
  sentences: { district: string; name: string; text: string; rows: RowsOf[] }[];
  actions: { district: string; name: string; until: string; texts: string[] }[];
}

export interface Ranking {
  line: string;
  title: string;
  fewest: number;
  places: Ranked[];
  not_ranked: Ranked[];
}

export interface Ranked extends Value {
  district: string;
  name: string;
  place: number | null;
}

export interface Assessment extends Titled {
  period: { name: string; from: string; until: string };
  as_of: AsOfCut;
  note: string;
  note_en: string;
  sheet: Titled & Rules & { fewest_sites: number; fewest_weight: number; sha256: string; lines: { code: string; title: string; weight: number }[] };
  districts: {
    district: string;
    name: string;
    sites: number;
    place: number | null;
    score: number | null;
    weight: number;
    unplaced: { title: string } | null;
    lines: (Value & { code: string; title: string; weight: number; points: number | null; rows: RowsOf[] })[];
  }[];
}

/** The page of the rows that a link of a bulletin or an assessment leads to. */
export function rowsOf(kind: "weeks" | "assessments", of: string, rows: RowsOf, title: string): string {
  const query = new URLSearchParams(rows.href.split("?")[1] ?? "");
  query.set("title", title);
  return `/bulletins/${kind}/${encodeURIComponent(of)}/rows?${query}`;
}

/** The ISO week of a day, `2021-W40`, so many weeks before or after. */
export function weekOf(day: string, weeks = 0): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + weeks * 7 + 4 - (date.getUTCDay() || 7)); // its Thursday says the year
  const first = Date.UTC(date.getUTCFullYear(), 0, 1);
  return `${date.getUTCFullYear()}-W${String(Math.floor((date.getTime() - first) / 604_800_000) + 1).padStart(2, "0")}`;
}

/** The Monday of an ISO week; null for what is none. */
export function mondayOf(week: string): string | null {
  const [, year, number] = /^(\d{4})-W(\d\d)$/.exec(week) ?? [];
  if (!year || !number) return null;
  const fourth = new Date(Date.UTC(Number(year), 0, 4)); // is always in the first week
  fourth.setUTCDate(fourth.getUTCDate() + 1 - (fourth.getUTCDay() || 7) + (Number(number) - 1) * 7);
  return fourth.toISOString().slice(0, 10);
}

const STATUSES: Record<string, [string, string]> = {
  settled: ["已核实", "settled"], recalled: ["据记忆", "recalled"], unverified: ["未核实", "unverified"],
};

/** How sure a row of rules is, in Chinese and English. */
export function statusOf(status: string): [string, string] {
  return STATUSES[status] ?? [status, status];
}
