// A visit as it stands on this phone: what the package says, and on top of it what was noted here and is not in the package yet.
//
// It adds up; it judges nothing. What may be done, what is missing and what differs is what the service says when it takes the commands.
import { type Entry, kept, type Noted, type Standing } from "../kept/database";
import { useLive } from "../kept/live";

export interface Officer {
  officer_id: string;
  name?: string;
  certificate_no: string;
}

export interface Hazard {
  hazard_id: string;
  item_code: string;
  severity: string;
  fact: string;
  place: string;
  state: string;
  equipment_id?: string | null;
  immediate_measure?: string | null;
  order_id?: string | null;
  due_on?: string | null;
  photos?: string[];
}

export interface Given {
  answer_id: string;
  answer: string;
  note?: string | null;
  reason?: string | null;
  hazards: string[];
  answered_by: string | null; // null: on this phone, not said by the service yet
}

export interface Item {
  code: string;
  title: string;
  key_item_code: string | null;
  is_major_hazard: boolean;
  disputed: boolean;
  answers: Given[];
}

export interface CheckIn {
  officers: Officer[];
  experts?: string[];
  place: string;
  representative: string;
  arrived_at?: string | null;
  site_code?: string | null;
  no_code_reason?: string | null;
  recorder?: string | null;
}

export interface Attendee {
  part: string;
  name?: string | null;
  absent_reason?: string | null;
}

export interface Meeting {
  meeting_id: string;
  meeting: string;
  attendees: Attendee[];
  told: string[];
  recusal_requested: boolean;
  note?: string | null;
}

export interface Statement {
  statement_id: string;
  part: string;
  name: string;
  statement: string;
}

export interface Advice {
  advice_id: string | null;
  expert_id: string;
  advice: string;
}

export interface Conclusion {
  signed_by?: string | null;
  refused_reason?: string | null;
  witness?: string | null;
  concluded_at?: string | null;
}

/** An order that this phone gave, and how far it has come. */
export interface Ordered {
  order_id: string;
  hazards: { hazard_id: string; due_on: string }[];
  number?: number | null;
  occurred_at: string;
  standing: Standing;
}

export interface Visit {
  inspection_id: string;
  enterprise_id: string;
  enterprise_name: string;
  uscc: string;
  sector: string;
  organ: string;
  organ_id: string;
  planned_on: string;
  catalogue: string;
  state: string;
  mode: string | null;
  officers: Officer[];
  experts: { expert_id: string; name: string }[];
  items: Item[];
  hazards: Hazard[];
  check_in: CheckIn | null;
  meetings: Meeting[];
  statements: Statement[];
  advice: Advice[];
  conclusion: Conclusion | null;
  orders: Ordered[];
  corrected: string[];
  noted: Record<string, number>; // how many commands of a kind were noted here
  dropped: boolean;
  unsent: number;
}

/** Every visit that the phone has, by the day it is planned for. */
export async function visits(): Promise<Visit[]> {
  const entries = await kept.entries.where("key").startsWith("inspection/").toArray();
  const all = await Promise.all(entries.map(visitOf));
  return all.sort((one, other) => one.planned_on.localeCompare(other.planned_on) || one.inspection_id.localeCompare(other.inspection_id));
}

/** One visit; null where the phone does not have it. */
export async function visit(inspectionId: string): Promise<Visit | null> {
  const entry = await kept.entries.get(`inspection/${inspectionId}`);
  return entry ? visitOf(entry) : null;
}

/** The visit that a page is about, followed whenever anything of it changes. */
export function useVisit(id: string) {
  return useLive(() => visit(id));
}

async function visitOf(entry: Entry): Promise<Visit> {
  const told = structuredClone(entry.value) as Visit;
  const start: Visit = { ...told, orders: [], corrected: [], noted: {}, dropped: entry.dropped, unsent: 0 };
  const noted = await kept.outbox.where("inspection_id").equals(told.inspection_id).sortBy("counter");
  for (const one of noted.filter(stands)) {
    if (one.standing === "waiting") start.unsent += 1;
    start.noted[one.kind] = (start.noted[one.kind] ?? 0) + 1;
    if (!isIn(entry, one) || !IN_PACKAGE.has(one.kind)) KINDS[one.kind]?.(start, one.body, one);
  }
  return start;
}

/** Whether a command has an effect, as far as is known: one that was refused, or came after another's, has none; an answer that differs has. */
export function stands({ standing, said }: Noted): boolean {
  return standing !== "refused" && (standing !== "conflict" || (said?.disputed?.length ?? 0) > 0);
}

/** Whether the package was fetched after the service had settled the command. */
function isIn(entry: Entry, { turn, standing }: Noted): boolean {
  return turn !== null && standing !== "held" && turn <= entry.turn;
}

type Body = Record<string, unknown>;

const IN_PACKAGE = new Set(["check-in", "meeting", "statement", "advice", "conclusion", "answers"]);

const KINDS: Record<string, (visit: Visit, body: Body, noted: Noted) => void> = {
  "check-in": (visit, body, { occurred_at }) => (visit.check_in ??= { ...(body as unknown as CheckIn), arrived_at: occurred_at }),
  meeting: (visit, body) => once(visit.meetings, body as unknown as Meeting, "meeting_id"),
  statement: (visit, body) => once(visit.statements, body as unknown as Statement, "statement_id"),
  advice: (visit, body) => once(visit.advice, body as unknown as Advice, "advice_id"),
  conclusion: (visit, body, { occurred_at }) => (visit.conclusion ??= { ...(body as unknown as Conclusion), concluded_at: occurred_at }),
  answers: (visit, body) => (body.answers as Answer[]).forEach((answer) => answered(visit, answer)),
  order: (visit, body, { occurred_at, standing }) => ordered(visit, { ...(body as unknown as Ordered), occurred_at, standing }),
  correction: (visit, body) => visit.corrected.push(String(body.hazard_id)),
};

/** An answer as a command holds it. */
export interface Answer {
  item_code: string;
  answer_id: string;
  answer: string;
  note?: string;
  reason?: string;
  replaces?: string[];
  hazards?: Omit<Hazard, "item_code" | "state">[];
}

function once<One extends object>(list: One[], one: One, id: keyof One): void {
  if (!list.some((other) => other[id] === one[id])) list.push(one);
}

function answered(visit: Visit, { item_code, replaces = [], hazards = [], answer_id, answer, note, reason }: Answer): void {
  const item = visit.items.find(({ code }) => code === item_code);
  if (!item) return;
  const given = { answer_id, answer, note, reason, hazards: hazards.map(({ hazard_id }) => hazard_id), answered_by: null };
  item.answers = [...item.answers.filter((one) => one.answer_id !== answer_id && !replaces.includes(one.answer_id)), given];
  if (item.answers.length < 2) item.disputed = false;
  for (const one of hazards) once(visit.hazards, { ...one, item_code, state: "found" }, "hazard_id");
  const standing = new Set(visit.items.flatMap(({ answers }) => answers.flatMap((each) => each.hazards)));
  visit.hazards = visit.hazards.filter(({ hazard_id, state }) => state !== "found" || standing.has(hazard_id));
}

function ordered(visit: Visit, order: Ordered): void {
  visit.orders.push(order);
  for (const { hazard_id, due_on } of order.hazards) {
    const hazard = visit.hazards.find((one) => one.hazard_id === hazard_id);
    if (hazard) Object.assign(hazard, { order_id: order.order_id, due_on, state: "ordered" });
  }
}
