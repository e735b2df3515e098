/**
 * The part of a picture that is not margin, and the way back to the whole, as `raiox.inference.margins`.
 *
 * Source: src/raiox/inference/margins.py.
 */

import { roundHalfEven, type Box, type FloatImage, type GrayImage } from '../image';
import { resizeFloats } from './resample';

const MAX_SPREAD = 8;
const MIN_KEPT = 0.25;
const MAX_FRAMES = 4;

/** What even margins surround; the whole picture where there is none. */
export function findContent(image: GrayImage): Box {
  const whole: Box = { left: 0, top: 0, right: image.width, bottom: image.height };
  let box = whole;
  for (let frame = 0; frame < MAX_FRAMES; frame++) {
    const inner = strip(image, box);
    if (sameBox(inner, box)) break;
    box = inner;
  }
  const kept = Math.min((box.right - box.left) / image.width, (box.bottom - box.top) / image.height);
  return kept >= MIN_KEPT ? box : whole;
}

/** Lay a map over the content of a picture on the whole of it; margins have no evidence. */
export function uncrop(map: FloatImage, box: Box, whole: { width: number; height: number }): FloatImage {
  const { width, height } = whole;
  if (sameBox(box, { left: 0, top: 0, right: width, bottom: height })) return map;
  const scale = Math.max(map.width, map.height) / Math.max(height, width);
  const cells = (length: number): number => roundHalfEven(length * scale);
  const [w, h] = [Math.max(1, cells(width)), Math.max(1, cells(height))];
  const [left, top] = [cells(box.left), cells(box.top)];
  const right = Math.max(left + 1, cells(box.right));
  const bottom = Math.max(top + 1, cells(box.bottom));
  const inside = resizeFloats(map, right - left, bottom - top);
  const values = new Float32Array(w * h);
  for (let y = top; y < Math.min(bottom, h); y++) {
    const start = (y - top) * inside.width;
    values.set(inside.values.subarray(start, start + Math.min(right, w) - left), y * w + left);
  }
  return { width: w, height: h, values };
}

function sameBox(a: Box, b: Box): boolean {
  return a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom;
}

function strip(image: GrayImage, box: Box): Box {
  const [top, bottom] = evenEnds(rangesOfRows(image, box));
  const rest = { ...box, top: box.top + top, bottom: box.bottom - bottom };
  const [left, right] = evenEnds(rangesOfColumns(image, rest));
  return { ...rest, left: box.left + left, right: box.right - right };
}

interface Range {
  low: number;
  high: number;
}

function rangesOfRows({ width, pixels }: GrayImage, box: Box): Range[] {
  const ranges: Range[] = [];
  for (let y = box.top; y < box.bottom; y++) {
    let [low, high] = [255, 0];
    for (let at = y * width + box.left; at < y * width + box.right; at++) {
      const value = pixels[at] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    ranges.push({ low, high });
  }
  return ranges;
}

function rangesOfColumns({ width, pixels }: GrayImage, box: Box): Range[] {
  const n = box.right - box.left;
  const low = new Uint8Array(n).fill(255);
  const high = new Uint8Array(n);
  for (let y = box.top; y < box.bottom; y++) {
    const row = pixels.subarray(y * width + box.left, y * width + box.right);
    for (let x = 0; x < n; x++) {
      const value = row[x] ?? 0;
      if (value < (low[x] ?? 0)) low[x] = value;
      if (value > (high[x] ?? 0)) high[x] = value;
    }
  }
  return Array.from(low, (lowest, x) => ({ low: lowest, high: high[x] ?? 0 }));
}

/** How many lines at the start and at the end are margin; none where all are. */
function evenEnds(lines: Range[]): [number, number] {
  const start = evenRun(lines);
  const end = evenRun([...lines].reverse());
  return start + end >= lines.length ? [0, 0] : [start, end];
}

function evenRun(lines: Range[]): number {
  const [first] = lines;
  if (!first) return 0;
  const end = lines.findIndex(({ low, high }) => Math.max(high, first.high) - Math.min(low, first.low) > MAX_SPREAD);
  return end < 0 ? lines.length : end;
}
