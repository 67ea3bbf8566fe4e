// In step with the service: whenever there is a network, and never in the way of whoever is writing.
import { readonly, ref } from "vue";
import { Problem, saidOf, Unreachable } from "../../shared/problem";
import { ended, lapsed, person, resume } from "../../shared/session";
import { type Device, kept, remark, remarked } from "./database";
import { owner, register, signs } from "./device";
import { sendFiles } from "./files";
import { sendOutbox } from "./outbox";
import { takePackage } from "./package";

const ALONE = "casetrail-inspector-sync"; // one tab at a time sends: two would only repeat each other
const EVERY = 60_000; // milliseconds between two looks while the page is open
const SOON = 8_000; // and after a look that the network lost

const UNKNOWN = { code: "device-unknown", detail: "平台不认识本机，或者本机已被吊销，请联系管理人员", title: "the platform does not know this phone, or it was revoked" };

const SIGNED_OUT = { code: "signed-out", detail: "登录已失效，本机记录仍在，请重新登录", title: "signed out; what is noted stays on this phone: sign in again" };

export interface Step {
  state: "idle" | "sending" | "files" | "fetching" | "offline" | "out" | "wrong";
  here: number;
  of: number;
  said: string;
}

const current = ref<Step>({ state: "idle", here: 0, of: 0, said: "" });
let running: Promise<void> | null = null;
let again = false;
let retry: ReturnType<typeof setTimeout> | undefined;

/** What is going on between this phone and the service. */
export const step = readonly(current);

function going(state: Step["state"], here = 0, of = 0, said = ""): void {
  current.value = { state, here, of, said };
}

/** Send what waits, then fetch what changed; says so honestly when it cannot. Safe to call at any time: what comes meanwhile is sent too. */
export function synchronise(): Promise<void> {
  again = true;
  running ??= alone().finally(() => (running = null));
  return running;
}

async function alone(): Promise<void> {
  await navigator.locks.request(ALONE, async () => {
    while (again) {
      again = false;
      await inStep();
    }
  });
}

async function inStep(): Promise<void> {
  const device = await owner();
  if (!device) return;
  try {
    await asOwner(device);
    await exchange(device);
    going("idle");
  } catch (error) {
    if (error instanceof Unreachable) return lost();
    if (error instanceof Problem && error.status === 401) return going("out");
    going("wrong", 0, 0, saidOf(error));
    if (!(error instanceof Problem)) throw error;
    if (error.status >= 500) tryAgain();
  }
}

/** The phone's owner is who is signed in; throws a Problem 401 where that is nobody or somebody else. What is kept here stays. */
export async function asOwner({ username }: Device): Promise<void> {
  if (person.value?.username === username && !lapsed.value) return;
  ended();
  if (!(await resume()) || person.value?.username !== username) throw new Problem(401, SIGNED_OUT);
}

/** The network gave no answer; where the browser believes that there is one, it is tried again before long. */
function lost(): void {
  going("offline");
  if (navigator.onLine) tryAgain();
}

function tryAgain(): void {
  clearTimeout(retry);
  retry = setTimeout(() => void synchronise(), SOON);
}

/** A turn: commands first, then what they made of the package of a phone that has one, then files, which take long. */
async function exchange(device: Device): Promise<void> {
  const turn = Number((await remarked("turn")) ?? 0) + 1;
  await remark("turn", String(turn));
  going("sending");
  if (signs(device)) await register(device);
  await sendOutbox(device, turn);
  if (signs(device)) await fetchPackage(device, turn);
  await sendFiles((here, of) => going("files", here, of));
  await remark("synced", new Date().toISOString());
}

async function fetchPackage(device: Device, turn: number): Promise<void> {
  going("fetching");
  try {
    await takePackage(device, turn, (here, of) => going("fetching", here, of));
  } catch (error) {
    throw error instanceof Problem && error.status === 404 ? new Problem(404, UNKNOWN) : error;
  }
}

/** Keep in step from now on: when the network is back, when the page is looked at again, after each command, and every minute. */
export function keepInStep(): void {
  const soon = () => void synchronise();
  window.addEventListener("online", soon);
  window.addEventListener("offline", () => going("offline"));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());
  kept.outbox.hook("creating", () => void setTimeout(soon, 0));
  setInterval(() => document.visibilityState === "visible" && soon(), EVERY);
  void navigator.storage?.persist?.();
  soon();
}
