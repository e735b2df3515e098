/** A length on the radiograph. */

import type { Point } from './orientation';

/** From one point to another, each as shares of the image. */
export interface Measurement {
  from: Point;
  to: Point;
}

/** Pixels of the image. */
export interface Size {
  width_px: number;
  height_px: number;
}

export function lengthInPixels({ from, to }: Measurement, { width_px, height_px }: Size): number {
  return Math.hypot((to[0] - from[0]) * width_px, (to[1] - from[1]) * height_px);
}
