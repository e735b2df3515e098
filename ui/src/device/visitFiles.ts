/** Documents of the page that say what the networks are and know: each is fetched once a visit, however often it is used. */

import { failLocally, ServiceError } from '../shared/failure';

const fetched = new Map<string, Promise<unknown>>();

/** Fetched again after a failure. Throws: ServiceError. */
export function fetchOnce<T>(address: string): Promise<T> {
  const document =
    fetched.get(address) ??
    fetchJson(address).catch((error: unknown) => {
      fetched.delete(address);
      throw error;
    });
  fetched.set(address, document);
  return document as Promise<T>;
}

async function fetchJson(address: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'same-origin' });
  } catch {
    throw new ServiceError(failLocally(navigator.onLine ? 'unreachable' : 'offline'));
  }
  if (!response.ok) throw new ServiceError(failLocally('service'));
  return response.json();
}
