// A command is signed on the phone: a compact JWS (RFC 7515, ES256) over its bytes, with the device's id as `kid`.
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A new pair of keys; the private one never leaves this browser. */
export function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
}

/** The public half as the service takes it. */
export async function publicKey(keys: CryptoKeyPair): Promise<{ kty: string; crv: string; x: string; y: string }> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  return { kty: kty ?? "", crv: crv ?? "", x: x ?? "", y: y ?? "" };
}

/** The payload with its signature; what is signed is the same each time, the signature itself may be written anew. */
export async function signed(payload: string, deviceId: string, keys: CryptoKeyPair): Promise<string> {
  const header = JSON.stringify({ alg: "ES256", kid: deviceId, typ: "casetrail-command+jws" });
  const said = `${encoded(new TextEncoder().encode(header))}.${encoded(new TextEncoder().encode(payload))}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, new TextEncoder().encode(said));
  return `${said}.${encoded(new Uint8Array(signature))}`;
}

/** The SHA-256 of some bytes, in hexadecimal. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

/** A new id for something that is made here: small letters, digits and `-`. */
export function newId(kind: string): string {
  return `${kind}-${crypto.randomUUID()}`;
}

function encoded(bytes: Uint8Array): string {
  return base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Bytes in base64; in pieces, since a command of a whole visit has more of them than a call may have arguments. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}
