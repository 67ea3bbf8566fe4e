// Whether the browser believes that there is a network; that it answers, only an answer tells.
import { onScopeDispose, type Ref, ref } from "vue";

/** Follows the browser's belief. */
export function useOnline(): Ref<boolean> {
  const online = ref(navigator.onLine);
  const look = () => (online.value = navigator.onLine);
  for (const name of ["online", "offline"]) window.addEventListener(name, look);
  onScopeDispose(() => ["online", "offline"].forEach((name) => window.removeEventListener(name, look)));
  return online;
}
