/**
 * PNG: what its chunks say, whether every checksum is right, and the samples of 16 bits that a
 * browser would cut to eight. Source: W3C PNG (third edition), 5, 7.2, 9 and 11.
 */

import { type GrayImage } from '../image';
import { ascii, viewOf } from './bytes';
import { shadesOf, stretch } from './grayscale';
import { RefusedError } from './refusal';
import { robustRange } from './tone';

const SIGNATURE_BYTES = 8;
const FRAME_BYTES = 12;
const PHANTOM = 'Software\0raiox phantom';
/** Samples of each colour type: gray, colour, palette, gray and opacity, colour and opacity. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const LUMA = [0.299, 0.587, 0.114];
const COLOUR_SPREAD = 32 * 257;

export interface PngSummary {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
  readonly isPhantom: boolean;
  /** Colour without a palette and without transparency. */
  readonly isPlainColour: boolean;
  /** The compressed samples. */
  readonly data: Blob;
}

/** Throws: RefusedError for half a file, more than one image, and a wrong checksum of what counts. */
export function readPng(content: Uint8Array<ArrayBuffer>): PngSummary {
  const view = viewOf(content);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const kinds = new Set<string>();
  let isPhantom = false;
  let at = SIGNATURE_BYTES;
  for (let kind = ''; kind !== 'IEND'; ) {
    if (at + FRAME_BYTES > content.length) throw new RefusedError('truncated_image');
    const length = view.getUint32(at);
    kind = ascii(content.subarray(at + 4, at + 8));
    if (!/^[a-zA-Z]{4}$/.test(kind)) throw new RefusedError('corrupt_image');
    if (at + FRAME_BYTES + length > content.length) throw new RefusedError('truncated_image');
    const isCritical = /^[A-Z]/.test(kind);
    const checked = content.subarray(at + 4, at + 8 + length);
    if (isCritical && crc32(checked) !== view.getUint32(at + 8 + length)) throw new RefusedError('corrupt_image');
    if (kind === 'acTL') throw new RefusedError('multi_frame', { n_frames: view.getUint32(at + 8) });
    if (kind === 'IDAT') pieces.push(content.subarray(at + 8, at + 8 + length));
    if (kind === 'tEXt') isPhantom ||= ascii(checked.subarray(4)) === PHANTOM;
    kinds.add(kind);
    at += FRAME_BYTES + length;
  }
  if (!kinds.has('IHDR') || pieces.length === 0) throw new RefusedError('corrupt_image');
  const colourType = view.getUint8(25);
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: view.getUint8(24),
    colourType,
    interlaced: view.getUint8(28) !== 0,
    isPhantom,
    isPlainColour: colourType === 2 && !kinds.has('tRNS'),
    data: new Blob(pieces),
  };
}

/** Interlaced images of 16 bits are left to the browser, which keeps the upper eight. */
export function isDeep({ depth, interlaced }: PngSummary): boolean {
  return depth === 16 && !interlaced;
}

export async function decodeDeepPng(png: PngSummary): Promise<{ image: GrayImage; isColour: boolean }> {
  const { width, height } = png;
  const n = SAMPLES[png.colourType];
  if (!n) throw new RefusedError('corrupt_image');
  const samples = await inflateSamples(png, n);
  const channel = (index: number): Uint16Array =>
    Uint16Array.from({ length: width * height }, (_, at) => samples[at * n + index] ?? 0);
  const opacity = n % 2 === 0 ? channel(n - 1) : null;
  const isOpaque = !opacity?.some((value) => value > 0);
  const gray = n < 3 ? channel(0) : lumaOf([0, 1, 2].map(channel));
  const shown = opacity && !isOpaque ? gray.filter((_, at) => n > 2 || (opacity[at] ?? 0) > 0) : gray;
  const shades = shown.length === gray.length ? stretch(gray) : look(gray, shadesOf(...robustRange(shown)));
  const pixels =
    opacity && !isOpaque ? shades.map((shade, at) => Math.round((shade * ((opacity[at] ?? 0) >> 8)) / 255)) : shades;
  return { image: { width, height, pixels }, isColour: n > 2 && spreads(samples, n) };
}

function look(values: Uint16Array, table: Uint8Array): Uint8Array {
  return Uint8Array.from(values, (value) => table[value] ?? 0);
}

function lumaOf(channels: Uint16Array[]): Uint16Array {
  return Uint16Array.from(channels[0] ?? [], (_, at) =>
    Math.round(channels.reduce((sum, channel, i) => sum + (LUMA[i] ?? 0) * (channel[at] ?? 0), 0)),
  );
}

function spreads(samples: Uint16Array, n: number): boolean {
  let coloured = 0;
  for (let at = 0; at < samples.length; at += n) {
    const own = samples.subarray(at, at + 3);
    coloured += Number(Math.max(...own) - Math.min(...own) > COLOUR_SPREAD);
  }
  return coloured > 0.002 * (samples.length / n);
}

/** Rows without their filters, as big-endian words made native. */
async function inflateSamples({ width, height, data }: PngSummary, n: number): Promise<Uint16Array> {
  const stride = 2 * n * width;
  const packed = await inflate(data, (stride + 1) * height);
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    unfilter(packed[start] ?? 0, packed.subarray(start + 1, start + 1 + stride), rows, y * stride, stride, 2 * n);
  }
  return Uint16Array.from({ length: rows.length / 2 }, (_, at) => ((rows[2 * at] ?? 0) << 8) | (rows[2 * at + 1] ?? 0));
}

async function inflate(data: Blob, nBytes: number): Promise<Uint8Array> {
  const whole = new Uint8Array(nBytes);
  const reader = data.stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  let came = 0;
  try {
    for (let piece = await reader.read(); piece.value && came < nBytes; piece = await reader.read()) {
      whole.set(piece.value.subarray(0, nBytes - came), came);
      came += piece.value.length;
    }
  } catch {
    throw new RefusedError('corrupt_image');
  }
  void reader.cancel().catch(() => undefined);
  if (came < nBytes) throw new RefusedError('truncated_image');
  return whole;
}

function unfilter(kind: number, row: Uint8Array, out: Uint8Array, at: number, stride: number, step: number): void {
  if (kind > 4) throw new RefusedError('corrupt_image');
  for (let i = 0; i < stride; i++) {
    const left = i >= step ? (out[at + i - step] as number) : 0;
    const up = at >= stride ? (out[at + i - stride] as number) : 0;
    const corner = i >= step && at >= stride ? (out[at + i - stride - step] as number) : 0;
    out[at + i] = (row[i] as number) + predict(kind, left, up, corner);
  }
}

function predict(kind: number, left: number, up: number, corner: number): number {
  if (kind === 4) {
    const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
    return a <= b && a <= c ? left : b <= c ? up : corner;
  }
  return [0, left, up, (left + up) >> 1][kind] ?? 0;
}

let table: Uint32Array | undefined;

function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let value = n;
    for (let k = 0; k < 8; k++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
