/**
 * Colours pixel by pixel, or plane by plane: the samples show it where the header is wrong, as
 * `raiox.intake.dicom.planes`. Source: DICOM PS3.3, C.7.6.3.1.3.
 */

import type { ImagePixel } from './imagePixel';

const N_PIXELS = 65_536;
const MOSTLY_GRAY = 0.9;
const HARDLY_GRAY = 0.6;

/** What is declared, unless hardly a pixel is gray by it, and nearly each by the other. */
export function seePlanes(samples: Uint8Array, image: ImagePixel): boolean {
  const { samplesPerPixel, photometric, bitsAllocated, isPlanar } = image;
  if (samplesPerPixel !== 3 || photometric !== 'RGB' || bitsAllocated !== 8) return isPlanar;
  const n = Math.floor(samples.length / 3);
  const [byPixel, byPlane] = [shareOfGray(samples, n, 3, 1), shareOfGray(samples, n, 1, n)];
  const [declared, other] = isPlanar ? [byPlane, byPixel] : [byPixel, byPlane];
  return declared < HARDLY_GRAY && other > MOSTLY_GRAY ? !isPlanar : isPlanar;
}

/** Args: step: from a pixel to the next; stride: from a sample of a pixel to its next. */
function shareOfGray(samples: Uint8Array, n: number, step: number, stride: number): number {
  const every = Math.max(1, Math.floor(n / N_PIXELS));
  let [seen, gray] = [0, 0];
  for (let pixel = 0; pixel < n; pixel += every) {
    const at = pixel * step;
    seen += 1;
    gray += Number(samples[at] === samples[at + stride] && samples[at] === samples[at + 2 * stride]);
  }
  return gray / seen;
}
