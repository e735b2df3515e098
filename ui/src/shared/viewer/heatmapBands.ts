/** A heatmap as bands between levels of support, so that the picture and its legend are the same. */

import { contours } from 'd3-contour';

import type { SupportMap } from '../support';

/** From this support on; after matplotlib's inferno (CC0), only its light half: nothing is darkened. */
export const BANDS = [
  { from: 0.2, to: 0.4, color: 'rgb(212 72 66)' },
  { from: 0.4, to: 0.6, color: 'rgb(245 125 21)' },
  { from: 0.6, to: 0.8, color: 'rgb(250 193 39)' },
  { from: 0.8, to: 1, color: 'rgb(252 255 164)' },
] as const;
export type Band = (typeof BANDS)[number];

/** Points along the longer side: a map has some 40 cells a side, and a line through them is smooth. */
export const SIDE = 96;

/** Points along both sides of a picture. Args: ratio: width over height. */
export function sizeFor(ratio: number): [number, number] {
  return [Math.max(1, Math.round(SIDE * Math.min(1, ratio))), Math.max(1, Math.round(SIDE * Math.min(1, 1 / ratio)))];
}

/** The `viewBox` in which the points of a map are units. */
export function boxOf({ width, height }: SupportMap): string {
  return `0 0 ${String(width)} ${String(height)}`;
}

/** The bands from a threshold on, weakest first. */
export function bandsFrom(threshold: number): Band[] {
  return BANDS.filter(({ from }) => from >= threshold - 1e-6);
}

/** The outline of all that reaches a level, as the `d` of a path in units of the map's points. */
export function outlineOf({ width, height, values }: SupportMap, level: number): string {
  const { coordinates } = contours().size([width, height]).contour(Array.from(values), level);
  return coordinates
    .flat()
    .map((ring) => `M${ring.map(([x = 0, y = 0]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}Z`)
    .join('');
}
