/**
 * The values that the file had, of up to 16 bits, which no picture in a browser holds.
 *
 * The service keeps them as a gray PNG; a canvas would cut it down to 8 bits, so it is read here.
 * Source: PNG specification, 3rd edition (W3C, 2025), sections 5, 9 and 11.2.
 */

import type { KeptValues } from '../contract';
import { display, directionOf, quantile, type GrayscaleWindow, type ValueRange } from './grayscaleWindow';
import type { Pixels } from './pixels';

const N_SAMPLES = 2 ** 16;
const SIGNATURE_BYTES = 8;
const [IHDR, IDAT] = [0x49484452, 0x49444154];
/** The one filter that the service writes with: differences to the row above. */
const FILTER_UP = 2;
/** More pixels than a canvas may have on some phones. */
const MAX_CANVAS_PIXELS = 16_000_000;

export interface Samples {
  width: number;
  height: number;
  /** Row by row. */
  values: Uint16Array;
}

/** Values that can be looked up, and drawn through a window without losing any. */
export interface DeepPixels extends Pixels {
  draw: (canvas: HTMLCanvasElement, window: GrayscaleWindow, inverted: boolean) => void;
}

/** Raises: where it is no gray PNG of 16 bits as the service writes it. */
export async function readSamples(png: ArrayBuffer): Promise<Samples> {
  const view = new DataView(png);
  const packed: ArrayBuffer[] = [];
  let [width, height, depth] = [0, 0, 0];
  for (let at = SIGNATURE_BYTES; at + 12 <= png.byteLength; ) {
    const [length, kind] = [view.getUint32(at), view.getUint32(at + 4)];
    if (kind === IHDR) [width, height, depth] = [view.getUint32(at + 8), view.getUint32(at + 12), view.getUint8(at + 16)];
    if (kind === IDAT) packed.push(png.slice(at + 8, at + 8 + length));
    at += length + 12;
  }
  if (depth !== 16) throw new Error('no 16 bits');
  const lines = await new Response(new Blob(packed).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer();
  return { width, height, values: addRows(new Uint8Array(lines), width, height) };
}

function addRows(lines: Uint8Array, width: number, height: number): Uint16Array {
  const row = new Uint8Array(2 * width);
  const values = new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = y * (row.length + 1);
    if (lines[start] !== FILTER_UP) throw new Error('another filter');
    for (let at = 0; at < row.length; at++) row[at] = (row[at] ?? 0) + (lines[start + 1 + at] ?? 0);
    for (let x = 0; x < width; x++) values[y * width + x] = ((row[2 * x] ?? 0) << 8) | (row[2 * x + 1] ?? 0);
  }
  return values;
}

export function deepPixels({ width, height, values }: Samples, { slope, intercept, black, white }: KeptValues): DeepPixels {
  const valueOf = (sample: number): number => slope * sample + intercept;
  const histogram = new Uint32Array(N_SAMPLES);
  for (const sample of values) histogram[sample] = (histogram[sample] ?? 0) + 1;
  const ends = [histogram.findIndex(Boolean), histogram.findLastIndex(Boolean)].map(valueOf).sort((a, b) => a - b) as [number, number];
  const range: ValueRange = { black, white, first: Math.min(ends[0], black, white), last: Math.max(ends[1], black, white) };
  const isBrightLast = directionOf(range) * slope > 0;
  return {
    range,
    at: (column, row) => {
      const isInside = column >= 0 && row >= 0 && column < width && row < height;
      return isInside ? valueOf(values[row * width + column] ?? 0) : null;
    },
    valueAt: (share) => valueOf(quantile(histogram, isBrightLast ? share : 1 - share)),
    draw: (canvas, window, inverted) => {
      const every = Math.ceil(Math.sqrt((width * height) / MAX_CANVAS_PIXELS));
      const [columns, rows] = [Math.ceil(width / every), Math.ceil(height / every)];
      const shades = Uint32Array.from({ length: N_SAMPLES }, (_, sample) => opaque(Math.round(255 * display(valueOf(sample), window, inverted, range))));
      const image = new ImageData(columns, rows);
      const drawn = new Uint32Array(image.data.buffer);
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) drawn[y * columns + x] = shades[values[y * every * width + x * every] ?? 0] ?? 0;
      }
      Object.assign(canvas, { width: columns, height: rows });
      canvas.getContext('2d')?.putImageData(image, 0, 0);
    },
  };
}

/** One pixel as a canvas has it: the same gray in all three channels, which are in one order or the other. */
function opaque(gray: number): number {
  return (0xff000000 | (gray << 16) | (gray << 8) | gray) >>> 0;
}
