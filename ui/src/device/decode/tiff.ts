/**
 * TIFF and BigTIFF: the first page, all bits of it, as `raiox.intake.formats.tiff`.
 *
 * Source: TIFF 6.0; TIFF Technical Note 1; Adobe Photoshop Technical Note 3.
 */

import { fromArrayBuffer, type GeoTIFF, type GeoTIFFImage } from 'geotiff';

import { viewOf } from './bytes';
import { requireGeometry } from './checks';
import type { Flattened } from './grayscale';
import { RefusedError } from './refusal';
import { flattenSamples, isRead, type Sampled } from './tiffSamples';
import { turned } from './turn';

const LITTLE = 0x4949;
const CLASSIC = 42;
const ENTRY_BYTES = 12;
/** Whoever points farther than any upload reaches, points at random. */
const PLAUSIBLE_BYTES = 2 ** 27;
/** A smaller version, or a transparency mask. */
const REDUCED_OR_MASK = 0b101;
/** A page at most half as wide and half as high shows the same, smaller. */
const THUMBNAIL_RATIO = 2;
const MAX_PAGES = 64;
/** Further images may lie behind the first, without a directory. */
const HIDDEN_STACK = /^ImageJ=[^\n]*\n(?:.*\n)*?images=(\d{1,9})/;
/** None, LZW, JPEG, deflate in both numbers, PackBits. */
const [RAW, JPEG] = [1, 7];
const COMPRESSIONS = [RAW, 5, JPEG, 8, 32_773, 32_946];
const BITS_PER_SAMPLE = 258;
/** Of FillOrder: the first pixel of a byte lies in its lowest bit. */
const LOWEST_FIRST = 2;

interface Described extends Omit<Sampled, 'samples'> {
  /** Whether the bits of each byte come in the other order, which the library does not mind. */
  readonly isReversed: boolean;
}

/** Throws: RefusedError, or what the library throws of a file that contradicts itself. */
export async function decodeTiff(content: Uint8Array<ArrayBuffer>): Promise<Flattened> {
  if (directoryOf(content) === 'beyond') throw new RefusedError('truncated_image');
  const own = content.byteLength === content.buffer.byteLength ? content : content.slice();
  const tiff = await fromArrayBuffer(own.buffer);
  const page = await tiff.getImage(0);
  const { fileDirectory: directory } = page;
  if (!directory.hasTag('BitsPerSample')) directory.actualizedFields.set(BITS_PER_SAMPLE, [1]);
  requireGeometry(page.getWidth(), page.getHeight());
  const sampled = await describe(page);
  if (!sampled) throw new RefusedError('unsupported_format', { format: 'TIFF' });
  await requireOnePage(tiff, page);
  const blocks = await blocksOf(page);
  if (blocks.some(([start, n]) => start + n > own.length)) throw new RefusedError('truncated_image'); // else taken for zeros
  if (sampled.isReversed) for (const [start, n] of blocks) reverseBits(own.subarray(start, start + n));
  const samples = await page.readRasters({ interleave: true });
  const orientation = await directory.loadValue('Orientation');
  return turned(flattenSamples(sampled, samples as Sampled['samples']), Number(orientation ?? 1));
}

/** Null for a layout that has no rule. */
async function describe(page: GeoTIFFImage): Promise<Described | null> {
  const directory = page.fileDirectory;
  const n = page.getSamplesPerPixel();
  const bits = Array.from({ length: n }, (_, at) => page.getBitsPerSample(at));
  const [nBits = 0] = bits;
  const compression = Number((await directory.loadValue('Compression')) ?? 1);
  const layout = {
    width: page.getWidth(),
    height: page.getHeight(),
    nSamples: n,
    nBits,
    /** 1: without a sign, 2: with one, 3: fractions. */
    kind: page.getSampleFormat(0) || 1,
    photometric: Number((await directory.loadValue('PhotometricInterpretation')) ?? 1),
    extra: numbersOf(await directory.loadValue('ExtraSamples')),
    colourMap: numbersOf(await directory.loadValue('ColorMap')),
    isReversed: compression !== JPEG && Number((await directory.loadValue('FillOrder')) ?? 1) === LOWEST_FIRST,
  };
  const isAlike = bits.every((each) => each === nBits);
  const isInReversedWords = layout.isReversed && compression === RAW && nBits > 8;
  const isInDeepPlanes = nBits > 8 && n > 1 && page.planarConfiguration === 2;
  return isAlike && !isInReversedWords && !isInDeepPlanes && COMPRESSIONS.includes(compression) && isRead(layout) ? layout : null;
}

function numbersOf(value: unknown): number[] {
  return typeof value === 'number' ? [value] : Array.from((value ?? []) as ArrayLike<number>, Number);
}

/** A second page may only be a thumbnail or a mask. */
async function requireOnePage(tiff: GeoTIFF, first: GeoTIFFImage): Promise<void> {
  const description = await first.fileDirectory.loadValue('ImageDescription');
  const nHidden = Number(HIDDEN_STACK.exec(String(description ?? ''))?.[1] ?? 1);
  if (nHidden > 1) throw new RefusedError('multi_frame', { n_frames: nHidden });
  for (let at = 1; at < MAX_PAGES; at++) {
    const page = await tiff.getImage(at).catch(() => null);
    if (!page) return;
    const kind = Number((await page.fileDirectory.loadValue('NewSubfileType')) ?? 0);
    const isSmall =
      THUMBNAIL_RATIO * page.getWidth() <= first.getWidth() && THUMBNAIL_RATIO * page.getHeight() <= first.getHeight();
    if (!(kind & REDUCED_OR_MASK) && !isSmall) throw new RefusedError('multi_frame', { n_frames: await tiff.getImageCount() });
  }
}

/** Start and length of each strip or tile. */
async function blocksOf({ fileDirectory, isTiled }: GeoTIFFImage): Promise<[start: number, nBytes: number][]> {
  const [starts, counts] = isTiled ? (['TileOffsets', 'TileByteCounts'] as const) : (['StripOffsets', 'StripByteCounts'] as const);
  const [from, sizes] = [numbersOf(await fileDirectory.loadValue(starts)), numbersOf(await fileDirectory.loadValue(counts))];
  return from.map((start, at) => [start, sizes[at] ?? 0]);
}

function reverseBits(bytes: Uint8Array): void {
  for (const [at, byte] of bytes.entries()) {
    let reversed = 0;
    for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
    bytes[at] = reversed;
  }
}

/** Many writers put the directory last: then half a file points beyond itself. */
function directoryOf(content: Uint8Array): 'inside' | 'beyond' {
  const view = viewOf(content);
  if (content.length < 8) return 'beyond';
  const isLittle = view.getUint16(0) === LITTLE;
  if (view.getUint16(2, isLittle) !== CLASSIC) return 'inside';
  const directory = view.getUint32(4, isLittle);
  if (directory >= PLAUSIBLE_BYTES) return 'inside'; // damaged, which the library says
  if (directory + 2 > content.length) return 'beyond';
  return directory + 2 + view.getUint16(directory, isLittle) * ENTRY_BYTES > content.length ? 'beyond' : 'inside';
}
