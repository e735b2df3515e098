/**
 * Whether decoded pixels show anything at all, as `raiox.inference.blank`.
 *
 * Source: src/raiox/inference/blank.py.
 */

import { firstReaching, histogram, type GrayImage } from '../image';
import { BOX, resizeGray } from '../preprocess/resample';
import type { Rejection } from './frontalFilter';

const MIN_CONTRAST = 16;
const MIN_SHADES = 32;
const MAX_ONE_VALUE = 0.9;
const MIN_NEIGHBOUR_CORRELATION = 0.2;
const MIN_BEYOND_SLOPE = 0.04;
const LOW_SHARE = 0.01;
const HIGH_SHARE = 0.99;
const SIDE_PX = 64;
const DEGREE = 8;

/** Null where the picture shows something. */
export function rejectBlank(image: GrayImage): Rejection | null {
  const shares = Array.from(histogram(image), (count) => count / image.pixels.length);
  const contrast = contrastOf(shares);
  const refusal: Rejection = { code: 'blank_image', facts: { contrast } };
  if (contrast < MIN_CONTRAST || Math.max(...shares) > MAX_ONE_VALUE) return refusal;
  const { pixels } = resizeGray(image, SIDE_PX, SIDE_PX, BOX);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const small = Float64Array.from(pixels, (value) => value - mean);
  if (neighbourCorrelation(small) < MIN_NEIGHBOUR_CORRELATION) return refusal;
  if (shareBeyondSlope(small) < MIN_BEYOND_SLOPE) return refusal;
  return contrast < MIN_SHADES ? { code: 'low_contrast', facts: { contrast } } : null;
}

function contrastOf(shares: number[]): number {
  let sum = 0;
  const cumulated = shares.map((share) => (sum += share));
  return firstReaching(cumulated, HIGH_SHARE) - firstReaching(cumulated, LOW_SHARE);
}

/** Correlation of pixels with the next one, along the worse of the two axes. */
function neighbourCorrelation(small: Float64Array): number {
  let [squares, along, down] = [0, 0, 0];
  small.forEach((value, at) => {
    squares += value * value;
    if (at % SIDE_PX) along += value * (small[at - 1] ?? 0);
    if (at >= SIDE_PX) down += value * (small[at - SIDE_PX] ?? 0);
  });
  const variance = squares / small.length || 1;
  return Math.min(along, down) / ((SIDE_PX - 1) * SIDE_PX) / variance;
}

/** Standard deviation left when the best polynomial surface is taken away, as a share. */
function shareBeyondSlope(small: Float64Array): number {
  const rest = Float64Array.from(small);
  const axis = smoothAxis();
  axis.forEach((across, i) => {
    for (const down of axis.slice(0, DEGREE + 1 - i)) subtractProjection(rest, across, down);
  });
  return deviation(rest) / (deviation(small) || 1);
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Orthonormal polynomials along one side; products of two of them are orthonormal surfaces. */
function smoothAxis(): Float64Array[] {
  const axis: Float64Array[] = [];
  for (let degree = 0; degree <= DEGREE; degree++) {
    const term = Float64Array.from({ length: SIDE_PX }, (_, at) => (-1 + (2 * at) / (SIDE_PX - 1)) ** degree);
    // Twice, which is as good as a QR decomposition here.
    for (const other of [...axis, ...axis]) {
      const length = dot(term, other);
      term.forEach((value, at) => (term[at] = value - length * (other[at] ?? 0)));
    }
    const length = Math.sqrt(dot(term, term));
    axis.push(term.map((value) => value / length));
  }
  return axis;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function subtractProjection(values: Float64Array, across: Float64Array, down: Float64Array): void {
  const surface = (at: number): number => (across[at % SIDE_PX] ?? 0) * (down[Math.floor(at / SIDE_PX)] ?? 0);
  const length = values.reduce((sum, value, at) => sum + value * surface(at), 0);
  values.forEach((value, at) => (values[at] = value - length * surface(at)));
}
