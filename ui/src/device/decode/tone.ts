/**
 * The range of values that carries a picture, whatever else a file holds, as `raiox.intake.tone`.
 *
 * Source: src/raiox/intake/tone.py.
 */

import type { GrayImage } from '../image';

const TAIL_SHARE = 0.0005;
const FENCE_SPANS = 1;
const GAP_SHARE = 0.5;
const MIN_LEVELS = 16;
const MARKER_SHARE = 0.02;
const MIN_MARK_SHARE = 0.0002;
const MARK_ROOM = 32 / 223;
const BORDER_LEVELS = 2;
const MAX_PASSES = 8;
const FEW_SHADES = 64;
const MIN_SHADE_SHARE = 0.0001;

/** Geographers write the largest float where they have no value. */
export const NO_DATA = 1e37;
const N_BINS = 2 ** 16;

export type Counts = Float64Array;
export type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** The smallest and the largest number that belong to the picture; null where most are none, or infinite. */
export function robustRange(values: Numbers): [number, number] | null {
  const isWhole = !(values instanceof Float32Array || values instanceof Float64Array);
  const own = isWhole ? values : values.filter((value) => Math.abs(value) < NO_DATA);
  if (own.length < 0.5 * values.length) return null;
  let [low, high] = [Infinity, -Infinity];
  for (const value of own) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const [counts, width] = histogramOf(own, low, high, isWhole);
    const [first, last] = contentBins(counts);
    const narrowed: [number, number] = [low + first * width, Math.min(high, low + last * width)];
    if (width === 1 || (narrowed[0] === low && narrowed[1] === high)) return narrowed; // nothing is finer
    [low, high] = [low + first * width, Math.min(high, low + (last + 1) * width)];
  }
  return [low, high];
}

/** Counts of equal bins from `low` on, and their width: 1 where whole numbers fit. */
function histogramOf(values: Numbers, low: number, high: number, isWhole: boolean): [Counts, number] {
  const areBins = isWhole && high - low < N_BINS;
  const width = areBins ? 1 : (high - low) / (N_BINS - 1) || 1;
  const counts = new Float64Array(Math.trunc((high - low) / width) + 2);
  for (const value of values) {
    if (value < low || value > high) continue;
    const bin = areBins ? value - low : Math.trunc((value - low) / width);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return [counts, width];
}

/**
 * The value to show as white: where marks are burnt in beyond the picture, a gap above it.
 *
 * Args: white: the brightest of the picture, which may be the smaller number; shareBeyond: of the pixels, brighter than that.
 */
export function whiteBesideMarks(black: number, white: number, shareBeyond: number): number {
  const areMarks = shareBeyond >= MIN_MARK_SHARE && shareBeyond <= MARKER_SHARE;
  return areMarks ? white + (white - black) * MARK_ROOM : white;
}

/** The first and the last bin of a histogram that belong to the picture. */
export function contentBins(counts: Counts): [number, number] {
  let present = nonZero(counts);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const kept = mainCluster(withinFence(present, counts), counts);
    if (kept.length === present.length) break;
    present = kept;
  }
  return [present[0] ?? 0, present.at(-1) ?? 0];
}

export function nonZero(counts: Counts): number[] {
  const present: number[] = [];
  counts.forEach((count, at) => {
    if (count) present.push(at);
  });
  return present;
}

/** Drop a few pixels that lie farther out than the range of all others. */
function withinFence(present: number[], counts: Counts): number[] {
  let sum = 0;
  const cumulated = present.map((at) => (sum += counts[at] ?? 0));
  const tail = TAIL_SHARE * sum;
  const low = present[cumulated.findIndex((total) => total > tail)] ?? 0;
  const high = present[cumulated.findIndex((total) => total >= sum - tail)] ?? 0;
  if (high === low) return present;
  const margin = FENCE_SPANS * (high - low);
  return present.filter((at) => at >= low - margin && at <= high + margin);
}

/** Drop a marker or a border that a wide gap separates from the side with more values. */
function mainCluster(present: number[], counts: Counts): number[] {
  if (present.length < MIN_LEVELS) return present;
  const gaps = present.slice(1).map((at, i) => at - (present[i] ?? 0));
  const widest = gaps.reduce((best, gap, i) => (gap > (gaps[best] ?? 0) ? i : best), 0);
  const [left, right] = [present.slice(0, widest + 1), present.slice(widest + 1)];
  const [richer, poorer] = left.length >= right.length ? [left, right] : [right, left];
  const total = (bins: number[]): number => bins.reduce((sum, at) => sum + (counts[at] ?? 0), 0);
  const isBeside = total(poorer) < MARKER_SHARE * total(present) || poorer.length <= BORDER_LEVELS;
  const span = (richer.at(-1) ?? 0) - (richer[0] ?? 0);
  const isPicture = isBeside && richer.length >= MIN_LEVELS && (gaps[widest] ?? 0) > GAP_SHARE * span;
  return isPicture ? richer : present;
}

/** Whether hardly any shades are left, as darkening, dots or four bits leave them. */
export function hasFewShades({ pixels }: GrayImage): boolean {
  const counts = new Float64Array(256);
  for (const shade of pixels) counts[shade] = (counts[shade] ?? 0) + 1;
  return counts.filter((count) => count >= MIN_SHADE_SHARE * pixels.length).length <= FEW_SHADES;
}
