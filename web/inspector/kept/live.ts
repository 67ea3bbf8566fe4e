// What a page shows follows what the phone keeps, whichever tab or task changed it.
import { liveQuery } from "dexie";
import { onScopeDispose, type Ref, shallowRef, watch, type WatchSource } from "vue";

/** The answer of a look into the database, looked up again whenever what it read changes; `undefined` until the first one is there. */
export function useLive<Found>(look: () => Promise<Found> | Found, on: WatchSource[] = []): Ref<Found | undefined> {
  const found = shallowRef<Found>() as Ref<Found | undefined>;
  let followed: { unsubscribe: () => void } | undefined;
  const follow = () => {
    followed?.unsubscribe();
    followed = liveQuery(look).subscribe({
      next: (value) => (found.value = value),
      error: (error) => console.error("what the phone keeps cannot be read", error),
    });
  };
  watch(on, follow, { immediate: true });
  onScopeDispose(() => followed?.unsubscribe());
  return found;
}
