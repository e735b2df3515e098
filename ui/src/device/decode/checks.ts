/** Sizes that an image may declare and have. Source: src/raiox/intake/checks.py; limits as in src/raiox/settings. */

import { RefusedError } from './refusal';

export type Size = [width: number, height: number];

export const MAX_PIXELS = 32_000_000;
export const MAX_JPEG_SCANS = 64;
export const MAX_INFLATED_BYTES = 128 * 2 ** 20;
/** Elapsed time that decoding one image may take; more than on the server, for a phone is slower. */
export const DECODE_LIMIT_S = 30;
const MIN_SIDE_PX = 64;
const MAX_ASPECT = 10;

/** Throws: RefusedError for a size that no radiograph has. */
export function requireGeometry(width: number, height: number): void {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  if (shorter <= 0) throw new RefusedError('corrupt_image');
  if (width * height > MAX_PIXELS) throw new RefusedError('too_many_pixels', { max_pixels: MAX_PIXELS });
  if (longer > MAX_ASPECT * shorter) throw new RefusedError('bad_geometry', { width, height, max_aspect: MAX_ASPECT });
}

/** Throws: RefusedError for thumbnails; after decoding, so that a damaged one is called damaged. */
export function requireSide({ width, height }: { width: number; height: number }): void {
  if (Math.min(width, height) < MIN_SIDE_PX) throw new RefusedError('too_few_pixels', { min_side_px: MIN_SIDE_PX });
}
