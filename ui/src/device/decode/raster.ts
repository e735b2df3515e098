/**
 * Pictures to gray values: PNG, JPEG, WebP, BMP and AVIF, as `raiox.intake.raster` decodes them.
 *
 * The browser decodes all but PNG of 16 bits, which it would cut to eight. TIFF and ZIP are the
 * server's alone. Of an image with transparency everywhere nothing is left here.
 */

import { crop, type GrayImage } from '../image';
import { decodeByBrowser } from './browserCodec';
import { requireGeometry } from './checks';
import type { Decoded } from './decoded';
import { isColoured, luma } from './grayscale';
import { findPhotographed } from './photograph';
import { decodeDeepPng, isDeep, readPng, type PngSummary } from './png';
import { declaredSize, requireWhole } from './rasterChecks';
import { RefusedError } from './refusal';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  bmp: 'image/bmp',
  avif: 'image/avif',
};

export const READ_HERE = ['DICOM', 'PNG', 'JPEG', 'WebP', 'BMP', 'AVIF'];

/** Throws: RefusedError of the code that says why. */
export async function decodeRaster(content: Uint8Array<ArrayBuffer>, format: string): Promise<Decoded> {
  const mediaType = MEDIA_TYPES[format];
  if (!mediaType) {
    throw new RefusedError('unsupported_format', { format: format.toUpperCase(), formats: READ_HERE.join(', ') });
  }
  const size = declaredSize(content, format);
  if (size) requireGeometry(...size);
  requireWhole(content, format);
  const png = format === 'png' ? readPng(content) : null;
  const notes = png?.isPhantom ? ['drawn_phantom'] : [];
  const { image, seen } = png && isDeep(png) ? await deep(png) : await shallow(content, mediaType, png);
  return { image, sourceFormat: format, notes: [...notes, ...seen], pixelSpacingMm: null };
}

interface Shades {
  readonly image: GrayImage;
  readonly seen: string[];
}

async function shallow(content: Uint8Array<ArrayBuffer>, mediaType: string, png: PngSummary | null): Promise<Shades> {
  const colours = await decodeByBrowser(content, mediaType);
  const { width, height } = colours;
  requireGeometry(width, height);
  const seen = isColoured(colours) ? ['colour_removed'] : [];
  const box = !png || png.isPlainColour ? findPhotographed(colours) : null;
  const image = luma(colours);
  return box ? { image: crop(image, box), seen: [...seen, 'photograph_of_radiograph'] } : { image, seen };
}

async function deep(png: PngSummary): Promise<Shades> {
  const { image, isColour } = await decodeDeepPng(png);
  return { image, seen: isColour ? ['colour_removed'] : [] };
}
