/**
 * Samples of 16 bits as a gray PNG, which no canvas can write: the viewer reads it.
 *
 * Source: W3C PNG (third edition), 5, 9.2 and 10.
 */

import { crc32 } from '../crc32';
import type { Shape } from '../image';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const DEPTH = 16;
/** Differences to the row above: the one filter that the viewer reads. */
const FILTER_UP = 2;

export async function drawSamples({ width, height }: Shape, samples: Uint16Array): Promise<Blob> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  view.setUint8(8, DEPTH); // and zeros: gray, deflate, the five filters, one pass
  const packed = new Blob([filtered(width, height, samples)]).stream().pipeThrough(new CompressionStream('deflate'));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const chunks = [chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array())];
  return new Blob([Uint8Array.from(SIGNATURE), ...chunks], { type: 'image/png' });
}

function filtered(width: number, height: number, samples: Uint16Array): Uint8Array<ArrayBuffer> {
  const stride = 2 * width + 1;
  const lines = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const start = y * stride;
    lines[start] = FILTER_UP;
    for (let x = 0; x < width; x++) {
      const [value, above] = [samples[y * width + x] as number, y > 0 ? (samples[(y - 1) * width + x] as number) : 0];
      lines[start + 2 * x + 1] = (value >> 8) - (above >> 8);
      lines[start + 2 * x + 2] = value - above;
    }
  }
  return lines;
}

function chunk(kind: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(content.length + 12);
  const view = new DataView(whole.buffer);
  view.setUint32(0, content.length);
  whole.set(Uint8Array.from(kind, (letter) => letter.charCodeAt(0)), 4);
  whole.set(content, 8);
  view.setUint32(content.length + 8, crc32(whole.subarray(4, content.length + 8)));
  return whole;
}
