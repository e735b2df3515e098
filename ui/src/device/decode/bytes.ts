/** Reading numbers and patterns in bytes. */

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function beginsWith(bytes: Uint8Array, pattern: readonly number[], at = 0): boolean {
  return pattern.every((byte, i) => bytes[at + i] === byte);
}

/** -1 where it is nowhere. */
export function find(bytes: Uint8Array, pattern: readonly number[], from = 0): number {
  const [first = 0] = pattern;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (beginsWith(bytes, pattern, at)) return at;
  }
  return -1;
}

export function ascii(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
