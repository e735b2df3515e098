/** How the support for a finding differs between two heatmaps, as a picture. */

import { readSupport } from '../shared/support';

/** The radiograph is seen through the largest change too. */
export const FULL = 204;

export const LESS = [86, 180, 233] as const;
export const MORE = [230, 159, 0] as const;

/**
 * Colours of `after` minus `before`: one for more support, another for less, clear where equal.
 *
 * Args: support from 0 to 1 at the same points.
 */
export function subtract(before: ArrayLike<number>, after: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer> {
  const drawn = new Uint8ClampedArray(4 * after.length);
  for (let n = 0; n < after.length; n++) {
    const change = (after[n] ?? 0) - (before[n] ?? 0);
    drawn.set(change < 0 ? LESS : MORE, 4 * n);
    drawn[4 * n + 3] = Math.sqrt(Math.abs(change)) * FULL;
  }
  return drawn;
}

/** Draw the difference of two heatmaps; both take the canvas's size. */
export async function drawDifference(canvas: HTMLCanvasElement, before: Blob, after: Blob): Promise<void> {
  const { width, height } = canvas;
  const [first, second] = await Promise.all([before, after].map((map) => readSupport(map, width, height)));
  if (first && second) canvas.getContext('2d')?.putImageData(new ImageData(subtract(first.values, second.values), width, height), 0, 0);
}
