/** Unfolding what may be hostile: no further than allowed, however much is promised. */

export type Packing = 'deflate' | 'deflate-raw' | 'gzip';

export interface Inflated {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether there was more than was taken. */
  readonly hasMore: boolean;
}

/** At most `maxBytes`. Throws: whatever the browser does, where the bytes contradict themselves before. */
export async function inflate(packed: Blob, packing: Packing, maxBytes: number): Promise<Inflated> {
  const reader = packed.stream().pipeThrough(new DecompressionStream(packing)).getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let came = 0;
  for (let piece = await reader.read(); piece.value; piece = await reader.read()) {
    pieces.push(piece.value);
    came += piece.value.length;
    if (came > maxBytes) break;
  }
  void reader.cancel().catch(() => undefined);
  const whole = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return { bytes: whole.subarray(0, maxBytes), hasMore: came > maxBytes };
}
