/**
 * Any picture or array of values to one byte a pixel, as `raiox.intake.grayscale`.
 *
 * Source: src/raiox/intake/grayscale.py; ITU-R BT.601 for the luma.
 */

import { clip, roundHalfEven, type GrayImage, type Shape } from '../image';
import { hasNegative, isWrapped, MAX_ROUGHNESS, MIN_NEGATIVE_SHARE, roughness, sampleRows, valueOf, type Layout } from './bitLayout';
import type { PixelValues } from './pixelValues';
import { RefusedError } from './refusal';
import { NO_DATA, robustRange, whiteBesideMarks, type Numbers } from './tone';

const [MAX_BYTE, MAX_SAMPLE] = [255, 2 ** 16 - 1];
const UNSIGNED: Layout = { shift: 0, nBits: 16, isSigned: false };
const SIGNED: Layout = { ...UNSIGNED, isSigned: true };
const SWAPPED: Layout = { ...UNSIGNED, isSwapped: true };

/** Red, green, blue and opacity of each pixel. */
export interface ColourImage extends Shape {
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** A picture in shades of gray. */
export interface Flattened {
  readonly image: GrayImage;
  /** Codes of what was lost of its colours. */
  readonly notes: readonly string[];
  /** Null where 8 bits hold what is there, and for colours and fractions. */
  readonly values: PixelValues | null;
  /** Colours without transparency, which a camera may have taken. */
  readonly colours: ColourImage | null;
}

export function grayAlone({ width, height }: Shape, pixels: Uint8Array, values: PixelValues | null = null): Flattened {
  return { image: { width, height, pixels }, notes: [], values, colours: null };
}

/**
 * Numbers over the range that carries the picture; marks that are burnt in beyond it are white, a gap above.
 *
 * Args: whiteIsZero: the smallest number is the brightest.
 * Throws: RefusedError where most are not a number, or infinite.
 */
export function stretch(shape: Shape, samples: Numbers, whiteIsZero = false): Flattened {
  const values = asMeant(shape, samples);
  const [low, high] = requireRange(values);
  const [black, brightest] = whiteIsZero ? [high, low] : [low, high];
  const white = whiteBesideMarks(black, brightest, shareBeyond(values, brightest, whiteIsZero));
  return grayAlone(shape, toBytes(values, black, white), deepValues(values, black, white));
}

/** Gray with opacity; what is transparent is black and has no part in the range. */
export function stretchOpaque(shape: Shape, gray: Uint16Array<ArrayBuffer>, opacity: Uint16Array): Flattened {
  if (opacity.every((value) => value === opacity[0])) return stretch(shape, gray);
  const shades = toBytes(gray, ...requireRange(gray.filter((_, at) => opacity[at])));
  return grayAlone(shape, shades.map((shade, at) => multiplied(shade, (opacity[at] ?? 0) >> 8)));
}

/** Throws: RefusedError where most are not a number, or infinite. */
export function requireRange(values: Numbers): [number, number] {
  const range = robustRange(values);
  if (!range) throw new RefusedError('corrupt_image');
  return range;
}

/** Black becomes 0 and white 255, either of which may be the larger number; what is none is black. */
export function toBytes(values: Numbers, black: number, white: number): Uint8Array {
  if (values instanceof Uint16Array) {
    const table = shadesOf(black, white);
    return Uint8Array.from(values, (value) => table[value] ?? 0);
  }
  const shade = shadeBetween(black, white);
  const bytes = new Uint8Array(values.length);
  values.forEach((value, at) => (bytes[at] = Number.isNaN(value) ? 0 : shade(value)));
  return bytes;
}

/** A table of 65,536 shades, black at `black` and white at `white`. */
export function shadesOf(black: number, white: number): Uint8Array {
  const shade = shadeBetween(black, white);
  return Uint8Array.from({ length: MAX_SAMPLE + 1 }, (_, value) => shade(value));
}

/** Product of two bytes as shares, in the arithmetic of Pillow. */
export function multiplied(one: number, other: number): number {
  const product = one * other + 128;
  return ((product >> 8) + product) >> 8;
}

function shadeBetween(black: number, white: number): (value: number) => number {
  const scale = white === black ? 0 : 255 / (white - black);
  return (value) => roundHalfEven(clip((value - black) * scale, 0, 255));
}

/** Of the values, those that are brighter than the picture. */
export function shareBeyond(values: Numbers, brightest: number, whiteIsZero = false): number {
  const isFloat = values instanceof Float32Array || values instanceof Float64Array;
  let nBeyond = 0;
  for (const value of values) {
    const isBeyond = whiteIsZero ? value < brightest : value > brightest;
    if (isBeyond && (!isFloat || Math.abs(value) < NO_DATA)) nBeyond += 1;
  }
  return nBeyond / values.length;
}

/** Numbers below zero in words without a sign, and bytes in the other order, where neighbours show it. */
function asMeant(shape: Shape, values: Numbers): Numbers {
  if (!(values instanceof Uint16Array) || !values.some((value) => value >= 2 ** 15)) return values;
  const rows = sampleRows(values as Uint16Array<ArrayBuffer>, shape.height, shape.width);
  if (isWrapped(rows, UNSIGNED, SIGNED) && hasNegative(rows, SIGNED, MIN_NEGATIVE_SHARE)) return Int16Array.from(values);
  const isSwapped = roughness(rows, SWAPPED) < MAX_ROUGHNESS * roughness(rows, UNSIGNED);
  return isSwapped ? values.map((word) => valueOf(word, SWAPPED)) : values;
}

/** The numbers as they are, where 16 bits hold them and 8 do not. */
function deepValues(values: Numbers, black: number, white: number): PixelValues | null {
  if (values instanceof Float32Array || values instanceof Float64Array || black === white) return null;
  let [first, last] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < first) first = value;
    if (value > last) last = value;
  }
  if (last - first <= MAX_BYTE || last - first > MAX_SAMPLE) return null;
  const intercept = first >= 0 && last <= MAX_SAMPLE ? 0 : first;
  const samples = new Uint16Array(values.length);
  values.forEach((value, at) => (samples[at] = value - intercept));
  return { samples, scale: { slope: 1, intercept, black, white } };
}
