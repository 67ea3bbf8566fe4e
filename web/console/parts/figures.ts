// Reporting's panels as the dashboards read them: figures with last year's beside, by district, as a series, broken down.
import { ask, type Page } from "../../shared/api";
import { either, t } from "../../shared/language";

export interface Value {
  value: number | null;
  counts?: number;
  out_of?: number;
}

export interface RowsOf {
  measure: string;
  href: string;
}

export interface Beside extends Value {
  rows: RowsOf[];
  last_year: Value & { rows: RowsOf[] };
}

export interface OfDistrict extends Beside {
  district: string;
  name: string;
}

export interface Titled {
  title: string;
  title_en: string;
}

export interface OfValue extends Beside, Titled {
  key: string;
}

export interface Point extends Value {
  from: string;
  last_year: (Value & { from: string }) | null;
}

export interface Definition extends Titled {
  name: string;
  unit: string;
  formula: string;
  formula_en: string;
  source_events: string[];
  exclusions: string;
  exclusions_en: string;
}

export interface Figure extends Definition, Beside {
  by_district: OfDistrict[];
  series: Point[];
  values?: OfValue[];
}

export interface AsOf {
  seq: number;
  recorded_at: string | null;
  simulated: boolean;
}

export interface Days {
  from: string;
  until: string;
}

export interface Panel extends Titled {
  name: string;
  as_of: AsOf;
  head: { epoch: string; seq: number };
  period: Days;
  last_year: Days;
  figures: Figure[];
}

export interface Dimension extends Titled {
  name: string;
}

export interface ListedPanel extends Titled {
  name: string;
  figures: (Definition & { by: Dimension[] })[];
}

/** A period as its address has it. */
export interface Chosen {
  period?: string;
  from?: string;
  until?: string;
}

/** Every panel with its definitions. */
export async function panels(signal?: AbortSignal): Promise<ListedPanel[]> {
  const { items }: Page<ListedPanel> = await ask("reporting", "/v1/panels", { signal });
  return items;
}

/** A panel of a period, of all districts that the person sees or of one, broken down by a dimension if one is named. */
export function panelOf(name: string, chosen: Chosen, district: string, by: string, signal?: AbortSignal): Promise<Panel> {
  return ask("reporting", "/v1/panels/{name}", { path: { name }, query: { ...chosen, district, by }, signal });
}

/** What something is called in the chosen language. */
export function called(one: Titled): string {
  return either(one.title, one.title_en);
}

/** The page of the rows that a link of reporting leads to. */
export function rowsPage(rows: RowsOf, figure: string): string {
  const query = new URLSearchParams(rows.href.split("?")[1] ?? "");
  query.set("figure", figure);
  return `/dashboards/rows/${encodeURIComponent(rows.measure)}?${query}`;
}

/** A period's name in words, `2021`, `2021-Q3` or `2021-09`. */
export function periodName(name: string): string {
  const [year, part] = [name.slice(0, 4), name.slice(5)];
  if (!part) return t(`${year}年`, year);
  return part.startsWith("Q") ? t(`${year}年第${part.slice(1)}季度`, name) : t(`${year}年${Number(part)}月`, name);
}

/** By how much a figure changed on the year before; null where either is not known. */
export function change(now: Value, before: Value): number | null {
  return now.value === null || before.value === null ? null : Math.round((now.value - before.value) * 100) / 100;
}

/** Whether there is anything at all in a panel, of this year or of the last. */
export function hasAnything(panel: Panel): boolean {
  return panel.figures.some((one) => Boolean(one.value) || Boolean(one.out_of) || Boolean(one.last_year.value) || one.by_district.length > 0);
}
