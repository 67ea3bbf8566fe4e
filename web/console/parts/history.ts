// A history as reporting tells it: its entries in causal order, asked for whole (of a thing) or page by page (of an officer).
import { computed, type ComputedRef, ref, type Ref, watch } from "vue";
import { ask, type Page } from "../../shared/api";
import { type Question, useQuestion } from "../../shared/asking";
import { t } from "../../shared/language";

export type Kind = "cases" | "enterprises" | "officers" | "documents";

export interface Entry {
  seq: number;
  idx: number;
  service: string;
  stream_id: string;
  version: number;
  event_id: string;
  command_id: string;
  type: string;
  title: string;
  summary: string;
  district: string;
  organ: string;
  occurred_at: string;
  recorded_at: string;
  actor: { id: string; name: string; role: string; certificate_no: string | null };
  device: string | null;
  causation_id: string;
  rulebook: string | null;
  data: Record<string, unknown> | null;
  late_by: number | null;
  backdated: boolean;
  checkpoint: { state: string; size: number | null; cosigned_at: string | null };
}

interface Whole {
  items: Entry[];
  next?: string | null;
  names?: Record<string, Record<string, string>>;
}

export interface History {
  question: Question<Whole>;
  entries: ComputedRef<Entry[]>;
  next: Ref<string | null>;
  names: ComputedRef<Record<string, string>>; // of fields, as far as the answer tells
  more: () => Promise<void>;
}

/** The history of whatever the address names; `more` walks on in an officer's. */
export function useHistory(kind: () => Kind, key: () => string): History {
  const next = ref<string | null>(null);
  const further = ref<Entry[]>([]);
  async function asked(signal?: AbortSignal, cursor?: string): Promise<Whole> {
    if (kind() !== "officers") return ask("reporting", "/v1/histories/{kind}/{key}", { path: { kind: kind(), key: key() }, signal });
    const query = { limit: 100, cursor };
    const page: Page<Entry> = await ask("reporting", "/v1/histories/officers/{officer_id}", { path: { officer_id: key() }, query, signal });
    return page;
  }
  const question = useQuestion(async (signal) => {
    const whole = await asked(signal);
    further.value = [];
    next.value = whole.next ?? null;
    return whole;
  }, [kind, key]);
  async function more(): Promise<void> {
    const page = await asked(undefined, next.value ?? undefined);
    further.value = [...further.value, ...page.items];
    next.value = page.next ?? null;
  }
  const entries = computed(() => [...(question.answer.value?.items ?? []), ...further.value]);
  const names = computed(() => Object.assign({}, ...Object.values(question.answer.value?.names ?? {})) as Record<string, string>);
  return { question, entries, next, names, more };
}

export interface Chosen {
  actor: string;
  type: string;
  from: string;
  until: string;
  late: string;
}

/** The entries that the filters leave; days are those of China. */
export function filtered(entries: Entry[], { actor, type, from, until, late }: Chosen): Entry[] {
  const begin = from ? Date.parse(`${from}T00:00:00+08:00`) : -Infinity;
  const end = until ? Date.parse(`${until}T23:59:59.999+08:00`) : Infinity;
  return entries.filter((entry) => {
    const at = Date.parse(entry.occurred_at);
    const told = !late || entry.late_by !== null || entry.backdated;
    return (!actor || entry.actor.id === actor) && (!type || entry.type === type) && at >= begin && at <= end && told;
  });
}

export interface Group {
  key: string;
  entries: Entry[];
}

/** The entries by what they are about (a stream), in the order in which each was first told of: groups are derived, entries are not. */
export function grouped(entries: Entry[]): Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const key = `${entry.service}/${entry.stream_id}`;
    const group = groups.get(key) ?? { key, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** How many entries are shown at first and with each "more", so that a long history does not stand still. */
export const SHOWN = 100;

/** How many of a list are shown: more on demand, and as many as it takes to have the chosen one among them. */
export function useShown(list: () => Entry[], chosen: () => string): { count: Ref<number>; more: () => void } {
  const count = ref(SHOWN);
  watch([list, chosen], ([entries, id]) => {
    const at = entries.findIndex((entry) => entry.event_id === id);
    if (at >= count.value) count.value = at + 1;
  }, { immediate: true });
  return { count, more: () => { count.value += SHOWN; } };
}

/** A span of seconds in its largest unit. */
export function span(seconds: number): string {
  if (seconds >= 86_400) return t(`${Math.floor(seconds / 86_400)} 天`, `${Math.floor(seconds / 86_400)} d`);
  if (seconds >= 3600) return t(`${Math.floor(seconds / 3600)} 小时`, `${Math.floor(seconds / 3600)} h`);
  if (seconds >= 60) return t(`${Math.floor(seconds / 60)} 分钟`, `${Math.floor(seconds / 60)} min`);
  return t(`${Math.round(seconds)} 秒`, `${Math.round(seconds)} s`);
}

/** Seconds from happening to recording. */
export function gap(entry: Entry): number {
  return (Date.parse(entry.recorded_at) - Date.parse(entry.occurred_at)) / 1000;
}

const THINGS: Record<string, [string, string]> = {
  claim: ["执法主体", "claim"], task: ["任务", "task"], inspection: ["检查", "inspection"], hazard: ["隐患", "hazard"], order: ["责令整改", "order"],
  measure: ["现场措施", "measure"], referral: ["移送", "referral"], case: ["案件", "case"], payment: ["缴款", "payment"], remedy: ["救济", "remedy"],
  publication: ["公示", "publication"], enforcement: ["执行", "enforcement"], document: ["文书", "document"], evidence: ["证据", "evidence"],
  enterprise: ["企业", "enterprise"], officer: ["执法人员", "officer"], spot: ["当场处罚", "spot penalty"], "bank-transfer": ["银行入账", "bank transfer"],
  access: ["查阅", "access"], standing: ["处罚记录", "standing"], campaign: ["专项行动", "campaign"], plan: ["计划", "plan"], draw: ["抽取", "draw"],
};

/** What a stream is of, and its id. */
export function streamName(stream: string): string {
  const [kind, ...id] = stream.split(":");
  const named = THINGS[kind ?? ""];
  return `${named ? t(...named) : kind} ${id.join(":")}`.trim();
}
