// Noting what a form says: kept on the phone at once, said so, and back to the visit. The network has no part in it.
import { type Ref, ref, shallowRef } from "vue";
import { useRouter } from "vue-router";
import { t } from "../../shared/language";
import { saidOf } from "../../shared/problem";
import type { Taken } from "../kept/database";
import { note, type Meant } from "../kept/outbox";

const SHOWN = 4000; // milliseconds

/** What was done last, for a moment. */
export const told = shallowRef("");

/** Say for a moment what was done. */
export function tell(text: string): void {
  told.value = text;
  setTimeout(() => told.value === text && (told.value = ""), SHOWN);
}

/** Note what a form means, once however often it is pressed; then go on to an address. */
export function useNoting(): { busy: Ref<boolean>; wrong: Ref<string>; noted: (meant: Meant[], to: string | null, files?: Taken[]) => Promise<void> } {
  const router = useRouter();
  const busy = ref(false);
  const wrong = ref("");
  async function noted(meant: Meant[], to: string | null, files: Taken[] = []): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    wrong.value = "";
    try {
      await note(meant, files);
      tell(t("已保存在本机，联网后自动上报", "Kept on this phone; it is sent when there is a network"));
      if (to !== null) await router.replace(to);
    } catch (error) {
      wrong.value = t(`未能保存：${saidOf(error)}`, `Not kept: ${saidOf(error)}`);
    } finally {
      busy.value = false;
    }
  }
  return { busy, wrong, noted };
}
