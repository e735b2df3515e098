/** One analysis of the history, whose pictures are read when they are shown. */

import type { StoredDocument } from '../document';

/** Null where they have had their time, or never were. */
export interface KeptImages {
  readonly image: Blob | null;
  readonly values: Blob | null;
}

export interface Kept {
  readonly document: StoredDocument;
  readonly hasImage: boolean;
  readonly thumbnail: () => Promise<Blob>;
  readonly heatmaps: () => Promise<Record<string, Blob>>;
  readonly images: () => Promise<KeptImages>;
}
