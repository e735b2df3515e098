/** The values of a picture that the browser has loaded: 8 bits, as it shows them. */

import { BYTES, quantile, type ValueRange } from './grayscaleWindow';

/** Pixels that are enough to know how dark a radiograph is. */
const MAX_COUNTED_SIDE_PX = 512;

export interface Pixels {
  range: ValueRange;
  /** The value at a column and a row, from 0; null outside. */
  at: (column: number, row: number) => number | null;
  /** The value that this share of the pixels does not exceed in brightness. */
  valueAt: (share: number) => number;
}

/** Reads on demand: a copy of a large radiograph is made only where somebody points at it. */
export function readPixels(image: HTMLImageElement): Pixels {
  let whole: CanvasRenderingContext2D | null = null;
  let histogram: number[] | null = null;
  return {
    range: BYTES,
    at: (column, row) => {
      whole ??= draw(image, image.naturalWidth, image.naturalHeight);
      const isInside = column >= 0 && row >= 0 && column < image.naturalWidth && row < image.naturalHeight;
      return isInside ? (whole.getImageData(column, row, 1, 1).data[0] ?? null) : null;
    },
    valueAt: (share) => quantile((histogram ??= count(image)), share),
  };
}

/** Pixels of each gray value, of a smaller copy. */
function count(image: HTMLImageElement): number[] {
  const scale = Math.min(1, MAX_COUNTED_SIDE_PX / Math.max(image.naturalWidth, image.naturalHeight));
  const [width, height] = [image.naturalWidth, image.naturalHeight].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
  const { data } = draw(image, width, height).getImageData(0, 0, width, height);
  const counts = new Array<number>(BYTES.last + 1).fill(0);
  for (let at = 0; at < data.length; at += 4) counts[data[at] ?? 0] = (counts[data[at] ?? 0] ?? 0) + 1;
  return counts;
}

function draw(image: HTMLImageElement, width: number, height: number): CanvasRenderingContext2D {
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  context.drawImage(image, 0, 0, width, height);
  return context;
}
