/** Whether the page is being printed: on paper nothing can be opened, so everything is. */

import { flushSync } from 'svelte';

class Printing {
  now = $state(false);

  constructor() {
    // Some browsers send one of these late, others never send it.
    addEventListener('beforeprint', () => { this.#set(true); });
    addEventListener('afterprint', () => { this.#set(false); });
    matchMedia('print').addEventListener('change', ({ matches }) => { this.#set(matches); });
  }

  /** At once: the paper is laid out as soon as the event is over. */
  #set(now: boolean): void {
    flushSync(() => (this.now = now));
  }
}

export const printing = new Printing();
