/**
 * Averaging whole blocks, in the arithmetic of Pillow: the quick half of making a large picture small.
 *
 * Source: Pillow, src/libImaging/Reduce.c (HPND).
 */

import type { GrayImage } from '../image';

/** The mean of each block of pixels; at the right and at the bottom, of what is left of one. */
export function averageBlocks(image: GrayImage, across: number, down: number): GrayImage {
  if (across === 1 && down === 1) return image;
  const [width, height] = [Math.ceil(image.width / across), Math.ceil(image.height / down)];
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [y * down, Math.min((y + 1) * down, image.height)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [x * across, Math.min((x + 1) * across, image.width)];
      const n = (right - left) * (bottom - top);
      let sum = n >> 1;
      for (let row = top; row < bottom; row++) {
        for (let at = row * image.width + left; at < row * image.width + right; at++) sum += image.pixels[at] as number;
      }
      pixels[y * width + x] = Math.floor((sum * Math.floor(Math.fround(2 ** 24 / n))) / 2 ** 24);
    }
  }
  return { width, height, pixels };
}
