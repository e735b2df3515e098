/** The arrays that travel through the reading on this device. */

/** In pixels, or cells. */
export interface Shape {
  readonly width: number;
  readonly height: number;
}

/** One byte a pixel, row by row; bright is dense. */
export interface GrayImage extends Shape {
  readonly pixels: Uint8Array;
}

/** A number a cell, row by row. */
export interface FloatImage extends Shape {
  readonly values: Float32Array;
}

/** Pixels from the top left; right and bottom are the first outside. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Like Python's `round` and numpy's `rint`: a half goes to the even neighbour. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

export function clip(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

export function histogram({ pixels }: GrayImage): Uint32Array {
  const counts = new Uint32Array(256);
  for (const pixel of pixels) counts[pixel] = (counts[pixel] ?? 0) + 1;
  return counts;
}

/** The first index whose value reaches a share, in values that never fall. */
export function firstReaching(rising: ArrayLike<number>, share: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) < share) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function crop(image: GrayImage, box: Box): GrayImage {
  const { left, top, right, bottom } = box;
  const width = right - left;
  if (left === 0 && top === 0 && width === image.width && bottom === image.height) return image;
  const pixels = new Uint8Array(width * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const start = y * image.width;
    pixels.set(image.pixels.subarray(start + left, start + right), (y - top) * width);
  }
  return { width, height: bottom - top, pixels };
}
