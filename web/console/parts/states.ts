// How a state is told.
import { english } from "../../shared/language";
import { choiceName, nameOf } from "../../shared/names";

/** What a value is called; a text that is no known code stays as it is. */
export function saidOfValue(text: string): string {
  const named = nameOf(text);
  return english.value || named !== text ? named : choiceName(text);
}
