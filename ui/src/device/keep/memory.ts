/** What cannot be kept on the disk: analyses for as long as the page is open. */

import type { Kept, NewAnalysis } from './kept';

export class MemoryStore {
  readonly #kept = new Map<string, Kept>();

  add({ document, pictures }: NewAnalysis): void {
    const { image, values, thumbnail, heatmaps, lungs } = pictures;
    this.#kept.set(document.id, {
      document,
      thumbnail: () => Promise.resolve(thumbnail),
      maps: () => Promise.resolve({ heatmaps, lungs }),
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
