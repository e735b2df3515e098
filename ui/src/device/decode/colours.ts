/** Colours to shades of gray: what is transparent is black, as `raiox.intake.grayscale`. */

import type { GrayImage, Shape } from '../image';
import { colourNotes } from './colourNotes';
import { multiplied, requireRange, shareBeyond, toBytes, type ColourImage, type Flattened } from './grayscale';
import { whiteBesideMarks } from './tone';

const LUMA = [0.299, 0.587, 0.114] as const;

/** Transparency that is the same everywhere says nothing, and the image is taken as opaque. */
export function flattenColours(image: ColourImage): Flattened {
  const shades = luma(image);
  const { data } = image;
  const opacityOf = (at: number): number => data[4 * at + 3] as number;
  const isOpaque = shades.pixels.every((_, at) => opacityOf(at) === opacityOf(0));
  const pixels = isOpaque ? shades.pixels : shades.pixels.map((shade, at) => multiplied(shade, opacityOf(at)));
  const notes = colourNotes(image, (at, channel) => data[4 * at + channel] as number);
  return { image: { ...shades, pixels }, notes, values: null, colours: isOpaque ? image : null };
}

/** Colours of 16 bits a sample, over the range that their luma has. Args: samples: three or four a pixel. */
export function flattenDeepColours(shape: Shape, samples: Uint16Array, n: number): Flattened {
  const [red, green, blue] = LUMA;
  const values = new Float32Array(shape.width * shape.height);
  for (let at = 0, i = 0; at < values.length; at++, i += n) {
    values[at] = red * (samples[i] as number) + green * (samples[i + 1] as number) + blue * (samples[i + 2] as number);
  }
  const [bottom, brightest] = requireRange(values);
  const top = whiteBesideMarks(bottom, brightest, shareBeyond(values, brightest));
  const inBytes = (at: number, channel: number): number => {
    const sample = Math.min(Math.max(samples[n * at + channel] as number, bottom), top);
    return ((sample - bottom) * 255) / Math.max(top - bottom, 1);
  };
  const shades = toBytes(values, bottom, top);
  const opacityOf = (at: number): number => (n > 3 ? (samples[n * at + 3] as number) >> 8 : 255);
  const isOpaque = shades.every((_, at) => opacityOf(at) === opacityOf(0));
  const pixels = isOpaque ? shades : shades.map((shade, at) => multiplied(shade, opacityOf(at)));
  const { width, height } = shape;
  return { image: { width, height, pixels }, notes: colourNotes(shape, inBytes), values: null, colours: null };
}

/** Bytes of a colour image; a gray one keeps its values. */
export function luma({ width, height, data }: ColourImage): GrayImage {
  const pixels = new Uint8Array(width * height);
  for (let at = 0, i = 0; at < pixels.length; at++, i += 4) {
    const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number];
    pixels[at] = (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16; // as Pillow converts RGB to L
  }
  return { width, height, pixels };
}

/** ITU-R BT.601, the full range of bytes; both chromas around zero. */
export function fromYCbCr(y: number, cb: number, cr: number): [number, number, number] {
  return [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb];
}

/** The same shades in three channels. */
export function grayColours({ width, height, pixels }: GrayImage): ColourImage {
  const data = new Uint8ClampedArray(4 * pixels.length).fill(255);
  pixels.forEach((shade, at) => data.fill(shade, 4 * at, 4 * at + 3));
  return { width, height, data };
}
