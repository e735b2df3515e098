/** What a picture declares of itself and whether it is whole, seen before anything decodes it. */

import { find, viewOf } from './bytes';
import { DECODE_LIMIT_S, requireGeometry, type Size } from './checks';
import { isDeep } from './deepJpeg';
import { exceedsScanLimit, hasHole, isComplete, readJpegHeader } from './jpegMarkers';
import { RefusedError } from './refusal';
import { HEIF } from './sniff';
import { sizeOfWebp } from './webp';

const TRUNCATED = 'truncated_image';
/** Its start of frame (T.87, C.1.1). */
const JPEG_LS = 0xf7;
const OS2_HEADER_BYTES = 12;

/** Null where it does not say, or not where it is looked for. */
export function declaredSize(content: Uint8Array, format: string): Size | null {
  const view = viewOf(content);
  try {
    if (format === 'bmp') return sizeOfBmp(view);
    if (format === 'webp') return sizeOfWebp(content, view);
    if (isInBoxes(format)) return sizeInBoxes(content, view);
  } catch (error) {
    if (error instanceof RangeError) throw new RefusedError(TRUNCATED);
    throw error;
  }
  return null;
}

/** The header of OS/2 is shorter, and has words. */
function sizeOfBmp(view: DataView): Size {
  if (view.getUint32(14, true) === OS2_HEADER_BYTES) return [view.getUint16(18, true), view.getUint16(20, true)];
  return [view.getInt32(18, true), Math.abs(view.getInt32(22, true))];
}

/** Throws: RefusedError for half a file, and for what would be decoded without an end. */
export function requireWhole(content: Uint8Array, format: string): void {
  if (format === 'jpeg') requireWholeJpeg(content);
  const view = viewOf(content);
  if (format === 'webp' && view.getUint32(4, true) + 8 > content.length) throw new RefusedError(TRUNCATED);
  if (isInBoxes(format) && boxesEnd(view) > content.length) throw new RefusedError(TRUNCATED);
}

/** As `raiox.intake.formats.jpeg` looks at it. */
function requireWholeJpeg(content: Uint8Array): void {
  if (!isComplete(content)) throw new RefusedError(hasFrame(content) ? TRUNCATED : 'corrupt_image');
  const header = readJpegHeader(content);
  const { process, precision, width, height } = header;
  if (process === JPEG_LS) throw new RefusedError('unsupported_format', { format: 'JPEG-LS' });
  if (precision !== 8 && !isDeep(header)) throw new RefusedError('unsupported_format', { format: `${String(precision)}-bit JPEG` });
  if (hasHole(content)) throw new RefusedError('corrupt_image');
  if (exceedsScanLimit(content)) throw new RefusedError('decode_too_slow', { limit_s: DECODE_LIMIT_S });
  requireGeometry(width, height);
}

function hasFrame(content: Uint8Array): boolean {
  return [0xc0, 0xc1, 0xc2].some((marker) => find(content, [0xff, marker]) >= 0);
}

function isInBoxes(format: string): boolean {
  return format === 'avif' || format === HEIF;
}

/** ISO/IEC 23008-12, 6.5.3: the first image spatial extents. */
function sizeInBoxes(content: Uint8Array, view: DataView): Size | null {
  const at = find(content.subarray(0, 4_096), [0x69, 0x73, 0x70, 0x65]);
  return at < 0 ? null : [view.getUint32(at + 8), view.getUint32(at + 12)];
}

/** Where the last of the boxes says that it ends (ISO/IEC 14496-12, 4.2). */
function boxesEnd(view: DataView): number {
  let at = 0;
  while (at + 8 <= view.byteLength) {
    const size = view.getUint32(at);
    if (size < 8) return view.byteLength; // to the end of the file, or in 64 bits
    at += size;
  }
  return at;
}
