/** The desk at work: wired to the service, and the corrections that a refusal offers. */

import { deleteAnalysis, fetchAnalysis, fetchImage, sendImage } from '../api';
import { check } from './checkFile';
import { Desk, type Item } from './uploadQueue.svelte';
import { mend, type Mending } from '../../analyse/editImage';
import { service } from '../service.svelte';

export const desk = new Desk({
  check: (file) => check(file, service.maxUploadBytes),
  send: sendImage,
  fetch: fetchAnalysis,
  forget: deleteAnalysis,
  show: (file) => URL.createObjectURL(file),
  hide: (preview) => {
    URL.revokeObjectURL(preview);
  },
  newKey: randomKey,
  slowAfterMs: 4_000,
  lookEveryMs: 1_000,
});

/** Unlike `crypto.randomUUID`, this also works where a hospital serves plain HTTP. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Correct an image in the browser and analyse it again.
 *
 * Takes the file itself where the browser can decode it, else the picture the
 * service made of it. Throws where neither can be had.
 */
export async function mendAndAnalyse(item: Item, mending: Mending, name: string): Promise<void> {
  const source = item.preview ? item.file : null;
  const image = source ?? (await fetchImage(item.analysis?.image ?? ''));
  desk.add([{ name, file: await mend(image, mending) }]);
}
