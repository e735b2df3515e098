/** Marks an upload as slow when nothing has moved for a while. */

interface StallTimer {
  restart: () => void;
  stop: () => void;
}

export function startStallTimer(item: { slow: boolean }, slowAfterMs: number): StallTimer {
  const start = (): ReturnType<typeof setTimeout> => setTimeout(() => (item.slow = true), slowAfterMs);
  let timer = start();
  const stop = (): void => {
    clearTimeout(timer);
    item.slow = false;
  };
  const restart = (): void => {
    stop();
    timer = start();
  };
  return { restart, stop };
}
