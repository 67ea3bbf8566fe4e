// Whose phone this is: made once for a person, known without a network from then on.
import { send } from "../../shared/api";
import type { Person } from "../../shared/session";
import { type Device, kept } from "./database";
import { newId, newKeys, publicKey } from "./signing";

/** The phone's owner, or null before anybody made it theirs. */
export async function owner(): Promise<Device | null> {
  return (await kept.devices.toCollection().first()) ?? null;
}

/** Make this phone somebody's; what the one before noted stays until it was sent, so a phone with unsent work stays theirs. */
export async function takeOver(person: Person, label: string): Promise<Device> {
  const before = await owner();
  if (before?.username === person.username) return before;
  if (before && (await unsent()) > 0) throw new StillTheirs(before.name);
  const device: Device = {
    device_id: newId("phone"), username: person.username, officer_id: person.sub ?? person.username, name: person.name,
    organ: person.organ ?? "", roles: person.roles, certificate_no: person.certificate_no ?? null, districts: person.districts,
    enterprise_id: person.enterprise_id ?? null, label,
    keys: await newKeys(), registered: false, next_counter: 1,
  };
  await kept.transaction("rw", kept.tables, async () => {
    for (const table of kept.tables) await table.clear();
    await kept.devices.add(device);
  });
  return device;
}

/** The phone holds work of somebody else that was not sent yet. */
export class StillTheirs extends Error {}

/** How many commands and files of this phone have not arrived, or wait there for others. */
export async function unsent(): Promise<number> {
  const commands = await kept.outbox.where("standing").anyOf("waiting", "held").count();
  return commands + (await kept.files.filter((one) => !one.arrived).count());
}

/** Whether what the phone notes is signed on it, and it takes a package along: an officer's; what others note is sent under their own token. */
export function signs(device: Device): boolean {
  return device.roles.includes("officer");
}

/** Tell the service of the phone, once; again changes nothing. */
export async function register(device: Device): Promise<void> {
  if (device.registered) return;
  const body = { device_id: device.device_id, label: device.label, public_key: await publicKey(device.keys) };
  await send("inspection", "/v1/devices", body, `register-${device.device_id}`);
  await kept.devices.update(device.device_id, { registered: true });
}
