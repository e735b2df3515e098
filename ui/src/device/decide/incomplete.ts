/**
 * A picture of which one side is missing: filled with one shade, as an interrupted transfer leaves it, as
 * `raiox.inference.incomplete`. Source: src/raiox/inference/incomplete.py.
 */

import { roundHalfEven, type Box, type GrayImage } from '../image';
import type { Rejection } from './frontalFilter';

const MIN_MISSING = 0.28;
const MAX_OPPOSITE = 0.05;
const [DARKEST, BRIGHTEST] = [24, 231];
const [NARROWEST, WIDEST] = [0.6, 1.6];

/** Null where nothing seems to be missing. Args: box: of what even margins surround. */
export function rejectIncomplete(image: GrayImage, box: Box): Rejection | null {
  const { width, height } = image;
  const row = (y: number): number => meanOf(image, { left: 0, top: y, right: width, bottom: y + 1 });
  const column = (x: number): number => meanOf(image, { left: x, top: 0, right: x + 1, bottom: height });
  const sides = [
    { before: box.top, after: height - box.bottom, length: height, shadeOf: row },
    { before: box.left, after: width - box.right, length: width, shadeOf: column },
  ];
  for (const { before, after, length, shadeOf } of sides) {
    const [missing, opposite] = [Math.max(before, after) / length, Math.min(before, after) / length];
    if (missing < MIN_MISSING || opposite > MAX_OPPOSITE) continue;
    const shade = shadeOf(before > after ? 0 : length - 1);
    if ((shade >= DARKEST && shade <= BRIGHTEST) || !hasProportions(box)) {
      return { code: 'incomplete_image', facts: { missing_percent: roundHalfEven(100 * missing) } };
    }
  }
  return null;
}

/** Whether a chest radiograph may be as wide as that beside its height. */
function hasProportions({ left, top, right, bottom }: Box): boolean {
  const aspect = (right - left) / (bottom - top);
  return aspect >= NARROWEST && aspect <= WIDEST;
}

function meanOf({ width, pixels }: GrayImage, { left, top, right, bottom }: Box): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += pixels[y * width + x] ?? 0;
  return sum / ((right - left) * (bottom - top));
}
