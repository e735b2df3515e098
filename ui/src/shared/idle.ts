/** Work that may wait until the first screen stands. */

const MAX_WAIT_MS = 2_000;

export function whenIdle(work: () => void): void {
  const schedule = (): void => {
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: MAX_WAIT_MS });
    else setTimeout(work, MAX_WAIT_MS / 4);
  };
  if (document.readyState === 'complete') schedule();
  else addEventListener('load', schedule, { once: true });
}
