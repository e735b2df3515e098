/** What cannot be kept on the disk: analyses for as long as the page is open. */

import type { StoredDocument } from '../document';
import type { Pictures } from '../infer/pictures';
import type { Kept } from './kept';

export class MemoryStore {
  readonly #kept = new Map<string, Kept>();

  add(document: StoredDocument, { image, values, thumbnail, heatmaps }: Pictures): void {
    this.#kept.set(document.id, {
      document,
      hasImage: true,
      thumbnail: () => Promise.resolve(thumbnail),
      heatmaps: () => Promise.resolve({ ...heatmaps }),
      images: () => Promise.resolve({ image, values }),
    });
  }

  get(id: string): Kept | null {
    return this.#kept.get(id) ?? null;
  }

  list(): Kept[] {
    return [...this.#kept.values()];
  }

  remove(id: string): void {
    this.#kept.delete(id);
  }
}
