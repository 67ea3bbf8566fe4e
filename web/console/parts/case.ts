import type { Stepped } from "./steps";

// What the pages of a case read of the penalty service's answer; everything else in it they leave alone.
export interface Clock {
  kind?: string;
  clock?: string;
  title?: string;
  party_id?: string | null;
  due_on: string | null;
  missed?: boolean;
  overdue?: boolean;
  article?: string | null;
  on_expiry_title?: string;
  on_expiry_title_en?: string;
}

export interface Party {
  party_id: string;
  kind: string;
  name: string;
  notice: { document_no: string | null; intended_fen: number; served_on: string | null } | null;
  decision: { document_no: string | null; decided_on: string | null; total_fen: number; received_on: string | null } | null;
  payment: { amount_fen: number; received_fen: number; refunded_fen: number; surcharge_fen: number; due_on: string | null; overdue: boolean; settled_on: string | null } | null;
  publication: { state: string; public_until: string | null } | null;
}

export interface Act {
  item_code: string;
  fact: string;
}

export interface Case extends Stepped {
  case_id: string;
  state: string;
  case_no: string | null;
  cause: string | null;
  enterprise_id: string;
  party: { name: string };
  organ: string;
  district: string;
  act_date: string | null;
  catalogue: string;
  acts: Act[];
  filed_on: string | null;
  proposed_fen: number | null;
  officers: { name: string; certificate_no: string }[];
  parties: Party[];
  clocks: Clock[];
}
