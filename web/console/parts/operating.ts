// What operators ask of every service under /ops, which no published contract describes: its answers as far as the page reads them.
import { address, authorised, send, type Service } from "../../shared/api";
import { t } from "../../shared/language";

/** The services, in the order in which the operator's page shows them. */
export const SERVICES: Service[] = ["registry", "tasks", "inspection", "penalty", "reporting"];
const NAMES: Record<string, [string, string]> = {
  registry: ["企业库", "registry"], tasks: ["任务", "tasks"], inspection: ["检查", "inspection"], penalty: ["处罚", "penalty"], reporting: ["统计", "reporting"],
};

/** A service in the chosen language. */
export function serviceName(service: string): string {
  return NAMES[service] ? t(...NAMES[service]) : service;
}

export interface Finding {
  where: string;
  zh: string;
  en: string;
}

export interface Check {
  name: string;
  ok: boolean;
  figures: Record<string, number | string | null>;
  findings: Finding[];
  checked_at: string;
}

export interface Health {
  sound: boolean;
  fresh: boolean;
  checks: Check[];
}

export interface Status {
  ledger: { head: number; pending: number };
  relay: { position: number };
  feed: { head: number };
  deadlines: { due: number; next: string | null };
  refusals: number;
  simulated: boolean;
}

export interface Generation {
  name: string;
  version: number;
  generation: number;
  state: string;
  position: number;
  stopped: string | null;
  parked: number;
}

export interface Parked {
  id: number;
  consumer: string;
  subject: string;
  since: string;
  events: number;
  event_id: string;
  type: string;
  source: string | null;
  error_class: string | null;
  error: string | null;
  waits: boolean;
  tries: number;
  last_at: string | null;
}

export interface Unparked {
  outcome: string;
  applied: number;
  stopped: { error?: string } | null;
}

export interface Action {
  id: number;
  at: string;
  target: string;
  action: string;
  outcome: string;
  reason: string | null;
  actor: { name: string };
}

/** What a service answers under /ops. */
export async function askOps<Answer>(service: Service, path: string, signal?: AbortSignal, query: Record<string, unknown> = {}): Promise<Answer> {
  return (await (await authorised(address(service, `/ops${path}`, {}, query), { signal })).json()) as Answer;
}

/** Try a parked subject again, or, with a reason, drop the event at its head; what came of it. */
export async function unpark(service: Service, parked: Parked, reason: string | null, key: string): Promise<Unparked> {
  const path = `/ops/parked/${parked.id}/${reason === null ? "retries" : "skips"}`;
  const body = reason === null ? { event_id: parked.event_id } : { event_id: parked.event_id, reason };
  return (await send(service, path, body, key)) as unknown as Unparked;
}
