/** What a reader must know of an image, beside its result. */

import type { Analysis } from './contract';

/** Notes of the decoder that make an image one of low quality, whatever the filter rates. */
export const LOW_QUALITY_NOTES: readonly string[] = ['photograph_of_radiograph', 'few_shades'];

/** Codes, in the order in which they are said; a rejection has no result to trust less. */
export function notesOf({ notes, positioning, filter, rejection }: Analysis): string[] {
  const decoded = notes ?? [];
  return [
    ...(rejection ? decoded.filter((code) => !LOW_QUALITY_NOTES.includes(code)) : decoded),
    ...(positioning ?? []),
    ...(filter?.low_quality && !rejection ? ['low_quality'] : []),
  ];
}
