// Who answers how something was: the service that owns its stream, as of a version of it. Nothing is folded here.
import { address, authorised, type Service } from "../../shared/api";
import type { Entry, Kind } from "./history";

interface Owner {
  service: Service;
  path: string;
}

const OWNERS: Record<string, Owner> = {
  "penalty/case": { service: "penalty", path: "/v1/cases/{id}" },
  "penalty/spot": { service: "penalty", path: "/v1/spot-penalties/{id}" },
  "penalty/document": { service: "penalty", path: "/v1/documents/{id}" },
  "inspection/inspection": { service: "inspection", path: "/v1/inspections/{id}" },
  "inspection/hazard": { service: "inspection", path: "/v1/hazards/{id}" },
  "inspection/order": { service: "inspection", path: "/v1/orders/{id}" },
  "inspection/measure": { service: "inspection", path: "/v1/measures/{id}" },
  "inspection/document": { service: "inspection", path: "/v1/documents/{id}" },
  "registry/enterprise": { service: "registry", path: "/v1/enterprises/{id}" },
  "tasks/task": { service: "tasks", path: "/v1/tasks/{id}" },
};
const MAIN: Partial<Record<Kind, string>> = { cases: "case", enterprises: "enterprise", documents: "document" };

/** A stream at a version of it, and who answers what it was then. */
export interface Moment {
  stream: string;
  version: number; // 0: there was nothing yet
  owner: Owner;
}

export type State = Record<string, unknown>;

/** The stream of the thing that a history is of; null of an officer's, which has none that is answered as of a moment. */
export function mainStream(kind: Kind, key: string): string | null {
  const prefix = MAIN[kind];
  return prefix === undefined ? null : `${prefix}:${key}`;
}

/** The moment of a stream when the first `count` entries had been told; null if nobody answers what such a thing was. */
export function momentAt(entries: Entry[], count: number, stream: string): Moment | null {
  const known = entries.find((entry) => entry.stream_id === stream && ownerOf(entry));
  const owner = known && ownerOf(known);
  if (!known || !owner) return null;
  const told = entries.slice(0, count).filter((entry) => entry.stream_id === stream && entry.service === known.service);
  return { stream, version: Math.max(0, ...told.map(({ version }) => version)), owner };
}

function ownerOf({ service, stream_id: stream }: Entry): Owner | undefined {
  return OWNERS[`${service}/${stream.split(":")[0]}`];
}

/** What the owner answers of a moment; nothing where there was nothing. */
export async function stateOf({ stream, version, owner }: Moment, signal: AbortSignal): Promise<State | null> {
  if (version === 0) return null;
  const id = stream.slice(stream.indexOf(":") + 1);
  const response = await authorised(address(owner.service, owner.path, { id }, { as_of: `v${version}` }), { signal });
  return (await response.json()) as State;
}

/** The places (`decision/total_fen`) where two answers differ, with all that they stand in. */
export function differing(before: unknown, after: unknown, at = ""): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isNest(before) || !isNest(after)) return at ? [at] : Object.keys(isNest(after) ? after : {});
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const inner = [...names].flatMap((name) => differing(before[name], after[name], at ? `${at}/${name}` : name));
  return at ? [at, ...inner] : inner;
}

/** Whether a value holds others: an object or a list. */
export function isNest(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
