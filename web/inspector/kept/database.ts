// What the phone keeps: a database of the browser, so that nothing of a day without signal is lost by a reload, a crash or an update.
import Dexie, { type EntityTable } from "dexie";

/** Whose phone this is, and the key it signs with (only an officer's phone is registered and signs); the private half cannot be read by anybody, not by this page either. */
export interface Device {
  device_id: string;
  username: string;
  officer_id: string;
  name: string;
  organ: string;
  roles: string[];
  certificate_no: string | null;
  districts: string[];
  enterprise_id?: string | null;
  label: string;
  keys: CryptoKeyPair;
  registered: boolean;
  next_counter: number;
}

/** A line of the day's package: an inspection, a site, a list of items, as the service gave it; `turn` is when it was last said to be so. */
export interface Entry {
  key: string;
  sha256: string;
  value: unknown;
  turn: number;
  dropped: boolean;
}

/** Where a command stands: not sent yet; or what the service said of it. */
export type Standing = "waiting" | "held" | "accepted" | "conflict" | "refused";

/** A command as it was noted; `payload` are the very bytes that are signed, so that it stays the same one however often it is sent. */
export interface Noted {
  counter: number;
  command_id: string;
  inspection_id: string;
  kind: string;
  occurred_at: string;
  body: Record<string, unknown>;
  payload: string;
  signed: string | null;
  standing: Standing;
  turn: number | null; // of the service's last word on it
  said: Said | null;
  seen: boolean; // whoever noted it has dealt with a conflict or a refusal
}

/** What the service said of a command: code, title in Chinese, detail in English, what to do, both sides of a conflict. */
export interface Said {
  code?: string;
  title?: string;
  detail?: string;
  what_to_do?: string;
  disputed?: string[];
  answers?: Record<string, Record<string, unknown>[]>;
}

/** A file that was taken here: the original, never altered, and how much of it has arrived. */
export interface Taken {
  evidence_id: string;
  inspection_id: string;
  item_code: string | null;
  blob: Blob;
  sha256: string;
  media_type: string;
  taken_at: string;
  about: string;
  sent: number; // bytes that have arrived
  arrived: boolean;
  wrong: string | null;
  signatory: string | null; // whose place in a form it signs, if it is a signature
}

/** What is being filled in and was not noted yet. */
export interface Draft {
  key: string;
  value: unknown;
  changed_at: string;
}

interface Remark {
  name: string;
  value: string;
}

class Kept extends Dexie {
  devices!: EntityTable<Device, "device_id">;
  entries!: EntityTable<Entry, "key">;
  outbox!: EntityTable<Noted, "counter">;
  files!: EntityTable<Taken, "evidence_id">;
  drafts!: EntityTable<Draft, "key">;
  remarks!: EntityTable<Remark, "name">;

  constructor() {
    super("casetrail-inspector");
    this.version(1).stores({
      devices: "device_id",
      entries: "key",
      outbox: "counter, inspection_id, standing, command_id",
      files: "evidence_id, inspection_id",
      drafts: "key",
      remarks: "name",
    });
  }
}

/** The one database of this phone. */
export const kept = new Kept();

/** Remember a remark about the phone itself, such as when it was last in step with the service. */
export async function remark(name: string, value: string): Promise<void> {
  await kept.remarks.put({ name, value });
}

/** A remark; null where nothing was remembered. */
export async function remarked(name: string): Promise<string | null> {
  return (await kept.remarks.get(name))?.value ?? null;
}
