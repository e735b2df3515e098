/** Files that are named by their hash: fetched once, kept by the service worker, verified here. */

import type { StoredFile } from './catalogue';

export class FileDamagedError extends Error {}

/** Called with the bytes that came since the last call. */
export type OnBytes = (n: number) => void;

const GZIP = [0x1f, 0x8b];

/** Throws: FileDamagedError where the content is not what its name says. */
export async function fetchFile(base: string, file: StoredFile, onBytes: OnBytes): Promise<Uint8Array<ArrayBuffer>> {
  const content = await fetchBytes(new URL(file.path, base), onBytes);
  if ((await sha256(content)) !== file.sha256) throw new FileDamagedError(file.path);
  return content;
}

export async function fetchBytes(address: URL | string, onBytes: OnBytes): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address);
  if (!response.ok || !response.body) throw new Error(`HTTP ${String(response.status)}`);
  const reader = response.body.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let piece = await reader.read(); piece.value; piece = await reader.read()) {
    pieces.push(piece.value);
    onBytes(piece.value.length);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** Unpacked, unless a server has already done it on the way. */
export async function unzipped(content: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  if (!GZIP.every((byte, at) => content[at] === byte)) return content.buffer;
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

export async function sha256(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await digestOf(content);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Without HTTPS a browser computes no hash itself. */
async function digestOf(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (globalThis.isSecureContext) return new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return (await import('@noble/hashes/sha2.js')).sha256(content);
}
