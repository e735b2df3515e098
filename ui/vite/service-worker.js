/**
 * Keeps the page's own files, so that it opens without a network.
 *
 * Never anything of a visitor: what is not a file of the build passes by
 * untouched, radiographs and results above all.
 */

const KEPT = 'raiox-page-__VERSION__';
const FIRST = __FILES__;
/** Names of built files carry a hash of their content, so a kept one is never out of date. */
const BUILT = '/assets/';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FIRST)));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === '/') event.respondWith(askFirst(request));
  else if (pathname === '/first-screen.js') event.respondWith(askFirst(request));
  else if (pathname.startsWith(BUILT)) event.respondWith(keepFirst(request));
});

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
}

/** The page itself: as it is now, and where there is no network, as it was. */
async function askFirst(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(new URL(request.url).pathname);
    if (kept) return kept;
    throw error;
  }
}

async function keepFirst(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    void caches.open(KEPT).then((cache) => cache.put(request, copy));
  }
  return answer;
}
