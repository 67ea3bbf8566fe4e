// What is being filled in is kept with every change, so that it survives a reload, a crash and an update.
import { onScopeDispose, type Ref, ref, watch } from "vue";
import { kept } from "./database";
import { now } from "./clock";

/** A draft under a key: what was kept (and of `first` what an older version of the app did not know); `ready` once it was looked up. Noting a command with the key removes it. */
export function useDraft<Value extends object>(key: string, first: () => Value): { draft: Ref<Value>; ready: Ref<boolean> } {
  const draft = ref(first()) as Ref<Value>;
  const ready = ref(false);
  let open = true;
  let stop = () => {};
  void kept.drafts.get(key).then((found) => {
    if (!open) return;
    if (found) draft.value = { ...first(), ...(found.value as Value) };
    ready.value = true;
    stop = watch(draft, (value) => void keepDraft(key, value), { deep: true, flush: "sync" });
  });
  onScopeDispose(() => {
    open = false;
    stop();
  });
  return { draft, ready };
}

/** Keep a draft as it is now. */
export async function keepDraft(key: string, value: object): Promise<void> {
  await kept.drafts.put({ key, value: JSON.parse(JSON.stringify(value)) as unknown, changed_at: now().toISOString() });
}
