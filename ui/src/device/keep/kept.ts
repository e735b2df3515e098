/** One analysis of the history, whose pictures are read when they are shown. */

import type { StoredDocument } from '../document';
import type { MapPictures, Pictures } from '../infer/pictures';

/** An analysis of now. */
export interface NewAnalysis {
  readonly document: StoredDocument;
  readonly pictures: Pictures;
  /** When its heatmaps are deleted. */
  readonly mapsUntil: string;
}

/** Null where they have had their time, or never were. */
export interface KeptImages {
  readonly image: Blob | null;
  readonly values: Blob | null;
}

export interface Kept {
  readonly document: StoredDocument;
  /** Null where the image has had its time. */
  readonly thumbnail: (() => Promise<Blob>) | null;
  readonly maps: () => Promise<MapPictures>;
  readonly images: () => Promise<KeptImages>;
}
