/** What a display shutter leaves open, as `raiox.intake.dicom.display_shutter`. Source: DICOM PS3.3, C.7.6.11. */

import type { GrayImage } from '../../image';
import type { Elements } from './elements';

/** Of a side. */
const MIN_OPEN = 0.25;

/** Black outside the rectangle; the same image where the file has none. */
export function closeShutter(image: GrayImage, elements: Elements): GrayImage {
  if (!elements.words('ShutterShape').includes('RECTANGULAR')) return image;
  const top = elements.integer('ShutterUpperHorizontalEdge') ?? 0;
  const bottom = elements.integer('ShutterLowerHorizontalEdge') ?? 0;
  const left = elements.integer('ShutterLeftVerticalEdge') ?? 0;
  const right = elements.integer('ShutterRightVerticalEdge') ?? 0;
  const { width, height } = image;
  const isOpen = bottom - top > MIN_OPEN * height && right - left > MIN_OPEN * width;
  if (!isOpen || Math.min(top, left) < 1) return image;
  const pixels = image.pixels.map((shade, at) => {
    const [row, column] = [Math.floor(at / width) + 1, (at % width) + 1];
    return row < top || row > bottom || column < left || column > right ? 0 : shade;
  });
  return { ...image, pixels };
}
