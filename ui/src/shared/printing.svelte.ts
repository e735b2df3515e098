/** Whether the page is being printed: on paper nothing can be opened, so everything is. */

import { flushSync } from 'svelte';

class Printing {
  now = $state(false);

  constructor() {
    // Browsers that tell one of these late or never tell the other.
    addEventListener('beforeprint', () => { this.#turn(true); });
    addEventListener('afterprint', () => { this.#turn(false); });
    matchMedia('print').addEventListener('change', ({ matches }) => { this.#turn(matches); });
  }

  /** At once: the paper is laid out as soon as the event is over. */
  #turn(now: boolean): void {
    flushSync(() => (this.now = now));
  }
}

export const printing = new Printing();
