// What a page has chosen stands in its address, so that it can be sent, kept and gone back to.
import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

/** One choice of the page's query; empty where nothing is chosen. */
export function useChoice(name: string): WritableComputedRef<string> {
  const route = useRoute();
  const choose = useChoosing();
  return computed({
    get: () => (typeof route.query[name] === "string" ? route.query[name] : ""),
    set: (value) => choose({ [name]: value }),
  });
}

/** Changes several choices at once; `kept` lets the browser's way back undo it. */
export function useChoosing(): (choices: Record<string, string | undefined>, kept?: "kept") => void {
  const route = useRoute();
  const router = useRouter();
  return (choices, kept) => {
    const query = { ...route.query, ...choices };
    for (const [name, value] of Object.entries(choices)) if (!value) delete query[name];
    void router[kept ? "push" : "replace"]({ query, hash: route.hash });
  };
}
