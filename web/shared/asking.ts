// A question of a page: loading, its answer, or what went wrong; asked again when what it depends on changes.
import { onScopeDispose, type Ref, ref, shallowRef, watch, type WatchSource } from "vue";

export interface Question<Answer> {
  answer: Ref<Answer | null>;
  error: Ref<unknown>;
  loading: Ref<boolean>;
  again: () => Promise<void>;
}

/** Ask now, and again whenever one of the sources changes; an answer that comes late never replaces a later one. */
export function useQuestion<Answer>(asked: (signal: AbortSignal) => Promise<Answer>, on: WatchSource[] = []): Question<Answer> {
  const answer = shallowRef<Answer | null>(null) as Ref<Answer | null>;
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  let running = new AbortController();

  async function again(): Promise<void> {
    running.abort();
    const mine = (running = new AbortController());
    loading.value = true;
    try {
      const got = await asked(mine.signal);
      if (mine.signal.aborted) return;
      answer.value = got;
      error.value = null;
    } catch (wrong) {
      if (!mine.signal.aborted) error.value = wrong;
    } finally {
      if (running === mine) loading.value = false;
    }
  }

  watch(on, again, { immediate: true });
  onScopeDispose(() => running.abort());
  return { answer, error, loading, again };
}
