/**
 * Keeps the page's own files, so that it opens without a network.
 *
 * It never keeps anything of a visitor: a request for what is not a file of the build passes
 * through untouched, radiographs and results above all.
 */

const CACHE = 'raiox-page-__VERSION__';
/** The networks of this device: their files are named by hashes, so that a new page keeps them. */
const MODELS_CACHE = 'raiox-models';
const FILES = __FILES__;
/** Names of built files carry a hash of their content, so a kept one is never out of date. */
const BUILT = pathOf('assets/');
const PAGE = pathOf('./');
const FIRST_SCREEN = pathOf('first-screen.js');
const MODELS = pathOf('models/');
/** What the networks are now, and which of their files are still of use. */
const CATALOGUE = pathOf('device.json');

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((kept) => kept.addAll(FILES)));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(deleteOldCaches().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === PAGE) event.respondWith(networkFirst(request));
  else if (pathname === FIRST_SCREEN) event.respondWith(networkFirst(request));
  else if (pathname.startsWith(BUILT)) event.respondWith(cacheFirst(event, CACHE));
  else if (pathname.startsWith(MODELS)) event.respondWith(cacheFirst(event, MODELS_CACHE));
  else if (pathname === CATALOGUE) event.respondWith(catalogueOrKept(request));
});

/** Relative to this script, which lies beside the page, whatever path a proxy publishes them under. */
function pathOf(name) {
  return new URL(name, self.location.href).pathname;
}

async function deleteOldCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE && name !== MODELS_CACHE).map((name) => caches.delete(name)));
}

/** The page itself: as it is now, and where there is no network, as it was. */
async function networkFirst(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(new URL(request.url).pathname);
    if (kept) return kept;
    throw error;
  }
}

async function cacheFirst(event, cacheName) {
  const { request } = event;
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    event.waitUntil(caches.open(cacheName).then((cache) => cache.put(request, copy)));
  }
  return answer;
}

/** As it is now; kept, and without a network given as it was. Networks that it no longer names are dropped. */
async function catalogueOrKept(request) {
  const cache = await caches.open(MODELS_CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      await cache.put(request, answer.clone());
      const text = await answer.clone().text();
      const old = (await cache.keys()).filter(({ url }) => isUnnamed(new URL(url).pathname, text));
      await Promise.all(old.map((one) => cache.delete(one)));
    }
    return answer;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

function isUnnamed(pathname, catalogue) {
  return pathname.startsWith(MODELS) && !catalogue.includes(pathname.slice(MODELS.length));
}
