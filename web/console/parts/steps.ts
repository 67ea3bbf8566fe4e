// What may be done with a matter, as the services answer it; everything else of an answer the pages read themselves.
export interface Step {
  name: string;
  title: string;
  title_en?: string;
  path: string; // as in the contract; of a case, below its own address
  role: string;
  article: string | null;
  party_id?: string | null;
  values?: Record<string, string>;
  known?: Record<string, unknown>;
  makes?: string | null; // the field with the id of what comes to be
  version?: number | null;
}

export interface Forbidden extends Step {
  code: string;
  reason: string;
  reason_en: string;
}

export interface Stepped {
  version: number;
  next_steps: Step[];
  forbidden_steps: Forbidden[];
}

/** An id for something new: what it is, and letters and digits that nobody else takes. */
export function freshId(field: string): string {
  const random = crypto.getRandomValues(new Uint8Array(6));
  return `${field.replace(/_id$/, "").replaceAll("_", "-")}-${[...random].map((byte) => byte.toString(36).padStart(2, "0")).join("")}`;
}

/** What the form of a step begins with. */
export function knownOf(step: Step): Record<string, unknown> {
  return { ...step.known, ...(step.makes ? { [step.makes]: freshId(step.makes) } : {}), ...(step.party_id ? { party_id: step.party_id } : {}) };
}
