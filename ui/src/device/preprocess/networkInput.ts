/**
 * Pixels to the input of a network, as `raiox.preprocessing` makes it: a test compares both.
 *
 * Source: src/raiox/preprocessing.py.
 */

import { clip, crop, firstReaching, histogram, roundHalfEven, type Box, type FloatImage, type GrayImage } from '../image';
import { averageBlocks } from './reduce';
import { BILINEAR, resizeFloats, resizeGray } from './resample';

/** How a network wants its input, as the manifest of its bundle says. */
export interface Preprocessing {
  readonly side_px: number;
  readonly fit: 'letterbox' | 'stretch';
  readonly mean: number;
  readonly std: number;
  readonly tone: 'as_stored' | 'levels';
}

const BLACK_POINT = 0.01;
const WHITE_POINT = 0.99;
const MIN_GAMMA = 0.25;
const MAX_GAMMA = 4;
const CENTRE_MARGIN = 1 / 8;
const N_GRAYS = 256;
const REDUCING_GAP = 2;

/** Longest side of a map laid over the image. */
export const MAP_SIDE_CELLS = 40;

/** Returns: (side_px * side_px) float32, `(x / 255 - mean) / std`. */
export function networkInput(image: GrayImage, spec: Preprocessing): Float32Array {
  const side = spec.side_px;
  const { left, top, right, bottom } = contentBox(image, spec);
  const [wide, high] = [right - left, bottom - top];
  const across = Math.max(1, Math.floor(image.width / (wide * REDUCING_GAP)));
  const down = Math.max(1, Math.floor(image.height / (high * REDUCING_GAP)));
  const reduced = averageBlocks(image, across, down);
  const toned = spec.tone === 'levels' ? applyTable(reduced, levelsTable(reduced)) : reduced;
  // The last blocks may be smaller: they are not stretched.
  const small = resizeGray(toned, wide, high, BILINEAR, {
    across: [0, image.width / across],
    down: [0, image.height / down],
  });
  const [mean, std] = [Math.fround(spec.mean), Math.fround(spec.std)];
  const level = Float32Array.from({ length: N_GRAYS }, (_, gray) => Math.fround(Math.fround(gray / 255) - mean) / std);
  const input = new Float32Array(side * side).fill(level[0] ?? 0);
  small.pixels.forEach((gray, at) => {
    const y = top + Math.floor(at / small.width);
    input[y * side + left + (at % small.width)] = level[gray] ?? 0;
  });
  return input;
}

/** Where the image lies in the square of the network. */
export function contentBox({ width, height }: { width: number; height: number }, spec: Preprocessing): Box {
  const side = spec.side_px;
  if (spec.fit === 'stretch') return { left: 0, top: 0, right: side, bottom: side };
  const scale = side / Math.max(height, width);
  const [w, h] = [width, height].map((length) => Math.max(1, roundHalfEven(length * scale))) as [number, number];
  const [left, top] = [Math.floor((side - w) / 2), Math.floor((side - h) / 2)];
  return { left, top, right: left + w, bottom: top + h };
}

/** What each gray becomes, so that the same radiograph has the same levels however it was exposed. */
export function levelsTable(image: GrayImage): Uint8Array {
  const { width, height } = image;
  const [x, y] = [Math.trunc(width * CENTRE_MARGIN), Math.trunc(height * CENTRE_MARGIN)];
  const centre = crop(image, { left: x, top: y, right: width - x, bottom: height - y });
  let sum = 0;
  const shares = Float64Array.from(histogram(centre), (count) => (sum += count) / centre.pixels.length);
  const [low, middle, high] = [BLACK_POINT, 0.5, WHITE_POINT].map((q) => grayAt(shares, q)) as [number, number, number];
  const span = Math.max(high - low, 1e-6);
  const gamma = Math.log(0.5) / Math.log(clip((middle - low) / span, 1e-3, 1 - 1e-3));
  const power = clip(gamma, MIN_GAMMA, MAX_GAMMA);
  return Uint8Array.from({ length: N_GRAYS }, (_, gray) => {
    const level = clip((gray + 0.5 - low) / span, 0, 1);
    return roundHalfEven(255 * level ** power);
  });
}

/** Maps over the square to maps over the image, without the padding. */
export function overImage(
  map: FloatImage,
  shape: { width: number; height: number },
  spec: Preprocessing,
  sideCells = MAP_SIDE_CELLS,
): FloatImage {
  const cell = spec.side_px / map.width;
  const { left, top, right, bottom } = contentBox(shape, spec);
  const scale = sideCells / Math.max(shape.width, shape.height);
  const [w, h] = [shape.width, shape.height].map((length) => Math.max(1, roundHalfEven(length * scale))) as [
    number,
    number,
  ];
  return resizeFloats(map, w, h, { across: [left / cell, right / cell], down: [top / cell, bottom / cell] });
}

/** Where the share of pixels reaches a quantile; those of one gray are spread over [gray, gray + 1). */
function grayAt(shares: Float64Array, quantile: number): number {
  const gray = firstReaching(shares, quantile);
  const below = gray ? (shares[gray - 1] ?? 0) : 0;
  return gray + (quantile - below) / ((shares[gray] ?? 1) - below);
}

function applyTable(image: GrayImage, table: Uint8Array): GrayImage {
  return { ...image, pixels: image.pixels.map((gray) => table[gray] ?? 0) };
}
