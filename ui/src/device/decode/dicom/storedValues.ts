/**
 * Words to stored values: which bits count, and what sign they have, as `raiox.intake.dicom.stored_values`.
 *
 * Source: DICOM PS3.5, 8.1.1.
 */

import {
  gainOf,
  hasNegative,
  isWrapped,
  MAX_ROUGHNESS,
  MIN_NEGATIVE_SHARE,
  roughness,
  sameLayout,
  sampleRows,
  type Layout,
  type Words,
} from '../bitLayout';
import type { ImagePixel } from './imagePixel';

const MIN_GAIN = 0.3;

/** The layout of (rows, columns) words, and whether it is another than the header's. */
export function findLayout(words: Words, image: ImagePixel): [Layout, boolean] {
  let used = 0;
  for (const word of words) used |= word;
  const { highBit, bitsStored, isSigned } = image;
  const declared: Layout = { shift: highBit + 1 - bitsStored, nBits: bitsStored, isSigned };
  const layout = seen(words, image, used, settled(declared, used));
  return [layout, !sameLayout(layout, declared)];
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
  const rows = sampleRows(words, image.rows, image.columns);
  const likely = likeliest(rows, declared, nWordBits);
  const isBelievable = !likely.isSigned || declared.isSigned || isNegative(rows, likely, nWordBits);
  const best = isBelievable ? likely : declared;
  const swapped: Layout = { ...declared, isSwapped: true };
  if (roughness(rows, swapped) < MAX_ROUGHNESS * roughness(rows, best)) return swapped;
  const nUnused = nWordBits - declared.nBits;
  const isHigh = best.nBits === nWordBits && nUnused > 0 && (used & ((1 << nUnused) - 1)) === 0;
  return isHigh ? { shift: nUnused, nBits: declared.nBits, isSigned: best.isSigned } : best;
}

/** The layout whose neighbours are most alike, of those that are alike enough to be believed. */
function likeliest(rows: Words[], declared: Layout, nWordBits: number): Layout {
  const whole = [false, true].map((isSigned): Layout => ({ shift: 0, nBits: nWordBits, isSigned }));
  const gains = whole.map((layout) => gainOf(rows, declared, layout));
  const best = whole[(gains[1] ?? 0) > (gains[0] ?? 0) ? 1 : 0] as Layout;
  if (Math.max(...gains) >= MIN_GAIN) return best;
  const otherSign: Layout = { ...declared, isSigned: !declared.isSigned };
  return isWrapped(rows, declared, otherSign) ? otherSign : declared;
}

/** Whether values are below zero, and next to those above it: bright letters are not. */
function isNegative(rows: Words[], layout: Layout, nWordBits: number): boolean {
  const isWhole = layout.nBits === nWordBits;
  if (isWhole && !isWrapped(rows, { ...layout, isSigned: false }, layout)) return false;
  return hasNegative(rows, layout, isWhole ? 0 : MIN_NEGATIVE_SHARE);
}
