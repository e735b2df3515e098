/**
 * Where images are read: on the server, or on this device, which then sends nothing of them.
 *
 * The operator decides what there is to choose; the page says so in its first element.
 */

import { forget, recall, remember } from './storage';

const STORED = 'raiox.private';
/** Why the history of this device lasts only as long as the page: no HTTPS, storage refused, or full. */
export type UnkeptReason = 'insecure' | 'refused' | 'full';

const DEVICE_ID = /\bdevice-[0-9a-f]{32}\b/;

class PrivateMode {
  /** Null where the reader may choose. */
  readonly fixed = fixedChoice();
  #chosen = $state(recall(STORED) === '1');
  /** Null as long as all is kept. */
  unkept = $state<UnkeptReason | null>(globalThis.isSecureContext ? null : 'insecure');

  get on(): boolean {
    return this.fixed ?? this.#chosen;
  }

  choose(on: boolean): void {
    this.#chosen = on;
    if (on) remember(STORED, '1');
    else forget(STORED);
  }
}

export function unkeptReason(error: unknown): UnkeptReason {
  if (!globalThis.isSecureContext) return 'insecure';
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'refused';
}

function fixedChoice(): boolean | null {
  const choice = globalThis.document?.documentElement.dataset.reading;
  return choice === 'private' ? true : choice === 'server' ? false : null;
}

export const privateMode = new PrivateMode();

export function newDeviceId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `device-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The id of an analysis of this device that an address or an id names, whatever is chosen now. */
export function deviceIdIn(text: string): string | null {
  return DEVICE_ID.exec(text)?.[0] ?? null;
}
