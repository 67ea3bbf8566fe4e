// Who is signed in: the platform knows by a cookie that no script reads, and tells. Nothing that authorises is kept here.
import { computed, shallowRef } from "vue";
import { Problem, Unreachable } from "./problem";

export interface Person {
  sub?: string; // by which the services know the person
  certificate_no?: string | null;
  username: string;
  name: string;
  roles: string[];
  districts: string[];
  organ?: string;
  officer_id?: string;
  enterprise_id?: string | null;
}

interface Here {
  person: Person | null;
  practice: boolean;
  people: string | null; // where those are listed who may enter by name alone
}

const here = shallowRef<Here | null>(null);
const over = shallowRef(false);

/** Who is signed in, as far as the platform told; null where nobody is. */
export const person = computed(() => here.value?.person ?? null);

/** Whether the session that this page began with is over; what the page holds is still good. */
export const lapsed = computed(() => over.value);

/** Whether whoever is signed in is in a practice district. */
export const practised = computed(() => here.value?.practice ?? false);

/** Whether the person has one of the roles. */
export function hasRole(...roles: string[]): boolean {
  return person.value?.roles.some((role) => roles.includes(role)) ?? false;
}

async function fetched(path: string, options?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  return response;
}

/** Ask who is signed in; false if nobody is. */
export async function resume(): Promise<boolean> {
  if (person.value && !over.value) return true;
  const told = (await (await fetched("/session")).json()) as Here;
  if (told.person || !person.value) here.value = told;
  if (told.person) over.value = false;
  return told.person !== null;
}

/** The people by whose name one may enter; null where the issuer asks for more than a name. */
export async function people(): Promise<Person[] | null> {
  if (!here.value) await resume();
  if (!here.value?.people) return null;
  return ((await (await fetched(here.value.people)).json()) as { people: Person[] }).people;
}

/** The address by which one signs in and comes back to `to`; `as`: who is meant, `again`: who is signed in elsewhere is asked too. */
export function wayIn(to: string, as?: string, again = false): string {
  return `/session/login?${new URLSearchParams({ return: to, ...(as ? { as } : {}), ...(again ? { again: "1" } : {}) })}`;
}

/** Sign in and come back to `to`; the page is left. */
export function enter(to: string, as?: string, again = false): void {
  window.location.assign(wayIn(to, as, again));
}

/** Sign out, here and at the issuer; the page is left. */
export async function leave(): Promise<void> {
  const { to } = (await (await fetched("/session/logout", { method: "POST" })).json()) as { to: string };
  window.location.assign(to);
}

/** The platform did not know who asks: the session is over. */
export function ended(): void {
  over.value = true;
}

/** The platform knows who asks; after a session that was over, it is asked who that is. */
export function alive(): void {
  if (over.value) void resume().catch(() => false);
}
