/** Sizes that an image may declare and have. Source: src/raiox/intake/checks.py. */

import { RefusedError } from './refusal';

export type Size = [width: number, height: number];

/** What an image may cost at most: settings of the service (`RAIOX_INTAKE__…`). */
export interface Limits {
  readonly max_pixels: number;
  readonly min_side_px: number;
  readonly max_inflated_bytes: number;
  readonly max_jpeg_scans: number;
}

/** The service's defaults, until it has said its own. */
export let limits: Limits = {
  max_pixels: 32_000_000,
  min_side_px: 64,
  max_inflated_bytes: 128 * 2 ** 20,
  max_jpeg_scans: 64,
};

export function setLimits(ofService: Limits): void {
  limits = ofService;
}

/** Elapsed time that decoding one image may take; more than on the server, for a phone is slower. */
export const DECODE_LIMIT_S = 30;
const MAX_ASPECT = 10;

/** Throws: RefusedError for a size that no radiograph has. */
export function requireGeometry(width: number, height: number): void {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  if (shorter <= 0) throw new RefusedError('corrupt_image');
  const { max_pixels } = limits;
  if (width * height > max_pixels) throw new RefusedError('too_many_pixels', { max_pixels });
  if (longer > MAX_ASPECT * shorter) throw new RefusedError('bad_geometry', { width, height, max_aspect: MAX_ASPECT });
}

/** Throws: RefusedError for thumbnails; after decoding, so that a damaged one is called damaged. */
export function requireSide({ width, height }: { width: number; height: number }): void {
  const { min_side_px } = limits;
  if (Math.min(width, height) < min_side_px) throw new RefusedError('too_few_pixels', { min_side_px });
}
