/** The uploads of this visit: the queue, wired to the service. */

import { deleteAnalysis, fetchAnalysis, sendImage } from '../api';
import { service } from '../service.svelte';
import { checkFile } from './checkFile';
import { UploadQueue } from './uploadQueue.svelte';

export const uploadQueue = new UploadQueue({
  check: (file) => checkFile(file, service.maxUploadBytes),
  send: sendImage,
  fetch: fetchAnalysis,
  remove: deleteAnalysis,
  createPreview: (file) => URL.createObjectURL(file),
  revokePreview: (preview) => {
    URL.revokeObjectURL(preview);
  },
  newKey: randomKey,
  slowAfterMs: 4_000,
  pollIntervalMs: 1_000,
});

/** Unlike `crypto.randomUUID`, this also works where a hospital serves plain HTTP. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
