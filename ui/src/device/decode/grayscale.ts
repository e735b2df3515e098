/**
 * Any picture to one byte a pixel, as `raiox.intake.grayscale`.
 *
 * Source: src/raiox/intake/grayscale.py; ITU-R BT.601 for the luma.
 */

import { clip, roundHalfEven, type GrayImage } from '../image';
import { robustRange } from './tone';

const COLOUR_SAMPLE_SIDE_PX = 512;
const COLOUR_SPREAD = 32;
const COLOUR_SHARE = 0.002;
const MIN_MARK_SHARE = 0.0002;
const MARK_ROOM = 32 / 223;

/** Red, green, blue and opacity of each pixel. */
export interface ColourImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** Bytes of a colour image on black; a gray one keeps its values. */
export function luma({ width, height, data }: ColourImage): GrayImage {
  const pixels = new Uint8Array(width * height);
  for (let at = 0, i = 0; at < pixels.length; at++, i += 4) {
    const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number];
    pixels[at] = (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16; // as Pillow converts RGB to L
  }
  return { width, height, pixels };
}

/** Whether a reader would see colour. */
export function isColoured({ width, height, data }: ColourImage): boolean {
  const [w, h] = [Math.min(width, COLOUR_SAMPLE_SIDE_PX), Math.min(height, COLOUR_SAMPLE_SIDE_PX)];
  let coloured = 0;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const row = Math.floor(((y + 0.5) * height) / h);
      const i = 4 * (row * width + Math.floor(((x + 0.5) * width) / w));
      const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number];
      coloured += Number(Math.max(r, g, b) - Math.min(r, g, b) > COLOUR_SPREAD);
    }
  }
  return coloured / (w * h) > COLOUR_SHARE;
}

/** Deep values over the range that carries the picture; marks burnt in far beyond it are white, a gap above. */
export function stretch(values: Uint16Array): Uint8Array {
  const [black, white] = robustRange(values);
  const nBeyond = values.reduce((n, value) => n + Number(value > white), 0);
  const room = nBeyond >= MIN_MARK_SHARE * values.length ? (white - black) * MARK_ROOM : 0;
  const table = shadesOf(black, white + room);
  return Uint8Array.from(values, (value) => table[value] ?? 0);
}

/** A table of 65,536 shades, black at `black` and white at `white`. */
export function shadesOf(black: number, white: number): Uint8Array {
  const scale = white === black ? 0 : 255 / (white - black);
  return Uint8Array.from({ length: 2 ** 16 }, (_, value) => roundHalfEven(clip((value - black) * scale, 0, 255)));
}
