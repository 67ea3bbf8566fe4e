// The names of districts by their id: asked for once, kept for the page's life.
import { shallowRef } from "vue";
import { ask, type Page } from "./api";

export interface Jurisdiction {
  jurisdiction_id: string;
  name: string;
  short_name: string;
  kind: string;
  parent: string | null;
  national_code: string | null;
  organ_id: string | null;
  organ?: string | null;
  valid_to: string | null;
}

const known = shallowRef<Map<string, Jurisdiction>>(new Map());
let asked: Promise<void> | null = null;

/** Ask for the jurisdictions unless they are known; whoever renders names is rendered anew when they come. */
export function learnJurisdictions(): Promise<void> {
  asked ??= (async () => {
    const { items }: Page<Jurisdiction> = await ask("registry", "/v1/jurisdictions");
    known.value = new Map(items.map((one) => [one.jurisdiction_id, one]));
  })().catch((error: unknown) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** The jurisdictions by id, as far as they were learned. */
export const jurisdictions = known;

/** The short name of a district; its id until it was learned. */
export function districtName(id: string | null | undefined): string {
  return id ? (known.value.get(id)?.short_name ?? id) : "—";
}

/** The name of an organ by its id; the id where no jurisdiction has it. */
export function organName(id: string | null | undefined): string {
  if (!id) return "—";
  return [...known.value.values()].find(({ organ_id }) => organ_id === id)?.organ ?? id;
}
