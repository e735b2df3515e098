/**
 * The codecs of compressed frames: the browser's own for JPEG, WebAssembly of CharLS and OpenJPEG, and
 * two in JavaScript for JPEG lossless and of 12 bits. Each is fetched when the first file needs it.
 */

import type { Words } from '../bitLayout';
import { decodeByBrowser } from '../browserCodec';
import { decodeDeep, isDeep } from '../deepJpeg';
import { hasColourMark, withoutColourTransform } from '../jpegMarkers';
import { fetched, RefusedError } from '../refusal';
import type { Codestream } from './codestream';
import type { ImagePixel } from './imagePixel';
import { decodeRle } from './rle';

export interface Samples {
  /** Pixel after pixel, its samples together. */
  readonly words: Words;
  /** What they are left in, where that is not what the header says. */
  readonly photometric?: string;
}

/** The decoders of cornerstone's packages. */
interface FrameDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  delete(): void;
}

/** Throws: RefusedError, or what the codec throws for what it cannot follow. */
export async function decodeFrame({ codec, frame, header }: Codestream, image: ImagePixel): Promise<Samples> {
  if (header && isDeep(header)) return { words: await decodeDeep(frame, header) };
  if (codec === 'rle') return { words: decodeRle(frame, image) };
  if (codec === 'jpeg') return decodeJpeg(frame, image);
  if (codec === 'jpegLossless') return { words: await decodeLossless(frame, image) };
  return decodeByWasm(await fetched(codec === 'jpegLs' ? openCharls() : openOpenjpeg()), frame, image);
}

/** Decoders take three samples for YCbCr; where nothing in the frame says otherwise, the header of the file may. */
async function decodeJpeg(frame: Uint8Array<ArrayBuffer>, image: ImagePixel): Promise<Samples> {
  const n = image.samplesPerPixel;
  const isRaw = image.photometric === 'RGB' && !hasColourMark(frame);
  const { width, height, data } = await decodeByBrowser(isRaw ? withoutColourTransform(frame) : frame, 'image/jpeg');
  if (width !== image.columns || height !== image.rows) throw new RefusedError('corrupt_image');
  const words = new Uint8Array(width * height * n);
  for (let at = 0; at < width * height; at++) for (let k = 0; k < n; k++) words[at * n + k] = data[4 * at + k] ?? 0;
  return { words, ...(n > 1 ? { photometric: 'RGB' } : {}) };
}

async function decodeLossless(frame: Uint8Array<ArrayBuffer>, image: ImagePixel): Promise<Words> {
  const { Decoder } = await fetched(import('jpeg-lossless-decoder-js'));
  const own = frame.slice();
  const decoded = new Decoder(null, image.bitsAllocated / 8).decompress(own.buffer, 0, own.length);
  return asWords(new Uint8Array(decoded), image);
}

async function decodeByWasm(decoder: FrameDecoder, frame: Uint8Array, image: ImagePixel): Promise<Samples> {
  try {
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    const isColour = image.samplesPerPixel > 1;
    // Both undo the colour transform of the codestream; YBR of the file itself stays.
    const photometric = isColour && /ICT|RCT/.test(image.photometric) ? { photometric: 'RGB' } : {};
    return { words: asWords(decoder.getDecodedBuffer(), image), ...photometric };
  } finally {
    decoder.delete();
  }
}

function asWords(bytes: Uint8Array, image: ImagePixel): Words {
  const n = image.rows * image.columns * image.samplesPerPixel;
  const size = image.bitsAllocated / 8;
  if (bytes.length < n * size) throw new RefusedError('truncated_image');
  const own = bytes.slice(0, n * size);
  return size === 1 ? own : new Uint16Array(own.buffer);
}

async function openCharls(): Promise<FrameDecoder> {
  const [{ default: open }, { default: wasm }] = await Promise.all([
    import('@cornerstonejs/codec-charls/decodewasmjs'),
    import('@cornerstonejs/codec-charls/decodewasm?url'),
  ]);
  const module = await open({ locateFile: () => wasm });
  return new module.JpegLSDecoder();
}

async function openOpenjpeg(): Promise<FrameDecoder> {
  const [{ default: open }, { default: wasm }] = await Promise.all([
    import('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    import('@cornerstonejs/codec-openjpeg/decodewasm?url'),
  ]);
  const module = await open({ locateFile: () => wasm });
  return new module.J2KDecoder();
}
