/** What decoding makes of a file. */

import type { GrayImage } from '../image';
import type { PixelValues } from './pixelValues';

export interface Decoded {
  readonly image: GrayImage;
  readonly sourceFormat: string;
  /** Codes of what was seen or changed. */
  readonly notes: readonly string[];
  /** Side of a pixel; null where the file does not say. */
  readonly pixelSpacingMm: number | null;
  /** Null where 8 bits hold what is there. */
  readonly values: PixelValues | null;
}
