/** Colours to shades of gray: what is transparent is black, as `raiox.intake.grayscale`. */

import type { GrayImage, Shape } from '../image';
import { multiplied, requireRange, shareBeyond, toBytes, type ColourImage, type Flattened } from './grayscale';
import { whiteBesideMarks } from './tone';

const COLOUR_SAMPLE_SIDE_PX = 512;
const COLOUR_SPREAD = 32;
const COLOUR_SHARE = 0.002;
const LUMA = [0.299, 0.587, 0.114] as const;

/** Transparency that is the same everywhere says nothing, and the image is taken as opaque. */
export function flattenColours(image: ColourImage): Flattened {
  const shades = luma(image);
  const { data } = image;
  const opacityOf = (at: number): number => data[4 * at + 3] as number;
  const isOpaque = shades.pixels.every((_, at) => opacityOf(at) === opacityOf(0));
  const pixels = isOpaque ? shades.pixels : shades.pixels.map((shade, at) => multiplied(shade, opacityOf(at)));
  const lostColour = isColoured(image, (at, channel) => data[4 * at + channel] as number);
  return { image: { ...shades, pixels }, lostColour, values: null, colours: isOpaque ? image : null };
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
  return { image: { width, height, pixels }, lostColour: isColoured(shape, inBytes), values: null, colours: null };
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

/** Whether a reader would see colour. Args: sampleOf: 0 to 255, of a pixel and a channel. */
export function isColoured({ width, height }: Shape, sampleOf: (at: number, channel: number) => number): boolean {
  const [w, h] = [Math.min(width, COLOUR_SAMPLE_SIDE_PX), Math.min(height, COLOUR_SAMPLE_SIDE_PX)];
  let coloured = 0;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = Math.floor(((y + 0.5) * height) / h) * width + Math.floor(((x + 0.5) * width) / w);
      const [r, g, b] = [sampleOf(at, 0), sampleOf(at, 1), sampleOf(at, 2)];
      coloured += Number(Math.max(r, g, b) - Math.min(r, g, b) > COLOUR_SPREAD);
    }
  }
  return coloured / (w * h) > COLOUR_SHARE;
}

/** ITU-R BT.601, the full range of bytes; both chromas around zero. */
export function fromYCbCr(y: number, cb: number, cr: number): [number, number, number] {
  return [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb];
}
