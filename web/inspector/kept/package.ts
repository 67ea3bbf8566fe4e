// The day's package: what the phone takes along. Only what changed is fetched; what is named no more is forgotten, once it is over.
import { ask } from "../../shared/api";
import { learnTime, now } from "./clock";
import { type Device, type Entry, kept, remark } from "./database";

const AT_ONCE = 40; // entries in one question
const ROUNDS = 4; // a package that goes on changing is taken as it is, and asked for again at the next turn
const KEPT_FOR = 7 * 86_400_000; // milliseconds that a visit stays here after the last that was noted of it

interface Listed {
  version: string;
  at: string;
  entries: { key: string; sha256: string }[];
}

/** Bring the package in step with the service; `progress` is told how many of how many entries are here. */
export async function takePackage(device: Device, turn: number, progress: (here: number, of: number) => void): Promise<void> {
  let version = "";
  for (let round = 0; round < ROUNDS; round += 1) {
    const asked = Date.now();
    const listed: Listed = await ask("inspection", "/v1/devices/{device_id}/package", { path: { device_id: device.device_id } });
    learnTime(listed.at, asked, Date.now());
    if (listed.version === version) break;
    version = listed.version;
    await takeEntries(device, listed, turn, progress);
  }
  await remark("package", version);
}

async function takeEntries(device: Device, { entries }: Listed, turn: number, progress: (here: number, of: number) => void): Promise<void> {
  const here = new Map((await kept.entries.toArray()).map(({ key, sha256 }) => [key, sha256]));
  const wanted = entries.filter(({ key, sha256 }) => here.get(key) !== sha256).map(({ key }) => key);
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    progress(start, wanted.length);
    const query = { key: wanted.slice(start, start + AT_ONCE) };
    const told: { entries: { key: string; sha256: string; value: unknown }[] } = await ask(
      "inspection", "/v1/devices/{device_id}/package/entries", { path: { device_id: device.device_id }, query },
    );
    await kept.entries.bulkPut(told.entries.map((one): Entry => ({ ...one, turn, dropped: false })));
  }
  const named = new Set(entries.map(({ key }) => key));
  await kept.entries.where("key").anyOf([...named]).modify({ turn, dropped: false });
  await forget(named);
}

interface About {
  catalogue: string;
  enterprise_id: string;
  organ_id: string;
}

/** Forget what is named no more; a visit about which anything was noted here stays for some days, with what it rests on. */
async function forget(named: Set<string>): Promise<void> {
  const gone = (await kept.entries.toArray()).filter(({ key }) => !named.has(key));
  const stays = new Set<string>();
  for (const { key, value } of gone.filter(({ key }) => key.startsWith("inspection/"))) {
    if (!(await isBusy(key.slice("inspection/".length)))) continue;
    const { catalogue, enterprise_id, organ_id } = value as About;
    for (const one of [key, `catalogue/${catalogue}`, `site/${enterprise_id}`, `history/${enterprise_id}`, `phrases/${organ_id}`]) stays.add(one);
  }
  await kept.entries.where("key").anyOf([...stays].filter((key) => !named.has(key))).modify({ dropped: true });
  const over = gone.filter(({ key }) => !stays.has(key)).map(({ key }) => key);
  await kept.entries.bulkDelete(over);
  const visits = over.filter((key) => key.startsWith("inspection/")).map((key) => key.slice("inspection/".length));
  await kept.files.where("inspection_id").anyOf(visits).filter(({ arrived }) => arrived).delete();
}

async function isBusy(inspectionId: string): Promise<boolean> {
  const noted = await kept.outbox.where("inspection_id").equals(inspectionId).toArray();
  const files = await kept.files.where("inspection_id").equals(inspectionId).filter(({ arrived }) => !arrived).count();
  const since = new Date(now().getTime() - KEPT_FOR).toISOString();
  return files > 0 || noted.some(({ occurred_at, standing, seen }) => occurred_at > since || (standing !== "accepted" && !seen));
}
