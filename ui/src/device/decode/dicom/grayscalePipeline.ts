/**
 * Stored values to shades: modality LUT or rescale, VOI LUT or window, then MONOCHROME1 turned over, as
 * `raiox.intake.dicom.grayscale_pipeline`. Each value is worked out once, in a table.
 *
 * Source: DICOM PS3.3, C.7.5.1.1.2, C.7.6.3.1.2 and C.11; PS3.4, N.2.
 */

import { clip, roundHalfEven } from '../../image';
import { valueOf, type Layout, type Words } from '../bitLayout';
import type { PixelValues } from '../pixelValues';
import { contentBins, nonZero, whiteBesideMarks, type Counts } from '../tone';
import type { Elements } from './elements';
import type { ImagePixel } from './imagePixel';
import { lookUp, readLookupTable } from './lookupTable';
import { valuesOf } from './valueScale';
import { readVoi, showsTheImage } from './voi';

const MAX_PADDED = 0.95;

/** A frame as it is shown. */
export interface Rendered {
  /** Bright is dense. */
  readonly pixels: Uint8Array;
  /** Whether a display setting of the file had to be mended or ignored. */
  readonly isMended: boolean;
  /** Null where 8 bits hold what is there. */
  readonly values: PixelValues | null;
}

interface Shades {
  /** In [0, 1], of each value in order. */
  readonly shades: Float64Array;
  readonly isMended: boolean;
}

export function renderValues(words: Words, layout: Layout, image: ImagePixel, elements: Elements): Rendered {
  const n = 2 ** image.bitsAllocated;
  const half = layout.isSigned ? n / 2 : 0;
  const rankOf = Uint16Array.from({ length: n }, (_, word) => valueOf(word, layout) + half);
  const counts = new Float64Array(n);
  for (const word of words) counts[rankOf[word] as number] = (counts[rankOf[word] as number] as number) + 1;
  const values = Float64Array.from({ length: n }, (_, rank) => rank - half);
  const padding = paddingOf(values, counts, elements, layout.isSigned);
  padding.forEach((isPadding, rank) => {
    if (isPadding) counts[rank] = 0;
  });
  const [modality, isUnusable] = applyModality(values, elements, layout.isSigned);
  const isInverted = image.photometric === 'MONOCHROME1';
  const display = { values, modality, counts, layout, whiteIsLow: isInverted };
  const { shades: declared, isMended } = shadesOf(display, elements);
  const shades = declared.map((shade, rank) => (padding[rank] ? 0 : isInverted ? 1 - shade : shade));
  const table = Uint8Array.from(rankOf, (rank) => roundHalfEven((shades[rank] ?? 0) * 255));
  return {
    pixels: Uint8Array.from(words, (word) => table[word] ?? 0),
    isMended: isUnusable || isMended,
    values: image.bitsAllocated === 16 ? valuesOf(words, rankOf, modality, shades, counts) : null,
  };
}

interface Display {
  readonly values: Float64Array;
  readonly modality: Float64Array;
  readonly counts: Counts;
  readonly layout: Layout;
  readonly whiteIsLow: boolean;
}

function shadesOf({ values, modality, counts, layout, whiteIsLow }: Display, elements: Elements): Shades {
  const { shades: wanted, isMended } = readVoi(modality, elements);
  if (wanted && showsTheImage(wanted, withoutBackground(counts))) return { shades: wanted, isMended };
  const isIgnored = isMended || wanted !== null;
  const isWholeByte = layout.nBits === 8 && !layout.isSigned;
  if (isWholeByte && modality.every((value, at) => value === values[at])) {
    return { shades: modality.map((value) => Math.min(value / 255, 1)), isMended: isIgnored };
  }
  return { shades: stretched(modality, counts, whiteIsLow), isMended: isIgnored };
}

/** C.11.1: the first Modality LUT, else the rescale; and whether something had to be mended or ignored. */
function applyModality(values: Float64Array, elements: Elements, isSigned: boolean): [Float64Array, boolean] {
  const [item] = elements.items('ModalityLUTSequence');
  if (item) {
    const table = readLookupTable(item, 'LUTDescriptor', 'LUTData', isSigned);
    if (!table || table.entries.every((entry) => entry === table.entries[0])) return [values, true];
    return [values.map((value) => lookUp(table, value)), false];
  }
  const [slope, intercept] = [elements.number('RescaleSlope'), elements.number('RescaleIntercept')];
  const isMended = elements.repaired.has('RescaleSlope') || elements.repaired.has('RescaleIntercept');
  if (slope === 0) return [values, true];
  const rescaled = values.map((value) => value * (slope ?? 1) + (intercept ?? 0));
  return rescaled.every(Number.isFinite) ? [rescaled, isMended] : [values, true];
}

/** From the darkest to the brightest value of the picture; a hot pixel is none of it. */
function stretched(modality: Float64Array, counts: Counts, whiteIsLow: boolean): Float64Array {
  if (!counts.some(Boolean)) return new Float64Array(counts.length);
  const ends = contentBins(counts).map((rank) => modality[rank] ?? 0);
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const share = (isBeyond: (value: number) => boolean): number => {
    let [beyond, all] = [0, 0];
    counts.forEach((count, rank) => {
      all += count;
      if (isBeyond(modality[rank] ?? 0)) beyond += count;
    });
    return beyond / all;
  };
  const low = whiteIsLow ? whiteBesideMarks(last, first, share((value) => value < first)) : first;
  const high = whiteIsLow ? last : whiteBesideMarks(first, last, share((value) => value > last));
  const span = Math.max(high - low, Number.MIN_VALUE);
  return modality.map((value) => clip((value - low) / span, 0, 1));
}

/** The pixels but for those of the smallest and the largest value: air, collimation, markers. */
function withoutBackground(counts: Counts): Counts {
  const present = nonZero(counts);
  if (present.length <= 2) return counts;
  const body = counts.slice();
  for (const end of [present[0], present.at(-1)]) body[end ?? 0] = 0;
  return body;
}

/** C.7.5.1.1.2: the values that only fill the frame. */
function paddingOf(values: Float64Array, counts: Counts, elements: Elements, isSigned: boolean): Uint8Array {
  const none = new Uint8Array(values.length);
  const oneEnd = elements.number('PixelPaddingValue', isSigned);
  if (oneEnd === null) return none;
  const otherEnd = elements.number('PixelPaddingRangeLimit', isSigned) ?? oneEnd;
  const [low, high] = [Math.min(oneEnd, otherEnd), Math.max(oneEnd, otherEnd)];
  const padding = Uint8Array.from(values, (value) => Number(value >= low && value <= high));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const padded = counts.reduce((sum, count, rank) => sum + (padding[rank] ? count : 0), 0);
  return padded > MAX_PADDED * total ? none : padding;
}
