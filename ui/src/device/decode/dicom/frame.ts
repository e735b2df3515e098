/**
 * The one frame of a file as words, compressed or not, as `raiox.intake.dicom.frame`.
 *
 * What the pixel data are is seen from their own beginning. Source: DICOM PS3.5, 8.1, 8.2 and annex A.
 */

import { RefusedError } from '../refusal';
import type { Words } from '../bitLayout';
import { decodeFrame } from './codecs';
import { hasFragments, isCodestream, joinFragments, readCodestream, type Codestream } from './codestream';
import type { DicomFile, PixelData } from './file';
import { bytesOf, readImagePixel, type ImagePixel } from './imagePixel';
import { seePlanes } from './planes';
import { seeRowLength } from './rowLength';
import { codecOf, decodersAgree, isEncapsulated } from './transferSyntaxes';

export interface Frame {
  /** Pixel after pixel, its samples together; native byte order. */
  readonly words: Words;
  readonly image: ImagePixel;
  readonly isRepaired: boolean;
}

/** Throws: RefusedError of the code that says why it cannot be. */
export async function readFrame(file: DicomFile, pixelData: PixelData): Promise<Frame> {
  const codestream = findCodestream(file, pixelData);
  if (!codestream) return readNative(file, pixelData);
  const { frame, header, codec } = codestream;
  const [image, isCompleted] = readImagePixel(file.elements, header, frame.length);
  const { words, photometric = image.photometric } = await decodeFrame(codestream, image);
  const isRepaired = isCompleted || file.syntax === null || !decodersAgree(codec, codecOf(file.syntax));
  return { words, image: { ...image, photometric, isPlanar: false }, isRepaired };
}

function findCodestream(file: DicomFile, { value, hasUndefinedLength }: PixelData): Codestream | null {
  const saysNative = file.syntax === null || !isEncapsulated(file.syntax);
  if (saysNative && !hasUndefinedLength) return null;
  if (hasFragments(value)) return readCodestream(joinFragments(value));
  return isCodestream(value) ? readCodestream(value) : null;
}

function readNative(file: DicomFile, { value, isInWords }: PixelData): Frame {
  const [declared, isCompleted] = readImagePixel(file.elements, null, value.length);
  const nBytes = bytesOf(declared);
  if (value.length < nBytes) throw new RefusedError('truncated_image');
  const isSwapped = declared.bitsAllocated === 8 && isInWords && !file.isLittleEndian;
  const own = (isSwapped ? inTheOtherOrder(value.slice()) : value).slice(0, nBytes);
  const words = declared.bitsAllocated === 8 ? own : inNativeOrder(own.slice(), file.isLittleEndian);
  const image = { ...withRowsSeen(words, declared), isPlanar: seePlanes(own, declared) };
  const isOther = image.isPlanar !== declared.isPlanar || image.rows !== declared.rows;
  const isRepaired = isCompleted || isOther || (file.syntax !== null && isEncapsulated(file.syntax));
  return { words: together(words, image), image, isRepaired };
}

/** Rows and columns the other way round, where the pixels show that they were swapped. */
function withRowsSeen(words: Words, image: ImagePixel): ImagePixel {
  const { rows, columns, samplesPerPixel } = image;
  if (samplesPerPixel > 1) return image;
  const seen = seeRowLength(words, rows, columns);
  if (seen === rows) return { ...image, rows: columns, columns: rows };
  if (seen !== columns) throw new RefusedError('corrupt_image', { element: 'Columns' });
  return image;
}

function inNativeOrder(bytes: Uint8Array<ArrayBuffer>, isLittleEndian: boolean): Uint16Array<ArrayBuffer> {
  return new Uint16Array((isLittleEndian ? bytes : inTheOtherOrder(bytes)).buffer);
}

/** Bytes two by two, the second one first. */
function inTheOtherOrder(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    [bytes[at], bytes[at + 1]] = [bytes[at + 1] ?? 0, bytes[at] ?? 0];
  }
  return bytes;
}

/** The samples of a pixel side by side, whether the file has them so, by planes, or with shared chroma. */
function together(words: Words, image: ImagePixel): Words {
  const n = image.rows * image.columns;
  if (image.photometric === 'YBR_FULL_422') {
    return withOwnChroma(words, n);
  }
  if (!image.isPlanar) return words;
  const samples = image.samplesPerPixel;
  return words.map((_, at) => words[(at % samples) * n + Math.floor(at / samples)] ?? 0);
}

/** C.7.6.3.1.2: the luma of two pixels, then the chroma of both. */
function withOwnChroma(words: Words, n: number): Words {
  const own = words instanceof Uint8Array ? new Uint8Array(3 * n) : new Uint16Array(3 * n);
  for (let at = 0; at < n; at++) {
    const pair = 4 * (at >> 1);
    own[3 * at] = words[pair + (at % 2)] ?? 0;
    own[3 * at + 1] = words[pair + 2] ?? 0;
    own[3 * at + 2] = words[pair + 3] ?? 0;
  }
  return own;
}
