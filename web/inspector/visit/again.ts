// What was refused is noted anew: the form that it was made with, filled as it was.
import { keepDraft } from "../kept/drafts";
import type { Noted } from "../kept/database";
import { newId } from "../kept/signing";
import { unsigned } from "./receipt";
import type { Answer } from "./visit";

interface Form {
  to: string; // beneath the visit, or from the beginning
  key: string;
  value: object;
}

type Body = Record<string, unknown>;

const FORMS: Record<string, (id: string, body: Body) => Form> = {
  "check-in": (id, body) => ({ to: "check-in", key: `check-in/${id}`, value: { ...body, scanned: body.site_code ? "code" : "reason" } }),
  meeting: (id, body) => ({ to: String(body.meeting), key: `meeting/${id}/${String(body.meeting)}`, value: { ...body, meeting_id: newId("m") } }),
  statement: (id, body) => ({ to: "statement", key: `statement/${id}`, value: { ...body, statement_id: newId("s") } }),
  advice: (id, body) => ({ to: "advice", key: `advice/${id}`, value: { ...body, advice_id: newId("v") } }),
  conclusion: (id, body) => ({ to: "conclusion", key: `conclusion/${id}`, value: { signed_by: "", refused_reason: "", witness: "", ...body, refused: body.refused_reason ? "yes" : "no", signed: null } }),
  order: (id, body) => ({ to: "order", key: `order/${id}`, value: { order_id: newId("o"), due: Object.fromEntries((body.hazards as Body[]).map((one) => [one.hazard_id, one.due_on])) } }),
  sampling: (id, body) => refilled(id, "sampling", body), examination: (id, body) => refilled(id, "examination", body),
  questioning: (id, body) => refilled(id, "questioning", { ...body, nth: String(body.nth), pages: String(body.pages), pages_signed: String(body.pages_signed) }),
  "emergency-seizure": (id, { receipt, ...body }) => ({ ...refilled(id, "emergency-seizure", body), value: { ...body, measure_id: newId("ms"), receipt: receiptAgain(receipt) } }),
  suspension: (id) => ({ to: "suspension", key: `suspension/${id}`, value: {} }),
  rectification: (_, { order_id, ...body }) => ({ to: `/orders/${String(order_id)}/report`, key: reportKey(String(order_id)), value: { report: body.report, photos: body.evidence, left: [] } }),
  correction: () => ({ to: "hazards", key: "", value: {} }),
  answers: (id, body) => ofAnswer(id, (body.answers as Answer[])[0]),
};

/** A record as its form has it: times without their zone, and nobody has signed anew yet. */
function refilled(id: string, kind: string, { officers: _, number: __, signed, receipt, ...told }: Body): Form {
  const times = Object.fromEntries(["begun_at", "ended_at"].filter((name) => told[name]).map((name) => [name, String(told[name]).slice(0, 16)]));
  return { to: kind, key: `${kind}/${id}`, value: { ...told, ...times, measure_id: newId("ms"), done: { signed, receipt: receiptAgain(receipt) } } };
}

const receiptAgain = (receipt: unknown): object => ({ ...unsigned(""), ...(receipt as object), refused: (receipt as Body).refused_reason ? "yes" : "no" });

function ofAnswer(id: string, answer: Answer | undefined): Form {
  const code = answer?.item_code ?? "";
  return { to: `items/${encodeURIComponent(code)}`, key: itemKey(id, code), value: { answer: "", note: "", reason: "", hazards: [], ...answer } };
}

/** The draft of what an enterprise reports about an order. */
export const reportKey = (orderId: string): string => `report/${orderId}`;

/** The draft of an item's answer. */
export const itemKey = (id: string, code: string): string => `item/${id}/${code}`;

/** Make ready the form of a command that was refused; answers its address, null where there is no such form here. */
export async function noteAnew({ kind, inspection_id, body }: Noted): Promise<string | null> {
  const form = FORMS[kind]?.(inspection_id, body);
  if (!form) return null;
  if (form.key && Object.keys(form.value).length > 0) await keepDraft(form.key, form.value);
  return form.to.startsWith("/") ? form.to : `/visits/${inspection_id}/${form.to}`;
}
