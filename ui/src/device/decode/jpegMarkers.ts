/**
 * The skeleton of a JPEG or JPEG-LS stream, read without decoding it, as `raiox.intake.jpeg_markers`.
 *
 * Source: ITU-T T.81, annex B; T.87, annex C.
 */

import { limits } from './checks';
import { RefusedError } from './refusal';
import { beginsWith, find, viewOf } from './bytes';

export interface FrameHeader {
  readonly height: number;
  readonly width: number;
  readonly nSamples: number;
  /** Bits of a sample. */
  readonly precision: number;
  /** The start-of-frame marker's second byte; 0 in JPEG 2000, which has none. */
  readonly process: number;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
const NO_FRAMES = [DHT, 0xc8, 0xcc];
const [APP0, APP14] = [0xe0, 0xee];
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0];
const ADOBE = [0x41, 0x64, 0x6f, 0x62, 0x65];
/** A marker of Adobe's that says: no colour transform. */
const UNTRANSFORMED = [0xff, APP14, 0, 14, ...ADOBE, 0, 100, 0, 0, 0, 0, 0];
/** Class and destination of a table, then how many codes there are of each length. */
const TABLE_HEAD_BYTES = 17;
const HOLE = new Array<number>(64).fill(0);
/** With Huffman codes, by blocks. */
const SEQUENTIAL = [0xc0, 0xc1];

/** Throws: RefusedError where there is no start of a frame. */
export function readJpegHeader(stream: Uint8Array): FrameHeader {
  const view = viewOf(stream);
  for (const [marker, at] of segments(stream)) {
    if (isStartOfFrame(marker) && at + 8 <= stream.length) {
      return {
        height: view.getUint16(at + 3),
        width: view.getUint16(at + 5),
        nSamples: view.getUint8(at + 7),
        precision: view.getUint8(at + 2),
        process: marker,
      };
    }
    if (marker === SOS) break;
  }
  throw new RefusedError('corrupt_image');
}

/** A small progressive file may repeat its scans thousands of times (libjpeg advisory LJT-01-004). */
export function exceedsScanLimit(stream: Uint8Array): boolean {
  let scans = 0;
  for (const [marker] of segments(stream)) scans += Number(marker === SOS);
  return scans > limits.max_jpeg_scans;
}

/** Whether the stream reaches its end marker. */
export function isComplete(stream: Uint8Array): boolean {
  for (const [marker] of segments(stream)) if (marker === EOI) return true;
  return false;
}

/**
 * Whether a run of zeros lies in a scan whose code has none, as an interrupted transfer leaves it.
 *
 * Zeros are the first code of a table over and over: blocks that end at once, if that is the end of
 * block in the tables of all components. A progressive stream, and one with a scan for each component,
 * are not looked at.
 */
export function hasHole(stream: Uint8Array): boolean {
  if (find(stream, HOLE) < 0) return false;
  const all = [...segments(stream)];
  const { nSamples, process } = readJpegHeader(stream);
  const isInScan = all.some(([marker, start], at) => {
    const end = all[at + 1]?.[1] ?? stream.length;
    return marker === SOS && stream[start + 2] === nSamples && find(stream.subarray(start, end), HOLE) >= 0;
  });
  const firsts = new Set(all.flatMap(([marker, start]) => (marker === DHT ? firstCodes(stream, start) : [])));
  const isEndOfBlock = firsts.size === 1 && firsts.has(0);
  return isInScan && SEQUENTIAL.includes(process) && !isEndOfBlock;
}

/** Whether the stream itself says what its colours are. Source: Adobe, Technical Note 5116, 18; T.871, 10.1 (JFIF). */
export function hasColourMark(stream: Uint8Array): boolean {
  return [...segments(stream)].some(
    ([marker, at]) =>
      (marker === APP14 && beginsWith(stream, ADOBE, at + 2)) || (marker === APP0 && beginsWith(stream, JFIF, at + 2)),
  );
}

/** The same stream, which has no such mark, with one: every decoder leaves its samples as they are. */
export function withoutColourTransform(stream: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(stream.length + UNTRANSFORMED.length);
  whole.set(stream.subarray(0, 2));
  whole.set(UNTRANSFORMED, 2);
  whole.set(stream.subarray(2), 2 + UNTRANSFORMED.length);
  return whole;
}

/** The same stream, which says that its samples have another number of bits. */
export function withPrecision(stream: Uint8Array, nBits: number): Uint8Array {
  const changed = stream.slice();
  for (const [marker, at] of segments(stream)) {
    if (!isStartOfFrame(marker)) continue;
    changed[at + 2] = nBits;
    break;
  }
  return changed;
}

/** What the code of zeros stands for in each AC table of a segment (T.81, B.2.4.2 and annex C). */
function firstCodes(stream: Uint8Array, start: number): number[] {
  const found: number[] = [];
  const end = start + viewOf(stream).getUint16(start);
  for (let at = start + 2; at + TABLE_HEAD_BYTES < end && end <= stream.length; ) {
    const nCodes = stream.subarray(at + 1, at + TABLE_HEAD_BYTES).reduce((sum, n) => sum + n, 0);
    if ((stream[at] ?? 0) >> 4 === 1 && nCodes) found.push(stream[at + TABLE_HEAD_BYTES] ?? 0);
    at += TABLE_HEAD_BYTES + nCodes;
  }
  return found;
}

function isStartOfFrame(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) || marker === 0xf7;
}

/** Inside a scan 0xFF is followed by zero, by less than 0x80 (JPEG-LS) or by a restart marker. */
function isMarker(byte: number): boolean {
  return (byte >= 0x80 && byte <= 0xcf) || (byte >= 0xd8 && byte <= 0xfe);
}

/** Each marker with the position after it, up to the end marker or the end of the bytes. */
function* segments(stream: Uint8Array): Generator<[number, number]> {
  if (stream[0] !== 0xff || stream[1] !== SOI) return;
  let at = 2;
  for (;;) {
    at = stream.indexOf(0xff, at);
    if (at < 0) return;
    while (stream[at] === 0xff) at += 1;
    const marker = stream[at] ?? 0;
    if (!isMarker(marker)) continue;
    at += 1;
    yield [marker, at];
    if (marker === EOI) return;
    if (marker !== SOI) at += ((stream[at] ?? 0) << 8) | (stream[at + 1] ?? 0);
  }
}
