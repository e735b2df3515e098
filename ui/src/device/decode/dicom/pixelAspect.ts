/**
 * How large a pixel is, and pixels that are not square, as `raiox.intake.dicom.pixel_aspect`.
 *
 * Source: DICOM PS3.3, C.7.6.3.1.7 and 10.7.1.
 */

import type { GrayImage } from '../../image';
import { BICUBIC, resizeGray } from '../../preprocess/resample';
import { limits } from '../checks';
import type { Elements, Keyword } from './elements';

const SPACINGS: Keyword[] = ['PixelSpacing', 'ImagerPixelSpacing', 'NominalScannedPixelSpacing'];
const TOLERANCE = 0.01;
const MAX_RATIO = 4;
const MAX_SPACING_MM = 10;

type Pair = [vertical: number, horizontal: number];

/** Height of a pixel over its width; 1 where they are equal, or nothing sensible is said. */
export function readPixelAspect(elements: Elements): number {
  const pair = firstPair(elements, [...SPACINGS, 'PixelAspectRatio']);
  if (!pair) return 1;
  const ratio = pair[0] / pair[1];
  const isPossible = ratio >= 1 / MAX_RATIO && ratio <= MAX_RATIO;
  return Math.abs(ratio - 1) <= TOLERANCE || !isPossible ? 1 : ratio;
}

/** Width of a pixel; null where nothing sensible is said. */
export function readSpacingMm(elements: Elements): number | null {
  const pair = firstPair(elements, SPACINGS);
  return pair && pair[1] <= MAX_SPACING_MM ? pair[1] : null;
}

/** Stretch the image along the longer side of its pixels. */
export function squarePixels(image: GrayImage, aspect: number): GrayImage {
  const [tall, wide] = [image.height * Math.max(aspect, 1), image.width * Math.max(1 / aspect, 1)];
  const scale = Math.min(1, Math.sqrt(limits.max_pixels / (tall * wide)));
  const size = (length: number): number => Math.max(1, Math.trunc(length * scale));
  return resizeGray(image, size(wide), size(tall), BICUBIC);
}

function firstPair(elements: Elements, keywords: Keyword[]): Pair | null {
  for (const keyword of keywords) {
    const [vertical, horizontal, ...rest] = elements.numbers(keyword);
    if (vertical && horizontal && rest.length === 0 && vertical > 0 && horizontal > 0) return [vertical, horizontal];
  }
  return null;
}
