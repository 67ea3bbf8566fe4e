// A draw repeated on this side, as its file describes it (sha256-rank/1), so that the tick is more than what a server says of itself.
export interface Pick {
  task_id: string | null;
  enterprise_id: string | null;
  count: number;
  planned_on: string | null;
  district: string | null;
  due_on: string | null;
}

export interface Left {
  officer_id?: string;
  enterprise_id: string;
  reason: string;
}

export interface Committed {
  draw_id: string;
  purpose: "officers" | "enterprises";
  organ_id: string;
  campaign_id: string | null;
  pool: string[];
  pool_sha256: string;
  seed_sha256: string;
  picks: Pick[];
  exclusions: Left[];
  barred: Left[];
}

export interface Revealed {
  seed: string;
  algorithm: string;
  results: { task_id: string | null; drawn: string[] }[];
  late_exclusions: Left[];
  late_barred: Left[];
  unassigned: { task_id: string; code: string; zh: string; en: string }[];
}

export interface DrawFile {
  events: { type: string; data: Committed & Revealed }[];
}

export interface Finding {
  zh: string;
  en: string;
  holds: boolean;
}

/** The SHA-256 of a text in lower-case hexadecimal digits. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A seed that nobody can guess. */
export function freshSeed(): string {
  return [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ranked(seed: string, scope: string, pool: string[]): Promise<string[]> {
  const keyed = await Promise.all(pool.map(async (one) => [await sha256(`${seed}|${scope}|${one}`), one] as const));
  return keyed.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one);
}

/** What a draw's file says, computed anew: each claim of it and whether it holds. */
export async function verified({ events }: DrawFile): Promise<Finding[]> {
  const [committed, revealed] = events.map(({ data }) => data);
  if (!committed) return [];
  const found: Finding[] = [{ zh: "名录与其摘要一致", en: "the pool is the one that was fixed", holds: (await sha256([...committed.pool].sort().map((one) => `${one}\n`).join(""))) === committed.pool_sha256 }];
  if (!revealed) return found;
  found.push({ zh: "种子与承诺一致", en: "the seed is the one that was committed to", holds: (await sha256(revealed.seed)) === committed.seed_sha256 });
  const out = new Set([...committed.barred, ...revealed.late_barred].map(({ enterprise_id: one }) => one));
  const excluded = new Set([...committed.exclusions, ...revealed.late_exclusions].map((one) => `${one.enterprise_id}/${one.officer_id}`));
  for (const [at, pick] of committed.picks.entries()) {
    const order = await ranked(revealed.seed, pick.task_id ?? committed.draw_id, committed.pool);
    const drawn = order.filter((one) => !out.has(one) && !excluded.has(`${pick.enterprise_id}/${one}`)).slice(0, pick.count);
    const name = pick.task_id ?? committed.draw_id;
    found.push({ zh: `${name} 的抽取结果可以重现`, en: `what was drawn for ${name} is drawn again`, holds: JSON.stringify(drawn) === JSON.stringify(revealed.results[at]?.drawn) });
  }
  return found;
}

/** Seeds that were made here, until the page is closed: who commits to one reveals it. */
export const seeds = new Map<string, string>();
