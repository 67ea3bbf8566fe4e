// What records and seizures have in common: who took part, who of them has signed, the other side's receipt; times as they are typed in.
import { t } from "../../shared/language";
import { now } from "../kept/clock";
import type { Taken } from "../kept/database";
import type { Meant } from "../kept/outbox";
import { type Receipt, receiptOf, unsigned } from "./receipt";
import { signatureOf } from "./signature";
import type { Officer, Visit } from "./visit";

export interface Doing {
  signed: string[];
  receipt: Receipt;
}

/** A form's beginning. */
export const doing = (signedBy: string): Doing => ({ signed: [], receipt: unsigned(signedBy) });

/** The officers who are here, with their names. */
export const officersHere = (visit: Visit): Officer[] =>
  (visit.check_in?.officers ?? visit.officers).map((one) => ({ ...visit.officers.find(({ officer_id }) => officer_id === one.officer_id), ...one }));

/** As a command holds it. */
export const doneBy = (visit: Visit, { signed, receipt }: Doing): Record<string, unknown> => ({ ...teamOf(visit), signed, receipt: receiptOf(receipt) });

/** The officers who are here, as a command names them. */
export const teamOf = (visit: Visit): { officers: object[] } => ({ officers: officersHere(visit).map(({ officer_id, certificate_no }) => ({ officer_id, certificate_no })) });

/** A command with the signature that goes with it, where one was given on this phone. */
export async function withSignature(meant: Meant, { refused, signed }: Receipt, visit: Visit, signatory: string): Promise<{ meant: Meant[]; taken: Taken[] }> {
  if (refused === "yes" || !signed) return { meant: [meant], taken: [] };
  const signature = await signatureOf(signed, visit, signatory, t("签名", "signature"));
  return { meant: [meant, signature.meant], taken: [signature.taken] };
}

const ZONE = "+08:00";

/** The time in China as a form's field has it, `2021-09-06T10:00`. */
export const typedNow = (): string => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(now()).replace(" ", "T");

/** A typed time as a command holds it. */
export const instantOf = (typed: string): string => `${typed}:00${ZONE}`;
