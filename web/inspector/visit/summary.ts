// What a command says, in a line, so that whoever noted it knows it again.
import type { Noted } from "../kept/database";
import type { Visit } from "./visit";
import { answerName, partName } from "./words";

type Body = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const articles = (listed: unknown): string => (listed as { article: string; amount: string }[]).map(({ article, amount }) => `${article} ${amount}`).join("；");

const LINES: Record<string, (body: Body, visit: Visit | null) => string> = {
  "check-in": (body) => text(body.place),
  answers: (body, visit) => (body.answers as { item_code: string; answer: string }[])
    .map(({ item_code, answer }) => `${visit?.items.find(({ code }) => code === item_code)?.title ?? item_code}：${answerName(answer)}`).join("；"),
  meeting: (body) => (body.attendees as { part: string; name?: string }[]).map(({ part, name }) => name ?? partName(part)).join("、"),
  statement: (body) => `${text(body.name)}：${text(body.statement)}`,
  advice: (body) => text(body.advice),
  correction: (body, visit) => `${visit?.hazards.find(({ hazard_id }) => hazard_id === body.hazard_id)?.fact ?? ""} ${text(body.how)}`,
  conclusion: (body) => text(body.signed_by) || text(body.refused_reason),
  order: (body, visit) => (body.hazards as { hazard_id: string }[]).map(({ hazard_id }) => visit?.hazards.find((one) => one.hazard_id === hazard_id)?.fact ?? hazard_id).join("；"),
  evidence: (body) => text(body.file_name),
  sampling: (body) => articles(body.samples), "emergency-seizure": (body) => articles(body.articles),
  examination: (body) => text(body.found), questioning: (body) => text(body.person),
  rectification: (body) => text(body.report),
  suspension: (body) => (body.targets as { target: string }[]).map(({ target }) => target).join("；"),
};

/** What a command says, shortly. */
export function summaryOf({ kind, body }: Noted, visit: Visit | null): string {
  return LINES[kind]?.(body, visit) ?? "";
}
