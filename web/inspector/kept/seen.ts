// What a page was answered last is kept: it is shown at once and without a network, and replaced by what is answered now.
import { readonly, type Ref, ref, watch } from "vue";
import { type Question, useQuestion } from "../../shared/asking";
import { now } from "./clock";
import { kept } from "./database";
import { owner } from "./device";
import { useLive } from "./live";
import { asOwner, step } from "./syncing";

interface Seen {
  at: string;
  answer: unknown;
}

export interface SeenQuestion<Answer> extends Question<Answer> {
  at: Readonly<Ref<string>>; // when the answer that is shown was given, if it is one of before
}

/** The keys under which answers are kept. */
const keyOf = (name: string): string => `seen/${name}`;

/** An answer as it was kept last; null where it never was. */
export async function seenLast<Answer>(name: string): Promise<Answer | null> {
  const found = (await kept.entries.get(keyOf(name)))?.value as Seen | undefined;
  return (found?.answer as Answer | undefined) ?? null;
}

/**
 * Ask as the phone's owner, and again when what was noted here is settled or the network is back; before, and where nothing answers, there is what was
 * kept. `keeps`: whether what is asked now is what is to be kept.
 */
export function useSeen<Answer>(name: string, asked: (signal: AbortSignal) => Promise<Answer>, keeps = () => true): SeenQuestion<Answer> {
  const at = ref("");
  const question = useQuestion<Answer>(async (signal) => {
    const device = await owner();
    if (device) await asOwner(device);
    const answer = await asked(signal);
    const seen: Seen = { at: now().toISOString(), answer };
    if (keeps()) await kept.entries.put({ key: keyOf(name), sha256: "", turn: 0, dropped: false, value: seen });
    at.value = "";
    return answer;
  });
  const settled = useLive(() => kept.outbox.where("standing").anyOf("accepted", "refused").count());
  watch(settled, (_, before) => before !== undefined && void question.again());
  watch(() => step.value.state === "idle", (idle) => idle && question.error.value && void question.again());
  void kept.entries.get(keyOf(name)).then((found) => {
    const seen = found?.value as Seen | undefined;
    if (!seen || question.answer.value !== null) return;
    at.value = seen.at;
    question.answer.value = seen.answer as Answer;
  });
  return { ...question, at: readonly(at) };
}
