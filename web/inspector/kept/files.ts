// Evidence taken here: hashed when it is taken, kept as it was, sent in parts that go on where they stopped.
import { authorised } from "../../shared/api";
import { Problem, saidOf } from "../../shared/problem";
import { now } from "./clock";
import { kept, type Taken } from "./database";
import { note, type Meant } from "./outbox";
import { base64, newId, sha256 } from "./signing";

/** What a file is evidence of, where it was taken, and how a list calls it. */
export interface About {
  inspection_id: string;
  item_code?: string;
  order_id?: string;
  place: string;
  said: string;
}

export interface Position {
  latitude_e7?: number;
  longitude_e7?: number;
}

/** Keep a file and note it, at once; answers its hash. The original is never altered: a mark on it would be a copy. */
export async function take(file: Blob, name: string, about: About): Promise<string> {
  const { meant, taken } = await captured(file, name, about);
  await note([meant], [taken]);
  return taken.sha256;
}

/** A file with the command that says what it is, both still to be noted: a signature (`signatory`: whose place in a form) goes with what it signs. */
export async function captured(file: Blob, name: string, about: About, signatory: string | null = null): Promise<{ meant: Meant; taken: Taken }> {
  const taken_at = now().toISOString();
  const [bytes, where] = await Promise.all([file.arrayBuffer(), position()]);
  const evidence_id = newId("ev");
  const media_type = file.type;
  const { inspection_id, item_code = null, order_id, place, said } = about;
  const taken: Taken = {
    evidence_id, inspection_id, item_code, blob: new Blob([bytes], { type: media_type }), sha256: await sha256(bytes), media_type, taken_at, about: said,
    sent: 0, arrived: false, wrong: null, signatory,
  };
  const kind = signatory ? "scan" : kindOf(media_type);
  const file_name = name.replace(/[\x00-\x1f\x7f/\\:]/g, "_").slice(-200);
  const body = { evidence_id, kind, sha256: taken.sha256, size: file.size, media_type, file_name, item_code, order_id, place, ...where };
  return { meant: { kind: "evidence", inspection_id, body }, taken };
}

function kindOf(mediaType: string): string {
  const [kind] = mediaType.split("/");
  return kind === "image" ? "photo" : kind === "application" ? "scan" : (kind ?? "photo");
}

/** Where the phone is, if it knows at once; a photo never waits for satellites, nor for whoever is asked whether it may be told. */
export function position(wait = 1500): Promise<Position> {
  return new Promise((done) => {
    if (!navigator.geolocation) return done({});
    setTimeout(() => done({}), wait);
    const place = ({ coords }: GeolocationPosition) =>
      done({ latitude_e7: Math.round(coords.latitude * 1e7), longitude_e7: Math.round(coords.longitude * 1e7) });
    navigator.geolocation.getCurrentPosition(place, () => done({}), { maximumAge: 60_000, timeout: wait, enableHighAccuracy: true });
  });
}

interface Parts {
  part_bytes: number;
  arrived: number[];
  complete: boolean;
}

/** Send what has not arrived of each file; one that goes wrong says why and does not keep the others back. */
export async function sendFiles(progress: (here: number, of: number) => void): Promise<void> {
  const waiting = await kept.files.filter(({ arrived }) => !arrived).toArray();
  for (const [place, file] of waiting.entries()) {
    progress(place, waiting.length);
    const noted = await kept.outbox.filter(({ kind, body }) => kind === "evidence" && body.evidence_id === file.evidence_id).first();
    try {
      if (await sendFile(file, noted?.standing === "accepted")) await kept.files.update(file.evidence_id, { arrived: true, wrong: null });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await kept.files.update(file.evidence_id, { wrong: saidOf(error) });
    }
  }
}

/** Send the parts that are not there; then, once it is `noted` what they are, have the whole checked. Answers whether it has arrived. */
async function sendFile({ evidence_id, blob }: Taken, noted: boolean): Promise<boolean> {
  const path = `/api/inspection/v1/evidence/${evidence_id}`;
  const { part_bytes, arrived, complete } = (await (await authorised(`${path}/parts`, {})).json()) as Parts;
  if (complete) return true;
  await sendParts(path, blob, part_bytes, new Set(arrived), evidence_id);
  if (!noted) return false;
  try {
    await arrive(path, evidence_id);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "hash-mismatch") throw error;
    await sendParts(path, blob, part_bytes, new Set(), evidence_id); // other bytes lie in their place: once more, all of it
    await arrive(path, evidence_id);
  }
  return true;
}

async function sendParts(path: string, blob: Blob, partBytes: number, there: Set<number>, evidenceId: string): Promise<void> {
  for (let number = 0; number * partBytes < blob.size; number += 1) {
    if (!there.has(number)) {
      const part = await blob.slice(number * partBytes, (number + 1) * partBytes).arrayBuffer();
      const digest = base64(new Uint8Array(await crypto.subtle.digest("SHA-256", part)));
      const headers = { "Content-Type": "application/octet-stream", "Content-Digest": `sha-256=:${digest}:`, "Idempotency-Key": newId("part") };
      await authorised(`${path}/parts/${number}`, { method: "PUT", headers, body: part });
    }
    await kept.files.update(evidenceId, { sent: Math.min(blob.size, (number + 1) * partBytes) });
  }
}

async function arrive(path: string, evidenceId: string): Promise<void> {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": `${evidenceId}-arrival` };
  await authorised(`${path}/arrivals`, { method: "POST", headers, body: "{}" });
}
