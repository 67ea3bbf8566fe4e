// What may be charged for an act of a case, and what an officer proposes: provisions come from the penalty service, none is typed.
import { ask } from "../../shared/api";
import type { Act, Case, Party } from "./case";

export interface Provision {
  provision: string;
  law: string;
  law_version: string;
  article: string;
  paragraph: number | null;
  item: string | null;
  phase: string;
  subject: string;
  min_fen: number;
  max_fen: number | null;
  kinds: string[];
  share_of: string | null;
}

/** What is proposed for one act towards one party; nothing while no provision is chosen. */
export interface Proposal {
  act: Act;
  party: Party;
  offered: Provision[];
  chosen: number | null;
  amount_fen: number | null;
  reason: string;
  kinds: string[];
}

/** Every act towards every party whom a provision of it is for. */
export async function proposalsOf(of: Case): Promise<Proposal[]> {
  const query = { catalogue: of.catalogue, act_date: of.act_date ?? "" };
  const found = await Promise.all(of.acts.map(async (act) => {
    const answer: { provisions: Provision[] } = await ask("penalty", "/v1/provisions", { query: { ...query, item_code: act.item_code } });
    return of.parties.map((party) => ({ act, party, offered: answer.provisions.filter(({ subject }) => subject === party.kind) }));
  }));
  return found.flat().filter(({ offered }) => offered.length > 0).map((one) => ({ ...one, chosen: null, amount_fen: null, reason: "", kinds: [] }));
}

/** The charges of a command's body: the chosen provisions with their amounts and reasons. */
export function chargesOf(proposals: Proposal[]): Record<string, unknown>[] {
  return proposals.flatMap(({ act, party, offered, chosen, amount_fen, reason, kinds }) => {
    const provision = chosen === null ? undefined : offered[chosen];
    if (!provision) return [];
    const { law, law_version, article, paragraph, item, phase, subject } = provision;
    return [{ item_code: act.item_code, law, law_version, article, paragraph, item, phase, subject, amount_fen, reason, party_id: party.party_id, kinds }];
  });
}
