// How far what a paper says has come: as far as the last of what it is made of.
import type { Noted, Standing } from "../kept/database";
import { stands } from "./visit";

const ORDER: Standing[] = ["waiting", "held", "conflict", "accepted"];

/** The standing of several commands together; in effect where nothing of it was noted here. */
export function severalStanding(noted: Noted[]): Standing {
  const standing = new Set(noted.filter(stands).map((one) => one.standing));
  return ORDER.find((one) => standing.has(one)) ?? "accepted";
}
