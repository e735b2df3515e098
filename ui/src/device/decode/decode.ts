/** One file to shades of gray, by what its content is. */

import { recognize } from '../../shared/upload/formats';
import { requireSide } from './checks';
import type { Decoded } from './decoded';
import { RefusedError } from './refusal';

/** Throws: RefusedError, or whatever a codec throws. */
export async function decode(content: Uint8Array<ArrayBuffer>): Promise<Decoded> {
  const format = recognize(content);
  if (!format) throw new RefusedError('not_an_image');
  const decoded = format.id === 'dicom' ? await dicom(content) : await raster(content, format.id);
  requireSide(decoded.image);
  return decoded;
}

async function dicom(content: Uint8Array<ArrayBuffer>): Promise<Decoded> {
  const { decodeDicom } = await import('./dicom/decodeDicom');
  return decodeDicom(content);
}

async function raster(content: Uint8Array<ArrayBuffer>, format: string): Promise<Decoded> {
  const { decodeRaster } = await import('./raster');
  return decodeRaster(content, format);
}
