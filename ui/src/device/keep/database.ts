/** IndexedDB with promises: the few calls that the store needs. */

const NAME = 'raiox-device';
const VERSION = 1;

export const RECORDS = 'analyses';
export const IMAGES = 'images';
export const KEYS = 'keys';

export type StoreName = typeof RECORDS | typeof IMAGES | typeof KEYS;

/** A database answers in milliseconds; WebKit's, now and then, never. */
const LIMIT_MS = 10_000;

/** Reject what has not been settled in time, so that nobody waits for a database that does not answer. */
function answered<T>(work: (resolve: (value: T) => void, reject: (reason: Error) => void) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('IndexedDB does not answer'));
    }, LIMIT_MS);
    new Promise<T>(work).then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

export function promised<T>(request: IDBRequest<T>): Promise<T> {
  return answered((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB'));
    };
  });
}

/** Args: onClose: called where the browser closes it, as when the reader deletes all data of the site. */
export async function openDatabase(onClose: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    for (const name of [RECORDS, IMAGES]) request.result.createObjectStore(name, { keyPath: 'id' });
    request.result.createObjectStore(KEYS);
  };
  const database = await promised(request);
  database.onclose = onClose;
  return database;
}

/** One transaction over several stores; settled once it is on disk. */
export function change(
  database: IDBDatabase,
  names: StoreName[],
  work: (store: (name: StoreName) => IDBObjectStore) => void,
): Promise<void> {
  const transaction = database.transaction(names, 'readwrite');
  work((name) => transaction.objectStore(name));
  return answered((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onerror = transaction.onabort = () => {
      reject(transaction.error ?? new Error('IndexedDB'));
    };
  });
}
