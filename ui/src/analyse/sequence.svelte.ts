/** Which analysis comes before and after the one that is shown: of this visit's uploads, else of the history. */

import { fetchHistory } from '../shared/api';
import { addressOf, router } from '../shared/router.svelte';
import type { Item } from '../shared/upload/uploadQueue.svelte';
import { uploadQueue } from '../shared/upload/uploads';

class Sequence {
  #ids = $state.raw<string[]>([]);
  /** Whether the reader came here by a step, and so goes on with the keys of the viewer. */
  stepped = false;

  /** The page works without. */
  async load(): Promise<void> {
    this.#ids = await fetchHistory().then(
      ({ analyses }) => analyses.filter(({ state }) => state === 'done').map(({ id }) => id),
      () => [],
    );
  }

  /** Goes one on or back, around the end; null where there is nothing else. */
  stepFrom(item: Item): ((by: -1 | 1) => void) | null {
    const keys = uploadQueue.uploads.map(({ key }) => key);
    if (keys.length > 1 && keys.includes(item.key)) {
      return this.#among(keys, item.key, (key) => (uploadQueue.selectedKey = key));
    }
    const id = item.analysis?.id ?? '';
    return this.#ids.includes(id) ? this.#among(this.#ids, id, (other) => { router.go(addressOf(other)); }) : null;
  }

  #among<T>(all: readonly T[], current: T, go: (to: T) => void): ((by: -1 | 1) => void) | null {
    if (all.length < 2) return null;
    return (by) => {
      this.stepped = true;
      go(all[(all.indexOf(current) + by + all.length) % all.length] ?? current);
    };
  }
}

export const sequence = new Sequence();
