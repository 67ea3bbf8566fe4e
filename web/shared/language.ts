// Chinese first; English by a switch that the browser remembers.
import { computed, ref, watchEffect } from "vue";

export type Language = "zh" | "en";

const KEPT = "casetrail-language";

/** The chosen language; assigning it switches every text. */
export const language = ref<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "zh");

watchEffect(() => {
  localStorage.setItem(KEPT, language.value);
  document.documentElement.lang = language.value === "en" ? "en" : "zh-CN";
});

/** The text in the language that is chosen; it changes with the choice wherever it is rendered. */
export function t(zh: string, en: string): string {
  return language.value === "en" ? en : zh;
}

/** The chosen one of two texts of an answer; the other one where it is missing. */
export function either(zh: string | null | undefined, en: string | null | undefined): string {
  return (language.value === "en" ? en || zh : zh || en) ?? "";
}

/** Whether English is chosen. */
export const english = computed(() => language.value === "en");
