/**
 * Words to stored values: which bits count, and what sign they have, as `raiox.intake.dicom.stored_values`.
 *
 * Source: DICOM PS3.5, 8.1.1.
 */

import type { Words } from './codecs';
import type { ImagePixel } from './imagePixel';

const SAMPLE_ROWS = 64;
const MIN_DIFFERENT = 0.0005;
const MIN_NEGATIVE = 16;
const MIN_GAIN = 0.3;

/** Where a value lies in its word. */
export interface Layout {
  readonly shift: number;
  readonly nBits: number;
  readonly isSigned: boolean;
}

/** The layout of (rows, columns) words, and whether it is another than the header's. */
export function findLayout(words: Words, image: ImagePixel): [Layout, boolean] {
  let used = 0;
  for (const word of words) used |= word;
  const { highBit, bitsStored, isSigned } = image;
  const declared: Layout = { shift: highBit + 1 - bitsStored, nBits: bitsStored, isSigned };
  const layout = seen(words, image, used, settled(declared, used));
  return [layout, layout !== declared];
}

/** A value of a word: its bits go to the top, so that the way back down brings the sign along. */
export function valueOf(word: number, { shift, nBits, isSigned }: Layout): number {
  const top = word << (32 - nBits - shift);
  return isSigned ? top >> (32 - nBits) : top >>> (32 - nBits);
}

/** Values that lie lower than HighBit says: the bits that would be dropped are in use. */
function settled(declared: Layout, used: number): Layout {
  const isLow = used < 1 << declared.nBits && (used & ((1 << declared.shift) - 1)) !== 0;
  return declared.shift && isLow ? { ...declared, shift: 0 } : declared;
}

/** The declared layout, unless another makes the neighbours more alike. */
function seen(words: Words, image: ImagePixel, used: number, declared: Layout): Layout {
  const nWordBits = image.bitsAllocated;
  if (nWordBits === 8 || used < 1 << (declared.nBits + declared.shift - 1)) return declared;
  const rows = sampleRows(words, image);
  const whole = [false, true].map((isSigned): Layout => ({ shift: 0, nBits: nWordBits, isSigned }));
  const gains = whole.map((layout) => gainOf(rows, declared, layout));
  const best = whole[(gains[1] ?? 0) > (gains[0] ?? 0) ? 1 : 0] as Layout;
  if (Math.max(...gains) < MIN_GAIN) return declared;
  if (best.isSigned && !declared.isSigned && countNegative(rows, nWordBits) < MIN_NEGATIVE) return declared;
  const nUnused = nWordBits - declared.nBits;
  const isHigh = nUnused > 0 && (used & ((1 << nUnused) - 1)) === 0;
  return isHigh ? { shift: nUnused, nBits: declared.nBits, isSigned: best.isSigned } : best;
}

function sampleRows(words: Words, { rows, columns }: ImagePixel): Words[] {
  const step = Math.max(1, Math.floor(rows / SAMPLE_ROWS));
  return Array.from({ length: Math.ceil(rows / step) }, (_, at) => words.subarray(at * step * columns, (at * step + 1) * columns));
}

/** Of the neighbours that two layouts step between unequally, how many the other has closer. */
function gainOf(rows: Words[], declared: Layout, other: Layout): number {
  let [n, nDiffer, nCloser] = [0, 0, 0];
  for (const row of rows) {
    for (let at = 1; at < row.length; at++) {
      const [one, next] = [row[at - 1] ?? 0, row[at] ?? 0];
      const step = Math.abs(valueOf(next, declared) - valueOf(one, declared));
      const otherStep = Math.abs(valueOf(next, other) - valueOf(one, other));
      n += 1;
      nDiffer += Number(step !== otherStep);
      nCloser += Number(otherStep < step);
    }
  }
  return nDiffer < MIN_DIFFERENT * n ? 0 : nCloser / Math.max(1, nDiffer);
}

function countNegative(rows: Words[], nWordBits: number): number {
  const negative = new Set<number>();
  for (const row of rows) for (const word of row) if (word >= 1 << (nWordBits - 1)) negative.add(word);
  return negative.size;
}
