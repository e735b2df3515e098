/** The samples of a TIFF to shades of gray. Source: TIFF 6.0, 3 to 6, 8, 16, 18 and 21. */

import type { Shape } from '../image';
import { flattenColours, flattenDeepColours, fromYCbCr } from './colours';
import { grayAlone, stretch, stretchOpaque, type ColourImage, type Flattened } from './grayscale';
import { RefusedError } from './refusal';
import type { Numbers } from './tone';

export interface Sampled extends Shape {
  readonly nSamples: number;
  /** Of each sample. */
  readonly nBits: number;
  /** 1: without a sign, 2: with one, 3: fractions. */
  readonly kind: number;
  readonly photometric: number;
  /** What each sample beyond the colours is: 1 and 2 are opacity. */
  readonly extra: readonly number[];
  readonly colourMap: readonly number[];
  /** Pixel after pixel, its samples together. */
  readonly samples: Numbers;
}

type Layout = Omit<Sampled, 'samples'>;

const [WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR] = [0, 1, 2, 3, 5, 6];
const GRAYS = [WHITE_IS_ZERO, BLACK_IS_ZERO];
const [UNSIGNED, FLOAT] = [1, 3];
const SHALLOW = [1, 2, 4, 8];
const OPACITY = [1, 2];
const LARGEST_BYTE = 255;

/** Whether a layout has a rule. */
export function isRead({ nSamples, nBits, kind, photometric }: Layout): boolean {
  if (GRAYS.includes(photometric) && nSamples === 1) {
    return kind === FLOAT ? [16, 32, 64].includes(nBits) : [...SHALLOW, 12, 16, 32].includes(nBits);
  }
  if (kind !== UNSIGNED) return false;
  if (GRAYS.includes(photometric)) return nSamples === 2 && [8, 16].includes(nBits);
  if (photometric === RGB) return [3, 4].includes(nSamples) && [8, 16].includes(nBits);
  if (photometric === PALETTE) return nSamples === 1 && SHALLOW.includes(nBits);
  return nBits === 8 && ((photometric === CMYK && nSamples === 4) || (photometric === YCBCR && nSamples === 3));
}

export function flattenSamples(layout: Layout, samples: Numbers): Flattened {
  const { nSamples, nBits, kind, photometric } = layout;
  if (samples.length !== layout.width * layout.height * nSamples) throw new RefusedError('corrupt_image');
  const isGray = GRAYS.includes(photometric);
  if (isGray && nSamples === 1 && (nBits > 8 || kind !== UNSIGNED)) {
    return stretch(layout, samples, photometric === WHITE_IS_ZERO);
  }
  if (nBits === 16) return flattenDeep(layout, samples as Uint16Array<ArrayBuffer>);
  if (isGray && nSamples === 1) return grayAlone(layout, shades(layout, samples));
  const flat = flattenColours({ width: layout.width, height: layout.height, data: coloursOf(layout, samples) });
  return photometric === RGB && nSamples === 3 ? flat : { ...flat, colours: null };
}

function shades({ nBits, photometric }: Layout, samples: Numbers): Uint8Array {
  const most = 2 ** nBits - 1;
  const shade = (sample: number): number => ((photometric === WHITE_IS_ZERO ? most - sample : sample) * 255) / most;
  const table = Uint8Array.from({ length: most + 1 }, (_, sample) => shade(sample));
  return Uint8Array.from(samples, (sample) => table[sample] ?? 0);
}

function flattenDeep(layout: Layout, samples: Uint16Array<ArrayBuffer>): Flattened {
  const { nSamples, extra } = layout;
  if (nSamples === 2) {
    const [gray, opacity] = [0, 1].map((channel) => samples.filter((_, at) => at % 2 === channel));
    return stretchOpaque(layout, gray ?? samples, opacity ?? samples);
  }
  const isOpaque = nSamples === 4 && !OPACITY.includes(extra[0] ?? 0);
  return flattenDeepColours(layout, isOpaque ? samples.map((value, at) => (at % 4 === 3 ? 65_535 : value)) : samples, nSamples);
}

/** Red, green, blue and opacity of each pixel. */
function coloursOf(layout: Layout, samples: Numbers): ColourImage['data'] {
  const { width, height, nSamples: n, extra } = layout;
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  const colour = colourReader(layout, samples);
  const hasOpacity = OPACITY.includes(extra[0] ?? 0);
  for (let at = 0; at < width * height; at++) {
    data.set(colour(at * n), 4 * at);
    if (hasOpacity) data[4 * at + 3] = samples[at * n + n - 1] ?? 255;
  }
  return data;
}

/** Reads the colour whose samples begin at an index. */
function colourReader({ nSamples, nBits, photometric, colourMap }: Layout, samples: Numbers): (at: number) => number[] {
  const sample = (at: number): number => samples[at] as number;
  if (photometric === CMYK) return (at) => [0, 1, 2].map((k) => ((255 - sample(at + k)) * (255 - sample(at + 3))) / 255);
  if (photometric === PALETTE) return paletteReader(colourMap, 2 ** nBits, sample);
  if (photometric === YCBCR) return (at) => fromYCbCr(sample(at), sample(at + 1) - 128, sample(at + 2) - 128);
  return (at) => [0, 1, 2].map((k) => sample(at + (nSamples > 2 ? k : 0)));
}

/** Some writers leave eight bits in the words of a colour map, as if white were black. */
function paletteReader(map: readonly number[], n: number, sample: (at: number) => number): (at: number) => number[] {
  const isShallow = map.every((entry) => entry <= LARGEST_BYTE);
  return (at) => [0, 1, 2].map((k) => (map[k * n + sample(at)] ?? 0) / (isShallow ? 1 : 257));
}
