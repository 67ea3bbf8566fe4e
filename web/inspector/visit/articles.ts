// A thing in a list of samples or of what is sealed or seized.
import { newId } from "../kept/signing";

export interface Article {
  article_id: string;
  article: string;
  specification: string;
  amount: string;
  condition: string;
  kept_at: string;
  keeper: string;
}

/** A line that is still empty, under an id of its own. */
export const article = (): Article => ({ article_id: newId("th"), article: "", specification: "", amount: "", condition: "", kept_at: "", keeper: "" });
