/** One request to the service, or to what answers in its place on this device. */

import { connection } from './connection.svelte';
import { failLocally, failWith, ServiceError } from './failure';

export async function call<T>(path: string, options: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...options });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw networkError();
  }
  connection.answered();
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw new ServiceError(failWith(response.status, body, response.headers.get('Retry-After')));
  }
  return body as T;
}

/** Fetched only where somebody reads on the device. */
export async function device(): Promise<typeof import('../device/api')> {
  try {
    return await import('../device/api');
  } catch {
    throw networkError();
  }
}

export function networkError(): ServiceError {
  void connection.check();
  return new ServiceError(failLocally(navigator.onLine ? 'unreachable' : 'offline'));
}

export function errorOf(request: XMLHttpRequest): ServiceError {
  const retryAfter = request.getResponseHeader('Retry-After');
  return new ServiceError(failWith(request.status, request.response, retryAfter));
}
