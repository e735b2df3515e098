/** The cases of the map in groups that share a marker: pure, so that 3D, 2D and table agree. */

import type { MapCase } from '../shared/contract';
import { nameDataset } from '../shared/datasets';
import { inOrder, markerOf, nameFinding } from '../shared/findings';
import { SERIES_MARKERS, type Marker } from '../shared/marker';

export type Grouping = 'finding' | 'source';

export interface Group {
  key: string;
  marker: Marker;
  /** Positions of its cases in the map. */
  at: number[];
}

export function groupBy(cases: readonly MapCase[], grouping: Grouping): Group[] {
  const byFinding = grouping === 'finding';
  const keys = byFinding ? inOrder(cases.map(({ finding }) => finding)) : datasetsOf(cases);
  return keys.map((key, n) => ({
    key,
    marker: byFinding ? markerOf(key) : (SERIES_MARKERS[n % SERIES_MARKERS.length] as Marker),
    at: cases.flatMap((one, at) => (one[grouping] === key ? [at] : [])),
  }));
}

function datasetsOf(cases: readonly MapCase[]): string[] {
  return [...new Set(cases.map(({ source }) => source))].sort();
}

export function nameGroup(key: string, grouping: Grouping): string {
  return grouping === 'finding' ? nameFinding(key) : nameDataset(key);
}

/** The largest coordinate of the first three, so that a scale of one holds every case. */
export function extentOf(coordinates: readonly (readonly number[])[]): number {
  const furthest = coordinates.flatMap((position) => position.slice(0, 3).map(Math.abs));
  return furthest.reduce((most, far) => Math.max(most, far), 0) || 1;
}

/** Positions of the cases nearest to one case, in all components. */
export function nearest(coordinates: readonly (readonly number[])[], at: number, most: number): number[] {
  const here = coordinates[at] ?? [];
  return coordinates
    .map((position, other) => ({ other, far: distance(here, position) }))
    .filter(({ other }) => other !== at)
    .sort((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ other }) => other);
}

export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((coordinate, n) => coordinate - (b[n] ?? 0)));
}
