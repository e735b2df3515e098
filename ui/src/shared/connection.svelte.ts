/**
 * Whether the service can be reached, by what its requests come to.
 *
 * `navigator.onLine` alone does not say it: it is true on a network that does not lead to the service,
 * and after a page was opened from the cache.
 */

const PROBE = 'healthz';
const PROBE_INTERVAL_MS = 5_000;

class Connection {
  online = $state(true);
  #listeners: (() => void)[] = [];
  #probing = false;

  start(): void {
    if (!navigator.onLine) this.#lose();
    addEventListener('offline', () => {
      this.#lose();
    });
    addEventListener('online', () => void this.check());
  }

  /** Call this once the service is back. */
  whenBack(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A request was answered, whatever the answer was. */
  answered(): void {
    if (this.online) return;
    this.online = true;
    for (const listener of this.#listeners) listener();
  }

  /** A request failed: ask whether the service is there at all, until it is. */
  async check(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    try {
      await fetch(PROBE, { cache: 'no-store' });
      this.answered();
    } catch {
      this.#lose();
    }
    this.#probing = false;
  }

  #lose(): void {
    this.online = false;
    setTimeout(() => {
      if (!this.online) void this.check();
    }, PROBE_INTERVAL_MS);
  }
}

export const connection = new Connection();
