/**
 * A radiograph on a light box, photographed: seen as such, and cropped to itself, as
 * `raiox.intake.photograph`. Only where it is certain.
 */

import { roundHalfEven, type Box } from '../image';
import { BOX, resizeGray } from '../preprocess/resample';
import { luma } from './colours';
import type { ColourImage } from './grayscale';

const SIDE_PX = 192;
const LIT_QUANTILE = 0.9;
const MAX_SURROUNDING = 0.5;
const LIT = 0.7;
const MIN_MARGIN = 0.03;
const MIN_SIDE = 0.4;
const MIN_TINT = 5;
const MIN_NOISE = 0.8;
const DARKEST = 2;
const PATCH_PX = 256;
const N_SIDES = 4;

interface Small {
  readonly width: number;
  readonly height: number;
  readonly channels: readonly Uint8Array[];
  /** Mean of the channels, as rows. */
  readonly rows: number[][];
}

/** Null where this is no photograph of a radiograph, or not certainly one. */
export function findPhotographed(image: ColourImage): Box | null {
  const scale = SIDE_PX / Math.max(image.width, image.height);
  const small = shrink(image, scale);
  const across = litRun(small.rows);
  const down = litRun(transposed(small.rows));
  if (!across || !down) return null;
  const [[left, right], [top, bottom]] = [across, down];
  const tints = small.channels.map((channel) => meanWithin(channel, small.width, { left, top, right, bottom }));
  const isTinted = Math.max(...tints) - Math.min(...tints) >= MIN_TINT;
  if (meanOutside(small.rows, { left: left - 2, top: top - 2, right: right + 2, bottom: bottom + 2 }) < DARKEST) return null;
  const [l, t, r, b] = [left, top, right, bottom].map((edge) => roundHalfEven(edge / scale)) as [
    number,
    number,
    number,
    number,
  ];
  const box = { left: l, top: t, right: r, bottom: b };
  const nNoisy = marginsOf(image, box).filter((margin) => noiseOf(image, margin) >= MIN_NOISE).length;
  return nNoisy === N_SIDES || (nNoisy > 0 && isTinted) ? box : null;
}

/** A part of each margin, at the middle of its side. */
function marginsOf({ width, height }: ColourImage, { left, top, right, bottom }: Box): Box[] {
  const [x, y] = [width, height].map((side) => Math.max(0, Math.floor((side - PATCH_PX) / 2))) as [number, number];
  const [xEnd, yEnd] = [Math.min(width, x + PATCH_PX), Math.min(height, y + PATCH_PX)];
  return [
    { left: x, top: 0, right: xEnd, bottom: Math.min(top, PATCH_PX) },
    { left: x, top: Math.max(bottom, height - PATCH_PX), right: xEnd, bottom: height },
    { left: 0, top: y, right: Math.min(left, PATCH_PX), bottom: yEnd },
    { left: Math.max(right, width - PATCH_PX), top: y, right: width, bottom: yEnd },
  ];
}

function shrink({ width, height, data }: ColourImage, scale: number): Small {
  const [w, h] = [width, height].map((side) => Math.max(1, roundHalfEven(side * scale))) as [number, number];
  const channels = [0, 1, 2].map((channel) => {
    const pixels = Uint8Array.from({ length: width * height }, (_, at) => data[4 * at + channel] ?? 0);
    return resizeGray({ width, height, pixels }, w, h, BOX).pixels;
  });
  const rows = Array.from({ length: h }, (_, y) =>
    Array.from({ length: w }, (__, x) => channels.reduce((sum, channel) => sum + (channel[y * w + x] ?? 0), 0) / 3),
  );
  return { width: w, height: h, channels, rows };
}

function transposed(rows: number[][]): number[][] {
  return (rows[0] ?? []).map((_, x) => rows.map((row) => row[x] ?? 0));
}

/** First and last but one column that is lit; null unless dark columns lie on both sides. */
function litRun(rows: number[][]): [number, number] | null {
  const quarter = Math.floor(rows.length / 4);
  const level = transposed(rows.slice(quarter, rows.length - quarter)).map((column) => quantile(column, LIT_QUANTILE));
  const width = level.length;
  const lit = quantile(level, 0.75);
  const isLit = level.map((value) => value >= LIT * lit);
  const [start, end] = [isLit.indexOf(true), isLit.lastIndexOf(true) + 1];
  const margin = Math.max(1, roundHalfEven(MIN_MARGIN * width));
  if (start < margin || width - end < margin || end - start < MIN_SIDE * width) return null;
  const around = [...level.slice(0, Math.floor(start / 2) + 1), ...level.slice(end + Math.floor((width - end) / 2))];
  return Math.max(...around) <= MAX_SURROUNDING * lit ? [start, end] : null;
}

function meanWithin(channel: Uint8Array, width: number, { left, top, right, bottom }: Box): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += channel[y * width + x] ?? 0;
  return sum / ((right - left) * (bottom - top));
}

function meanOutside(rows: number[][], { left, top, right, bottom }: Box): number {
  const outside = rows.flatMap((row, y) => row.filter((_, x) => y < top || y >= bottom || x < left || x >= right));
  return outside.reduce((sum, value) => sum + value, 0) / Math.max(1, outside.length);
}

/** By how much a step to the side differs from that of the row above; nothing in a margin of hardly a pixel. */
function noiseOf(image: ColourImage, { left, top, right, bottom }: Box): number {
  const width = right - left;
  if (width < 2 || bottom - top < 2) return 0;
  const data = new Uint8Array(4 * width * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const from = 4 * (y * image.width + left);
    data.set(image.data.subarray(from, from + 4 * width), 4 * (y - top) * width);
  }
  const { pixels } = luma({ width, height: bottom - top, data });
  const across = (at: number): number => (pixels[at] ?? 0) - (pixels[at - 1] ?? 0);
  const steps: number[] = [];
  for (let at = width + 1; at < pixels.length; at++) if (at % width) steps.push(Math.abs(across(at) - across(at - width)));
  return quantile(steps, 0.5);
}

function quantile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[roundHalfEven(share * (sorted.length - 1))] ?? 0;
}

