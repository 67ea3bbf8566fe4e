// The time, as the platform has it: a phone's clock may be minutes off, and what is noted tells when it happened.
const KEPT = "casetrail-clock";
const SAME = 2000; // milliseconds within which two clocks are one

let ahead = Number(localStorage.getItem(KEPT) ?? 0);

/** Learn the platform's time from an answer that was asked for and came at these times of the phone. */
export function learnTime(at: string, asked: number, came: number): void {
  const difference = Date.parse(at) - (asked + came) / 2;
  if (Number.isNaN(difference)) return;
  ahead = Math.abs(difference) < SAME ? 0 : Math.round(difference);
  localStorage.setItem(KEPT, String(ahead));
}

/** By how many milliseconds the platform was ahead of this phone when they last spoke. */
export function clockDifference(): number {
  return ahead;
}

/** The platform's time, as far as this phone knows it. */
export function now(): Date {
  return new Date(Date.now() + ahead);
}

/** The day in China, so many days from today, `2021-09-06`. */
export function today(days = 0): string {
  const at = new Date(now().getTime() + days * 86_400_000);
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(at);
}
