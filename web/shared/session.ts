// Who is at the console: a development token for one of the demonstration's people, kept in memory only.
//
// The name is remembered for the tab, so that a reload asks for a new token; a token itself is never stored.
import { computed, shallowRef } from "vue";
import { Problem, Unreachable } from "./problem";

const KEPT = "casetrail-person";

export interface Person {
  sub?: string; // by which the services know the person
  certificate_no?: string;
  username: string;
  name: string;
  roles: string[];
  districts: string[];
  organ?: string;
  officer_id?: string;
  enterprise_id?: string;
}

interface Session {
  person: Person;
  token: string;
  practised: boolean;
}

const session = shallowRef<Session | null>(null);

/** Who is signed in; null where nobody is. */
export const person = computed(() => session.value?.person ?? null);

/** Whether whoever is signed in is in a practice district; the issuer says so with the token. */
export const practised = computed(() => session.value?.practised ?? false);

/** Whether the person has one of the roles. */
export function hasRole(...roles: string[]): boolean {
  return person.value?.roles.some((role) => roles.includes(role)) ?? false;
}

async function fetched(path: string, options?: RequestInit): Promise<Response> {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/** The people by whose name one may enter the demonstration. */
export async function people(): Promise<Person[]> {
  const response = await fetched("/issuer/people", { cache: "no-store" });
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  return ((await response.json()) as { people: Person[] }).people;
}

/** Enter as somebody; throws a Problem when the issuer does not know the name. */
export async function enter(username: string): Promise<void> {
  const body = new URLSearchParams({ grant_type: "password", username, password: "" });
  const response = await fetched("/issuer/token", { method: "POST", body });
  const answer = (await response.json().catch(() => ({}))) as { access_token?: string; practice?: boolean; error?: string; error_description?: string };
  if (!answer.access_token) throw new Problem(response.status, { code: answer.error, title: answer.error_description, detail: "无法登录" });
  session.value = { person: { ...claimsOf(answer.access_token), username }, token: answer.access_token, practised: answer.practice ?? false };
  sessionStorage.setItem(KEPT, username);
}

/** Forget who was here, for the tab too. */
export function leave(): void {
  session.value = null;
  sessionStorage.removeItem(KEPT);
}

/** Enter again as whoever was here before the page was reloaded; false if nobody was. */
export async function resume(): Promise<boolean> {
  if (session.value) return true;
  const username = sessionStorage.getItem(KEPT);
  if (!username) return false;
  await enter(username);
  return true;
}

/** The token to ask with; a new one where the last was not taken any more. */
export async function token(renewed = false): Promise<string> {
  if (renewed && session.value) await enter(session.value.person.username);
  if (!session.value) throw new Problem(401, { code: "unauthenticated", title: "not signed in", detail: "请先登录" });
  return session.value.token;
}

function claimsOf(text: string): Omit<Person, "username"> {
  const payload = text.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Omit<Person, "username">;
}
