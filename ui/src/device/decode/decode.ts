/** One file to shades of gray, by what its content is. */

import { requireSide } from './checks';
import type { Decoded } from './decoded';
import { fetched, NotFetchedError, RefusedError } from './refusal';
import { DICOM, NAMES, sniff, ZIP } from './sniff';
import { hasFewShades } from './tone';

/** Throws: RefusedError of the code that says why, or NotFetchedError. */
export async function decode(content: Uint8Array<ArrayBuffer>): Promise<Decoded> {
  const format = sniff(content);
  const decoder = await fetched(decoderOf(format));
  try {
    const decoded = await decoder(content, format);
    requireSide(decoded.image);
    return hasFewShades(decoded.image) ? { ...decoded, notes: [...decoded.notes, 'few_shades'] } : decoded;
  } catch (error) {
    if (error instanceof NotFetchedError) throw error;
    if (error instanceof RefusedError) throw named(error);
    throw new RefusedError('corrupt_image'); // codecs throw anything
  }
}

/** With the formats that are read, where another was named. */
function named({ code, facts }: RefusedError): RefusedError {
  return new RefusedError(code, code === 'unsupported_format' ? { formats: NAMES, ...facts } : facts);
}

type Decoder = (content: Uint8Array<ArrayBuffer>, format: string) => Promise<Decoded>;

/** Fetched with the first file that needs it. */
async function decoderOf(format: string): Promise<Decoder> {
  if (format === DICOM) return (await import('./dicom/decodeDicom')).decodeDicom;
  if (format !== ZIP) return (await import('./raster')).decodeRaster;
  const { theImage } = await import('./archive');
  return async (content) => {
    const image = await theImage(content);
    const decoded = await (await fetched(decoderOf(image.format)))(image.content, image.format);
    return { ...decoded, sourceFormat: ZIP };
  };
}
