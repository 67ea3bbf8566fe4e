// What a form about a signature says of it: signed by whom, or refused for which reason before whom; never both.
import type { Signed } from "../../shared/SignaturePad.vue";

export interface Receipt {
  refused: string; // "yes" or "no"
  signed_by: string;
  refused_reason: string;
  witness: string;
  signed: Signed | null;
}

/** A form's beginning. */
export const unsigned = (signedBy: string): Receipt => ({ refused: "no", signed_by: signedBy, refused_reason: "", witness: "", signed: null });

/** As a command holds it. */
export function receiptOf({ refused, signed_by, refused_reason, witness }: Receipt): Record<string, string> {
  return refused === "yes" ? { refused_reason, witness } : { signed_by };
}
