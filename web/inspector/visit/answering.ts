// An answer as it is noted: under an id of its own, in the place of all that this phone has seen.
import { newId } from "../kept/signing";
import type { Meant } from "../kept/outbox";
import { withoutEmpty } from "../../shared/schema";
import type { Hazard, Item, Visit } from "./visit";

export interface Answering {
  answer: string;
  note: string;
  reason: string;
  hazards: object[];
}

/** The command that answers an item; `draft` is what it was made of. */
export function answering({ inspection_id }: Visit, item: Item, { answer, note, reason, hazards }: Answering, draft?: string): Meant {
  const replaces = item.answers.map(({ answer_id }) => answer_id);
  const said = { note: answer === "not-applicable" || answer === "not-checked" ? note : "", reason: replaces.length ? reason : "", hazards: answer === "violation" ? hazards : [] };
  const one = withoutEmpty({ item_code: item.code, answer, answer_id: newId("a"), replaces, ...said });
  return { kind: "answers", inspection_id, body: { answers: [one] }, draft };
}

/** A hazard as a command holds it, without what the service says of it besides. */
export function foundAgain({ hazard_id, severity, fact, place, equipment_id, photos, immediate_measure }: Hazard): object {
  return { hazard_id, severity, fact, place, equipment_id, photos, immediate_measure };
}
