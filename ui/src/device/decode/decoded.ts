/** What decoding makes of a file. */

import type { GrayImage } from '../image';

export interface Decoded {
  readonly image: GrayImage;
  readonly sourceFormat: string;
  /** Codes of what was seen or changed. */
  readonly notes: readonly string[];
  /** Side of a pixel; null where the file does not say. */
  readonly pixelSpacingMm: number | null;
}
