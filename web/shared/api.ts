// Asking the services: paths, parameters and bodies are those of their OpenAPI, whatever else does not compile.
import type { paths as Inspection } from "../generated/inspection";
import type { paths as Penalty } from "../generated/penalty";
import type { paths as Registry } from "../generated/registry";
import type { paths as Reporting } from "../generated/reporting";
import type { paths as Tasks } from "../generated/tasks";
import { Problem, type ProblemBody, Unreachable } from "./problem";
import { alive, ended } from "./session";

export interface Services {
  inspection: Inspection;
  penalty: Penalty;
  registry: Registry;
  reporting: Reporting;
  tasks: Tasks;
}

export type Service = keyof Services;

type Having<Paths, Method extends string> = { [P in keyof Paths]: Paths[P] extends { [M in Method]: object } ? P : never }[keyof Paths];

/** The paths of a service that answer a GET. */
export type Readable<S extends Service> = Having<Services[S], "get"> & string;

type Got<S extends Service, P extends Readable<S>> = Services[S][P] extends { get: { parameters: infer Given } } ? Given : never;
type Query<S extends Service, P extends Readable<S>> = Got<S, P> extends { query?: infer Q } ? NonNullable<Q> : never;

type Answering<S extends Service, P extends Readable<S>> = Services[S][P] extends { get: { responses: { 200: { content: { "application/json": infer A } } } } } ? A : never;

/** What a path answers to a GET, as its service describes it. */
export type AnswerOf<S extends Service, P extends Readable<S>> = Answering<S, P>;
/** A row of the list that a path answers. */
export type RowOf<S extends Service, P extends Readable<S>> = Answering<S, P> extends { items: (infer Row)[] } ? Row : never;

export interface Page<Row> {
  items: Row[];
  next: string | null;
}

export interface Asked<Q> {
  path?: Record<string, string>;
  query?: Q;
  signal?: AbortSignal;
}

/** What a path answers to a GET; whoever asks says, by the type that it is given to, which fields it reads. */
export async function ask<S extends Service, P extends Readable<S>, Answer>(
  service: S, path: P, { path: values = {}, query, signal }: Asked<Query<S, P>> = {},
): Promise<Answer> {
  const response = await authorised(address(service, path, values, query as Record<string, unknown>), { signal });
  return (await response.json()) as Answer;
}

/** A file that a path answers. */
export async function file<S extends Service, P extends Readable<S>>(
  service: S, path: P, { path: values = {}, query }: Asked<Query<S, P>> = {},
): Promise<{ blob: Blob; name: string }> {
  const response = await authorised(address(service, path, values, query as Record<string, unknown>), {});
  const told = /filename\*=UTF-8''([^;]+)|filename="([^"]+)"/i.exec(response.headers.get("Content-Disposition") ?? "");
  return { blob: await response.blob(), name: decodeURIComponent(told?.[1] ?? told?.[2] ?? path.split("/").at(-1) ?? "file") };
}

export interface Done {
  stream_id: string; // `<kind>:<id>` of what the command was about
  event_id: string;
  version: number;
}

/** Send a command; `key` makes a repeat harmless, so it is one for as long as the person means the same; `seen` is the version decided on. */
export async function send(service: Service, path: string, body: unknown, key: string, seen?: number): Promise<Done> {
  const headers: Record<string, string> = { "Content-Type": "application/json", "Idempotency-Key": key };
  if (seen !== undefined) headers["If-Match"] = `"${seen}"`;
  const response = await authorised(`/api/${service}${path}`, { method: "POST", headers, body: body === null ? undefined : JSON.stringify(body) });
  return (await response.json()) as Done;
}

/** The address of a path with its parameters. */
export function address(service: Service, path: string, values: Record<string, string>, query: Record<string, unknown> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") asked.append(name, String(one));
    }
  }
  return `/api/${service}${filled}${asked.size ? `?${asked}` : ""}`;
}

/** A request of whoever is signed in. Throws Problem or Unreachable. */
export async function authorised(url: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...options, cache: "no-store" });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable(String(error));
  }
  if (response.status === 401) ended();
  if (!response.ok) throw new Problem(response.status, await problemOf(response));
  alive();
  return response;
}

async function problemOf(response: Response): Promise<ProblemBody> {
  return (await response.json().catch(() => ({ title: `HTTP ${response.status}`, detail: response.statusText }))) as ProblemBody;
}
