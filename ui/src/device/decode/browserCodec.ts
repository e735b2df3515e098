/** What the browser itself decodes, in eight bits a channel, turned upright, on black. */

import type { ColourImage } from './grayscale';
import { RefusedError } from './refusal';

/** Throws: RefusedError where the browser cannot follow the file. */
export async function decodeByBrowser(content: Uint8Array<ArrayBuffer>, mediaType: string): Promise<ColourImage> {
  let bitmap: ImageBitmap;
  try {
    // Gray values are numbers here, not colours of this monitor.
    bitmap = await createImageBitmap(new Blob([content], { type: mediaType }), { colorSpaceConversion: 'none' });
  } catch {
    throw new RefusedError('corrupt_image');
  }
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new RefusedError('decoder_crashed');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}
