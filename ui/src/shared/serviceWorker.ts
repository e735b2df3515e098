/** What keeps the files of the page and of the networks: a script that answers in the network's place. */

/** Fetched before it answered: files of the page that it keeps only once they were asked for. */
const KEPT_ON_DEMAND = /\/assets\/[^/]*device-|\/device\.json$/;

let registered: Promise<ServiceWorkerRegistration | null> | undefined;

/** Null where nothing can be kept: a development server builds nothing, plain HTTP forbids it. */
export function registerServiceWorker(): Promise<ServiceWorkerRegistration | null> {
  registered ??= import.meta.env.PROD && 'serviceWorker' in navigator ? register() : Promise.resolve(null);
  return registered;
}

/** Settled once what the page fetches is kept, or can not be. */
export async function untilFilesAreKept(): Promise<void> {
  const isFirstVisit = !navigator.serviceWorker?.controller;
  const registration = await registerServiceWorker();
  if (!registration || !isFirstVisit) return;
  await settled(registration.active ?? registration.waiting ?? registration.installing);
  const early = performance.getEntriesByType('resource').filter(({ name }) => KEPT_ON_DEMAND.test(new URL(name).pathname));
  await Promise.all(early.map(({ name }) => fetchWhole(name).catch(() => undefined)));
}

/** To its last byte: a body that nobody reads keeps its connection. */
async function fetchWhole(address: string): Promise<void> {
  await (await fetch(address, { cache: 'force-cache' })).arrayBuffer();
}

async function register(): Promise<ServiceWorkerRegistration | null> {
  try {
    return (await navigator.serviceWorker.register('./sw.js')) ?? null; // nothing where it is blocked
  } catch {
    return null; // the page serves without
  }
}

/** Until it answers, or has failed. */
function settled(worker: ServiceWorker | null): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!worker || worker.state === 'activated' || worker.state === 'redundant') resolve();
    };
    worker?.addEventListener('statechange', look);
    look();
  });
}
