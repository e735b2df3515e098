/**
 * A DICOM file as far as its data set, and the elements in it, as `raiox.intake.dicom.file_format`.
 *
 * Source: DICOM PS3.10, 7.1; PS3.5, annex A.
 */

import dicomParser, { type ByteArrayParser, type DataSet } from 'dicom-parser';

import { ascii } from '../bytes';
import { limits } from '../checks';
import { inflate } from '../inflate';
import { RefusedError } from '../refusal';
import { Elements, TAGS } from './elements';
import { BIG_ENDIAN, EXPLICIT, guessEncoding, IMPLICIT, startOf, UNDEFINED_LENGTH, type Encoding } from './encoding';
import { isRead, nameOf, SYNTAX } from './transferSyntaxes';

/** The package exports the class, its types only the interface. */
const { DataSet: EmptyDataSet } = dicomParser as unknown as {
  DataSet: new (parser: ByteArrayParser, content: Uint8Array, elements: object) => DataSet;
};
const PIXEL_DATA = 'x7fe00010';
const META_END = 0x0002;
const DICOMDIR = '1.2.840.10008.1.3.10';
const ELEMENT_BYTES = 8;

/** The value of Pixel Data (7FE0,0010), not yet looked at. */
export interface PixelData {
  readonly value: Uint8Array<ArrayBuffer>;
  readonly hasUndefinedLength: boolean;
  /** Whether the file calls them words (OW), so that two bytes share the order of a word. */
  readonly isInWords: boolean;
}

export interface DicomFile {
  readonly elements: Elements;
  readonly pixelData: PixelData | null;
  /** As the file meta says it; null where it does not. */
  readonly syntax: string | null;
  readonly isDirectory: boolean;
  /** Whether the file says nothing of its encoding, or something else than its elements show. */
  readonly isRepaired: boolean;
  readonly isLittleEndian: boolean;
}

/** Throws: RefusedError of the code that says why. */
export async function openFile(file: Uint8Array<ArrayBuffer>): Promise<DicomFile> {
  const [meta, metaEnd] = readMeta(file);
  const syntax = textOf(meta, TAGS.TransferSyntaxUID[0]) || null;
  if (syntax !== null && !isRead(syntax)) {
    throw new RefusedError('unsupported_transfer_syntax', { uid: nameOf(syntax) });
  }
  let [content, start] = [file, metaEnd];
  if (syntax === SYNTAX.deflated && !guessEncoding(content, start)) {
    [content, start] = [await unfold(content.subarray(start)), 0];
  }
  const declared = encodingOf(syntax);
  const encoding = guessEncoding(content, start) ?? declared;
  const [dataSet, pixelData] = readDataSet(content, start, encoding);
  return {
    elements: new Elements(dataSet, encoding.isLittleEndian),
    pixelData,
    syntax,
    isDirectory: textOf(meta, TAGS.MediaStorageSOPClassUID[0]) === DICOMDIR,
    isRepaired: syntax === null || encoding !== declared,
    isLittleEndian: encoding.isLittleEndian,
  };
}

function readMeta(content: Uint8Array): [DataSet, number] {
  const start = startOf(content);
  if (content.length <= start + ELEMENT_BYTES) throw new RefusedError('truncated_image');
  const stream = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, content, start);
  const meta = new EmptyDataSet(stream.byteArrayParser, content, {});
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  while (stream.position + ELEMENT_BYTES <= content.length && view.getUint16(stream.position, true) === META_END) {
    const element = truncatedIfShort(() => dicomParser.readDicomElementExplicit(stream));
    meta.elements[element.tag] = element;
  }
  return [meta, stream.position];
}

function readDataSet(content: Uint8Array<ArrayBuffer>, start: number, encoding: Encoding): [DataSet, PixelData | null] {
  const parser = encoding.isLittleEndian ? dicomParser.littleEndianByteArrayParser : dicomParser.bigEndianByteArrayParser;
  const stream = new dicomParser.ByteStream(parser, content, start);
  const dataSet = new EmptyDataSet(parser, content, {});
  const parse = encoding.isImplicit ? dicomParser.parseDicomDataSetImplicit : dicomParser.parseDicomDataSetExplicit;
  truncatedIfShort(() => {
    parse(dataSet, stream, content.length, { untilTag: PIXEL_DATA });
  });
  const found = dataSet.elements[PIXEL_DATA];
  if (!found) return [dataSet, null];
  const hasUndefinedLength = found.length === UNDEFINED_LENGTH || found.hadUndefinedLength === true;
  const end = hasUndefinedLength ? content.length : found.dataOffset + found.length;
  const value = content.subarray(found.dataOffset, end);
  return [dataSet, { value, hasUndefinedLength, isInWords: found.vr === 'OW' }];
}

/** The parser throws texts; all of them mean that an element goes beyond the bytes. */
function truncatedIfShort<T>(work: () => T): T {
  try {
    return work();
  } catch {
    throw new RefusedError('truncated_image');
  }
}

function textOf({ elements, byteArray }: DataSet, tag: string): string {
  const element = elements[tag];
  if (!element) return '';
  const value = (byteArray as Uint8Array).subarray(element.dataOffset, element.dataOffset + element.length);
  return ascii(value).replace(/[\0 ]+$/, '');
}

function encodingOf(syntax: string | null): Encoding {
  if (syntax === null || syntax === SYNTAX.implicit) return IMPLICIT;
  return syntax === SYNTAX.bigEndian ? BIG_ENDIAN : EXPLICIT;
}

/** PS3.5, A.5: unfolded no further than allowed; a zero may pad it, and some writers leave the header of zlib before it. */
async function unfold(deflated: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const [first = 0, second = 0] = deflated;
  const format = first === 0x78 && (first * 256 + second) % 31 === 0 ? 'deflate' : 'deflate-raw';
  const unpadded = deflated.at(-1) === 0 ? deflated.subarray(0, -1) : deflated;
  const inflated = await inflate(new Blob([deflated]), format, limits.max_inflated_bytes)
    .catch(() => inflate(new Blob([unpadded]), format, limits.max_inflated_bytes))
    .catch(() => {
      throw new RefusedError('truncated_image');
    });
  if (inflated.hasMore) throw new RefusedError('too_large_inflated', { max_bytes: limits.max_inflated_bytes });
  return inflated.bytes;
}

