/** WebP, as far as a browser does not look at it. Source: RFC 9649, 2.3 to 2.7. */

import { ascii, viewOf } from './bytes';
import type { Size } from './checks';
import { RefusedError } from './refusal';
import { orientationOf } from './turn';

const [HEAD_BYTES, CHUNK_HEAD_BYTES] = [12, 8];

/** Throws: RefusedError for an animation. */
export function sizeOfWebp(content: Uint8Array, view: DataView): Size | null {
  const chunk = ascii(content.subarray(12, 16));
  const uint24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
  if (chunk === 'VP8X') {
    if (view.getUint8(20) & 0x02) throw new RefusedError('multi_frame', { n_frames: 2 });
    return [uint24(24) + 1, uint24(27) + 1];
  }
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
  }
  return chunk === 'VP8 ' ? [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff] : null;
}

/** What its EXIF says; browsers show the picture as it lies. */
export function orientationOfWebp(content: Uint8Array): number {
  const view = viewOf(content);
  for (let at = HEAD_BYTES; at + CHUNK_HEAD_BYTES <= content.length; ) {
    const start = at + CHUNK_HEAD_BYTES;
    const size = view.getUint32(at + 4, true);
    if (ascii(content.subarray(at, at + 4)) === 'EXIF') return orientationOf(content.subarray(start, start + size));
    at = start + size + (size % 2);
  }
  return 1;
}
