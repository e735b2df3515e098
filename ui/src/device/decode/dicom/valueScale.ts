/** The values of a frame, and what they mean, as `raiox.intake.dicom.grayscale_pipeline` keeps them. */

import type { Words } from '../bitLayout';
import type { PixelValues, ValueScale } from '../pixelValues';
import { nonZero, type Counts } from '../tone';

const MAX_BYTE = 255;
/** Shades that are neither black nor white. */
const [LOW, HIGH] = [0.02, 0.98];
const CLOSE = 1e-5;

/** Null where 8 bits hold what is there. Args: shades: of each rank, as they are shown; counts: without padding. */
export function valuesOf(words: Words, rankOf: Uint16Array, modality: Float64Array, shades: Float64Array, counts: Counts): PixelValues | null {
  const present = nonZero(counts);
  if ((present.at(-1) ?? 0) - (present[0] ?? 0) <= MAX_BYTE) return null;
  const scale = scaleOf(modality, shades, present);
  return scale && { samples: Uint16Array.from(words, (word) => rankOf[word] ?? 0), scale };
}

/**
 * What the ranks of the values mean, and the linear window that is closest to their shades.
 *
 * Where the modality transformation is a table, the stored values count; its window is none of
 * theirs, but its shades are.
 */
function scaleOf(modality: Float64Array, shades: Float64Array, present: number[]): ValueScale | null {
  const [start, next] = [modality[0] ?? 0, modality[1] ?? 0];
  const step = next - start;
  const isLinear = step !== 0 && modality.every((value, rank) => isClose(value, start + step * rank));
  const [slope, intercept] = isLinear ? [step, start] : [1, 0];
  const shadeOf = (rank: number): number => shades[rank] ?? 0;
  const inside = present.filter((rank) => shadeOf(rank) > LOW && shadeOf(rank) < HIGH);
  const between = inside.length > 1 ? inside : present;
  const [first = 0, last = 0] = [between[0], between.at(-1)];
  const rise = (shadeOf(last) - shadeOf(first)) / (last - first);
  if (!rise) return null;
  const black = first - shadeOf(first) / rise;
  return { slope, intercept, black: intercept + slope * black, white: intercept + slope * (black + 1 / rise) };
}

/** As `numpy.allclose` sees it. */
function isClose(value: number, expected: number): boolean {
  return Math.abs(value - expected) <= 1e-8 + CLOSE * Math.abs(expected);
}
