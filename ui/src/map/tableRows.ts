/** The map of cases as rows of a table. */

import type { Finding } from '../shared/findings';

export interface Row {
  at: number;
  finding: Finding;
  source: string;
  image: string;
  x: number;
  y: number;
  z: number;
}

export type Column = 'finding' | 'source' | 'image' | 'x' | 'y' | 'z';

/** Ordered by one column; equal ones keep the order of the map. */
export function orderRows(rows: readonly Row[], by: Column, falling: boolean): Row[] {
  const sign = falling ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare(a[by], b[by]) || a.at - b.at);
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
