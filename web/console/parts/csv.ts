// Tables as files that spreadsheets open.

export type Cell = string | number | null | undefined;

/** A table as CSV that spreadsheets open with its Chinese intact, and of which no text is ever run as a formula. */
export function csv(rows: Cell[][]): Blob {
  const text = rows.map((row) => row.map(written).join(",")).join("\r\n");
  return new Blob(["\uFEFF", text, "\r\n"], { type: "text/csv;charset=utf-8" });
}

function written(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
