// Document numbers that were leased to this phone, so that a paper has its number where there is no network.
import { today } from "../kept/clock";
import { kept } from "../kept/database";

interface Block {
  pattern: string; // as the document bears it, but for {number}
  spans: [number, number][];
  used: number[];
}

export interface Numbered {
  number: number;
  text: string;
}

/** What is left of each series of this phone. */
export async function left(): Promise<{ series: string; first: string; count: number }[]> {
  const blocks = await kept.entries.where("key").startsWith("numbers/").toArray();
  const taken = await takenHere();
  return blocks.map(({ key, value }) => {
    const series = key.slice("numbers/".length);
    const free = freeOf(value as Block, taken.get(wordOf(series)));
    return { series, first: free[0] === undefined ? "" : textOf(value as Block, free[0]), count: free.length };
  });
}

/** The next number of a series of this phone that nothing here bears yet; null when its block is used up or there is none. */
export async function nextNumber(organId: string, word: string, year: string): Promise<Numbered | null> {
  const entry = await kept.entries.get(`numbers/${organId}/${word}/${year}`);
  if (!entry) return null;
  const [number] = freeOf(entry.value as Block, (await takenHere()).get(word));
  return number === undefined ? null : { number, text: textOf(entry.value as Block, number) };
}

/** How a number of a series is written; the bare number where the block is not here any more. */
export async function numberText(organId: string, word: string, year: string, number: number): Promise<string> {
  const entry = await kept.entries.get(`numbers/${organId}/${word}/${year}`);
  return entry ? textOf(entry.value as Block, number) : String(number);
}

const WORDS: Record<string, string> = { order: "责改", suspension: "现决", "emergency-seizure": "查扣", sampling: "抽", examination: "勘" };

/** The word of the series that documents of a kind are numbered in. */
export const wordOfKind = (kind: string): string => WORDS[kind] ?? "";

/** A body that takes the next number of its series in the moment in which it is noted, if this phone has one. */
export const numberedBody = (organId: string, kind: string, body: object) => async (): Promise<Record<string, unknown>> =>
  ({ ...body, number: (await nextNumber(organId, wordOfKind(kind), today().slice(0, 4)))?.number });

const wordOf = (series: string): string => series.split("/")[1] ?? "";

const textOf = (block: Block, number: number): string => block.pattern.replace("{number}", String(number));

function freeOf({ spans, used }: Block, here: Set<number> = new Set()): number[] {
  const taken = new Set([...used, ...here]);
  return spans.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, place) => first + place)).filter((number) => !taken.has(number));
}

/** The numbers that commands of this phone bear, by word; one that was refused was used up by nothing, but is not written on a second paper. */
async function takenHere(): Promise<Map<string, Set<number>>> {
  const taken = new Map<string, Set<number>>();
  for (const { kind, body } of await kept.outbox.filter(({ body }) => typeof body.number === "number").toArray()) {
    const word = wordOfKind(kind);
    taken.set(word, (taken.get(word) ?? new Set()).add(body.number as number));
  }
  return taken;
}
