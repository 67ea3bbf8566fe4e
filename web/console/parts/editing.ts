// A published book as it is edited: its tables, its rows and single values, and the difference beside another version.
export type Row = Record<string, unknown>;
export type Book = Record<string, unknown>;

export interface Difference {
  section: string;
  key: string;
  field: string; // empty: the whole row
  before: unknown;
  after: unknown;
}

const KEYS = ["code", "id", "law", "version", "article", "paragraph", "item", "phase", "subject", "party", "measure", "province", "date"];
const FIRST = ["code", "id", "title"]; // what a row is told by stands first
const HEAD = ["catalogue", "rulebook", "version", "title", "valid_from", "valid_to", "province"];

/** Whether a part of a book is a table: rows with fields. */
export function isTable(part: unknown): part is Row[] {
  return Array.isArray(part) && part.every((row) => typeof row === "object" && row !== null && !Array.isArray(row));
}

/** The tables of a book by name, and what else it holds beside its head. */
export function partsOf(book: Book): { tables: string[]; others: string[] } {
  const names = Object.keys(book).filter((name) => !HEAD.includes(name));
  return { tables: names.filter((name) => isTable(book[name])), others: names.filter((name) => !isTable(book[name])) };
}

/** The fields of a table that are one value in some row: what a cell can hold. */
export function columnsOf(rows: Row[]): string[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const single = [...names].filter((name) => rows.every((row) => typeof row[name] !== "object" || row[name] === null || row[name] === undefined));
  return [...FIRST.filter((name) => single.includes(name)), ...single.filter((name) => !FIRST.includes(name))];
}

/** What a row is known by in its table: its code, or whatever names it. */
export function keyOf(row: Row): string {
  if (typeof row.code === "string") return [row.code, row.province, row.valid_from].filter((one) => typeof one === "string").join(" ");
  return KEYS.map((name) => row[name]).filter((one) => typeof one === "string" || typeof one === "number").join(" ") || JSON.stringify(row);
}

/** What was typed into a cell, as a value of the kind that stood there. */
export function typed(text: string, before: unknown): unknown {
  if (text === "") return typeof before === "string" ? "" : null;
  if (typeof before === "boolean") return text === "true";
  if (typeof before === "number") return Number.isFinite(Number(text)) ? Number(text) : text;
  return text;
}

const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** How a book differs from another: single values, rows that came and went, and fields of rows that are in both. */
export function differences(before: Book, after: Book): Difference[] {
  const found: Difference[] = [];
  for (const section of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[section], after[section]];
    if (!isTable(was ?? []) || !isTable(is ?? [])) {
      if (!same(was, is)) found.push({ section, key: "", field: "", before: was, after: is });
      continue;
    }
    found.push(...ofTable(section, (was ?? []) as Row[], (is ?? []) as Row[]));
  }
  return found;
}

function ofTable(section: string, was: Row[], is: Row[]): Difference[] {
  const old = new Map(was.map((row) => [keyOf(row), row]));
  const now = new Map(is.map((row) => [keyOf(row), row]));
  const found: Difference[] = [];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [one, other] = [old.get(key), now.get(key)];
    if (!one || !other) {
      found.push({ section, key, field: "", before: one, after: other });
      continue;
    }
    for (const field of new Set([...Object.keys(one), ...Object.keys(other)])) {
      if (!same(one[field], other[field])) found.push({ section, key, field, before: one[field], after: other[field] });
    }
  }
  return found;
}

/** A value as the difference shows it. */
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === "") return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
