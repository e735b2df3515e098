/** Encryption at rest: AES-GCM with a key that the browser keeps and no script can read. */

import type { MapPictures } from '../infer/pictures';

export const PNG_TYPE = 'image/png';

/** What lies in the database; the first bytes are the nonce. */
export type Sealed = Uint8Array<ArrayBuffer>;

const NONCE_BYTES = 12; // NIST SP 800-38D, 5.2.1.1

export function newKey(): Promise<CryptoKey> {
  const extractable = false;
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, extractable, ['encrypt', 'decrypt']);
}

export async function seal(key: CryptoKey, content: Blob): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, await content.arrayBuffer()));
  const whole = new Uint8Array(NONCE_BYTES + sealed.length);
  whole.set(iv);
  whole.set(sealed, NONCE_BYTES);
  return whole;
}

export async function unseal(key: CryptoKey, sealed: Sealed, type: string): Promise<Blob> {
  const iv = sealed.slice(0, NONCE_BYTES);
  const content = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed.slice(NONCE_BYTES));
  return new Blob([content], { type });
}

export interface SealedMaps {
  readonly heatmaps: Readonly<Record<string, Sealed>>;
  readonly lungs: Sealed | null;
}

export async function sealMaps(key: CryptoKey, { heatmaps, lungs }: MapPictures): Promise<SealedMaps> {
  return { heatmaps: await mapped(heatmaps, (picture) => seal(key, picture)), lungs: lungs && (await seal(key, lungs)) };
}

export async function unsealMaps(key: CryptoKey, { heatmaps, lungs }: SealedMaps): Promise<MapPictures> {
  const open = (sealed: Sealed): Promise<Blob> => unseal(key, sealed, PNG_TYPE);
  return { heatmaps: await mapped(heatmaps, open), lungs: lungs && (await open(lungs)) };
}

async function mapped<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => Promise<B>): Promise<Record<string, B>> {
  const entries = Object.entries(record).map(async ([key, value]) => [key, await change(value)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
