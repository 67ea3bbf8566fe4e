// What the register's form calls its fields and choices.
import words from "../generated/register.json";
import { count, day } from "./formats";
import { fieldName } from "./labels";
import { english, t } from "./language";
import { nameOf } from "./names";

const { heads, titles } = words as { heads: Record<string, Record<string, string>>; titles: Record<string, string> };

/** The name of a field of a site, a place or a piece of equipment, as its form has it at its head. */
export function headOf(record: string, field: string): string {
  return english.value ? field.replaceAll("_", " ") : (heads[record]?.[field] ?? fieldName(field));
}

/** A value of the register as a person reads it: days, numbers and choices in words. */
export function fieldValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return value ? t("是", "yes") : t("否", "no");
  if (typeof value === "number") return count(value);
  const text = String(value);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return day(text);
  return english.value ? text : (titles[text] ?? nameOf(text));
}
