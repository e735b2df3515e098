/**
 * JPEG of 12 bits, which no browser decodes, as `raiox.intake.deep_jpeg`.
 *
 * Source: ITU-T T.81, processes 4 and 5.
 */

import { clip } from '../image';
import { withPrecision, type FrameHeader } from './jpegMarkers';
import { fetched, RefusedError } from './refusal';

const DEEP_BITS = 12;
/** Extended sequential and progressive, with Huffman codes. */
const PROCESSES = [0xc1, 0xc2];
/**
 * The codec (5.14.0) puts the middle of n bits at 2,056 / 4,080 of the range and not at its half, and
 * clips there: with one bit more nothing is clipped, and this is what lies between the two.
 */
const [SPARE_BITS, SHIFT] = [DEEP_BITS + 1, 2_079];
const LARGEST = 2 ** DEEP_BITS - 1;

/** Whether a JPEG is gray, of 12 bits, and of a process that is read here. */
export function isDeep({ precision, nSamples, process }: FrameHeader): boolean {
  return precision === DEEP_BITS && nSamples === 1 && PROCESSES.includes(process);
}

/** Values of 12 bits, row by row. Throws: RefusedError, or what the codec throws of damage. */
export async function decodeDeep(stream: Uint8Array, { width, height }: FrameHeader): Promise<Uint16Array<ArrayBuffer>> {
  const { default: JpegImage } = await fetched(import('@cornerstonejs/dicom-image-loader/jpeg'));
  const image = new JpegImage();
  image.parse(withPrecision(stream, SPARE_BITS));
  if (image.width !== width || image.height !== height) throw new RefusedError('corrupt_image');
  return image.getData16(width, height).map((value) => clip(value - SHIFT, 0, LARGEST));
}
