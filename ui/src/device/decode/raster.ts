/**
 * Pictures to gray values: PNG, JPEG, TIFF, WebP, BMP and AVIF, as `raiox.intake.raster` decodes them.
 *
 * PNG, TIFF and JPEG of 12 bits keep all their bits; the others, which have eight, the browser decodes,
 * and HEIF where it can.
 */

import { crop } from '../image';
import { decodeByBrowser } from './browserCodec';
import { requireGeometry } from './checks';
import { flattenColours, grayColours } from './colours';
import type { Decoded } from './decoded';
import { decodeDeep, isDeep } from './deepJpeg';
import { stretch, type ColourImage, type Flattened } from './grayscale';
import { readJpegHeader } from './jpegMarkers';
import { findPhotographed } from './photograph';
import { decodePng, readPng } from './png';
import { declaredSize, requireWhole } from './rasterChecks';
import { fetched, RefusedError } from './refusal';
import { HEIF } from './sniff';
import { turned } from './turn';
import { orientationOfWebp } from './webp';

/** What the browser decodes. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  bmp: 'image/bmp',
  avif: 'image/avif',
};

/** Throws: RefusedError of the code that says why, or what a codec throws. */
export async function decodeRaster(content: Uint8Array<ArrayBuffer>, format: string): Promise<Decoded> {
  const [flat, said] = await flatten(content, format);
  const box = findPhotographed(flat.colours ?? grayColours(flat.image));
  const seen = box ? [...flat.notes.filter((note) => note !== 'false_colours'), 'photograph_of_radiograph'] : flat.notes;
  return {
    image: box ? crop(flat.image, box) : flat.image,
    sourceFormat: format,
    notes: [...said, ...seen],
    pixelSpacingMm: null,
    values: box ? null : flat.values,
  };
}

/** Returns: the picture, and codes of what the file says beside its pixels. */
async function flatten(content: Uint8Array<ArrayBuffer>, format: string): Promise<[Flattened, string[]]> {
  if (format === 'png') {
    const png = readPng(content);
    return [await decodePng(png), png.isPhantom ? ['drawn_phantom'] : []];
  }
  if (format === 'tiff') {
    const { decodeTiff } = await fetched(import('./tiff'));
    return [await decodeTiff(content), []];
  }
  const size = declaredSize(content, format);
  if (size) requireGeometry(...size);
  requireWhole(content, format);
  if (format === 'jpeg') {
    const header = readJpegHeader(content);
    if (isDeep(header)) return [stretch(header, await decodeDeep(content, header)), []];
  }
  const colours = await (format === HEIF ? decodeHeif(content) : decodeByBrowser(content, MEDIA_TYPES[format] ?? ''));
  requireGeometry(colours.width, colours.height);
  const flat = flattenColours(colours);
  return [format === 'webp' ? turned(flat, orientationOfWebp(content)) : flat, []];
}

/** Safari does; the decoders that pages could bring are LGPL, and their pictures those of a phone. */
async function decodeHeif(content: Uint8Array<ArrayBuffer>): Promise<ColourImage> {
  return decodeByBrowser(content, 'image/heic').catch(() => {
    throw new RefusedError('unsupported_format', { format: 'HEIF' });
  });
}
