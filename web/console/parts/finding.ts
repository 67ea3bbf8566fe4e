// Where to look for what somebody knows of a thing: the services' lists, page by page, as far as a person waits.
import { ask, type Page } from "../../shared/api";
import { t } from "../../shared/language";
import { districtName } from "../../shared/jurisdictions";
import { nameOf } from "../../shared/names";
import type { Kind } from "./history";

export interface Found {
  kind: Kind;
  id: string;
  title: string;
  about: string;
}

export interface Answer {
  found: Found[];
  whole: boolean; // whether the lists were read to their end
}

interface Case { case_id: string; case_no: string | null; cause: string | null; enterprise_id: string; enterprise_name: string | null; state: string; district: string }
interface Enterprise { enterprise_id: string; name: string; uscc: string; district: string }
interface Officer { officer_id: string; name: string; organ: string; certificate_no: string | null }
interface Document { document_id: string; document_no: string | null; title?: string; name?: string; form: string; state: string; case_id?: string }

const PAGES = 10; // of PAGE rows: what one search reads of a list at most
const PAGE = 200;
const MOST = 50; // shown

type Asking<Row> = (cursor: string | undefined, limit: number) => Promise<Page<Row>>;

async function walked<Row extends object>(list: Asking<Row>, text: string, fields: (keyof Row)[], to: (row: Row) => Found): Promise<Answer> {
  const found: Found[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { items, next } = await list(cursor, PAGE);
    found.push(...items.filter((row) => fields.some((field) => holds(row[field], text))).map(to));
    if (next === null || found.length >= MOST) return { found: found.slice(0, MOST), whole: next === null };
    cursor = next;
  }
  return { found, whole: false };
}

function holds(value: unknown, text: string): boolean {
  return typeof value === "string" && value.toLowerCase().includes(text.toLowerCase());
}

/** What of a kind has a number, a name or an id with this text in it; the signal ends a search that nobody waits for any more. */
export function findThings(kind: Kind, text: string, signal: AbortSignal): Promise<Answer> {
  switch (kind) {
    case "cases":
      return walked<Case>((cursor, limit) => ask("penalty", "/v1/cases", { query: { cursor, limit }, signal }), text,
        ["case_no", "case_id", "enterprise_name", "enterprise_id", "cause"], (row) => ({
          kind, id: row.case_id, title: row.case_no ?? row.case_id, about: [row.enterprise_name, row.cause, nameOf(row.state), districtName(row.district)].filter(Boolean).join(" · "),
        }));
    case "enterprises":
      return enterprises(text, signal);
    case "officers":
      return walked<Officer>((cursor, limit) => ask("registry", "/v1/officers", { query: { cursor, limit }, signal }), text,
        ["officer_id", "name", "certificate_no"], (row) => ({
          kind, id: row.officer_id, title: row.name, about: [row.organ, row.certificate_no && `${t("执法证", "certificate")} ${row.certificate_no}`].filter(Boolean).join(" · "),
        }));
    case "documents":
      return documents(text, signal);
  }
}

async function enterprises(text: string, signal: AbortSignal): Promise<Answer> {
  const to = (row: Enterprise): Found => ({ kind: "enterprises", id: row.enterprise_id, title: row.name, about: `${row.uscc} · ${districtName(row.district)}` });
  const named: Page<Enterprise> = await ask("registry", "/v1/enterprises", { query: { q: text, limit: MOST }, signal });
  if (named.items.length || !/^[\w.-]+$/.test(text)) return { found: named.items.map(to), whole: named.next === null };
  const one: Enterprise | null = await ask<"registry", "/v1/enterprises/{enterprise_id}", Enterprise>(
    "registry", "/v1/enterprises/{enterprise_id}", { path: { enterprise_id: text }, signal }).catch(() => null);
  return { found: one ? [to(one)] : [], whole: true };
}

async function documents(text: string, signal: AbortSignal): Promise<Answer> {
  const fields: (keyof Document)[] = ["document_id", "document_no", "title", "name", "case_id"];
  const to = (row: Document): Found => ({
    kind: "documents", id: row.document_id, title: row.document_no ?? row.document_id, about: [row.title ?? row.name ?? row.form, nameOf(row.state)].join(" · "),
  });
  const both = await Promise.all([
    walked<Document>((cursor, limit) => ask("penalty", "/v1/documents", { query: { cursor, limit }, signal }), text, fields, to),
    walked<Document>((cursor, limit) => ask("inspection", "/v1/documents", { query: { cursor, limit }, signal }), text, fields, to),
  ]);
  return { found: both.flatMap(({ found }) => found), whole: both.every(({ whole }) => whole) };
}
