/** Work that may wait until the first screen stands. */

const LONGEST_WAIT_MS = 2_000;

export function whenIdle(work: () => void): void {
  const ask = (): void => {
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: LONGEST_WAIT_MS });
    else setTimeout(work, LONGEST_WAIT_MS / 4);
  };
  if (document.readyState === 'complete') ask();
  else addEventListener('load', ask, { once: true });
}
