/**
 * Letters and boxes burnt in brighter than all of the radiograph, filled in for the networks, as
 * `raiox.inference.burnt_in`.
 *
 * Source: src/raiox/inference/burnt_in.py.
 */

import { histogram, type GrayImage } from '../image';
import { BILINEAR, BOX, resizeGray } from './resample';

const N_GRAYS = 256;
const MIN_MARK_SHARE = 0.0002;
const MAX_MARK_SHARE = 0.02;
const MIN_GAP = 24;
const MAX_BETWEEN = 0.25;
const EDGE_PX = 5;
const FIRST_SCALE = 4;
const MIN_SEEN = 64;

/** The same pixels where nothing is burnt in. */
export function fillBurntIn(image: GrayImage): GrayImage {
  const darkest = darkestBurntIn(histogram(image), image.pixels.length);
  return darkest === null ? image : filled(image, maskOf(image, darkest));
}

/** The gray from which on pixels are burnt in: beyond a gap, a few of all; null without a gap. */
function darkestBurntIn(counts: Uint32Array, nPixels: number): number | null {
  const fromHere = new Float64Array(N_GRAYS + 1);
  for (let gray = N_GRAYS - 1; gray >= 0; gray--) fromHere[gray] = (fromHere[gray + 1] ?? 0) + (counts[gray] ?? 0);
  for (let gray = N_GRAYS - 1; gray > MIN_GAP; gray--) {
    const nBeyond = fromHere[gray] ?? 0;
    if (nBeyond > MAX_MARK_SHARE * nPixels) return null;
    const nBetween = (fromHere[gray - MIN_GAP] ?? 0) - nBeyond;
    if (nBeyond >= MIN_MARK_SHARE * nPixels && nBetween <= MAX_BETWEEN * nBeyond) return gray - MIN_GAP / 2;
  }
  return null;
}

/** 1 where a pixel, or one near it, is burnt in: blurred edges belong to it. */
function maskOf({ width, height, pixels }: GrayImage, darkest: number): Uint8Array {
  const mask = new Uint8Array(pixels.length);
  const reach = (EDGE_PX - 1) / 2;
  pixels.forEach((gray, at) => {
    if (gray < darkest) return;
    const [x, y] = [at % width, Math.floor(at / width)];
    for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
      mask.fill(1, row * width + Math.max(0, x - reach), row * width + Math.min(width - 1, x + reach) + 1);
    }
  });
  return mask;
}

/** Blend into the pixels of the mask what lies around them, as closely as there is enough of it. */
function filled(image: GrayImage, mask: Uint8Array): GrayImage {
  const { width, height } = image;
  const pixels = image.pixels.slice();
  const seen: GrayImage = { width, height, pixels: mask.map((one) => (one ? 0 : 255)) };
  const weighted: GrayImage = { width, height, pixels: pixels.map((gray, at) => (mask[at] ? 0 : gray)) };
  const left = mask.slice();
  for (let scale = FIRST_SCALE; left.includes(1) && scale < Math.max(width, height); scale *= 2) {
    const blend = ({ pixels: own }: GrayImage): Uint8Array => {
      const [w, h] = [Math.max(1, Math.floor(width / scale)), Math.max(1, Math.floor(height / scale))];
      return resizeGray(resizeGray({ width, height, pixels: own }, w, h, BOX), width, height, BILINEAR).pixels;
    };
    const [grays, weights] = [blend(weighted), blend(seen)];
    left.forEach((isLeft, at) => {
      const weight = weights[at] ?? 0;
      if (!isLeft || weight < MIN_SEEN) return;
      const gray = grays[at] ?? 0;
      pixels[at] = weight === 255 ? gray : Math.min(255, Math.floor((255 * gray) / weight));
      left[at] = 0;
    });
  }
  return { width, height, pixels };
}
