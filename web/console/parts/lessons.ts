// What is practised here, and how far a trainee is: read off what the services answer, never off what was clicked.
import { shallowRef, watch } from "vue";
import { authorised } from "../../shared/api";
import { Problem, Unreachable } from "../../shared/problem";
import { practised } from "../../shared/session";

export interface Condition {
  at?: string;
  given?: boolean;
  one_of?: unknown[];
  at_least?: number;
  among?: Record<string, unknown>;
  reached?: string;
  any?: Condition[];
}

export interface Step {
  id: string;
  as: string;
  title: string;
  title_en: string;
  say: string;
  say_en: string;
  to: string;
  done: Condition & { service: string; path: string; query?: Record<string, string> };
}

export interface Lessons {
  title: string;
  title_en: string;
  note: string;
  note_en: string;
  stages: Record<string, string[]>;
  trainees: { enterprise_id: string; task: string; case: string }[];
  lessons: { id: string; title: string; title_en: string; steps: Step[] }[];
}

/** The lessons of this platform; null where nothing is practised. */
export const lessons = shallowRef<Lessons | null>(null);

/** Ask what is practised, once somebody is in of whom the issuer says that they practise. */
export function learnLessons(): void {
  watch(practised, async (here) => {
    if (!here || lessons.value) return;
    const answer = await fetch("/practice", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) lessons.value = (await answer.json()) as Lessons;
  }, { immediate: true });
}

/** A text with the ids of a trainee's own task and case in it. */
export function named(text: string, trainee: number): string {
  const own = lessons.value?.trainees[trainee - 1];
  return text.replace(/\{(task|case|enterprise_id)\}/g, (_, name: "task" | "case" | "enterprise_id") => own?.[name] ?? "");
}

/** Which steps are done, by what the services answer now; a step that cannot be looked up is not done. */
export async function doneSteps(steps: Step[], trainee: number): Promise<Set<string>> {
  const answers = new Map<string, Promise<unknown>>();
  const answerOf = ({ done: { service, path, query = {} } }: Step) => {
    const asked = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, named(value, trainee)]));
    const address = `/api/${service}${named(path, trainee)}${asked.size ? `?${asked}` : ""}`;
    if (!answers.has(address)) answers.set(address, looked(address));
    return answers.get(address);
  };
  const found = await Promise.all(steps.map(async (step) => (holds(step.done, await answerOf(step), step.done.service) ? step.id : "")));
  return new Set(found.filter(Boolean));
}

async function looked(address: string): Promise<unknown> {
  try {
    return await (await authorised(address, {})).json();
  } catch (error) {
    if (error instanceof Problem && (error.status === 404 || error.status === 403)) return null;
    if (error instanceof Unreachable) return null;
    throw error;
  }
}

function holds(condition: Condition, answer: unknown, service: string): boolean {
  if (condition.any) return condition.any.some((one) => holds(one, answer, service));
  const value = (condition.at ?? "").split(".").reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null)?.[name] ?? null, answer);
  if (condition.given) return value !== null && value !== undefined && value !== false;
  if (condition.one_of) return condition.one_of.includes(value);
  if (condition.at_least) return Array.isArray(value) && value.length >= condition.at_least;
  if (condition.among) return Array.isArray(value) && value.some((row) => matches(row as Record<string, unknown>, condition.among ?? {}));
  if (condition.reached) return reached(String(value), condition.reached, lessons.value?.stages[service] ?? []);
  return false;
}

function matches(row: Record<string, unknown>, wanted: Record<string, unknown>): boolean {
  return Object.entries(wanted).every(([name, value]) => (Array.isArray(value) ? value.includes(row[name]) : row[name] === value));
}

function reached(here: string, wanted: string, stages: string[]): boolean {
  return stages.indexOf(here) >= stages.indexOf(wanted) && stages.includes(here);
}
