/**
 * The skeleton of a JPEG or JPEG-LS stream, read without decoding it, as `raiox.intake.jpeg_markers`.
 *
 * Source: ITU-T T.81, annex B; T.87, annex C.
 */

import { MAX_JPEG_SCANS } from './checks';
import { RefusedError } from './refusal';
import { viewOf } from './bytes';

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
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

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
  return scans > MAX_JPEG_SCANS;
}

/** Whether the stream reaches its end marker. */
export function isComplete(stream: Uint8Array): boolean {
  for (const [marker] of segments(stream)) if (marker === EOI) return true;
  return false;
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
