/** Calls the network slow when nothing has moved for a while. */

interface Watch {
  moved: () => void;
  end: () => void;
}

export function watchNetwork(item: { slow: boolean }, slowAfterMs: number): Watch {
  const start = (): ReturnType<typeof setTimeout> => setTimeout(() => (item.slow = true), slowAfterMs);
  let timer = start();
  const stop = (): void => {
    clearTimeout(timer);
    item.slow = false;
  };
  const moved = (): void => {
    stop();
    timer = start();
  };
  return { moved, end: stop };
}
