/**
 * Where a value lies in its word, seen from the words, as `raiox.intake.bit_layout`.
 *
 * Neighbours in a radiograph are alike, and bits that are read wrongly make them jump.
 * Source: src/raiox/intake/bit_layout.py.
 */

export type Words = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

const SAMPLE_ROWS = 64;
const MIN_DIFFERENT = 0.0005;
const MIN_WRAPPED = 0.9;
const MAX_STEP = 0.5;
/** Of bytes in the other order, as a share of that of the order declared. */
export const MAX_ROUGHNESS = 0.5;
const MIN_NEGATIVE = 16;
export const MIN_NEGATIVE_SHARE = 0.02;

export interface Layout {
  readonly shift: number;
  readonly nBits: number;
  readonly isSigned: boolean;
  /** Whether the bytes of each word come in the other order. */
  readonly isSwapped?: boolean;
}

/** A value of a word: its bits go to the top, so that the way back down brings the sign along. */
export function valueOf(word: number, { shift, nBits, isSigned, isSwapped }: Layout): number {
  const own = isSwapped ? ((word & 0xff) << 8) | (word >> 8) : word;
  const top = own << (32 - nBits - shift);
  return isSigned ? top >> (32 - nBits) : top >>> (32 - nBits);
}

export function sameLayout(a: Layout, b: Layout): boolean {
  const [first, second] = [Boolean(a.isSwapped), Boolean(b.isSwapped)];
  return a.shift === b.shift && a.nBits === b.nBits && a.isSigned === b.isSigned && first === second;
}

/** Rows that stand for all. */
export function sampleRows(words: Words, rows: number, columns: number): Words[] {
  const step = Math.max(1, Math.floor(rows / SAMPLE_ROWS));
  return Array.from({ length: Math.ceil(rows / step) }, (_, at) => words.subarray(at * step * columns, (at * step + 1) * columns));
}

/** Of the neighbours that two layouts step between unequally, how many the other has closer. */
export function gainOf(rows: Words[], declared: Layout, other: Layout): number {
  return shareOfDifferent(rows, declared, other, (step, otherStep) => otherStep < step);
}

/**
 * Whether neighbours that seem to lie at opposite ends are next to each other in another layout.
 *
 * Bright letters on a dark picture seem so too, but are a step away from it in any layout.
 */
export function isWrapped(rows: Words[], declared: Layout, other: Layout): boolean {
  const closest = MAX_STEP * spreadOf(rows, other);
  const share = shareOfDifferent(rows, declared, other, (step, otherStep) => otherStep < step && otherStep <= closest);
  return share >= MIN_WRAPPED;
}

/** How far neighbours lie apart, compared with how far values lie apart at all; noise and a constant give 1. */
export function roughness(rows: Words[], layout: Layout): number {
  let [sum, n] = [0, 0];
  forEachStep(rows, layout, layout, (step) => {
    sum += step;
    n += 1;
  });
  const spread = spreadOf(rows, layout);
  return spread ? sum / n / spread : 1;
}

/** Whether values below zero are part of the picture, and no markers at full scale. */
export function hasNegative(rows: Words[], layout: Layout, minShare = 0): boolean {
  const different = new Set<number>();
  let [nNegative, n] = [0, 0];
  for (const row of rows) {
    n += row.length;
    for (const word of row) {
      const value = valueOf(word, layout);
      if (value >= 0) continue;
      nNegative += 1;
      different.add(value);
    }
  }
  return different.size >= MIN_NEGATIVE && nNegative >= minShare * n;
}

/** Of the neighbours that two layouts step between unequally, for how many something holds; 0 where too few are. */
function shareOfDifferent(rows: Words[], one: Layout, other: Layout, holds: (step: number, otherStep: number) => boolean): number {
  let [n, nDiffer, nHold] = [0, 0, 0];
  forEachStep(rows, one, other, (step, otherStep) => {
    n += 1;
    if (step === otherStep) return;
    nDiffer += 1;
    nHold += Number(holds(step, otherStep));
  });
  return nDiffer < MIN_DIFFERENT * n ? 0 : nHold / Math.max(1, nDiffer);
}

function forEachStep(rows: Words[], one: Layout, other: Layout, use: (step: number, otherStep: number) => void): void {
  for (const row of rows) {
    for (let at = 1; at < row.length; at++) {
      const [before, after] = [row[at - 1] as number, row[at] as number];
      use(Math.abs(valueOf(after, one) - valueOf(before, one)), Math.abs(valueOf(after, other) - valueOf(before, other)));
    }
  }
}

/** How far values lie from their mean, on average. */
function spreadOf(rows: Words[], layout: Layout): number {
  let [sum, n] = [0, 0];
  for (const row of rows) {
    for (const word of row) sum += valueOf(word, layout);
    n += row.length;
  }
  const mean = sum / n;
  let far = 0;
  for (const row of rows) for (const word of row) far += Math.abs(valueOf(word, layout) - mean);
  return far / n;
}
