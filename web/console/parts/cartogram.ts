// Where each jurisdiction stands on the schematic map: cells by id or national code, roughly as they lie to each other.
//
// A schema, not a map: no boundary is drawn. Whoever has no cell here stands in a row below.

type Place = [column: number, row: number];

const BY_ID: Record<string, Place> = {
  anyi: [1, 1], xinjian: [2, 1], jingkai: [3, 1],
  "wanli-guanliju": [1, 2], honggutan: [2, 2], donghu: [3, 2], qingshanhu: [4, 2], gaoxin: [5, 2],
  xihu: [3, 3], qingyunpu: [4, 3],
  xiaolan: [3, 4], "nanchang-xian": [4, 4], jinxian: [5, 4],
};

const BY_CODE: Record<string, Place> = {
  "360123": [1, 1], "360112": [2, 1], "360113": [2, 2], "360102": [3, 2], "360111": [4, 2], "360103": [3, 3], "360104": [4, 3],
  "360121": [4, 4], "360124": [5, 4],
};

/** How many cells lie beside each other. */
export const COLUMNS = 5;

export interface Cell {
  id: string;
  column: number;
  row: number;
}

/** A cell for each; no two in one place, those that are not known below the others in their order. */
export function placed(jurisdictions: { id: string; code?: string | null }[]): Cell[] {
  const taken = new Map<string, Cell>();
  const left: string[] = [];
  for (const { id, code } of jurisdictions) {
    const [column, row] = BY_ID[id] ?? BY_CODE[code ?? ""] ?? [0, 0];
    if (column && !taken.has(`${column},${row}`)) taken.set(`${column},${row}`, { id, column, row });
    else left.push(id);
  }
  const last = Math.max(0, ...[...taken.values()].map((cell) => cell.row));
  const below = left.map((id, n) => ({ id, column: (n % COLUMNS) + 1, row: last + 1 + Math.floor(n / COLUMNS) }));
  return [...taken.values(), ...below];
}

/** In which of so many equal steps between the least and the greatest a value lies, from 0; null where there is no value. */
export function step(value: number | null | undefined, values: number[], steps: number): number | null {
  if (value === null || value === undefined) return null;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return most === least ? (most === 0 ? 0 : Math.floor(steps / 2)) : Math.min(steps - 1, Math.floor(((value - least) / (most - least)) * steps));
}
