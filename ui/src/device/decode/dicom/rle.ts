/** RLE: PackBits, one segment for each byte of each sample. Source: DICOM PS3.5, annex G. */

import { viewOf } from '../bytes';
import { RefusedError } from '../refusal';
import type { Words } from '../bitLayout';
import type { ImagePixel } from './imagePixel';

const NO_OPERATION = 128;

/** Throws: RefusedError for another number of segments, or a segment that is too short. */
export function decodeRle(frame: Uint8Array, image: ImagePixel): Words {
  const { samplesPerPixel, bitsAllocated } = image;
  const bytesPerSample = bitsAllocated / 8;
  const nSegments = samplesPerPixel * bytesPerSample;
  const view = viewOf(frame);
  if (view.getUint32(0, true) !== nSegments) throw new RefusedError('corrupt_image');
  const n = image.rows * image.columns;
  const bytes = new Uint8Array(n * nSegments);
  for (let segment = 0; segment < nSegments; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < nSegments ? view.getUint32(8 + 4 * segment, true) : frame.length;
    const unpacked = unpack(frame.subarray(start, end), n);
    // The most significant byte of a sample comes first; here the least significant one does.
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    const offset = sample * bytesPerSample + byte;
    for (let at = 0; at < n; at++) bytes[at * nSegments + offset] = unpacked[at] ?? 0;
  }
  return bytesPerSample === 1 ? bytes : new Uint16Array(bytes.buffer);
}

function unpack(packed: Uint8Array, n: number): Uint8Array {
  const bytes = new Uint8Array(n);
  let [from, to] = [0, 0];
  while (from < packed.length && to < n) {
    const head = packed[from++] ?? 0;
    if (head < NO_OPERATION) {
      const literal = packed.subarray(from, from + Math.min(head + 1, n - to));
      bytes.set(literal, to);
      from += head + 1;
      to += literal.length;
      if (literal.length === 0) break;
    } else if (head > NO_OPERATION) {
      bytes.fill(packed[from++] ?? 0, to, (to += 257 - head));
    }
  }
  if (to < n) throw new RefusedError('corrupt_image');
  return bytes;
}
