// What a page has chosen stands in its address, so that it can be sent, kept and gone back to.
import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

/** One choice of the page's query; empty where nothing is chosen. */
export function useChoice(name: string): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => (typeof route.query[name] === "string" ? route.query[name] : ""),
    set: (value) => {
      const query = { ...route.query };
      if (value) query[name] = value;
      else delete query[name];
      void router.replace({ query, hash: route.hash });
    },
  });
}
