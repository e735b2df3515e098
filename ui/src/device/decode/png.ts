/**
 * PNG: what its chunks say, whether every checksum is right, and shades of all bits that it has, as
 * `raiox.intake.formats.png`. Source: W3C PNG (third edition), 5 and 11.
 */

import { crc32 } from '../crc32';
import type { Shape } from '../image';
import { ascii, viewOf } from './bytes';
import { requireGeometry } from './checks';
import { flattenColours, flattenDeepColours } from './colours';
import { grayAlone, stretch, stretchOpaque, type Flattened } from './grayscale';
import { readSamples } from './pngSamples';
import { RefusedError } from './refusal';
import { orientationOf, turned } from './turn';

const SIGNATURE_BYTES = 8;
const FRAME_BYTES = 12;
const PHANTOM = 'Software\0raiox phantom';
/** Samples of each colour type: gray, colour, palette, gray and opacity, colour and opacity. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PALETTE = 3;
const DEPTHS = [1, 2, 4, 8, 16];
/** Ancillary chunks that matter; the others are dropped unread. */
const WANTED = ['tRNS', 'eXIf', 'acTL', 'tEXt'];

export interface Png extends Shape {
  readonly depth: number;
  readonly colourType: number;
  readonly isInterlaced: boolean;
  readonly isPhantom: boolean;
  readonly orientation: number;
  readonly palette: Uint8Array;
  /** Opacity of each entry of the palette. */
  readonly opacity: Uint8Array;
  /** The compressed samples. */
  readonly data: Blob;
}

/** Throws: RefusedError for half a file, more than one image, and a wrong checksum of what counts. */
export function readPng(content: Uint8Array<ArrayBuffer>): Png {
  const view = viewOf(content);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const chunks = new Map<string, Uint8Array>();
  let at = SIGNATURE_BYTES;
  for (let kind = ''; kind !== 'IEND'; ) {
    if (at + FRAME_BYTES > content.length) throw new RefusedError('truncated_image');
    const length = view.getUint32(at);
    kind = ascii(content.subarray(at + 4, at + 8));
    if (!/^[a-zA-Z]{4}$/.test(kind)) throw new RefusedError('corrupt_image');
    if (at + FRAME_BYTES + length > content.length) throw new RefusedError('truncated_image');
    const value = content.subarray(at + 8, at + 8 + length);
    const isRight = crc32(content.subarray(at + 4, at + 8 + length)) === view.getUint32(at + 8 + length);
    if (/^[A-Z]/.test(kind) && !isRight) throw new RefusedError('corrupt_image');
    if (kind === 'IDAT') pieces.push(value);
    else if (/^[A-Z]/.test(kind) || (isRight && WANTED.includes(kind) && !chunks.has(kind))) chunks.set(kind, value);
    at += FRAME_BYTES + length;
  }
  return describe(chunks, new Blob(pieces));
}

/** Throws: RefusedError. */
export async function decodePng(png: Png): Promise<Flattened> {
  requireGeometry(png.width, png.height);
  const nSamples = SAMPLES[png.colourType];
  if (!nSamples || !DEPTHS.includes(png.depth)) throw new RefusedError('corrupt_image');
  const samples = await readSamples({ ...png, nSamples });
  return turned(flatten(png, samples), png.orientation);
}

function describe(chunks: ReadonlyMap<string, Uint8Array>, data: Blob): Png {
  const header = chunks.get('IHDR');
  if (header?.length !== 13 || data.size === 0) throw new RefusedError('corrupt_image');
  const animation = chunks.get('acTL');
  if (animation) throw new RefusedError('multi_frame', { n_frames: viewOf(animation).getUint32(0) });
  const view = viewOf(header);
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: view.getUint8(8),
    colourType: view.getUint8(9),
    isInterlaced: view.getUint8(12) !== 0,
    isPhantom: ascii(chunks.get('tEXt') ?? new Uint8Array()) === PHANTOM,
    orientation: orientationOf(chunks.get('eXIf') ?? new Uint8Array()),
    palette: chunks.get('PLTE') ?? new Uint8Array(),
    opacity: chunks.get('tRNS') ?? new Uint8Array(),
    data,
  };
}

function flatten(png: Png, samples: Uint16Array<ArrayBuffer>): Flattened {
  const { depth, colourType } = png;
  if (colourType === PALETTE) return { ...flattenColours({ ...png, data: coloursOf(png, samples) }), colours: null };
  if (depth === 16) return flattenDeep(png, samples);
  if (colourType === 0) return grayAlone(png, Uint8Array.from(samples, (sample) => (sample * 255) / (2 ** depth - 1)));
  return flattenColours({ ...png, data: channels(samples, colourType) });
}

function flattenDeep(png: Png, samples: Uint16Array<ArrayBuffer>): Flattened {
  if (png.colourType === 0) return stretch(png, samples);
  if (png.colourType !== 4) return flattenDeepColours(png, samples, SAMPLES[png.colourType] ?? 0);
  const [gray, opacity] = [0, 1].map((channel) => samples.filter((_, at) => at % 2 === channel));
  return stretchOpaque(png, gray ?? samples, opacity ?? samples);
}

/** Red, green, blue and opacity of bytes that are gray and opacity, colours, or both. */
function channels(samples: Uint16Array, colourType: number): Uint8Array {
  const n = SAMPLES[colourType] ?? 0;
  const data = new Uint8Array((samples.length / n) * 4).fill(255);
  for (let at = 0, to = 0; at < samples.length; at += n, to += 4) {
    for (let k = 0; k < 3; k++) data[to + k] = samples[at + (n > 2 ? k : 0)] as number;
    if (n % 2 === 0) data[to + 3] = samples[at + n - 1] as number;
  }
  return data;
}

/** Entries that the palette lacks are the shades of their numbers, as Pillow has them. */
function coloursOf({ palette, opacity }: Png, samples: Uint16Array): Uint8Array {
  const data = new Uint8Array(4 * samples.length);
  samples.forEach((entry, at) => {
    for (let k = 0; k < 3; k++) data[4 * at + k] = palette[3 * entry + k] ?? entry;
    data[4 * at + 3] = opacity[entry] ?? 255;
  });
  return data;
}
