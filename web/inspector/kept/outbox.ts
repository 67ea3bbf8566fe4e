// The outbox: what was noted, in the order of the device's counter, until the service has said what became of it.
import { authorised } from "../../shared/api";
import { now } from "./clock";
import { type Device, kept, type Noted, type Said, type Standing, type Taken } from "./database";
import { owner, signs } from "./device";
import { posted } from "./posting";
import { newId, signed } from "./signing";

const AT_ONCE = 50; // commands in one upload: a slow line still gets one through
const UNSETTLED: Standing[] = ["waiting", "held"];
const NOT_KEPT = "counter-too-far"; // it comes again once earlier ones are there

type Body = Record<string, unknown>;

/** What a page wants noted; `draft` is the key of what it was made of. A body may be made in the very moment: a number is taken by one paper only. */
export interface Meant {
  kind: string;
  inspection_id: string;
  body: Body | (() => Promise<Body>);
  draft?: string;
}

/**
 * Note commands on this phone, in this order, with the files that they are about; all is kept when the promise is fulfilled,
 * whatever becomes of the network.
 *
 * Invariant: counter, commands, files and the drafts that they were made of change in one transaction, so no reload and no second
 * tab leaves a hole in the counter, doubles a command or loses it (tests/web/test_inspector_offline.py).
 */
export async function note(meant: Meant[], files: Taken[] = []): Promise<Noted[]> {
  return kept.transaction("rw", [kept.devices, kept.outbox, kept.drafts, kept.files, kept.entries], async () => {
    const device = await owner();
    if (!device) throw new Error("nobody made this phone theirs");
    const made: Noted[] = [];
    for (const one of meant) {
      const body = typeof one.body === "function" ? await one.body() : one.body;
      made.push(written(one, body, device, device.next_counter + made.length));
    }
    await kept.outbox.bulkAdd(made);
    await kept.files.bulkAdd(files);
    await kept.devices.update(device.device_id, { next_counter: device.next_counter + made.length });
    await kept.drafts.bulkDelete(meant.flatMap(({ draft }) => (draft ? [draft] : [])));
    return made;
  });
}

function written({ kind, inspection_id }: Meant, meant: Body, device: Device, counter: number): Noted {
  const command_id = newId("c");
  const occurred_at = now().toISOString();
  const body = JSON.parse(JSON.stringify(meant)) as Body;
  const command = { command_id, device_id: device.device_id, author: device.officer_id, counter, inspection_id, kind, occurred_at, body };
  const payload = JSON.stringify(command);
  return { counter, command_id, inspection_id, kind, occurred_at, body, payload, signed: null, standing: "waiting", turn: null, said: null, seen: false };
}

interface Verdict extends Said {
  verdict: Standing | "duplicate";
  earlier?: Standing;
}

/** Send what the service has not settled yet, in the order of the counter; `turn` is which look at the service this is. */
export async function sendOutbox(device: Device, turn: number): Promise<void> {
  for (let from = 0; ; ) {
    const batch = await kept.outbox.where("counter").above(from).filter(({ standing }) => UNSETTLED.includes(standing)).limit(AT_ONCE).toArray();
    if (batch.length === 0) return;
    from = batch.at(-1)?.counter ?? from;
    await (signs(device) ? told(batch, await uploaded(device, batch), turn) : postedInTurn(batch, turn));
  }
}

/** One after the other, since a later one may rest on an earlier one; what was settled stays so when the network goes in between. */
async function postedInTurn(batch: Noted[], turn: number): Promise<void> {
  for (const one of batch) await kept.outbox.update(one.counter, { ...(await posted(one)), turn });
}

async function uploaded(device: Device, batch: Noted[]): Promise<Verdict[]> {
  const commands: string[] = [];
  for (const one of batch) {
    const text = one.signed ?? (await signed(one.payload, device.device_id, device.keys));
    if (!one.signed) await kept.outbox.update(one.counter, { signed: text });
    commands.push(text);
  }
  const headers = { "Content-Type": "application/json", "Idempotency-Key": newId("upload") };
  const path = `/api/inspection/v1/devices/${device.device_id}/uploads`;
  const response = await authorised(path, { method: "POST", headers, body: JSON.stringify({ commands }) });
  return ((await response.json()) as { commands: Verdict[] }).commands;
}

/** Write down what became of each, in the order in which they were sent. */
async function told(batch: Noted[], verdicts: Verdict[], turn: number): Promise<void> {
  await kept.transaction("rw", kept.outbox, async () => {
    for (const [place, { verdict, earlier, ...said }] of verdicts.entries()) {
      const standing = verdict === "duplicate" ? earlier : verdict;
      const one = batch[place];
      if (one && standing && said.code !== NOT_KEPT) await kept.outbox.update(one.counter, { standing, said, turn });
    }
  });
}

/** Whoever noted them has dealt with what became of these commands; they stay in the list. */
export async function dealtWith(...counters: number[]): Promise<void> {
  await kept.outbox.where("counter").anyOf(counters).modify({ seen: true });
}

/** What is in conflict or was refused, and nobody has dealt with yet. */
export async function toSettle(): Promise<Noted[]> {
  return kept.outbox.where("standing").anyOf("conflict", "refused").filter(({ seen }) => !seen).toArray();
}
