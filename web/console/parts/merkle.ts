// The proofs of RFC 6962 recomputed on this side, so that a tick is more than what a server says of itself.
import { ask } from "../../shared/api";

type Hash = Uint8Array<ArrayBuffer>;

export interface Proven {
  idx: number;
  size: number;
  steps: number;
  holds: boolean;
}

interface Inclusion {
  idx: number;
  leaf_index: number;
  size: number;
  leaf: string;
  root: string;
  proof: string[];
}

interface Consistency {
  first: number;
  second: number;
  first_root: string;
  second_root: string;
  proof: string[];
}

const bytes = (text: string): Hash => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

async function node(left: Hash, right: Hash): Promise<Hash> {
  const joined = new Uint8Array(1 + left.length + right.length);
  joined[0] = 1;
  joined.set(left, 1);
  joined.set(right, 1 + left.length);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
}

const same = (one: Hash, other: Hash): boolean => one.length === other.length && one.every((byte, at) => byte === other[at]);
const odd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);

/** Whether a leaf is in the tree of a root (RFC 9162, 2.1.3.2). */
export async function included({ leaf_index, size, leaf, root, proof }: Inclusion): Promise<boolean> {
  if (leaf_index >= size) return false;
  let [at, last, hash] = [leaf_index, size - 1, bytes(leaf)];
  for (const sibling of proof.map(bytes)) {
    if (last === 0) return false;
    if (odd(at) || at === last) {
      hash = await node(sibling, hash);
      while (!odd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = await node(hash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(hash, bytes(root));
}

/** Whether the tree of the second root begins with that of the first (RFC 9162, 2.1.4.2). */
export async function consistent({ first, second, first_root, second_root, proof }: Consistency): Promise<boolean> {
  const [earlier, later] = [bytes(first_root), bytes(second_root)];
  if (first === second) return proof.length === 0 && same(earlier, later);
  const path = proof.map(bytes);
  if (Number.isInteger(Math.log2(first))) path.unshift(earlier);
  let [at, last] = [first - 1, second - 1];
  while (odd(at)) [at, last] = [half(at), half(last)];
  const begin = path.shift();
  if (!begin) return false;
  let [one, other] = [begin, begin];
  for (const sibling of path) {
    if (last === 0) return false;
    if (odd(at) || at === last) {
      one = await node(sibling, one);
      other = await node(sibling, other);
      while (!odd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      other = await node(other, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(one, earlier) && same(other, later);
}

/** Ask for an event's inclusion in the newest cosigned tree of its ledger, and recompute it. */
export async function provenOf(source: string, event_id: string): Promise<Proven> {
  const told: Inclusion = await ask("reporting", "/v1/ledgers/{source}/inclusion", { path: { source }, query: { event_id } });
  return { idx: told.idx, size: told.size, steps: told.proof.length, holds: await included(told) };
}

/** Ask whether a ledger only grew between two sizes, and recompute it. */
export async function grownOf(source: string, first: number, second: number): Promise<boolean> {
  const told: Consistency = await ask("reporting", "/v1/ledgers/{source}/consistency", { path: { source }, query: { first, second } });
  return consistent(told);
}
