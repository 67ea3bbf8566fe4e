// What the package says about items, sites and procedure: read as it was published, so that no rule is written here.
import { kept } from "../kept/database";
import type { Visit } from "./visit";

export interface Guidance {
  check_points: string[];
  method: string;
  finding_text: string;
  cited: string[];
  unverified: boolean;
  phrases: string[];
}

const NONE: Guidance = { check_points: [], method: "", finding_text: "", cited: [], unverified: false, phrases: [] };

/** What to look at for an item, what it rests on, and how its organ words a fact. */
export async function guidanceOf(visit: Visit, code: string): Promise<Guidance> {
  const catalogue = (await kept.entries.get(`catalogue/${visit.catalogue}`))?.value as { items: (Guidance & { code: string })[] } | undefined;
  const phrases = ((await kept.entries.get(`phrases/${visit.organ_id}`))?.value ?? []) as { item_code: string; text: string }[];
  const item = catalogue?.items.find((one) => one.code === code);
  return { ...NONE, ...item, phrases: phrases.filter(({ item_code }) => item_code === code).map(({ text }) => text) };
}

export interface Site {
  sectors: string[];
  fields: Record<string, unknown>;
  equipment: { equipment_id: string; name: string; kind: string; status: string }[];
}

export interface History {
  inspections: { inspection_id: string; planned_on: string; concluded_on: string | null; items: number; hazards: number; state: string }[];
  open_hazards: { hazard_id: string; inspection_id: string; fact: string; place: string; severity: string; found_on: string; due_on: string | null; state: string }[];
}

/** What the register knows of the site of a visit, and what was found there before. */
export async function siteOf({ enterprise_id, inspection_id }: Visit): Promise<{ site: Site | null; history: History }> {
  const site = (await kept.entries.get(`site/${enterprise_id}`))?.value as Site | undefined;
  const history = (await kept.entries.get(`history/${enterprise_id}`))?.value as History | undefined;
  const others = <One extends { inspection_id: string }>(list: One[] = []) => list.filter((one) => one.inspection_id !== inspection_id);
  return { site: site ?? null, history: { inspections: others(history?.inspections), open_hazards: others(history?.open_hazards) } };
}

/** Of whom of the enterprise the rulebook wants to know whether they were at a meeting; others may be added. */
export async function wantedThere(): Promise<string[]> {
  const [rulebook] = await kept.entries.where("key").startsWith("rulebook/").toArray();
  const { inspection } = (rulebook?.value ?? {}) as { inspection?: { presence_required?: string[] } };
  return inspection?.presence_required ?? [];
}
