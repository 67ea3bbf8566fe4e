// An enterprise's orders and hazards as the service tells them; what may be done is what it answers.
import { ask, type Page } from "../../shared/api";
import { type SeenQuestion, useSeen } from "../kept/seen";

export interface OrderRow {
  order_id: string;
  document_no: string | null;
  state: string;
  issued_on: string;
  due_on: string;
  hazards: number;
  overdue: boolean;
}

export interface HazardRow {
  hazard_id: string;
  order_id: string | null;
  severity: string;
  fact: string;
  place: string;
  state: string;
  found_on: string;
  due_on: string | null;
}

export interface Order {
  order_id: string;
  document_no: string | null;
  inspection_id: string;
  issued_on: string;
  state: string;
  overdue: boolean;
  hazards: { hazard_id: string; item_code: string }[];
  progress: Record<string, string>;
  due: Record<string, string>;
  re_inspection_due_on: string | null;
  next_steps: { name: string; article: string | null; known?: { hazard_ids?: string[] } }[];
}

const LIMIT = 200;

/** The order's own name among what is kept. */
export const orderName = (id: string): string => `orders/${id}`;

/** Orders, the newest first. */
export const useOrders = (): SeenQuestion<OrderRow[]> => useSeen("orders", async (signal) => {
  const page: Page<OrderRow> = await ask("inspection", "/v1/orders", { query: { limit: LIMIT }, signal });
  return page.items.reverse();
});

/** Hazards that the enterprise was told of, the newest first. */
export const useHazards = (): SeenQuestion<HazardRow[]> => useSeen("hazards", async (signal) => {
  const page: Page<HazardRow> = await ask("inspection", "/v1/hazards", { query: { limit: LIMIT }, signal });
  return page.items.reverse();
});

/** One order. */
export const useOrder = (id: string): SeenQuestion<Order> =>
  useSeen(orderName(id), (signal) => ask("inspection", "/v1/orders/{order_id}", { path: { order_id: id }, signal }));

/** The hazards of which it may be reported now that they are gone; null where nothing may be reported. */
export function reportable({ next_steps }: Order): string[] | null {
  const step = next_steps.find(({ name }) => name === "report-rectification");
  return step ? (step.known?.hazard_ids ?? []) : null;
}
