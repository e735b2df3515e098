/** Which sections of a long screen are open; all of them on paper. */

import { printing } from '../shared/printing.svelte';

export class Collapsibles {
  #open = $state<Record<string, boolean>>({});

  constructor(open: readonly string[]) {
    for (const id of open) this.#open[id] = true;
  }

  isOpen(id: string): boolean {
    return printing.now || (this.#open[id] ?? false);
  }

  set(id: string, open: boolean): void {
    if (!printing.now) this.#open[id] = open;
  }
}
