/**
 * How a data set is encoded, seen from its first elements, as `raiox.intake.dicom.encoding`.
 *
 * Source: DICOM PS3.5, 6.2 and 7.1; PS3.10, 7.1.
 */

import { ascii, beginsWith, viewOf } from '../bytes';

export interface Encoding {
  readonly isImplicit: boolean;
  readonly isLittleEndian: boolean;
}

export const UNDEFINED_LENGTH = 0xffffffff;
const PREAMBLE_BYTES = 128;
const PREFIX = [0x44, 0x49, 0x43, 0x4d];
const SHORT_VRS = 'AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' ');
const LONG_VRS = 'OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' ');
const LAST_TAG = 0x7fe10000;
const N_ELEMENTS = 3;
const META_GROUP = [0x02, 0x00];
const META_VRS = ['UL', 'OB', 'UI'];
/** Every image begins with it (PS3.3, C.12.1). */
const IDENTIFYING_GROUP = 0x0008;

export const EXPLICIT: Encoding = { isImplicit: false, isLittleEndian: true };
export const IMPLICIT: Encoding = { isImplicit: true, isLittleEndian: true };
export const BIG_ENDIAN: Encoding = { isImplicit: false, isLittleEndian: false };
const ENCODINGS = [EXPLICIT, IMPLICIT, BIG_ENDIAN];

/** Where file meta or data set begin. */
export function startOf(content: Uint8Array): number {
  return beginsWith(content, PREFIX, PREAMBLE_BYTES) ? PREAMBLE_BYTES + PREFIX.length : 0;
}

/** The encoding in which the elements from `start` on make sense; null where there is none. */
export function guessEncoding(content: Uint8Array, start: number): Encoding | null {
  return ENCODINGS.find((encoding) => countPlausible(content, start, encoding) > 0) ?? null;
}

/** Whether the bytes are a DICOM file, with or without preamble and file meta. */
export function isDicom(content: Uint8Array): boolean {
  if (beginsWith(content, PREFIX, PREAMBLE_BYTES)) return true;
  if (beginsWith(content, META_GROUP)) return META_VRS.includes(ascii(content.subarray(4, 6)));
  return ENCODINGS.some((encoding) => beginsAnImage(content, encoding));
}

function beginsAnImage(content: Uint8Array, encoding: Encoding): boolean {
  const isIdentifying = (readHeader(content, 0, encoding)?.tag ?? 0) >>> 16 === IDENTIFYING_GROUP;
  return isIdentifying && countPlausible(content, 0, encoding) === N_ELEMENTS;
}

interface Header {
  readonly tag: number;
  readonly valueStart: number;
  readonly length: number;
}

/** Null where no element can be. */
function readHeader(content: Uint8Array, start: number, encoding: Encoding): Header | null {
  if (content.length < start + 8) return null;
  const [view, little] = [viewOf(content), encoding.isLittleEndian];
  const tag = view.getUint16(start, little) * 65_536 + view.getUint16(start + 2, little);
  if (encoding.isImplicit) return { tag, valueStart: start + 8, length: view.getUint32(start + 4, little) };
  const vr = ascii(content.subarray(start + 4, start + 6));
  if (SHORT_VRS.includes(vr)) return { tag, valueStart: start + 8, length: view.getUint16(start + 6, little) };
  if (!LONG_VRS.includes(vr) || content.length < start + 12) return null;
  return { tag, valueStart: start + 12, length: view.getUint32(start + 8, little) };
}

/**
 * How many of the next elements are looked at; 0 unless all of them make sense.
 *
 * They do if they come in ascending order and end within the bytes.
 */
function countPlausible(content: Uint8Array, from: number, encoding: Encoding): number {
  let [start, last, seen] = [from, -1, 0];
  while (seen < N_ELEMENTS && start < content.length) {
    const header = readHeader(content, start, encoding);
    if (!header || header.tag <= last || header.tag >= LAST_TAG) return 0;
    if (header.length === UNDEFINED_LENGTH) return seen;
    start = header.valueStart + header.length;
    if (start > content.length) return 0;
    last = header.tag;
    seen += 1;
  }
  return seen;
}
