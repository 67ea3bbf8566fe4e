// What is noted on a phone that signs nothing: each command goes to its own address, under its own id, so that a repeat does nothing twice.
import { send } from "../../shared/api";
import { Problem } from "../../shared/problem";
import type { Noted, Said, Standing } from "./database";

type Body = Record<string, unknown>;

const without = (body: Body, name: string): Body => Object.fromEntries(Object.entries(body).filter(([one]) => one !== name));

const ADDRESSES: Record<string, (noted: Noted) => [path: string, body: Body]> = {
  evidence: ({ inspection_id, body }) => ["/v1/evidence", { ...body, inspection_id }],
  rectification: ({ body }) => [`/v1/orders/${encodeURIComponent(String(body.order_id))}/rectification-reports`, without(body, "order_id")],
};

const LATER = new Set(["unauthenticated", "in-flight", "conflict"]); // said of the moment, not of the command

/** Send one command; answers where it stands then. Throws where nothing was decided: it stays, and is sent again. */
export async function posted(noted: Noted): Promise<{ standing: Standing; said: Said }> {
  const [path, body] = ADDRESSES[noted.kind]?.(noted) ?? ["", {}];
  try {
    await send("inspection", path, body, noted.command_id);
    return { standing: "accepted", said: {} };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || LATER.has(error.code)) throw error;
    const { code, title, detail } = error.body;
    return { standing: "refused", said: { code, title: detail, detail: title } }; // a problem's detail is Chinese, its title English
  }
}
