/**
 * The range of values that carries a picture, whatever else a file holds, as `raiox.intake.tone`.
 *
 * Source: src/raiox/intake/tone.py.
 */

const TAIL_SHARE = 0.0005;
const FENCE_SPANS = 1;
const GAP_SHARE = 0.5;
const MIN_LEVELS = 16;
const MARKER_SHARE = 0.02;
const BORDER_LEVELS = 2;
const MAX_PASSES = 8;

export type Counts = Float64Array;

/** The smallest and the largest of whole numbers from 0 to 65,535 that belong to the picture. */
export function robustRange(values: Uint16Array): [number, number] {
  return contentBins(countsOf(values, 2 ** 16));
}

export function countsOf(values: Uint8Array | Uint16Array, n: number): Counts {
  const counts = new Float64Array(n);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
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
