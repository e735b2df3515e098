/**
 * What a compressed frame says of itself, read without decoding it, as `raiox.intake.dicom.codestream`.
 *
 * Source: DICOM PS3.5, annexes A.4 and G; ITU-T T.81, T.87, T.800 (A.5.1) and T.814.
 */

import { beginsWith, find, viewOf } from '../bytes';
import { DECODE_LIMIT_S } from '../checks';
import { isDeep } from '../deepJpeg';
import { exceedsScanLimit, hasHole, isComplete, readJpegHeader, type FrameHeader } from '../jpegMarkers';
import { RefusedError } from '../refusal';
import { codecOf, SYNTAX, type Codec } from './transferSyntaxes';

const ITEM = [0xfe, 0xff, 0x00, 0xe0];
const SOI = [0xff, 0xd8];
const SOC_SIZ = [0xff, 0x4f, 0xff, 0x51];
const CAP = [0xff, 0x50];
const SIZ_BYTES = 43;
const RLE_HEADER_BYTES = 64;
const MAX_RLE_SEGMENTS = 15;
const TABLE_BYTES = 4;
/** What browsers read. */
const DCT_BITS = 8;

const PROCESSES: Readonly<Record<number, Codec>> = {
  0xc0: 'jpeg',
  0xc1: 'jpeg',
  0xc2: 'jpeg',
  0xc3: 'jpegLossless',
  0xf7: 'jpegLs',
};

export interface Codestream {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly codec: Codec;
  /** Null for RLE, which has none. */
  readonly header: FrameHeader | null;
}

/** Whether a value begins with an item, as encapsulated pixel data does. */
export function hasFragments(value: Uint8Array): boolean {
  return beginsWith(value, ITEM);
}

/** Every item but the Basic Offset Table, up to what is no item (PS3.5, A.4). */
export function joinFragments(value: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = viewOf(value);
  const items: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  while (start + 8 <= value.length && beginsWith(value, ITEM, start)) {
    const n = view.getUint32(start + 4, true);
    start += 8;
    if (n > value.length - start) throw new RefusedError('truncated_image');
    items.push(value.subarray(start, start + n));
    start += n;
  }
  const fragments = (items[0]?.length ?? 0) <= TABLE_BYTES ? items.slice(1) : items;
  const frame = new Uint8Array(fragments.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const fragment of fragments) {
    frame.set(fragment, at);
    at += fragment.length;
  }
  if (frame.length === 0) throw new RefusedError('truncated_image');
  return frame;
}

/** Recognise a frame; throws RefusedError for what is none, or would not end. */
export function readCodestream(frame: Uint8Array<ArrayBuffer>): Codestream {
  if (beginsWith(frame, SOI)) {
    const header = readJpegHeader(frame);
    const codec = PROCESSES[header.process];
    if (!codec) throw new RefusedError('corrupt_image');
    requireDecodable(frame, header, codec);
    return { frame, codec, header };
  }
  if (isRle(frame)) return { frame, codec: 'rle', header: null };
  const start = find(frame, SOC_SIZ);
  if (start < 0) throw new RefusedError('corrupt_image');
  return readJpeg2000(frame, start);
}

export function isCodestream(value: Uint8Array): boolean {
  return beginsWith(value, SOI) || beginsWith(value, SOC_SIZ) || isRle(value);
}

function isRle(frame: Uint8Array): boolean {
  if (frame.length <= RLE_HEADER_BYTES) return false;
  const view = viewOf(frame);
  const n = view.getUint32(0, true);
  return n > 0 && n <= MAX_RLE_SEGMENTS && view.getUint32(4, true) === RLE_HEADER_BYTES;
}

function requireDecodable(frame: Uint8Array, header: FrameHeader, codec: Codec): void {
  if (exceedsScanLimit(frame)) throw new RefusedError('decode_too_slow', { limit_s: DECODE_LIMIT_S });
  if (!isComplete(frame)) throw new RefusedError('truncated_image');
  if (hasHole(frame)) throw new RefusedError('corrupt_image');
  if (codec === 'jpeg' && header.precision !== DCT_BITS && !isDeep(header)) {
    throw new RefusedError('unsupported_transfer_syntax', { uid: SYNTAX.jpegExtended, n_bits: header.precision });
  }
}

function readJpeg2000(frame: Uint8Array<ArrayBuffer>, start: number): Codestream {
  const siz = frame.subarray(start, start + SIZ_BYTES);
  if (siz.length < SIZ_BYTES) throw new RefusedError('truncated_image');
  const view = viewOf(siz);
  const [right, bottom, left, top] = [8, 12, 16, 20].map((at) => view.getUint32(at)) as [number, number, number, number];
  const codec = beginsWith(frame, CAP, start + 4 + view.getUint16(4)) ? 'htj2k' : codecOf(SYNTAX.jpeg2000);
  const precision = (view.getUint8(42) & 0x7f) + 1;
  return {
    frame,
    codec,
    header: { height: bottom - top, width: right - left, nSamples: view.getUint16(40), precision, process: 0 },
  };
}
