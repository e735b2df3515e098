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

export const EXPLICIT: Encoding = { isImplicit: false, isLittleEndian: true };
export const IMPLICIT: Encoding = { isImplicit: true, isLittleEndian: true };
export const BIG_ENDIAN: Encoding = { isImplicit: false, isLittleEndian: false };

/** Where file meta or data set begin. */
export function startOf(content: Uint8Array): number {
  return beginsWith(content, PREFIX, PREAMBLE_BYTES) ? PREAMBLE_BYTES + PREFIX.length : 0;
}

/** The encoding in which the elements from `start` on make sense; null where there is none. */
export function guessEncoding(content: Uint8Array, start: number): Encoding | null {
  return [EXPLICIT, IMPLICIT, BIG_ENDIAN].find((encoding) => isPlausible(content, start, encoding)) ?? null;
}

interface Header {
  readonly tag: number;
  readonly valueStart: number;
  readonly length: number;
}

/** Null where no element can be. */
export function readHeader(content: Uint8Array, start: number, encoding: Encoding): Header | null {
  if (content.length < start + 8) return null;
  const [view, little] = [viewOf(content), encoding.isLittleEndian];
  const tag = view.getUint16(start, little) * 65_536 + view.getUint16(start + 2, little);
  if (encoding.isImplicit) return { tag, valueStart: start + 8, length: view.getUint32(start + 4, little) };
  const vr = ascii(content.subarray(start + 4, start + 6));
  if (SHORT_VRS.includes(vr)) return { tag, valueStart: start + 8, length: view.getUint16(start + 6, little) };
  if (!LONG_VRS.includes(vr) || content.length < start + 12) return null;
  return { tag, valueStart: start + 12, length: view.getUint32(start + 8, little) };
}

/** Whether the next elements come in ascending order and end within the bytes. */
function isPlausible(content: Uint8Array, from: number, encoding: Encoding): boolean {
  let [start, last, seen] = [from, -1, 0];
  while (seen < N_ELEMENTS && start < content.length) {
    const header = readHeader(content, start, encoding);
    if (!header || header.tag <= last || header.tag >= LAST_TAG) return false;
    if (header.length === UNDEFINED_LENGTH) return seen > 0;
    start = header.valueStart + header.length;
    if (start > content.length) return false;
    last = header.tag;
    seen += 1;
  }
  return seen > 0;
}
