/** The map of cases as groups of signs: pure, so that 3D, 2D and table tell the same. */

import { FINDINGS, type MapCase } from '../shared/contract';
import { nameSource } from '../shared/datasets';
import { nameFinding } from '../shared/format';
import type { Sign } from '../shared/marker';

export type Colouring = 'finding' | 'source';

export interface Group {
  key: string;
  sign: Sign;
  /** Positions of its cases in the map. */
  at: number[];
}

/** Colour and shape together: neither stands alone. */
const FINDING_SIGNS: Record<string, Sign> = {
  no_finding: { shape: 'circle', colour: '--no-finding' },
  lung_opacity: { shape: 'triangle', colour: '--lung-opacity' },
  covid19: { shape: 'square', colour: '--covid19' },
};

const SOURCE_SIGNS: readonly Sign[] = [
  { shape: 'circle', colour: '--series-1' },
  { shape: 'triangle', colour: '--series-2' },
  { shape: 'square', colour: '--series-3' },
  { shape: 'diamond', colour: '--series-4' },
  { shape: 'plus', colour: '--series-5' },
  { shape: 'cross', colour: '--series-6' },
  { shape: 'down', colour: '--series-7' },
];

export function groupBy(cases: readonly MapCase[], colouring: Colouring): Group[] {
  const keys = colouring === 'finding' ? [...FINDINGS] : sourcesOf(cases);
  return keys.map((key, n) => ({
    key,
    sign: FINDING_SIGNS[key] ?? (SOURCE_SIGNS[n % SOURCE_SIGNS.length] as Sign),
    at: cases.flatMap((found, at) => (found[colouring] === key ? [at] : [])),
  }));
}

export function sourcesOf(cases: readonly MapCase[]): string[] {
  return [...new Set(cases.map(({ source }) => source))].sort();
}

export function nameGroup(key: string, colouring: Colouring): string {
  return colouring === 'finding' ? nameFinding(FINDINGS.find((f) => f === key) ?? 'no_finding') : nameSource(key);
}

/** The largest coordinate of the first three, so that a scale of one holds every case. */
export function extentOf(coordinates: readonly (readonly number[])[]): number {
  const furthest = coordinates.flatMap((place) => place.slice(0, 3).map(Math.abs));
  return furthest.reduce((most, far) => Math.max(most, far), 0) || 1;
}

/** Positions of the cases nearest to one case, in all components. */
export function nearest(coordinates: readonly (readonly number[])[], at: number, most: number): number[] {
  const here = coordinates[at] ?? [];
  return coordinates
    .map((place, other) => ({ other, far: distance(here, place) }))
    .filter(({ other }) => other !== at)
    .sort((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ other }) => other);
}

export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((coordinate, n) => coordinate - (b[n] ?? 0)));
}
