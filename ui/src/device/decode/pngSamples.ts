/** The samples of a PNG, all bits of them. Source: W3C PNG (third edition), 7.2, 8, 9 and 10. */

import { inflate } from './inflate';
import { RefusedError } from './refusal';

/** What the samples are, and where they lie packed. */
export interface PackedSamples {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Of a pixel. */
  readonly nSamples: number;
  readonly isInterlaced: boolean;
  readonly data: Blob;
}

type Pass = readonly [left: number, top: number, across: number, down: number];

const WHOLE: readonly Pass[] = [[0, 0, 1, 1]];
const ADAM7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

interface Lines {
  readonly pass: Pass;
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a line without its filter. */
  readonly stride: number;
}

/** Pixel after pixel, its samples together. Throws: RefusedError where there are fewer than promised. */
export async function readSamples(png: PackedSamples): Promise<Uint16Array<ArrayBuffer>> {
  const { width, height, depth, nSamples } = png;
  const passes = (png.isInterlaced ? ADAM7 : WHOLE).map((pass): Lines => {
    const [left, top, across, down] = pass;
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    return { pass, columns, rows, stride: Math.ceil((columns * nSamples * depth) / 8) };
  });
  const shown = passes.filter(({ columns, rows }) => columns > 0 && rows > 0);
  const nBytes = shown.reduce((sum, { stride, rows }) => sum + (stride + 1) * rows, 0);
  const packed = await inflated(png.data, nBytes);
  const samples = new Uint16Array(width * height * nSamples);
  let start = 0;
  for (const lines of shown) {
    const size = (lines.stride + 1) * lines.rows;
    unfilter(packed, start, lines, Math.max(1, (nSamples * depth) / 8));
    spread(packed.subarray(start, start + size), lines, png, samples);
    start += size;
  }
  return samples;
}

/** More than is needed does no harm, whatever it is. */
async function inflated(data: Blob, nBytes: number): Promise<Uint8Array> {
  try {
    const { bytes } = await inflate(data, 'deflate', nBytes);
    if (bytes.length === nBytes) return bytes;
  } catch {
    // fewer than promised, or none
  }
  throw new RefusedError('corrupt_image');
}

/** In place: what stands behind the byte that names the filter of a line becomes the line. Args: step: bytes to the pixel before. */
function unfilter(bytes: Uint8Array, start: number, { rows, stride }: Lines, step: number): void {
  for (let y = 0; y < rows; y++) {
    const at = start + y * (stride + 1) + 1;
    const kind = bytes[at - 1] as number;
    if (kind > 4) throw new RefusedError('corrupt_image');
    if (kind === 0) continue;
    const above = y > 0 ? at - stride - 1 : -1;
    for (let i = 0; i < stride; i++) {
      const left = i >= step ? (bytes[at + i - step] as number) : 0;
      const up = above < 0 ? 0 : (bytes[above + i] as number);
      const corner = above < 0 || i < step ? 0 : (bytes[above + i - step] as number);
      bytes[at + i] = (bytes[at + i] as number) + predict(kind, left, up, corner);
    }
  }
}

function predict(kind: number, left: number, up: number, corner: number): number {
  if (kind === 1) return left;
  if (kind === 2) return up;
  if (kind === 3) return (left + up) >> 1;
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** The samples of one pass to where they belong. */
function spread(bytes: Uint8Array, { pass, columns, rows, stride }: Lines, png: PackedSamples, samples: Uint16Array): void {
  const [left, top, across, down] = pass;
  const { width, depth, nSamples: n } = png;
  const sampleOf = reader(bytes, depth);
  for (let y = 0; y < rows; y++) {
    const line = y * (stride + 1) + 1;
    const target = (top + y * down) * width + left;
    for (let x = 0; x < columns; x++) {
      for (let k = 0; k < n; k++) samples[(target + x * across) * n + k] = sampleOf(line, x * n + k);
    }
  }
}

/** Reads the i-th sample of the line that begins at a byte. */
function reader(bytes: Uint8Array, depth: number): (line: number, i: number) => number {
  if (depth === 8) return (line, i) => bytes[line + i] as number;
  if (depth === 16) return (line, i) => ((bytes[line + 2 * i] as number) << 8) | (bytes[line + 2 * i + 1] as number);
  const most = 2 ** depth - 1;
  return (line, i) => ((bytes[line + ((i * depth) >> 3)] as number) >> (8 - depth - ((i * depth) & 7))) & most;
}
