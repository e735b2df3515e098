/** Encryption at rest: AES-GCM with a key that the browser keeps and no script can read. */

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
