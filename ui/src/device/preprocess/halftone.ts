/**
 * Pictures of a few grays, smoothed for the networks, as `raiox.inference.halftone`.
 *
 * Source: src/raiox/inference/halftone.py; Pillow, src/libImaging/BoxBlur.c (HPND), whose fixed-point
 * arithmetic this is.
 */

import { clip, histogram, type GrayImage } from '../image';

const MAX_GRAYS = 16;
const BLUR_PX = 1.5;
const N_PASSES = 3;
const ONE = 2 ** 24;

/** The same pixels where there are more grays. */
export function smoothHalftone(image: GrayImage): GrayImage {
  const nGrays = histogram(image).reduce((n, count) => n + Number(count > 0), 0);
  if (nGrays > MAX_GRAYS) return image;
  const { width, height } = image;
  const pixels = image.pixels.slice();
  for (let pass = 0; pass < N_PASSES; pass++) blurLines(pixels, height, width, width, 1);
  for (let pass = 0; pass < N_PASSES; pass++) blurLines(pixels, width, height, 1, width);
  return { width, height, pixels };
}

/** Half the width of the box of which so many passes are as wide as the Gaussian. */
function boxRadius(): number {
  const variance = BLUR_PX ** 2 / N_PASSES;
  const whole = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
  const rest = ((2 * whole + 1) * (whole * (whole + 1) - 3 * variance)) / (6 * (variance - (whole + 1) ** 2));
  return Math.fround(whole + rest);
}

/** In place. Args: step: from a line to the next; stride: from a pixel of it to the next. */
function blurLines(pixels: Uint8Array, lines: number, length: number, step: number, stride: number): void {
  const half = boxRadius();
  const radius = Math.trunc(half);
  const inside = Math.trunc(ONE / Math.fround(half * 2 + 1));
  const edge = Math.floor((ONE - (radius * 2 + 1) * inside) / 2);
  const line = new Uint8Array(length);
  const at = (x: number): number => line[clip(x, 0, length - 1)] as number;
  for (let y = 0; y < lines; y++) {
    for (let x = 0; x < length; x++) line[x] = pixels[y * step + x * stride] as number;
    let sum = 0;
    for (let x = -radius - 1; x < radius; x++) sum += at(x);
    for (let x = 0; x < length; x++) {
      sum += at(x + radius) - at(x - radius - 1);
      const bulk = sum * inside + (at(x - radius - 1) + at(x + radius + 1)) * edge;
      pixels[y * step + x * stride] = Math.floor((bulk + ONE / 2) / ONE);
    }
  }
}
