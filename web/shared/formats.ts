// Dates, sums and numbers as they are written in China; instants are shown in the time of the city.
import { language } from "./language";

const ZONE = "Asia/Shanghai";

/** What stands where there is no value. */
export const NOTHING = "—";

const locale = () => (language.value === "en" ? "en-GB" : "zh-CN");

/** A day, `2021年9月3日`; from a date or from an instant. */
export function day(text: string | null | undefined): string {
  if (!text) return NOTHING;
  const date = text.length === 10 ? new Date(`${text}T00:00:00+08:00`) : new Date(text);
  return new Intl.DateTimeFormat(locale(), { timeZone: ZONE, year: "numeric", month: "long", day: "numeric" }).format(date);
}

/** An instant to the minute, `2021-09-03 14:05`. */
export function moment(text: string | null | undefined): string {
  if (!text) return NOTHING;
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" }).format(new Date(text));
}

/** An instant to the second. */
export function instant(text: string | null | undefined): string {
  if (!text) return NOTHING;
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "medium" }).format(new Date(text));
}

/** Fen as yuan, `¥12,345.60`. */
export function money(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return NOTHING;
  const whole = fen % 100 === 0;
  return new Intl.NumberFormat("zh-CN", { style: "currency", currency: "CNY", minimumFractionDigits: whole ? 0 : 2 }).format(fen / 100);
}

/** A number with at most two decimals. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 }).format(value);
}

/** A figure in its unit. */
export function figure(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return NOTHING;
  if (unit === "fen") return money(value);
  if (unit === "%") return `${count(value)}%`;
  return unit ? `${count(value)} ${unit}` : count(value);
}
